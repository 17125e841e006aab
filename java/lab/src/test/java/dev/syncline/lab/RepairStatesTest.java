package dev.syncline.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A repair is cut off by the power at each of its steps, whatever the disk makes of what was not synced, and the repair after that again:
 * the log is as before, or the repair goes on, and nothing is lost on either way. Bugs that are planted in repairs are found by that.
 */
@Tag("laboratory")
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RepairStatesTest {
  @TempDir private Path locks;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void wherePowerFailsTheLogIsAsBeforeOrTheRepairGoesOn(boolean markToo) throws Exception {
    assertThat(new RepairRun(locks, markToo, !markToo).cutEverywhere(1)).as("all states that FORMAT.md names")
        .containsExactly("as before", "repaired", "under way");
  }

  /** A disk that fails once fails for good: the call says so, and the log is as before or the repair goes on. */
  @Test
  void whereTheDiskFailsTheLogIsAsBeforeOrTheRepairGoesOn() throws Exception {
    assertThat(new RepairRun(locks, false, true).failEverywhere()).isPositive();
  }

  // Planted bugs.

  @Test
  void theEngineAsItIsPasses() throws Exception {
    new Mutant().run("aRepairIsNeitherHalfDoneNorForgetful", locks);
  }

  @ParameterizedTest
  @CsvSource({
      "log.segment.RepairState, requireNone, ",
      "log.segment.SegmentFiles, moveTo, syncDirectory",
      "log.segment.SegmentFiles, copyInPlace, putInPlace",
      "log.recovery.Quarantine, take, syncDirectory",
      "log.repair.Copier, passGapsBefore, ",
      "log.repair.Copier, frameBegins, ",
      "log.repair.Swap, setOldFilesAside, keep",
      "log.repair.NewLog, finish, "})
  void aBugIsCaught(String type, String method, String call) {
    Mutant mutant = new Mutant().with(type, method, call == null ? Mutant.doingNothing() : Mutant.without(call));
    assertThatThrownBy(() -> mutant.run("aRepairIsNeitherHalfDoneNorForgetful", locks)).isExactlyInstanceOf(AssertionError.class);
  }
}
