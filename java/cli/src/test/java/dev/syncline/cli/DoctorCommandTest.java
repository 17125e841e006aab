package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {
  @TempDir Path directory;

  @Test
  void saysWhichStorageAndWhyAndMeasures() throws IOException {
    Cli.Output doctor = Cli.run("doctor", "--millis", 50, directory).exits(ExitCode.OK);
    assertThat(doctor.out())
        .containsPattern("storage +(native|portable): \\S+")
        .containsPattern("native +(not )?available")
        .containsPattern("file system +\\S+, .* free")
        .containsPattern("portable \\w+ +\\d+ +\\d+\\.\\d");
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void printsTheSameAsJson() {
    JsonNode doctor = Cli.run("doctor", "--json", "--millis", 50, directory).exits(ExitCode.OK).json();
    assertThat(doctor.at("/storage/reason").asText()).isNotEmpty();
    assertThat(doctor.at("/freeBytes").asLong()).isPositive();
    assertThat(doctor.at("/measurements/1/appends").asLong()).isPositive();
  }

  @Test
  void aLogInTheDirectoryIsNotTouched() throws IOException {
    Cli.sampleLog(directory);
    Map<String, String> before = Cli.contents(directory);
    Cli.run("doctor", "--millis", 0, directory).exits(ExitCode.OK);
    Map<String, String> after = Cli.contents(directory);
    after.put(directory.toString(), before.get(directory.toString()));
    assertThat(after).as("but for the directory's own time").isEqualTo(before);
  }

  @Test
  void aLogThatNeedsSomethingIsSaidToNeedIt() throws IOException {
    Cli.sampleLog(directory);
    assertThat(Cli.run("doctor", "--millis", 0, directory).exits(ExitCode.OK).out()).contains("to change      nothing");
    Cli.damage(directory, "dark green");
    Map<String, String> before = Cli.contents(directory);
    assertThat(Cli.run("doctor", "--millis", 0, directory).exits(ExitCode.OK).out())
        .contains("to change      the log here is damaged", "'syncline verify DIR'", "'syncline repair DIR'");
    Files.move(directory.resolve("log.mark"), directory.resolve("elsewhere"));
    Files.createSymbolicLink(directory.resolve("log.mark"), directory.resolve("elsewhere"));
    assertThat(Cli.run("doctor", "--millis", 0, directory).exits(ExitCode.OK).out())
        .contains("to change      the log here cannot be opened: " + directory.resolve("log.mark"));
    before.keySet().removeIf(name -> !name.endsWith(".wal"));
    assertThat(Cli.contents(directory)).containsAllEntriesOf(before);
  }

  @Test
  void aLiveWriterIsSeenAndGoesOn() throws IOException {
    try (WriteAheadLog log = WriteAheadLog.open(directory)) {
      JsonNode lock = Cli.run("doctor", "--json", "--millis", 0, directory).exits(ExitCode.OK).json().get("lock");
      assertThat(lock.get("pid").asLong()).isEqualTo(ProcessHandle.current().pid());
      assertThat(lock.get("alive").asBoolean()).isTrue();
      assertThat(log.put(Cli.bytes("still"), Cli.bytes("here"))).isEqualTo(1);
    }
  }

  @Test
  void aMissingDirectoryIsSaidAndNotMade() {
    Path missing = directory.resolve("missing");
    assertThat(Cli.run("doctor", missing).exits(ExitCode.NOT_RUN).failsInOneLine().err()).contains("does not exist");
    assertThat(Files.exists(missing)).isFalse();
  }
}
