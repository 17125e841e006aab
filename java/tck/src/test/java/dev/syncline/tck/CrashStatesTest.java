package dev.syncline.tck;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Promises 4, 12 to 16 and 19 on a simulated disk: see {@link CrashExplorer}. */
class CrashStatesTest {
  private static final int STATES = Integer.getInteger("syncline.crash.states", 20_000);
  private static final int WORKERS = 2;

  @TempDir private Path temporary;

  @Test
  void anyCrashLeavesWhatWasAcknowledgedAndNothingThatWasNotAttempted() throws Exception {
    AtomicLong seeds = new AtomicLong(Long.getLong("syncline.crash.seed", 1));
    AtomicLong states = new AtomicLong();
    long began = System.nanoTime();
    Together.run(WORKERS, worker -> {
      CrashExplorer explorer = new CrashExplorer(Files.createDirectory(temporary.resolve("worker-" + worker)));
      while (states.get() < STATES) {
        long before = explorer.states();
        explorer.explore(seeds.getAndIncrement(), () -> states.get() >= STATES);
        states.addAndGet(explorer.states() - before);
      }
    });
    double seconds = (System.nanoTime() - began) / 1e9;
    System.out.printf("%d crash states in %.1f s: %.0f a second%n", states.get(), seconds, states.get() / seconds);
  }
}
