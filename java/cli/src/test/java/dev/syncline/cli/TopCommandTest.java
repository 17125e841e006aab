package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopCommandTest {
  @TempDir Path temporary;

  @Test
  void aLogThatNobodyWritesIsShownAsThat() throws IOException {
    Path log = Cli.sampleLog(temporary.resolve("log"));
    List<String> lines = Cli.run("top", "--interval", 0.01, "--count", 2, log).exits(ExitCode.OK).lines();
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0)).contains("appends/s", "segments");
    assertThat(lines.get(1)).contains("1..7").contains("nobody writes");
  }

  @Test
  void theWriterIsNamedAndWhatItAppendsIsSeen() throws Exception {
    Path log = temporary.resolve("log");
    try (OtherProcess writer = OtherProcess.holding(log)) {
      writer.append();
      writer.append();
      writer.append();
      JsonNode line = Cli.parse(Cli.run("top", "--json", "--interval", 0.3, "--count", 1, log).exits(ExitCode.OK).lines().get(0));
      assertThat(line.get("writer").asLong()).isEqualTo(writer.pid());
      assertThat(line.get("durableSequence").asLong()).isBetween(2L, 3L);
      assertThat(line.get("segments").asInt()).isOne();
      assertThat(line.get("bytes").asLong()).isPositive();
      assertThat(line.get("readers").isArray()).isTrue();
      if (Files.isReadable(Path.of("/proc/self/io"))) assertThat(line.get("writesPerSecond").asDouble()).isGreaterThanOrEqualTo(0);
    }
  }

  @Tag("laboratory")
  @Test
  void commitsAreWhatTheWritersFlightRecorderSays() throws Exception {
    assumeTrue(ModuleLayer.boot().findModule("jdk.attach").isPresent(), "needs a JDK");
    Path log = temporary.resolve("log");
    try (OtherProcess writer = OtherProcess.holding(log);
        WriterRecording recording = WriterRecording.attach(writer.pid(), log.toAbsolutePath().getParent().resolve("./log"), 1)) {
      WriterRecording.Commits commits = null;
      long deadlineNanos = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
      while ((commits == null || commits.p50Micros() == null) && System.nanoTime() < deadlineNanos) {
        writer.append();
        recording.keep();
        commits = recording.take();
      }
      assertThat(commits.perSecond()).isPositive();
      assertThat(commits.p50Micros()).isPositive().isLessThanOrEqualTo(commits.p99Micros());
      assertThat(commits.p99Micros()).isLessThan(120e6);
      String shown = Cli.run("top", "--attach", "--interval", 0.05, "--count", 1, log).exits(ExitCode.OK).out();
      assertThat(shown).contains("commits/s", "p50 µs", "p99 µs");
    }
  }

  @Tag("laboratory")
  @Test
  void commitsOfAnotherLogOfTheSameProcessAreNotCounted() throws Exception {
    assumeTrue(ModuleLayer.boot().findModule("jdk.attach").isPresent(), "needs a JDK");
    Path other = Cli.sampleLog(temporary.resolve("other"));
    try (OtherProcess writer = OtherProcess.holding(temporary.resolve("log"));
        WriterRecording recording = WriterRecording.attach(writer.pid(), other, 1)) {
      WriterRecording.Commits commits = null;
      for (long deadlineNanos = System.nanoTime() + TimeUnit.MINUTES.toNanos(2); commits == null && System.nanoTime() < deadlineNanos;) {
        writer.append();
        commits = recording.take();
      }
      assertThat(commits.perSecond()).isZero();
      assertThat(commits.p50Micros()).isNull();
    }
  }

  @Test
  void whatCannotBeAttachedToIsSaid() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/sleep")), "needs a process that is no JVM");
    Process none = new ProcessBuilder("/bin/sleep", "60").start();
    try {
      none.destroyForcibly().waitFor();
      assertThatThrownBy(() -> WriterRecording.attach(none.pid(), temporary, 1)).isInstanceOf(CliException.class)
          .hasMessageContaining("process " + none.pid()).hasMessageContaining("a JVM of this user").hasMessageContaining("without --attach");
    } finally {
      none.destroyForcibly();
    }
  }

  @Test
  void ratesAreWhatCameBetweenTwoMoments() {
    LogSample before = new LogSample(0, 1, 100, 0, 1, 1000, 7L, 50L, List.of());
    LogSample after = new LogSample(2_000_000_000L, 1, 300, 0, 1, 5000, 7L, 90L, List.of(8L));
    TopCommand.Line line = TopCommand.line(before, after, null);
    assertThat(line.appendsPerSecond()).isEqualTo(100);
    assertThat(line.writesPerSecond()).isEqualTo(20);
    assertThat(line.bytesPerSecond()).isEqualTo(2000);
    LogSample another = new LogSample(4_000_000_000L, 1, 200, 0, 1, 4000, 9L, 10L, List.of());
    assertThat(TopCommand.line(after, another, null).writesPerSecond()).as("of another process").isNull();
    assertThat(TopCommand.line(after, another, null).appendsPerSecond()).as("after a cut of the tail").isZero();
  }

  @Test
  void nonsenseIsAUsageError() throws IOException {
    Path log = Cli.sampleLog(temporary.resolve("log"));
    Cli.run("top", "--interval", 0, log).exits(ExitCode.USAGE);
    Cli.run("top", "--interval", "NaN", log).exits(ExitCode.USAGE);
    Cli.run("top", "--count", 0, log).exits(ExitCode.USAGE);
  }
}
