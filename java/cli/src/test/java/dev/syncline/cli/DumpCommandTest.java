package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DumpCommandTest {
  @TempDir Path directory;

  @Test
  void printsEveryRecordMarkersIncluded() throws IOException {
    List<String> lines = Cli.run("dump", Cli.sampleLog(directory)).exits(ExitCode.OK).lines();
    assertThat(lines).hasSize(7);
    assertThat(lines.get(0)).contains("1  20", "Z  PUT", "key 6 B \"colour\"", "value 10 B").doesNotContain("green");
    assertThat(lines.get(1)).contains("2  20", "Z  DELETE").contains("\"shape\"");
    assertThat(lines.get(2)).contains("3  20", "Z  ENTRY").contains("payload 4 B");
    assertThat(lines.get(5)).contains("6  20", "Z  COMMIT").contains("starts at 4");
    assertThat(lines.get(6)).contains("7  20", "Z  CHECKPOINT").contains("up to 6");
  }

  @Test
  void valuesArePreviewedOnRequest() throws IOException {
    List<String> lines = Cli.run("dump", "--values", Cli.sampleLog(directory)).exits(ExitCode.OK).lines();
    assertThat(lines.get(0)).endsWith("\"dark green\"");
    assertThat(lines.get(2)).endsWith("0x000102ff");
  }

  @Test
  void fromAndLimitChooseARange() throws IOException {
    List<String> lines = Cli.run("dump", "--from", 4, "--limit", 2, Cli.sampleLog(directory)).exits(ExitCode.OK).lines();
    assertThat(lines).hasSize(2);
    assertThat(lines.get(0).strip()).startsWith("4 ");
    assertThat(lines.get(1).strip()).startsWith("5 ");
  }

  @Test
  void jsonIsOneObjectALine() throws IOException {
    List<JsonNode> lines =
        Cli.run("dump", "--json", "--values", Cli.sampleLog(directory)).lines().stream().map(Cli::parse).toList();
    assertThat(lines).hasSize(7);
    assertThat(lines.get(0).get("type").asText()).isEqualTo("PUT");
    assertThat(lines.get(0).get("value").binaryValue()).isEqualTo(Cli.bytes("dark green"));
    assertThat(lines.get(6).get("marked").asLong()).isEqualTo(6);
  }

  @Test
  void damageEndsTheDumpAndIsReported() throws IOException {
    Cli.damage(Cli.sampleLog(directory), "first");
    List<String> lines = Cli.run("dump", directory).exits(ExitCode.PROBLEM).lines();
    assertThat(lines).hasSize(4);
    assertThat(lines.get(3)).startsWith("damage: ").contains(".wal at offset");
    List<String> json = Cli.run("dump", "--json", directory).exits(ExitCode.PROBLEM).lines();
    assertThat(Cli.parse(json.get(3)).at("/damage/firstLost").asLong()).isEqualTo(4);
  }

  @Test
  void typesAndKeysChoose() throws IOException {
    Cli.sampleLog(directory);
    assertThat(Cli.run("dump", "--type", "put,delete", directory).exits(ExitCode.OK).lines()).hasSize(3);
    assertThat(Cli.run("dump", "--key", "a", directory).exits(ExitCode.OK).lines()).singleElement().asString().contains("4 ");
    assertThat(Cli.run("dump", "--key", "0x61", directory).exits(ExitCode.OK).lines()).hasSize(1);
    assertThat(Cli.run("dump", "--to", 2, directory).exits(ExitCode.OK).lines()).hasSize(2);
    Cli.run("dump", "--key", "0xzz", directory).exits(ExitCode.USAGE);
    Cli.run("dump", "--from", 5, "--to", 4, directory).exits(ExitCode.USAGE);
  }

  @Test
  void pastDamageItGoesOnAndSaysWhatIsMissing() throws IOException {
    Path log = Cli.longLog(directory.resolve("log"), 60);
    Cli.damage(log, "<entry-5>");
    List<String> lines = Cli.run("dump", "--past-damage", "--values", log).exits(ExitCode.PROBLEM).lines();
    assertThat(lines).filteredOn(line -> line.startsWith("damage: ")).singleElement().asString().contains("5..5");
    assertThat(lines).hasSize(60).anyMatch(line -> line.contains("<entry-60>"));
    assertThat(Cli.run("dump", "--past-damage", "--limit", 10, log).exits(ExitCode.PROBLEM).lines()).hasSize(11);
  }

  @Test
  void nonsenseRangesAreUsageErrors() throws IOException {
    Cli.sampleLog(directory);
    assertThat(Cli.run("dump", "--from", 0, directory).exits(ExitCode.USAGE).err()).contains("--from is a sequence");
    assertThat(Cli.run("dump", "--limit", -1, directory).exits(ExitCode.USAGE).err()).contains("--limit");
    Cli.run("dump", "--from", "one", directory).exits(ExitCode.USAGE);
  }
}
