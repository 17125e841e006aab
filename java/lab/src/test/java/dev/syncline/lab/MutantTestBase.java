package dev.syncline.lab;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What finds planted bugs: the crash states, in no more than {@link CrashStatesTest} goes through. */
@Tag("laboratory")
@Timeout(value = 900, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class MutantTestBase {
  private static final int STATES_MAX = 20_000;

  @TempDir Path directory;

  final void assertCaughtByCrashes(Mutant mutant) {
    assertCaughtByCrashes(1, mutant);
  }

  /**
   * What a run does depends on how its threads come to run, so a rare bug may hide from one budget: then the next seeds get the same again.
   *
   * @param firstSeed of the runs; some that find the bug early save time
   */
  final void assertCaughtByCrashes(long firstSeed, Mutant mutant) {
    assertThatThrownBy(() -> {
      mutant.run("explore", directory, firstSeed, STATES_MAX);
      mutant.run("explore", directory, firstSeed + STATES_MAX, STATES_MAX);
    }).isExactlyInstanceOf(AssertionError.class);
  }
}
