package dev.syncline.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Promises 4, 12 to 16 and 19 on a simulated disk: see {@link CrashExplorer}.
 *
 * <p>How long: {@code -Dsyncline.crash.states=20000}, or {@code -Dsyncline.crash.seconds=3600} for a night. Where to begin: {@code
 * -Dsyncline.crash.seed=1}. A failure names a seed, a moment and a kind; with {@code -Dsyncline.crash.moment=} and {@code
 * -Dsyncline.crash.kind=} beside the seed only that crash is gone through again.
 */
@Tag("laboratory")
class CrashStatesTest {
  private static final int STATES = Integer.getInteger("syncline.crash.states", 20_000);
  private static final long SECONDS = Long.getLong("syncline.crash.seconds", Nightly.crashSeconds());
  private static final long SEED = Long.getLong("syncline.crash.seed", Nightly.seed("crash states", 1));
  private static final Integer MOMENT = Integer.getInteger("syncline.crash.moment");
  private static final int WORKERS = 2;

  @TempDir private Path temporary;

  @Test
  void anyCrashLeavesWhatWasAcknowledgedAndNothingThatWasNotAttempted() throws Exception {
    Assumptions.assumeTrue(MOMENT == null, "one crash is gone through again");
    AtomicLong seeds = new AtomicLong(SEED);
    AtomicLong states = new AtomicLong();
    long began = System.nanoTime();
    BooleanSupplier enough = () ->
        SECONDS > 0 ? System.nanoTime() - began > TimeUnit.SECONDS.toNanos(SECONDS) : states.get() >= STATES;
    Callable<Void> work = () -> {
      CrashExplorer explorer = new CrashExplorer(Files.createTempDirectory(temporary, "lock"), states);
      while (!enough.getAsBoolean()) explorer.explore(seeds.getAndIncrement(), enough);
      return null;
    };
    ExecutorService workers = Executors.newFixedThreadPool(WORKERS);
    try {
      for (Future<Void> done : workers.invokeAll(Collections.nCopies(WORKERS, work), SECONDS + 3600, TimeUnit.SECONDS)) done.get();
    } finally {
      workers.shutdownNow();
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    System.out.printf("%d crash states of %d runs in %.1f s: %.0f a second%n",
        states.get(), seeds.get() - SEED, seconds, states.get() / seconds);
  }

  @Test
  void oneCrashAgain() throws Exception {
    Assumptions.assumeTrue(MOMENT != null, "only when a moment is given");
    new CrashExplorer(temporary, new AtomicLong()).again(SEED, MOMENT, System.getProperty("syncline.crash.kind", "TORN"));
  }
}
