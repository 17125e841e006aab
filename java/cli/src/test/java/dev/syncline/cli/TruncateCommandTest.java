package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TruncateCommandTest {
  @TempDir Path temporary;

  private Path log() throws IOException {
    return Cli.longLog(temporary.resolve("log"), 100);
  }

  @Test
  void aPlanSaysWhatGoesAndChangesNothing() throws IOException {
    Path log = log();
    Map<String, String> before = Cli.contents(log);
    String out = Cli.run("truncate", log, "--through", 60).exits(ExitCode.OK).out();
    assertThat(out).contains("to go     sequences 1..60").contains("there is no checkpoint")
        .contains("1..60 is in no saved state").contains("--through 60 --apply' does it");
    assertThat(Cli.run("truncate", log, "--after", 60).exits(ExitCode.OK).out()).contains("to go     sequences 61..100");
    assertThat(Cli.contents(log)).isEqualTo(before);
  }

  /** To open a log to write is to write its mark, and its lock's file where there is none. */
  @Test
  void whatCannotBeIsRefusedAndChangesNoByte() throws IOException {
    Path log = log();
    Map<String, String> before = Cli.contents(log);
    for (String cut : List.of(
        "--through -1", "--through 101", "--after -1", "--after 101", "--after 9223372036854775807", "--checkpointed"))
      assertThat(Cli.run((Object[]) ("truncate " + log + " " + cut + " --apply").split(" ")).exits(ExitCode.NOT_RUN).failsInOneLine().err())
          .as(cut).contains("Nothing was changed");
    assertThat(Cli.contents(log)).isEqualTo(before);
  }

  @Test
  void theFrontGoesAndTheFilesWithIt() throws IOException {
    Path log = log();
    var found = Cli.run("truncate", log, "--through", 60, "--apply", "--json").exits(ExitCode.OK).json();
    assertThat(found.get("firstForgotten").asLong()).isEqualTo(1);
    assertThat(found.get("lastForgotten").asLong()).isEqualTo(60);
    assertThat(found.get("firstSequence").asLong()).isEqualTo(61);
    assertThat(found.get("bytesAfter").asLong()).isLessThan(found.get("bytesBefore").asLong());
    assertThat(Cli.run("info", log).exits(ExitCode.OK).out()).contains("sequences   61..100");
  }

  @Test
  void theTailGoesAndItsSequencesAreGivenOutAnew() throws IOException {
    Path log = log();
    assertThat(Cli.run("truncate", log, "--after", 60, "--apply").exits(ExitCode.OK).out())
        .contains("forgot    sequences 61..100").contains("left      1..60");
    try (WriteAheadLog opened = WriteAheadLog.open(log)) {
      assertThat(opened.append(Cli.bytes("anew"))).isEqualTo(61);
    }
  }

  @Test
  void whatTheCheckpointCoversCanBeNamed() throws IOException {
    Path log = log();
    assertThat(Cli.run("truncate", log, "--checkpointed").exits(ExitCode.NOT_RUN).failsInOneLine().err()).contains("has no checkpoint");
    try (WriteAheadLog opened = WriteAheadLog.open(log)) {
      opened.checkpoint(40);
    }
    String out = Cli.run("truncate", log, "--checkpointed").exits(ExitCode.OK).out();
    assertThat(out).contains("to go     sequences 1..40").contains("up to 40 by the last checkpoint").doesNotContain("CAREFUL");
    assertThat(Cli.run("truncate", log, "--through", 50).exits(ExitCode.OK).out()).contains("CAREFUL   41..50");
    Cli.run("truncate", log, "--checkpointed", "--apply").exits(ExitCode.OK);
    assertThat(Cli.run("info", log).exits(ExitCode.OK).out()).contains("sequences   41..");
  }

  @Test
  void whatIsNotThereCannotGo() throws IOException {
    Path log = log();
    Map<String, String> before = Cli.contents(log);
    assertThat(Cli.run("truncate", log, "--through", 101).exits(ExitCode.NOT_RUN).failsInOneLine().err())
        .contains("up to 100").contains("found 101").contains("Nothing was changed");
    Cli.run("truncate", log, "--through", 101, "--apply").exits(ExitCode.NOT_RUN).failsInOneLine();
    Cli.run("truncate", log, "--after", -1, "--apply").exits(ExitCode.NOT_RUN).failsInOneLine();
    Cli.run("truncate", log).exits(ExitCode.USAGE);
    Cli.run("truncate", log, "--through", 1, "--after", 2).exits(ExitCode.USAGE);
    assertThat(Cli.run("dump", log).exits(ExitCode.OK).lines()).hasSize(100);
    assertThat(before).isNotEmpty();
  }

  @Test
  void besideAWriterItIsRefused() throws Exception {
    Path log = log();
    try (OtherProcess writer = OtherProcess.holding(log)) {
      assertThat(Cli.run("truncate", log, "--through", 60, "--apply").exits(ExitCode.NOT_RUN).failsInOneLine().err())
          .contains("another process").contains(Long.toString(writer.pid()));
    }
  }
}
