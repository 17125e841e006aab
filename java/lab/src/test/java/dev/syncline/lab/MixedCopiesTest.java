package dev.syncline.lab;

import static dev.syncline.lab.CrashJudgement.require;

import dev.syncline.CorruptLogException;
import dev.syncline.CorruptionPolicy;
import dev.syncline.Damage;
import dev.syncline.LogRepair;
import dev.syncline.RepairPlan;
import dev.syncline.RepairResult;
import dev.syncline.SequenceRange;
import dev.syncline.SynclineException;
import dev.syncline.Verification;
import dev.syncline.VerifyReport;
import dev.syncline.WalCursor;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import dev.syncline.io.Storage;
import dev.syncline.tck.DiskImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Directories mixed from many copies of one log: whoever reads them, by whichever way, sees the same records. */
@Tag("laboratory")
class MixedCopiesTest {
  private static final int LOGS = Nightly.isOn() ? 1000 : 12;
  private static final int MIXTURES = 25;
  private static final int WALK_MAX = 1000;
  private static final Path FAILED = Path.of("target", "mixed-copies");

  private static final byte[] MORE = "more".getBytes(StandardCharsets.US_ASCII);

  @TempDir Path locks;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatVerifyCountsIsWhatCursorsAndPointReadsShow(boolean joins) throws IOException {
    long first = Nightly.seed("mixed copies", 1);
    for (long seed = first; seed < first + LOGS; seed++) mix(seed, joins);
    // What these have found once: an empty segment that is missing, and the slots of a sealed one.
    mix(joins ? 5421 : 5499, joins);
  }

  private void mix(long seed, boolean joins) throws IOException {
    MixedCopies copies = new MixedCopies(seed, joins, locks);
    for (int mixture = 0; mixture < MIXTURES; mixture++) {
      DiskImage image = copies.mixed();
      try {
        judge(copies, image);
      } catch (IOException | RuntimeException | AssertionError e) {
        // Files are made ready in the background, so that the seed alone may not give the very same again.
        Path kept = FAILED.resolve(seed + "-" + joins + "-" + mixture);
        image.dump(kept);
        String what = "seed " + seed + (joins ? ", joins, " : ", ") + String.join("; ", copies.edits());
        throw new AssertionError(what + ", kept in " + kept + ": " + e, e);
      }
    }
  }

  /** Every way to open the directory, and to mend it. */
  static void judge(MixedCopies copies, DiskImage image) throws IOException {
    for (Verification verification : Verification.values()) {
      WalOptions options = GoldenLog.options().verifyOnOpen(verification).build();
      SimulatedDisk disk = new SimulatedDisk(image);
      try (WriteAheadLog log = WriteAheadLog.openReadOnly(copies.storage(disk), options)) {
        Shown.of(log, copies, "read-only, " + verification);
      } catch (SynclineException refused) {
        // It says what is wrong.
      }
      try (WriteAheadLog log = WriteAheadLog.open(copies.storage(disk), options)) {
        Shown.of(log, copies, "opened, " + verification);
      } catch (SynclineException refused) {
        // The same.
      }
      givenUp(copies, new SimulatedDisk(image), verification);
      forgotten(copies, new SimulatedDisk(image), options);
    }
    repaired(copies, new SimulatedDisk(image));
  }

  private static void givenUp(MixedCopies copies, SimulatedDisk disk, Verification verification) throws IOException {
    WalOptions options = GoldenLog.options().verifyOnOpen(verification).corruptionPolicy(CorruptionPolicy.TRUNCATE).build();
    SortedMap<Long, String> then;
    try (WriteAheadLog log = WriteAheadLog.open(copies.storage(disk), options)) {
      then = Shown.of(log, copies, "given up").records;
      // A seal that is damaged is not what is given up.
      boolean whole = log.verify().damage().stream().noneMatch(Damage::losesRecords);
      if (verification == Verification.FULL) require(whole, "given up: " + log.verify().damage());
      log.append(MORE);
    } catch (SynclineException refused) {
      return;
    }
    requireGoesOn(copies, disk, options, then, true);
  }

  private static void requireGoesOn(
      MixedCopies copies, SimulatedDisk disk, WalOptions options, SortedMap<Long, String> then, boolean whole) throws IOException {
    try (WriteAheadLog log = WriteAheadLog.open(copies.storage(disk), options)) {
      SortedMap<Long, String> now = Shown.of(log, copies, "opened again").records;
      require(!whole || log.recovery().damage().isEmpty(), "opened again: " + log.recovery().damage());
      require(now.size() == then.size() + 1 && now.entrySet().containsAll(then.entrySet()),
          "expected one more than " + then.keySet() + ", found " + now.keySet() + "; " + log.recovery().damage());
    }
  }

  /** A truncation past the damage makes the log writable, if all that is wrong lies there. */
  private static void forgotten(MixedCopies copies, SimulatedDisk disk, WalOptions options) throws IOException {
    SortedMap<Long, String> then;
    try (WriteAheadLog log = WriteAheadLog.open(copies.storage(disk), options)) {
      long lost = log.recovery().damage().stream().mapToLong(Damage::lastLost).max().orElse(0);
      log.truncate(Math.max(lost, log.firstSequence() - 1));
      then = Shown.of(log, copies, "forgotten").records;
      if (!log.recovery().writable()) return;
      log.append(MORE);
    } catch (SynclineException refused) {
      return;
    }
    requireGoesOn(copies, disk, options, then, false);
  }

  private static void repaired(MixedCopies copies, SimulatedDisk disk) throws IOException {
    RepairPlan plan;
    RepairResult result;
    try (Storage storage = copies.storage(disk)) {
      plan = LogRepair.plan(storage);
    } catch (SynclineException refused) {
      return;
    }
    try (Storage storage = copies.storage(disk)) {
      result = LogRepair.apply(storage, GoldenLog.options().build());
    } catch (SynclineException refused) {
      return;
    }
    require(result.lost().equals(plan.lost()), "planned to lose " + plan.lost() + ", lost " + result.lost());
    try (WriteAheadLog log = WriteAheadLog.open(copies.storage(disk), GoldenLog.options().build())) {
      Shown shown = Shown.of(log, copies, "repaired");
      require(log.verify().ok(), "repaired: " + log.verify().damage());
      for (SequenceRange range : plan.lost())
        require(shown.records.subMap(range.first(), range.last() + 1).isEmpty(),
            "said to be lost " + range + ", shown " + shown.records.keySet());
      boolean kept = plan.lost().isEmpty() || shown.records.size() == result.keptRecords();
      require(kept, "said to be kept " + result.keptRecords() + ", shown " + shown.records.keySet());
    }
  }

  /** What a reader shows who goes on behind each damaged place. */
  private record Shown(SortedMap<Long, String> records, List<Damage> met) {
    static Shown of(WriteAheadLog log, MixedCopies copies, String how) throws IOException {
      try {
        return read(log, copies);
      } catch (AssertionError e) {
        throw new AssertionError(how + ": " + e.getMessage(), e);
      } catch (IOException | RuntimeException e) {
        throw new AssertionError(how + ": " + e, e);
      }
    }

    private static Shown read(WriteAheadLog log, MixedCopies copies) throws IOException {
      VerifyReport report = log.verify();
      Shown shown = new Shown(new TreeMap<>(), new ArrayList<>(log.recovery().damage()));
      long after = 0;
      for (Damage met = shown.readOn(log, after); met != null; met = shown.readOn(log, after)) {
        require(met.lastLost() > after, "behind " + after + " a cursor met " + met);
        after = met.lastLost();
        shown.met.add(met);
      }
      shown.records.forEach((sequence, text) ->
          require(!text.startsWith("life") || copies.wasWritten(text), "record " + sequence + " was never written: " + text));
      List<Long> points = new ArrayList<>();
      long last = Math.max(log.currentSequence(), shown.records.isEmpty() ? 0 : shown.records.lastKey()) + 2;
      for (long sequence = 1; sequence <= last; sequence++) if (point(log, sequence)) points.add(sequence);
      require(points.equals(List.copyOf(shown.records.keySet())),
          "cursors show " + shown.records.keySet() + ", point reads " + points + "; met " + shown.met);
      require(report.records() == points.size(), "cursors show " + points + ", found " + report + "; met " + shown.met);
      long first = points.isEmpty() ? report.lastSequence() + 1 : points.get(0);
      require(report.firstSequence() == first, "expected a first sequence of " + first + ", found " + report);
      long end = points.isEmpty() ? 0 : points.get(points.size() - 1);
      require(report.lastSequence() >= end, "expected a last sequence of " + end + " or more, found " + report);
      shown.requireTold(log, report);
      return shown;
    }

    /** Whatever is not shown between the first and the last is named by verify, or a gap on record. */
    private void requireTold(WriteAheadLog log, VerifyReport report) {
      if (records.isEmpty()) return;
      for (long sequence = records.firstKey(); sequence < records.lastKey(); sequence++) {
        long wanted = sequence;
        boolean told = records.containsKey(wanted)
            || report.damage().stream().anyMatch(each -> each.firstLost() <= wanted && wanted <= each.lastLost())
            || log.recovery().gaps().stream().anyMatch(each -> each.first() <= wanted && wanted <= each.last());
        require(told, "nobody tells of " + wanted + ", shown " + records.keySet() + "; " + report + "; gaps " + log.recovery().gaps());
      }
    }

    private Damage readOn(WriteAheadLog log, long after) throws IOException {
      try (WalCursor cursor = log.iterate(after)) {
        while (cursor.advance()) {
          require(records.size() < WALK_MAX, "a cursor does not end");
          require(records.isEmpty() || records.lastKey() < cursor.sequence(), cursor.sequence() + " behind " + records.keySet());
          records.put(cursor.sequence(), StandardCharsets.ISO_8859_1.decode(cursor.valueView()).toString());
        }
        return cursor.damage().orElse(null);
      } catch (CorruptLogException e) {
        return e.damage().orElseThrow(() -> e);
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
    }

    private static boolean point(WriteAheadLog log, long sequence) throws IOException {
      try {
        return log.read(sequence).isPresent();
      } catch (CorruptLogException damaged) {
        return false;
      }
    }
  }
}
