package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.Verification;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgressTest {
  @TempDir Path temporary;

  @Test
  void theBarSaysHowMuchIsDoneOfWhatAndHowLongItWillTake() {
    assertThat(Progress.bar("verifying", 0, 200, "2.0 GiB", 1))
        .isEqualTo("verifying [------------------------------]   0 % of 2.0 GiB");
    assertThat(Progress.bar("verifying", 50, 200, "2.0 GiB", 10_000_000_000L))
        .isEqualTo("verifying [#######-----------------------]  25 % of 2.0 GiB, 30 s left");
    assertThat(Progress.bar("verifying", 199, 200, "2.0 GiB", 3_600_000_000_000L * 199)).contains(" 99 % of 2.0 GiB, 1 h 0 min left");
    assertThat(Progress.bar("verifying", 200, 200, "2.0 GiB", 1))
        .isEqualTo("verifying [##############################] 100 % of 2.0 GiB");
  }

  @Test
  void whereThereIsNoTerminalNothingIsShownAndNobodyObserves() {
    Progress silent = Progress.silent();
    silent.show("verifying", 1, 2, "2 B");
    silent.end();
    assertThat(silent.options().build().observer()).isEmpty();
  }

  @Test
  void anOpeningIsShownAndWipedAndThenNothingMore() throws IOException {
    Path log = Cli.longLog(temporary.resolve("log"), 100);
    StringWriter shown = new StringWriter();
    Progress progress = new Progress(new PrintWriter(shown));
    WriteAheadLog.openReadOnly(log, progress.options().verifyOnOpen(Verification.FULL).build()).close();
    for (int i = 0; i < 60_000 && shown.toString().isEmpty(); i++) LockSupport.parkNanos(1_000_000);
    assertThat(shown.toString()).startsWith("\ropening [");
    progress.end();
    assertThat(shown.toString()).endsWith(" \r");
    progress.show("verifying", 1, 2, "2 B");
    assertThat(shown.toString()).endsWith(" \r");
  }
}
