package dev.syncline.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The crash contract can fail: on a disk that does less than it says, it does. */
@Tag("laboratory")
@Timeout(900)
class LyingDiskTest {
  private static final int SEEDS = 20;

  @TempDir private Path temporary;

  @ParameterizedTest
  @EnumSource
  void aDiskThatLiesIsNoticed(SimulatedDisk.Lie lie) {
    CrashExplorer explorer = new CrashExplorer(temporary, new AtomicLong(), lie);
    Throwable noticed = null;
    for (int seed = 1; seed <= SEEDS && noticed == null; seed++) {
      int one = seed;
      noticed = catchThrowable(() -> explorer.explore(one, () -> false));
    }
    assertThat(noticed).isInstanceOf(AssertionError.class);
  }
}
