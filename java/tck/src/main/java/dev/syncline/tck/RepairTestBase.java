package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.LogRepair;
import dev.syncline.RepairPlan;
import dev.syncline.RepairResult;
import dev.syncline.SequenceRange;
import dev.syncline.Verification;
import dev.syncline.WalOptions;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import dev.syncline.io.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What tests of repairs share: a log to be harmed, and what must be so when it has been repaired. */
public abstract class RepairTestBase extends LogTestBase {
  static final long LAST = 100;
  static final long TRUNCATED = 4;
  static final long CHECKPOINT = 35;
  static final long COVERED = 20;

  /**
   * A closed log of several segments: entries, a batch of three (11 to 14), a checkpoint (35, covering 20), the last sequence 100;
   * truncated up to 4.
   */
  protected final Path givenRepairable() throws IOException {
    try (WriteAheadLog log = open(LogTestBase::smallSegments)) {
      appendEntries(log, 10);
      log.appendBatch(batch("batch-one", "batch-two", "batch-three"));
      appendEntries(log, 20);
      log.checkpoint(COVERED);
      appendEntries(log, 65);
      log.truncate(TRUNCATED);
    }
    return directory();
  }

  protected final RepairPlan plan(Path directory) throws IOException {
    try (Storage storage = openStorage(directory)) {
      return LogRepair.plan(storage);
    }
  }

  protected final RepairResult repair(Path directory) throws IOException {
    try (Storage storage = openStorage(directory)) {
      return repair(storage);
    }
  }

  protected static RepairResult repair(Storage storage) throws IOException {
    return LogRepair.apply(storage, WalOptions.defaults());
  }

  /** Repairs in a process that dies after so many changes of the directory; returns whether it came to that. */
  protected final boolean diesAfter(Path log, int changes) throws IOException {
    PausableStorage mortal = new PausableStorage(openStorage(log));
    mortal.dieAfter(changes);
    try (mortal) {
      repair(mortal);
    } catch (IOException died) {
      assertThat(mortal.isDead()).as("failed although every operation had succeeded: %s", died).isTrue();
    }
    return mortal.isDead();
  }

  /** Every record, markers and what a value holds included, in a line. */
  protected static List<String> everything(WriteAheadLog log) throws IOException {
    List<String> lines = new ArrayList<>();
    for (WalRecord record : records(log.iterate())) lines.add(lineWithMark(record));
    return lines;
  }

  /** The same of one. */
  protected static String lineWithMark(WalRecord record) {
    return line(record) + (record.type().isData() ? "" : " " + record.marked());
  }

  protected static List<String> without(List<String> lines, List<SequenceRange> lost) {
    return lines.stream().filter(line -> {
      long sequence = sequenceIn(line);
      return lost.stream().noneMatch(range -> range.first() <= sequence && sequence <= range.last());
    }).toList();
  }

  protected static long sequenceIn(String line) {
    return Long.parseLong(line.substring(0, line.indexOf(' ')));
  }

  protected static List<SequenceRange> ranges(long... pairs) {
    return IntStream.range(0, pairs.length / 2).mapToObj(i -> new SequenceRange(pairs[2 * i], pairs[2 * i + 1])).toList();
  }

  /** Opens it twice and looks at everything; appends in between. */
  protected final void assertWholeWith(Path directory, List<String> expected, List<SequenceRange> gaps, long next) throws IOException {
    List<String> all = new ArrayList<>(expected);
    for (int opening = 0; opening < 2; opening++) {
      try (WriteAheadLog log = open(directory, options -> options.maxSegmentSize(SMALL_SEGMENT_BYTES).verifyOnOpen(Verification.FULL))) {
        assertThat(log.recovery().damage()).isEmpty();
        assertThat(log.recovery().writable()).isTrue();
        assertThat(everything(log)).isEqualTo(all);
        assertThat(log.recovery().gaps()).as("gaps on record").containsAll(gaps);
        assertThat(log.verify().damage()).isEmpty();
        assertThat(log.append(entryPayload(next + opening))).isEqualTo(next + opening);
        all.addAll(entryLines(next + opening, next + opening));
      }
    }
  }

  /** What was in the old files is kept byte for byte. */
  protected static void assertKeptInQuarantine(List<byte[]> old, Path directory) throws IOException {
    List<byte[]> kept = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory.resolve("quarantine"))) {
      for (Path file : files.toList()) kept.add(Files.readAllBytes(file));
    }
    for (byte[] file : old) assertThat(kept).as("a file of %d bytes", file.length).anyMatch(copy -> Arrays.equals(copy, file));
  }

  /** The segments and the mark, as bytes. */
  protected static List<byte[]> contents(Path directory) throws IOException {
    List<byte[]> contents = new ArrayList<>();
    for (Path file : DirectoryBytes.files(directory, name -> name.endsWith(".wal") || name.equals("log.mark")))
      contents.add(Files.readAllBytes(file));
    return contents;
  }

  /** All sequences of some ranges. */
  protected static TreeSet<Long> sequencesOf(List<SequenceRange> ranges) {
    TreeSet<Long> all = new TreeSet<>();
    for (SequenceRange range : ranges) for (long sequence = range.first(); sequence <= range.last(); sequence++) all.add(sequence);
    return all;
  }
}
