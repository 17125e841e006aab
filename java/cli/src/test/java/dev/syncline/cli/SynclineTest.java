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
  @ValueSource(strings = {
    "demo", "info", "dump", "tail", "top", "verify", "repair", "truncate", "doctor", "bench", "snapshot", "restore", "export", "import",
    "completion"
  })
  void helpListsTheExitCodesAndHasAnExample(String command) {
    assertThat(Cli.run(command, "--help").exits(ExitCode.OK).out())
        .contains("Usage: syncline " + command)
        .containsPattern("0 +fine")
        .containsPattern("3 +could not run")
        .containsPattern("Example: .+\n  .*syncline " + command);
  }

  @Test
  void aShellCompletesEveryCommand() {
    String script = Cli.run("completion").exits(ExitCode.OK).out();
    assertThat(script).contains("_complete_syncline", "'--past-damage'", "truncate", "bench", "--checkpointed");
    assertThat(Cli.run("completion", "--json").exits(ExitCode.OK).json().get("bash").asText()).isEqualTo(script);
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
