package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Words that stand for nothing: what is said of them, and that nothing is done. */
class ArgumentsTest {
  @TempDir Path temporary;

  /** As of a variable that was never set, in a directory that is a log. */
  @ParameterizedTest
  @ValueSource(strings = {
    "info NONE", "verify NONE", "dump NONE", "tail NONE", "top NONE", "repair NONE --apply", "truncate NONE --through 1 --apply",
    "snapshot NONE NEW", "snapshot LOG NONE", "restore NONE NEW", "restore LOG NONE", "export NONE", "export LOG -o NONE",
    "import NONE NEW", "import LOG NONE", "doctor NONE", "bench NONE", "demo --input NONE"
  })
  void anEmptyNameIsNotTheWorkingDirectory(String command) throws IOException {
    Path log = Cli.sampleLog(temporary.resolve("log"));
    Map<String, Object> meant = Map.of("NONE", "", "LOG", log, "NEW", temporary.resolve("new"));
    Object[] words = Arrays.stream(command.split(" ")).map(word -> meant.getOrDefault(word, word)).toArray();
    Cli.Output said = Cli.run(words).exits(ExitCode.USAGE);
    assertThat(said.err()).contains("found an empty one: is a variable not set?");
    assertThat(said.out()).isEmpty();
    assertThat(temporary.resolve("new")).doesNotExist();
  }

  /** As Java passes on bytes that are no character. */
  @Test
  void aNameThatTheLocaleDoesNotHaveIsSaidToBeOne() throws IOException {
    Path log = Cli.sampleLog(temporary.resolve("log"));
    assertThat(Cli.run("info", "caf\uFFFD").exits(ExitCode.USAGE).err()).contains("character set of this locale", "LC_ALL");
    assertThat(Cli.run("snapshot", log, temporary + "/caf\uFFFD").exits(ExitCode.USAGE).err()).contains("character set of this locale");
    Path there = Cli.sampleLog(temporary.resolve("really \uFFFD"));
    Cli.run("info", there).exits(ExitCode.OK);
  }

  @Test
  void whatTheSystemDoesNotFollowIsToldWithWhatToDo() throws IOException {
    Path loop = Files.createSymbolicLink(temporary.resolve("loop"), Path.of("loop"));
    for (Object each : new Object[] {loop, temporary.resolve("x".repeat(300))})
      assertThat(Cli.run("info", each).exits(ExitCode.NOT_RUN).failsInOneLine().err())
          .contains("cannot be looked into: ", "Look at its name");
    Path link = Files.createSymbolicLink(temporary.resolve("link"), Path.of("nowhere"));
    assertThat(Cli.run("info", link).exits(ExitCode.NOT_RUN).failsInOneLine().err()).contains("is a symbolic link to what does not exist");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e9", "0x10", "99999999999999999999", "", "ten", "1.5", "- 1"})
  void whatIsNoNumberIsSaidInWordsOfTheReaders(String number) throws IOException {
    Path log = Cli.sampleLog(temporary.resolve("log"));
    assertThat(Cli.run("dump", log, "--from", number).exits(ExitCode.USAGE).err().lines().findFirst().orElseThrow())
        .contains("--from", "'" + number + "' is no whole number up to 9223372036854775807");
    assertThat(Cli.run("bench", temporary, "--bytes", number).exits(ExitCode.USAGE).err()).contains("is no whole number up to 2147483647");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "86400001", "9223372036854775807"})
  void aMeasurementTakesADayAtMost(String millis) throws IOException {
    assertThat(Cli.run("doctor", temporary, "--millis", millis).exits(ExitCode.USAGE).err()).contains("--millis is 0 up to a day");
    assertThat(temporary).isEmptyDirectory();
  }
}
