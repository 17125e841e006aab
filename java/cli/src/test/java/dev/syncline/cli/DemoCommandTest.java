package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoCommandTest {
  @TempDir Path temporary;
  private Path input;
  private Path logs;

  @BeforeEach
  void writeInput() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int line = 0; line < 400; line++) text.append("line ").append(line).append(" of the input\n");
    input = Files.writeString(temporary.resolve("input"), text);
    logs = temporary.resolve("logs");
  }

  @Test
  void everyAcknowledgedRecordIsRecovered() {
    Cli.Output demo = Cli.run("demo", "--input", input, "--directory", logs, "--seed", 1).exits(ExitCode.OK);
    String last = demo.lines().get(demo.lines().size() - 1);
    assertThat(last).matches("recovered (\\d+) of \\1 acknowledged records \\((native\\), (\\d+) of \\3 \\()?portable\\)");
    assertThat(demo.out()).contains("input: 400 lines");
    assertThat(logs).isEmptyDirectory();
  }

  @Tag("laboratory")
  @Test
  void printsTheSameAsJson() {
    JsonNode demo = Cli.run("demo", "--json", "--input", input, "--directory", logs).exits(ExitCode.OK).json();
    assertThat(demo.get("ok").asBoolean()).isTrue();
    for (JsonNode storage : demo.get("storages")) {
      assertThat(storage.get("acknowledged").asInt()).isPositive().isEqualTo(storage.get("matched").asInt());
      assertThat(storage.get("p99Micros").asDouble()).isGreaterThanOrEqualTo(storage.get("p50Micros").asDouble());
    }
    boolean both = demo.get("storages").size() == 2;
    assertThat(both).isNotEqualTo(demo.has("nativeProblem"));
    assertThat(demo.get("handOvers")).hasSize(both ? 2 : 0);
  }

  @Test
  void oneStorageAlone() {
    Cli.Output demo = Cli.run("demo", "--storage", "portable", "--lines", 50, "--input", input, "--directory", logs);
    assertThat(demo.exits(ExitCode.OK).out()).contains("input: 50 lines").doesNotContain("continued by");
  }

  @Test
  void logsAreKeptOnRequest() throws IOException {
    Object[] arguments = {"demo", "--keep", "--storage", "portable", "--lines", 50, "--input", input, "--directory", logs};
    assertThat(Cli.run(arguments).exits(ExitCode.OK).err()).contains("kept in " + logs);
    Path kept = Files.list(logs).findFirst().orElseThrow();
    assertThat(Cli.run("verify", kept.resolve("portable")).exits(ExitCode.OK).out()).startsWith("ok: 50 records");
  }

  @Test
  void badInputIsSaidInOneLine() throws IOException {
    Object[] missing = {"demo", "--input", temporary.resolve("missing"), "--directory", logs};
    assertThat(Cli.run(missing).exits(ExitCode.NOT_RUN).failsInOneLine().err()).contains("does not exist");
    Files.writeString(input, String.join("", Collections.nCopies(3, "short\n")));
    Object[] tooShort = {"demo", "--input", input, "--directory", logs};
    assertThat(Cli.run(tooShort).exits(ExitCode.NOT_RUN).failsInOneLine().err()).contains("has only 3 lines");
    Cli.run("demo", "--lines", 1, "--input", input).exits(ExitCode.USAGE);
    Cli.run("demo", "--storage", "auto", "--input", input).exits(ExitCode.USAGE);
  }
}
