package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.tck.SimulatedDisk.Lie;
import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The search for bad crash states finds some where there are some: on a disk that does not do what it says. */
@Timeout(60)
class CrashExplorerTest {
  private static final int STATES_MAX = 20_000;

  @TempDir private Path directory;

  @ParameterizedTest
  @EnumSource(Lie.class)
  void aDiskThatLiesIsFoundOut(Lie lie) {
    CrashExplorer explorer = new CrashExplorer(directory, lie);
    assertThatThrownBy(() -> {
      for (long seed = 1; explorer.states() < STATES_MAX; seed++) explorer.explore(seed, () -> explorer.states() >= STATES_MAX);
    }).isInstanceOf(AssertionError.class).hasMessageContaining("seed");
  }
}
