package dev.syncline.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.IncompatibleLogException;
import dev.syncline.LogRepair;
import dev.syncline.RepairResult;
import dev.syncline.SequenceRange;
import dev.syncline.Verification;
import dev.syncline.WalCursor;
import dev.syncline.WriteAheadLog;
import dev.syncline.lab.Survival.Kind;
import dev.syncline.tck.DiskImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;

/** Repairs of one damaged log on a simulated disk, cut off wherever somebody likes, and what must be so then. Used by one thread. */
final class RepairRun {
  private static final int BLOCK_BYTES = GoldenLog.BLOCK_BYTES;
  private static final int KINDS_PER_STEP = 3;

  private final Path locks;
  private final DiskImage damaged;
  private final TreeMap<Long, String> expected = new TreeMap<>();
  private final TreeMap<Long, String> readableBefore;
  private final List<SequenceRange> lost;
  private final long highest;
  private final int frames;

  /**
   * In the middle segment a frame is harmed, and if the mark is too, all of it must be told from segments.
   *
   * @param locks an empty real directory
   */
  RepairRun(Path locks, boolean mark, boolean closed) throws IOException {
    this.locks = locks;
    GoldenLog golden = GoldenLog.write(locks, closed);
    highest = golden.contents().records().lastKey();
    GoldenLog.GoldenSegment middle = golden.segments().get(1);
    byte[] bytes = golden.image().bytes(middle.name());
    bytes[middle.frames().get(1).start() + 100] ^= 1;
    DiskImage harmed = golden.image().with(middle.name(), bytes);
    // Its last record is known to have been there, and its sequence is not to be used again.
    if (closed) harmed = harmed.with(golden.newest().name(), withoutTheLastFrame(golden));
    frames = golden.segments().stream().mapToInt(segment -> segment.dataFrames().size()).sum() - (closed ? 2 : 1);
    damaged = mark ? harmed.with("log.mark", new byte[8192]) : harmed;
    SimulatedDisk disk = new SimulatedDisk(damaged);
    try (SimulatedStorage storage = storage(disk)) {
      lost = LogRepair.plan(storage).lost();
    }
    assertThat(lost).isNotEmpty();
    golden.contents().records().forEach((sequence, record) -> {
      if (lost.stream().noneMatch(range -> range.first() <= sequence && sequence <= range.last())) expected.put(sequence, record.toString());
    });
    assertThat(expected.lastKey()).as("records behind the damage").isGreaterThan(lost.get(0).last());
    try (WriteAheadLog log = open(disk)) {
      readableBefore = contents(log);
    }
  }

  private static byte[] withoutTheLastFrame(GoldenLog golden) {
    byte[] bytes = golden.image().bytes(golden.newest().name());
    List<GoldenLog.GoldenFrame> newest = golden.newest().dataFrames();
    bytes[newest.get(newest.size() - 1).start() + 100] ^= 1;
    return bytes;
  }

  private SimulatedStorage storage(SimulatedDisk disk) {
    return new SimulatedStorage(disk, locks, SimulatedStorage.traits(BLOCK_BYTES, false, true));
  }

  private WriteAheadLog open(SimulatedDisk disk) throws IOException {
    return WriteAheadLog.open(storage(disk), GoldenLog.options().verifyOnOpen(Verification.FULL).build());
  }

  private RepairResult repair(SimulatedDisk disk) throws IOException {
    try (SimulatedStorage storage = storage(disk)) {
      return LogRepair.apply(storage, GoldenLog.options().build());
    }
  }

  private static TreeMap<Long, String> contents(WriteAheadLog log) throws IOException {
    TreeMap<Long, String> contents = new TreeMap<>();
    try (WalCursor cursor = log.iterate()) {
      cursor.forEachRemaining(record -> contents.put(record.sequence(), CrashRecord.of(record).toString()));
    }
    return contents;
  }

  /**
   * Cuts the power at each step, or at some of them, in several ways, and has the next repair cut off as well.
   *
   * @param stride 1 for each step
   * @return the states that were found
   */
  TreeSet<String> cutEverywhere(int stride) throws Exception {
    SimulatedDisk disk = new SimulatedDisk(damaged);
    try {
      assertThat(repair(disk).changed()).isTrue();
      assertWhole(disk);
    } catch (Exception | AssertionError e) {
      throw new AssertionError("without a cut", e);
    }
    List<DiskStep> steps = disk.steps();
    TreeSet<String> seen = new TreeSet<>();
    List<Kind> kinds = Survival.kinds();
    for (int i = 0; i <= steps.size(); i++) {
      if (i % stride != 0 && i < steps.size()) continue;
      int moment = i < steps.size() ? steps.get(i).began + 1 : disk.moment();
      for (int k = 0; k < KINDS_PER_STEP; k++) {
        Kind kind = kinds.get((i + k * KINDS_PER_STEP) % kinds.size());
        String step = "cut at step " + i + " of " + steps.size() + ", " + kind + (i < steps.size() ? ": " + steps.get(i) : "");
        DiskImage image = disk.cut(moment, new Survival(kind, 31L * i + k));
        try {
          seen.add(judge(image));
          finish(image, new Random(i));
        } catch (Exception | AssertionError e) {
          throw new AssertionError(step + "; left " + image, e);
        }
      }
    }
    return seen;
  }

  /** Has the disk fail for good after any number of changes; returns how many times a repair failed. */
  int failEverywhere() throws IOException {
    SimulatedDisk whole = new SimulatedDisk(damaged);
    repair(whole);
    int failures = 0;
    for (int changes = 0; changes < whole.steps().size(); changes++) {
      SimulatedDisk disk = new SimulatedDisk(damaged);
      disk.powerOffAfter(changes);
      try {
        repair(disk);
      } catch (IOException e) {
        failures++;
      }
      DiskImage left = disk.cut(disk.moment(), new Survival(Kind.EVERYTHING, changes));
      judge(left);
      finish(left, new Random(changes));
    }
    return failures;
  }

  /** Which of the three it is; anything else fails. */
  private String judge(DiskImage image) throws IOException {
    SimulatedDisk disk = new SimulatedDisk(image);
    String found;
    try (WriteAheadLog log = open(disk)) {
      TreeMap<Long, String> contents = contents(log);
      found = log.recovery().damage().isEmpty() ? "repaired" : "as before";
      if (found.equals("repaired")) assertThat(contents).isEqualTo(expected);
      else assertThat(contents).isEqualTo(readableBefore);
    } catch (IncompatibleLogException e) {
      assertThat(e).hasMessageContaining("a repair was begun and has not ended").hasMessageContaining("--apply");
      found = "under way";
    }
    assertThat(readOnly(new SimulatedDisk(image))).isEqualTo(found);
    return found;
  }

  private String readOnly(SimulatedDisk disk) throws IOException {
    try (WriteAheadLog log = WriteAheadLog.openReadOnly(storage(disk), GoldenLog.options().verifyOnOpen(Verification.FULL).build())) {
      return log.recovery().damage().isEmpty() ? "repaired" : "as before";
    } catch (IncompatibleLogException e) {
      return "under way";
    }
  }

  /** Repairs again, is cut off again, and repairs then. */
  private void finish(DiskImage image, Random random) throws IOException {
    SimulatedDisk second = new SimulatedDisk(image);
    repair(second);
    assertWhole(second);
    Kind kind = Survival.kinds().get(random.nextInt(Survival.kinds().size()));
    DiskImage again = second.cut(random.nextInt(second.moment() + 1), new Survival(kind, random.nextLong()));
    judge(again);
    SimulatedDisk third = new SimulatedDisk(again);
    repair(third);
    assertWhole(third);
  }

  private void assertWhole(SimulatedDisk disk) throws IOException {
    DiskImage image = disk.cut(disk.moment(), new Survival(Kind.NOTHING, 1));
    SimulatedDisk after = new SimulatedDisk(image);
    try (WriteAheadLog log = open(after)) {
      assertThat(log.recovery().damage()).isEmpty();
      assertThat(contents(log)).isEqualTo(expected);
      assertThat(log.recovery().gaps()).containsAll(lost);
      assertThat(log.verify().frames()).as("frames that are damaged one by one").isEqualTo(frames);
      assertThat(log.append(new byte[1])).isEqualTo(highest + 1);
    }
    Map<String, Integer> kept = new HashMap<>(image.directories().getOrDefault("quarantine", Map.of()));
    for (String name : damaged.names()) {
      if (!name.endsWith(".wal") && !name.equals("log.mark")) continue;
      byte[] old = damaged.bytes(name);
      assertThat(kept.values()).as("%s in quarantine", name).anyMatch(file -> Arrays.equals(image.files().get(file), old));
    }
    assertThat(image.directories().getOrDefault("repair", Map.of())).as("left in repair").isEmpty();
  }
}
