package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestoreCommandTest {
  @TempDir Path temporary;

  @Test
  void aBackupBecomesALogThatGoesOn() throws IOException {
    Path log = Cli.sampleLog(temporary.resolve("log"));
    Path backup = temporary.resolve("backup");
    Cli.run("snapshot", log, backup).exits(ExitCode.OK);
    Path restored = temporary.resolve("restored");
    Map<String, String> before = Cli.contents(backup);
    String out = Cli.run("restore", backup, restored).exits(ExitCode.OK).out();
    assertThat(out).contains("restored 7 records (1..7)").contains("the last was committed at 20").contains("beyond 7");
    assertThat(Cli.contents(backup)).isEqualTo(before);
    assertThat(Cli.run("dump", "--values", restored).out()).isEqualTo(Cli.run("dump", "--values", log).out());
    try (WriteAheadLog opened = WriteAheadLog.open(restored)) {
      assertThat(opened.lastCheckpointCovers()).isEqualTo(6);
      assertThat(opened.append(Cli.bytes("goes on"))).isEqualTo(8);
    }
  }

  @Test
  void aLogThatIsThereIsNeverReplaced() throws IOException {
    Path backup = Cli.sampleLog(temporary.resolve("backup"));
    Path there = Cli.sampleLog(temporary.resolve("there"));
    Map<String, String> before = Cli.contents(there);
    assertThat(Cli.run("restore", backup, there).exits(ExitCode.NOT_RUN).failsInOneLine().err()).contains("is not empty");
    assertThat(Cli.contents(there)).isEqualTo(before);
  }

  @Test
  void aDamagedBackupIsRefusedAndLeavesNothing() throws IOException {
    Path backup = Cli.sampleLog(temporary.resolve("backup"));
    Cli.damage(backup, "dark green");
    Path target = temporary.resolve("target");
    assertThat(Cli.run("restore", backup, target).exits(ExitCode.PROBLEM).failsInOneLine().err()).contains("sequences 1");
    assertThat(Files.exists(target)).isFalse();
  }

  @Test
  void whatIsNoBackupIsSaid() throws IOException {
    Path empty = Files.createDirectory(temporary.resolve("empty"));
    assertThat(Cli.run("restore", empty, temporary.resolve("target")).exits(ExitCode.NOT_RUN).failsInOneLine().err()).contains("is not a log");
  }

  @Test
  void jsonSaysUpToWhere() throws IOException {
    Path backup = Cli.sampleLog(temporary.resolve("backup"));
    var found = Cli.run("restore", "--json", backup, temporary.resolve("target")).exits(ExitCode.OK).json();
    assertThat(found.get("lastSequence").asLong()).isEqualTo(7);
    assertThat(found.get("lastCommit").asText()).endsWith("Z");
    assertThat(found.get("lastCheckpointCovers").asLong()).isEqualTo(6);
  }
}
