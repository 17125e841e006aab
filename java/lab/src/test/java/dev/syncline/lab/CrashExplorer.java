package dev.syncline.lab;

import dev.syncline.WriteAheadLog;
import dev.syncline.lab.CrashHistory.Owed;
import dev.syncline.lab.Survival.Kind;
import dev.syncline.tck.DiskImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * Crashes random runs of a log after every single storage operation, recovers what a power cut may leave, and judges it; crashes the
 * recovery too, and what is done after it.
 *
 * <p>A run is recorded once; what a crash at any moment of it leaves is then computed. Used by one thread.
 */
public final class CrashExplorer {
  private static final int AFTERMATH_ACTIONS = 3;

  /** Few of the ways to survive for each step, in turns: more different runs find more than the same run cut in every way. */
  private static final int KINDS_PER_STEP = 2;

  private final Path directory;
  private final Path images;
  private final SimulatedDisk.Lie[] lies;
  private final AtomicLong states;

  /**
   * @param directory an empty real directory for the lock
   * @param states counts the crash states recovered and judged
   */
  public CrashExplorer(Path directory, AtomicLong states, SimulatedDisk.Lie... lies) {
    this(directory, Path.of("target", "crashes"), states, lies);
  }

  /** @param images where to keep what a crash left that was not recovered as it must be */
  CrashExplorer(Path directory, Path images, AtomicLong states, SimulatedDisk.Lie... lies) {
    this.directory = directory;
    this.images = images;
    this.states = states;
    this.lies = lies;
  }

  /** One run, recorded. */
  private record Recorded(long seed, CrashSettings settings, SimulatedDisk disk, CrashHistory history) {}

  /** Records the run of that seed and goes through its crashes until {@code enough} says so. */
  public void explore(long seed, BooleanSupplier enough) throws Exception {
    Recorded run = record(seed);
    List<DiskStep> steps = run.disk.steps();
    List<Kind> kinds = Survival.kinds();
    for (int i = 0; i < steps.size(); i++) {
      for (int k = 0; k < KINDS_PER_STEP; k++) {
        if (enough.getAsBoolean()) return;
        Kind kind = kinds.get((int) Math.floorMod(seed + i + (long) k * kinds.size() / KINDS_PER_STEP, (long) kinds.size()));
        crash(run, steps.get(i).began + 1, kind);
      }
    }
    crash(run, run.disk.moment(), Kind.NOTHING);
  }

  /** Goes through one crash again, as the message of a failure names it. */
  public void again(long seed, int moment, String kind) throws Exception {
    crash(record(seed), moment, Kind.valueOf(kind));
  }

  private Recorded record(long seed) throws Exception {
    CrashSettings settings = CrashSettings.of(new Random(seed));
    SimulatedDisk disk = new SimulatedDisk(DiskImage.empty(), lies);
    try {
      CrashHistory history = CrashWorkload.run(settings, disk, directory, seed);
      return new Recorded(seed, settings, disk, history);
    } catch (Exception | AssertionError e) {
      throw new AssertionError("seed " + seed + ", " + settings + ": the run itself failed after " + told(disk.steps()), e);
    }
  }

  private static String told(List<DiskStep> steps) {
    StringBuilder text = new StringBuilder();
    for (DiskStep step : steps) text.append("\n  ").append(step);
    return text.toString();
  }

  private void crash(Recorded run, int moment, Kind kind) throws Exception {
    long seed = run.seed * 31 + moment * 131L + kind.ordinal();
    StringBuilder trail = new StringBuilder();
    DiskImage image = run.disk.cut(moment, new Survival(kind, seed));
    try {
      recover(run.settings, image, run.history.owedAt(moment), new Random(seed), 2, trail);
    } catch (Exception | AssertionError e) {
      throw new AssertionError(failure(run, moment, kind, image, trail), e);
    }
  }

  private String failure(Recorded run, int moment, Kind kind, DiskImage image, StringBuilder trail) throws IOException {
    Path kept = images.resolve(run.seed + "-" + moment + "-" + kind);
    Files.createDirectories(kept);
    image.dump(kept);
    StringBuilder text = new StringBuilder("seed " + run.seed + ", crash at " + moment + ", " + kind + " (image in " + kept + ")\n");
    text.append(run.settings).append('\n');
    for (DiskStep step : run.disk.steps()) if (step.began < moment) text.append("  ").append(step).append('\n');
    for (CrashHistory.Call call : run.history.calls()) if (call.began < moment) text.append("  ").append(call).append('\n');
    return text.append(trail).toString();
  }

  private void recover(CrashSettings settings, DiskImage image, Owed owed, Random random, int depth, StringBuilder trail) throws Exception {
    states.incrementAndGet();
    trail.append("image: ").append(image).append('\n');
    SimulatedDisk disk = new SimulatedDisk(image, lies);
    long seed = random.nextLong();
    WriteAheadLog log = CrashWorkload.open(settings, disk, directory, seed);
    CrashContents found = CrashJudgement.judge(log, owed);
    trail.append("found ").append(found).append("; ").append(log.recovery()).append('\n');
    if (depth == 0) return;
    int recovered = disk.moment();
    CrashHistory history = CrashWorkload.goOn(settings, disk, directory, seed, log, found, random.nextInt(AFTERMATH_ACTIONS + 1));
    boolean duringRecovery = random.nextBoolean();
    int moment = random.nextInt((duringRecovery ? recovered : disk.moment()) + 1);
    Kind kind = Survival.kinds().get(random.nextInt(Survival.kinds().size()));
    for (DiskStep step : disk.steps()) if (step.began < moment) trail.append("  then ").append(step).append('\n');
    for (CrashHistory.Call call : history.calls()) trail.append("  then ").append(call).append('\n');
    trail.append("crash again at ").append(moment).append(", ").append(kind).append('\n');
    DiskImage next = disk.cut(moment, new Survival(kind, random.nextLong()));
    recover(settings, next, history.owedAt(moment), random, depth - 1, trail);
  }
}
