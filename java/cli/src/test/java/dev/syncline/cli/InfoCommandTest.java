package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InfoCommandTest {
  @TempDir Path directory;

  @Test
  void namesSequencesCheckpointStateAndSegments() throws IOException {
    Cli.Output info = Cli.run("info", Cli.sampleLog(directory)).exits(ExitCode.OK);
    assertThat(info.out())
        .containsPattern("sequences +1\\.\\.7")
        .containsPattern("checkpoint +7")
        .contains("closed cleanly")
        .contains(Cli.files(directory, ".wal").get(0).getFileName().toString());
  }

  @Test
  void printsTheSameAsJson() throws IOException {
    JsonNode info = Cli.run("info", "--json", Cli.sampleLog(directory)).exits(ExitCode.OK).json();
    assertThat(info.get("firstSequence").asLong()).isEqualTo(1);
    assertThat(info.get("currentSequence").asLong()).isEqualTo(7);
    assertThat(info.get("lastCheckpoint").asLong()).isEqualTo(7);
    assertThat(info.get("segments")).hasSize(1);
    assertThat(info.at("/segments/0/sizeBytes").asLong()).isPositive();
    assertThat(info.at("/storage/name").asText()).isNotEmpty();
    assertThat(info.at("/recovery/closedCleanly").asBoolean()).isTrue();
    assertThat(info.at("/recovery/damage")).isEmpty();
  }

  @Test
  void damageKnownAtOpeningIsNamed() throws IOException {
    Cli.damage(Cli.sampleLog(directory), "dark green");
    Cli.Output info = Cli.run("info", directory).exits(ExitCode.PROBLEM);
    assertThat(info.out()).containsPattern("damage .*\\.wal at offset \\d+");
  }
}
