package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.syncline.CorruptionPolicy;
import dev.syncline.RecordType;
import dev.syncline.SyncMode;
import dev.syncline.WalCursor;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Saved state, the checkpoint that says what it covers, and the truncation behind it, beside writers: promise 36. */
public abstract class CheckpointContract extends LogTestBase {

  /** What is saved elsewhere: each entry by its sequence, and up to which sequence all are there. */
  private record Saved(Map<Long, String> entries, long covered) {
    Saved with(List<WalRecord> records, long newCovered) {
      Map<Long, String> more = new TreeMap<>(entries);
      for (WalRecord record : records) if (record.type() == RecordType.ENTRY) more.put(record.sequence(), text(record.value()));
      return new Saved(more, newCovered);
    }
  }

  @Test
  void aCheckpointCoversWhatTheCallerSays() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 3);
    long covered = log.currentSequence(); // The state that is saved now.
    log.append(entryPayload(4));          // Somebody else, before the checkpoint.
    assertThat(log.checkpoint(covered)).isEqualTo(5);
    log.truncate(covered);
    log.append(entryPayload(6));
    assertThat(log.lastCheckpointCovers()).isEqualTo(3);
    List<String> lacking = List.of("4 ENTRY <entry-4>", "6 ENTRY <entry-6>");
    assertThat(lines(log.replay(log.lastCheckpointCovers()))).isEqualTo(lacking);
    assertThat(lines(log.replay(log.lastCheckpoint()))).as("not what the state lacks").isEqualTo(entryLines(6, 6));
    try (WriteAheadLog again = open(crashCopy(log))) {
      assertThat(again.lastCheckpointCovers()).isEqualTo(3);
      assertThat(lines(again.replay(again.lastCheckpointCovers()))).isEqualTo(lacking);
    }
  }

  /** What it would cover is cut away while it waits, and those sequences are used anew: they are not what the saved state has. */
  @Test
  void aCheckpointBesideACutCoversNothingThatTheCutHasTaken() throws Exception {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, options -> options.markInterval(NEVER));
    appendEntries(log, 10);
    FaultyStorage.Stall stall = disk.on(Operation.Op.WRITE_DURABLY).named("log.mark"::equals).stallBefore();
    Together.Task<Void> cut = Together.begin(() -> {
      log.truncateAfter(5);
      return null;
    });
    stall.awaitReached(Duration.ofSeconds(60));
    Together.Task<Long> checkpoint = Together.begin(() -> log.checkpoint());
    Together.Task<Throwable> beyond = Together.begin(() -> catchThrowable(() -> log.checkpoint(10)));
    Together.await("the checkpoints wait for the cut", () -> checkpoint.isWaiting() && beyond.isWaiting());
    stall.release();
    cut.get();
    assertThat(checkpoint.get()).isEqualTo(6);
    assertThat(beyond.get()).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("10");
    assertThat(log.lastCheckpoint()).isEqualTo(6);
    assertThat(log.lastCheckpointCovers()).isEqualTo(5);
    assertThat(log.append(entryPayload(7))).isEqualTo(7);
    log.close();
    try (WriteAheadLog again = open()) {
      assertThat(lines(again.replay(again.lastCheckpointCovers()))).isEqualTo(entryLines(7, 7));
    }
  }

  @Test
  void aCheckpointWithoutASequenceCoversWhatOthersHaveAppendedToo() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 4);
    assertThat(log.checkpoint()).isEqualTo(5);
    assertThat(log.lastCheckpointCovers()).isEqualTo(4);
  }

  @Test
  void theLastCheckpointCountsAlsoIfItCoversLess() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 4);
    log.checkpoint(3);
    log.checkpoint(1);
    assertThat(log.lastCheckpointCovers()).isEqualTo(1);
    try (WriteAheadLog again = open(crashCopy(log))) {
      assertThat(again.lastCheckpointCovers()).isEqualTo(1);
      assertThat(lines(again.replay(again.lastCheckpointCovers()))).isEqualTo(entryLines(2, 4));
    }
  }

  /** At any moment a crash leaves saved state and log that hold, together, every acknowledged record. */
  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void savedStateAndWhatIsReplayedHoldEveryAcknowledgedRecordBesideWriters(SyncMode mode) throws Exception {
    WriteAheadLog log = open(options -> options.syncMode(mode).maxSegmentSize(SMALL_SEGMENT_BYTES).syncInterval(Duration.ofMillis(1)));
    AtomicBoolean stop = new AtomicBoolean();
    Semaphore turns = new Semaphore(0); // So that there is something to do at each moment, and not more with each.
    List<AtomicLong> acknowledged = new ArrayList<>();
    List<Together.Task<Void>> writers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      AtomicLong last = new AtomicLong();
      acknowledged.add(last);
      String name = "writer " + i + " ";
      writers.add(Together.begin(() -> {
        for (long number = 1; !stop.get(); number++) {
          turns.acquireUninterruptibly();
          log.awaitDurable(log.append(bytes(name + number)));
          last.set(number);
        }
        return null;
      }));
    }
    Saved saved = new Saved(Map.of(), 0);
    for (int round = 1; round <= 4; round++) {
      long target = log.currentSequence() + 20;
      turns.release(20);
      Together.await("20 more records", () -> log.currentSequence() >= target);
      turns.release(20);
      Saved newer;
      try (WalCursor records = log.replay(log.lastCheckpointCovers())) {
        List<WalRecord> shown = records(records);
        records.requireComplete();
        newer = saved.with(shown, shown.get(shown.size() - 1).sequence());
      }
      assertNothingLost("round " + round + ", before the state is saved", log, saved, acknowledged);
      saved = newer;
      turns.release(20);
      assertNothingLost("round " + round + ", saved", log, saved, acknowledged);
      turns.release(20);
      log.checkpoint(saved.covered);
      assertNothingLost("round " + round + ", checkpoint written", log, saved, acknowledged);
      log.truncate(saved.covered);
      assertNothingLost("round " + round + ", truncated", log, saved, acknowledged);
    }
    stop.set(true);
    turns.release(writers.size());
    for (Together.Task<Void> writer : writers) writer.get();
    assertThat(log.firstSequence()).isEqualTo(saved.covered + 1);
  }

  private void assertNothingLost(String moment, WriteAheadLog log, Saved saved, List<AtomicLong> acknowledged) throws IOException {
    long[] promised = acknowledged.stream().mapToLong(AtomicLong::get).toArray();
    Path crashed = crashCopy(log);
    try (WriteAheadLog again = open(crashed)) {
      Map<Long, String> restored;
      try (WalCursor records = again.replay(again.lastCheckpointCovers())) {
        restored = saved.with(records(records), 0).entries;
        records.requireComplete();
      }
      Set<String> there = new HashSet<>(restored.values());
      for (int i = 0; i < promised.length; i++)
        for (long number = 1; number <= promised[i]; number++)
          assertThat(there.contains("writer " + i + " " + number)).as("%s: record %d of writer %d", moment, number, i).isTrue();
    }
  }

  /** Its record is among those that can be read, in a segment before the newest. */
  @Test
  void aCheckpointIsFoundBesideAMarkOfAnEarlierTimeAndWithoutOne() throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    appendEntries(log, 30);
    log.checkpoint(10);
    appendEntries(log, 40);
    byte[] old = Files.readAllBytes(directory().resolve("log.mark"));
    long expected = log.checkpoint(50);
    appendEntries(log, 60);
    log.close();
    for (byte[] mark : new byte[][] {old, null}) {
      for (CorruptionPolicy policy : List.of(CorruptionPolicy.READ_ONLY, CorruptionPolicy.TRUNCATE)) {
        Path copy = copyOf(directory());
        if (mark == null) Files.delete(copy.resolve("log.mark"));
        else Files.write(copy.resolve("log.mark"), mark);
        assertKnown(openReadOnly(copy), expected, "read only");
        for (String when : List.of("opened", "opened again")) {
          try (WriteAheadLog opened = open(copy, options -> options.maxSegmentSize(SMALL_SEGMENT_BYTES).corruptionPolicy(policy))) {
            assertKnown(opened, expected, policy + ", " + when);
          }
        }
      }
    }
  }

  private static void assertKnown(WriteAheadLog log, long sequence, String when) {
    assertThat(log.lastCheckpoint()).as(when).isEqualTo(sequence);
    assertThat(log.lastCheckpointCovers()).as(when).isEqualTo(50);
  }

  /** What was found among the records when the log was opened, and the mark does not know. */
  @Test
  void aTruncationBeyondDamageKeepsTheLastCheckpoint() throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    appendEntries(log, 70);
    byte[] old = Files.readAllBytes(directory().resolve("log.mark"));
    long expected = log.checkpoint(50);
    log.close();
    Files.write(directory().resolve("log.mark"), old);
    Files.delete(DirectoryBytes.walFiles(directory()).get(0));
    try (WriteAheadLog opened = open(LogTestBase::smallSegments)) {
      assertKnown(opened, expected, "damaged");
      opened.truncate(40);
      assertThat(opened.recovery().writable()).isTrue();
      assertKnown(opened, expected, "writable");
    }
    assertKnown(open(), expected, "opened again");
  }
}
