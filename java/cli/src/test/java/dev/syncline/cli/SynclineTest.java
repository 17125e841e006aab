package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SynclineTest {

  @Test
  void withoutACommandTheUsageIsShown() {
    assertThat(Cli.run().exits(ExitCode.USAGE).err()).contains("Usage: syncline").contains("doctor");
  }

  @Test
  void unknownCommandsAndOptionsAreUsageErrors() {
    Cli.run("frobnicate").exits(ExitCode.USAGE);
    Cli.run("info").exits(ExitCode.USAGE);
    Cli.run("info", "--frobnicate", ".").exits(ExitCode.USAGE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"demo", "info", "dump", "verify", "repair", "doctor", "snapshot", "export", "import"})
  void helpListsTheExitCodes(String command) {
    assertThat(Cli.run(command, "--help").exits(ExitCode.OK).out())
        .contains("Usage: syncline " + command)
        .containsPattern("0 +fine")
        .containsPattern("3 +could not run");
  }

  @Test
  void versionIsPrinted() {
    assertThat(Cli.run("--version").exits(ExitCode.OK).out()).startsWith("syncline ");
  }

  @Test
  void aStackTraceComesOnRequestOnly() {
    assertThat(Cli.run("info", "/no/such/place").err()).doesNotContain("\tat ");
    assertThat(Cli.run("info", "--stacktrace", "/no/such/place").exits(ExitCode.NOT_RUN).err()).contains("\tat ");
  }
}
