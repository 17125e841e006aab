package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyCommandTest {
  @TempDir Path directory;

  /** What opening does not read is not found; the newest segment is. */
  @Test
  void aQuickLookReadsWhatOpeningReads() throws IOException {
    Path log = Cli.longLog(directory.resolve("quick"), 60);
    Cli.damage(log, "<entry-5>");
    assertThat(Cli.run("verify", "--quick", log).exits(ExitCode.OK).out()).contains("ok as far as opening reads: 1..60");
    Cli.run("verify", log).exits(ExitCode.PROBLEM);
    Cli.damage(log, "<entry-60>");
    assertThat(Cli.run("verify", "--quick", log).exits(ExitCode.PROBLEM).out()).contains("damage: ", "to repair: ");
    assertThat(Cli.run("verify", "--quick", "--json", log).exits(ExitCode.PROBLEM).json().get("ok").asBoolean()).isFalse();
  }

  @Test
  void aSoundLogIsOk() throws IOException {
    Cli.Output verify = Cli.run("verify", Cli.sampleLog(directory)).exits(ExitCode.OK);
    assertThat(verify.out()).startsWith("ok: 7 records (1..7)");
    JsonNode json = Cli.run("verify", "--json", directory).exits(ExitCode.OK).json();
    assertThat(json.get("ok").asBoolean()).isTrue();
    assertThat(json.get("records").asLong()).isEqualTo(7);
  }

  @Test
  void damageIsNamedWithFileOffsetAndLostSequences() throws IOException {
    Cli.damage(Cli.sampleLog(directory), "dark green");
    Cli.Output verify = Cli.run("verify", directory).exits(ExitCode.PROBLEM);
    assertThat(verify.lines().get(0)).startsWith("damage: ").contains(".wal at offset").contains("sequences 1..");
    JsonNode json = Cli.run("verify", "--json", directory).exits(ExitCode.PROBLEM).json();
    assertThat(json.get("ok").asBoolean()).isFalse();
    assertThat(json.at("/damage/0/file").asText()).endsWith(".wal");
    assertThat(json.at("/damage/0/firstLost").asLong()).isEqualTo(1);
  }

  /** A record without a witness is not counted: of a log without its mark the last one. */
  @Test
  void whatIsNotCountedIsNoted() throws IOException {
    Files.delete(Cli.sampleLog(directory).resolve("log.mark"));
    Cli.Output verify = Cli.run("verify", directory).exits(ExitCode.PROBLEM);
    assertThat(verify.out())
        .contains("damage: " + directory.resolve("log.mark"), "note: whole frames up to sequence 7 lie behind ")
        .contains("to repair: 'syncline repair ");
    JsonNode json = Cli.run("verify", "--json", directory).exits(ExitCode.PROBLEM).json();
    assertThat(json.at("/notes/0").asText()).contains("up to sequence 7");
  }
}
