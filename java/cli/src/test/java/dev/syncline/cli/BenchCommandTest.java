package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchCommandTest {
  @TempDir Path temporary;

  @Test
  void everyAppendIsInTheHistogram() throws IOException {
    JsonNode found = Cli.run("bench", "--json", "--seconds", 0.4, "--threads", "1,4", "--bytes", 100, temporary).exits(ExitCode.OK).json();
    JsonNode runs = found.get("measurements");
    assertThat(runs).hasSize(2);
    assertThat(runs.get(0).get("threads").asInt()).isEqualTo(1);
    assertThat(runs.get(1).get("threads").asInt()).isEqualTo(4);
    for (JsonNode run : runs) {
      long appends = run.get("appends").asLong();
      long inBuckets = 0;
      for (JsonNode bucket : run.get("histogram")) inBuckets += bucket.get("appends").asLong();
      assertThat(appends).isPositive();
      assertThat(inBuckets).isEqualTo(appends);
      assertThat(run.get("recordBytes").asInt()).isEqualTo(100);
      assertThat(run.get("p50Micros").asDouble()).isPositive().isLessThanOrEqualTo(run.get("maxMicros").asDouble());
    }
    assertThat(runs.get(0).get("commitsPerSecond").asDouble()).isPositive();
  }

  @Test
  void aTableAndAHistogramForPeopleAndNothingIsLeft() throws IOException {
    Path log = Cli.sampleLog(temporary.resolve("log"));
    Map<String, String> before = Cli.contents(log);
    String out = Cli.run("bench", "--seconds", 0.1, "--threads", 2, log).exits(ExitCode.OK).out();
    assertThat(out).contains("appends/s", "p99.9 µs", "2 threads, how long an append took:", "#");
    assertThat(Cli.files(log, "")).allMatch(file -> !file.getFileName().toString().startsWith(".syncline"));
    assertThat(Cli.contents(log).keySet()).isEqualTo(before.keySet());
  }

  @Test
  void nonsenseIsAUsageErrorAndNoDirectoryIsSaid() {
    Cli.run("bench", "--seconds", 0, temporary).exits(ExitCode.USAGE);
    Cli.run("bench", "--threads", "0", temporary).exits(ExitCode.USAGE);
    Cli.run("bench", "--bytes", -1, temporary).exits(ExitCode.USAGE);
    assertThat(Cli.run("bench", temporary.resolve("none")).exits(ExitCode.NOT_RUN).failsInOneLine().err()).contains("does not exist");
    assertThat(Files.exists(temporary.resolve("none"))).isFalse();
  }
}
