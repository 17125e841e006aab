package dev.syncline.lab;

import dev.syncline.CorruptionPolicy;
import dev.syncline.SyncMode;
import dev.syncline.Verification;
import dev.syncline.format.Layout;
import dev.syncline.io.Storage;
import dev.syncline.io.StorageTraits;
import dev.syncline.lab.IndexRun.State;
import dev.syncline.log.SegmentedLog;
import dev.syncline.log.options.LogOptions;
import dev.syncline.tck.DiskImage;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs of appends, truncations at both ends and resets on a simulated disk, crashed after every storage operation; the recovery
 * and what follows it are crashed again.
 *
 * <p>How long: {@code -Dsyncline.index.states=2000}, or {@code -Dsyncline.index.seconds=600}. Where to begin: {@code
 * -Dsyncline.index.seed=1}.
 */
@Tag("laboratory")
class IndexCrashStatesTest {
  private static final int STATES = Integer.getInteger("syncline.index.states", 2_000);
  private static final long SECONDS = Long.getLong("syncline.index.seconds", 0);
  private static final long SEED = Long.getLong("syncline.index.seed", 1);
  private static final int ACTIONS = 25;

  @TempDir private Path directory;
  private int states;

  @Test
  void anyCrashLeavesTheLogAsItWasBeforeTheCallOrAfterItOrAPrefixOfARun() throws Exception {
    long began = System.nanoTime();
    for (long seed = SEED; !enough(began); seed++) explore(seed);
  }

  private boolean enough(long beganNanos) {
    return SECONDS > 0 ? System.nanoTime() - beganNanos > TimeUnit.SECONDS.toNanos(SECONDS) : states >= STATES;
  }

  private void explore(long seed) throws Exception {
    Random random = new Random(seed);
    LogOptions options = options(random);
    StorageTraits traits = SimulatedStorage.traits(random.nextBoolean() ? 1 : 512, random.nextBoolean(), random.nextBoolean());
    SimulatedDisk disk = new SimulatedDisk(DiskImage.empty());
    IndexRun run = new IndexRun(disk, storage(disk, traits), options, State.EMPTY, random);
    run.perform(ACTIONS);
    run.close();
    List<DiskStep> steps = disk.steps();
    List<Survival.Kind> kinds = Survival.kinds();
    for (int i = 0; i < steps.size(); i++) {
      Survival.Kind kind = kinds.get((int) ((seed + i) % kinds.size()));
      int moment = steps.get(i).began + 1;
      try {
        recover(run, disk.cut(moment, new Survival(kind, seed + i)), moment, options, traits, new Random(seed * 31 + i), 2);
      } catch (Exception | AssertionError e) {
        throw new AssertionError("seed " + seed + ", crash at " + moment + ", " + kind, e);
      }
    }
  }

  private void recover(
      IndexRun crashed, DiskImage image, int moment, LogOptions options, StorageTraits traits, Random random, int depth) throws Exception {
    states++;
    SimulatedDisk disk = new SimulatedDisk(image);
    State found;
    try (SegmentedLog log = SegmentedLog.open(storage(disk, traits), options)) {
      found = State.of(log);
      crashed.judge(found, moment);
    }
    if (depth == 0) return;
    SimulatedDisk again = new SimulatedDisk(image);
    IndexRun run = new IndexRun(again, storage(again, traits), options, found, random);
    run.perform(random.nextInt(4));
    int next = random.nextInt(again.moment() + 1);
    run.close();
    DiskImage left = again.cut(next, new Survival(Survival.kinds().get(random.nextInt(Survival.kinds().size())), random.nextLong()));
    recover(run, left, next, options, traits, random, depth - 1);
  }

  private Storage storage(SimulatedDisk disk, StorageTraits traits) {
    return new SimulatedStorage(disk, directory, traits);
  }

  /** Marks are written at once or never, and commits join for two of the log's seconds or for good: nothing waits for a clock. */
  private static LogOptions options(Random random) {
    long markNanos = random.nextInt(3) == 0 ? 1 : TimeUnit.HOURS.toNanos(1);
    Random identifiers = new Random(random.nextLong());
    long joinMillis = new long[] {0, 2_000, TimeUnit.HOURS.toMillis(1)}[random.nextInt(3)];
    Random steps = new Random(random.nextLong());
    AtomicLong millis = new AtomicLong(TimeUnit.DAYS.toMillis(20_000));
    InstantSource clock = () -> Instant.ofEpochMilli(millis.addAndGet(steps.nextInt(12) == 0 ? -5_000 : steps.nextInt(500)));
    return new LogOptions(
        SyncMode.SYNC, CorruptionPolicy.REFUSE, random.nextInt(3) == 0 ? Verification.FULL : Verification.TAIL,
        Layout.FRAMES_START_BYTES + 512L * (5 + random.nextInt(14)), 1 << 20, Long.MAX_VALUE, 1 << 20, 512, 1, markNanos,
        TimeUnit.SECONDS.toNanos(10),
        TimeUnit.SECONDS.toNanos(30), identifiers::nextLong, Runnable::run,
        clock, joinMillis, null);
  }
}
