package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.RecordsRewoundException;
import dev.syncline.SyncMode;
import dev.syncline.WalCursor;
import dev.syncline.WalOptions;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import dev.syncline.format.Layout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Commits that join the newest frame: they take no block each, and are as durable, as readable and as gone after a cut as those that do.
 * Elsewhere in the kit each commit has a frame of its own, so that tests can name the block of a record.
 */
public abstract class JoinedCommitsContract extends LogTestBase {
  private static final int SLOT_BYTES = BLOCK_BYTES;

  private static void joined(WalOptions.Builder options) {
    options.maxSegmentSize(SMALL_SEGMENT_BYTES).joinCommitsWithin(Duration.ofHours(1)).markInterval(NEVER);
  }

  // What they take.

  @Test
  void loneCommitsTakeTheSpaceOfTheirRecords() throws IOException {
    int payload = 256;
    int count = 300;
    try (WriteAheadLog log = open(options -> options.joinCommitsWithin(Duration.ofHours(1)))) {
      for (int i = 0; i < count; i++) log.append(new byte[payload]);
    }
    long bytes = Files.size(DirectoryBytes.newestWalFile(directory())) - FRAMES_START_BYTES;
    assertThat(bytes).as("bytes of frames for %d bytes of payload", count * payload).isLessThan(count * payload * 5 / 4);
  }

  @Test
  void eachHasAFrameOfItsOwnWhereThatIsAskedFor() throws IOException {
    WriteAheadLog log = open(options -> options.joinCommitsWithin(Duration.ZERO));
    appendEntries(log, 10);
    assertThat(log.verify().frames()).isEqualTo(10);
  }

  @Test
  void theyJoinForAsLongAsIsAskedFor() throws IOException {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-12-01T12:00:00Z"));
    InstantSource clock = now::get;
    WriteAheadLog log = open(options -> options.joinCommitsWithin(Duration.ofSeconds(1)).clock(clock));
    appendEntries(log, 3);
    now.updateAndGet(time -> time.plusMillis(999));
    appendEntries(log, 1);
    now.updateAndGet(time -> time.plusMillis(1));
    appendEntries(log, 1);
    assertThat(log.verify().frames()).as("four in the first second, one behind it").isEqualTo(2);
    now.updateAndGet(time -> time.minusSeconds(3600));
    appendEntries(log, 1);
    assertThat(log.verify().frames()).as("a clock that goes back takes the log's time back").isEqualTo(2);
    assertThat(lines(log.replay())).isEqualTo(entryLines(1, 6));
  }

  // When they were made.

  @Test
  void aClockThatThrowsEndsNoLog() throws IOException {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-12-01T12:00:00Z"));
    WriteAheadLog log = open(options -> options.clock(now::get));
    appendEntries(log, 1);
    now.set(null);
    appendEntries(log, 1);
    assertThat(lines(log.replay())).isEqualTo(entryLines(1, 2));
    assertThat(log.sequenceAt(Instant.parse("2026-12-01T12:00:00Z"))).isEqualTo(2);
  }

  @Test
  void theSequenceAtATimeIsTheLastThatWasCommittedByThen() throws IOException {
    Instant start = Instant.parse("2026-12-01T12:00:00Z");
    AtomicReference<Instant> now = new AtomicReference<>(start);
    Consumer<WalOptions.Builder> oneAMinute = options ->
        options.clock(now::get).maxSegmentSize(SMALL_SEGMENT_BYTES).joinCommitsWithin(Duration.ofSeconds(1));
    WriteAheadLog log = open(oneAMinute);
    assertThat(log.sequenceAt(start)).isZero();
    for (int minute = 1; minute <= 60; minute++) {
      now.updateAndGet(time -> time.plusSeconds(60));
      appendEntries(log, 1);
      now.updateAndGet(time -> time.plusMillis(500));
      appendEntries(log, 1);
      now.updateAndGet(time -> time.minusMillis(500));
    }
    Path crashed = crashCopy(log);
    assertTimes(log, start);
    try (WriteAheadLog reader = openReadOnly(directory())) {
      awaitDurable(reader, 120);
      assertTimes(reader, start);
    }
    try (WriteAheadLog left = open(crashed, oneAMinute)) {
      assertTimes(left, start);
    }
    log.truncate(60);
    assertThat(log.sequenceAt(start.plusSeconds(60 * 20))).as("forgotten").isZero();
    assertThat(log.sequenceAt(start.plusSeconds(60 * 40 + 1))).isEqualTo(80);
    log.close();
    try (WriteAheadLog again = open(oneAMinute)) {
      assertThat(again.sequenceAt(start.plusSeconds(60 * 40 + 1))).isEqualTo(80);
      assertThat(again.sequenceAt(Instant.MAX)).isEqualTo(120);
      assertThat(again.sequenceAt(Instant.MIN)).isZero();
    }
  }

  private static void assertTimes(WriteAheadLog log, Instant start) throws IOException {
    assertThat(log.sequenceAt(start.plusSeconds(59))).isZero();
    for (int minute = 1; minute <= 60; minute++) {
      assertThat(log.sequenceAt(start.plusSeconds(60L * minute + 1))).as("minute %d", minute).isEqualTo(2L * minute);
      assertThat(log.sequenceAt(start.plusSeconds(60L * minute + 59))).as("minute %d", minute).isEqualTo(2L * minute);
    }
  }

  // What they survive.

  /** A process may die between any two commits, however the newest frame lies there. */
  @ParameterizedTest
  @ValueSource(ints = {1, 100, 900, 3000})
  void everyAcknowledgedOneIsThereAfterACrash(int payload) throws IOException {
    WriteAheadLog log = open(JoinedCommitsContract::joined);
    for (int count = 1, crash = 1; count <= Effort.of(24, 40); count++) {
      log.append(ScenarioBase.noise(count, payload));
      if (count == crash) assertHolds(crashCopy(log), count, payload, "after commit " + count);
      if (count == crash) crash = Effort.stepAfter(count);
    }
  }

  private void assertHolds(Path directory, int count, int payload, String when) throws IOException {
    for (int life = 1; life <= 2; life++) {
      try (WriteAheadLog log = open(directory, JoinedCommitsContract::joined)) {
        assertThat(log.recovery().damage()).as(when).isEmpty();
        List<byte[]> values = records(log.replay()).stream().map(WalRecord::value).toList();
        assertThat(values).as("%s, life %d", when, life).hasSize(count + life - 1);
        for (int i = 0; i < count; i++) assertThat(values.get(i)).as(when).isEqualTo(ScenarioBase.noise(i + 1, payload));
        assertThat(log.append(new byte[payload])).as(when).isEqualTo(count + life);
      }
    }
  }

  /** A power cut tears the slot that was being written: what it held was not acknowledged. */
  @Test
  void aTornSlotCostsTheCommitThatWasBeingWritten() throws IOException {
    WriteAheadLog log = open(JoinedCommitsContract::joined);
    for (int count = 1; count <= 20; count++) {
      appendEntries(log, 1);
      for (int slot = 0; slot < 2; slot++) {
        Path torn = crashCopy(log);
        DirectoryBytes.write(DirectoryBytes.newestWalFile(torn), BLOCK_BYTES + (long) slot * SLOT_BYTES + 1024,
            ScenarioBase.noise(count, 512));
        DirectoryBytes.write(DirectoryBytes.newestWalFile(torn), BLOCK_BYTES + (long) slot * SLOT_BYTES + 40, new byte[40]);
        try (WriteAheadLog left = open(torn, JoinedCommitsContract::joined)) {
          assertThat(left.recovery().damage()).isEmpty();
          assertThat(lines(left.replay())).as("slot %d is torn after %d commits", slot, count)
              .isIn(entryLines(1, count), entryLines(1, count - 1L));
        }
      }
    }
  }

  @Test
  void aLogThatIsClosedAndOpenedAgainGoesOn() throws IOException {
    for (int life = 0; life < 12; life++) {
      try (WriteAheadLog log = open(JoinedCommitsContract::joined)) {
        assertThat(log.recovery().closedCleanly() || life == 0).as("life %d", life).isTrue();
        assertThat(lines(log.replay())).isEqualTo(entryLines(1, 3L * life));
        appendEntries(log, 3);
        Path crashed = crashCopy(log);
        try (WriteAheadLog left = open(crashed, JoinedCommitsContract::joined)) {
          assertThat(lines(left.replay())).as("life %d, crashed", life).isEqualTo(entryLines(1, 3L * life + 3));
        }
      }
      int length = entryPayload(3L * life + 3).length;
      Path newest = DirectoryBytes.newestWalFile(directory());
      assertThat(DirectoryBytes.find(directory(), entryPayload(3L * life + 3)).file()).isEqualTo(newest);
      assertThat(Files.size(newest)).as("no byte follows the last record's")
          .isEqualTo(DirectoryBytes.indexOf(tailOf(newest), entryPayload(3L * life + 3)) + FRAMES_START_BYTES + length);
    }
  }

  private static byte[] tailOf(Path file) throws IOException {
    return DirectoryBytes.read(file, FRAMES_START_BYTES, (int) Files.size(file) - FRAMES_START_BYTES);
  }

  // Who reads them.

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void readersOfTheProcessSeeEachAsSoonAsItIsThere(SyncMode mode) throws IOException {
    WriteAheadLog log = open(options -> {
      joined(options);
      options.syncMode(mode).syncInterval(Duration.ofMillis(1));
    });
    try (WalCursor tail = log.tail(0)) {
      for (int count = 1; count <= 60; count++) {
        appendEntries(log, 1);
        if (mode != SyncMode.SYNC) log.sync();
        assertThat(tail.next(Duration.ofSeconds(60)).map(WalRecord::sequence)).hasValue((long) count);
        if (count % 7 == 0) assertThat(lines(log.replay())).isEqualTo(entryLines(1, count));
        assertThat(log.read(count).map(record -> text(record.value()))).hasValue(text(entryPayload(count)));
        assertThat(log.read(count / 2 + 1).map(WalRecord::sequence)).hasValue(count / 2 + 1L);
      }
    }
  }

  /** A cursor that stood in the frame before it grew goes on in it. */
  @Test
  void aTailThatLooksNowAndThenMissesNone() throws IOException {
    WriteAheadLog log = open(JoinedCommitsContract::joined);
    long seen = 0;
    try (WalCursor tail = log.tail(0)) {
      for (int round = 1; round <= 60; round++) {
        appendEntries(log, 1 + round % 9);
        int looks = round % 4 * 3;
        for (int i = 0; i < looks && tail.hasNext(); i++) assertThat(tail.next().sequence()).isEqualTo(++seen);
      }
      while (tail.hasNext()) assertThat(tail.next().sequence()).isEqualTo(++seen);
    }
    assertThat(seen).isEqualTo(log.currentSequence());
  }

  @Test
  void readersBesideAWriterSeeEachOnce() throws Exception {
    WriteAheadLog log = open(JoinedCommitsContract::joined);
    int count = Effort.of(600, 2000);
    Together.Task<Long> reading = Together.begin(() -> {
      long seen = 0;
      try (WalCursor tail = log.tail(0)) {
        while (seen < count) {
          Optional<WalRecord> next = tail.next(Duration.ofSeconds(60));
          assertThat(next.map(WalRecord::sequence)).hasValue(++seen);
          assertThat(next.get().value()).isEqualTo(entryPayload(seen));
        }
      }
      return seen;
    });
    Together.Task<Long> replaying = Together.begin(() -> {
      long last = 0;
      while (last < count) {
        List<Long> sequences = sequences(log.replay());
        assertThat(sequences.size()).isGreaterThanOrEqualTo((int) last);
        for (int i = 0; i < sequences.size(); i++) assertThat(sequences.get(i)).isEqualTo(i + 1L);
        last = sequences.size();
      }
      return last;
    });
    appendEntries(log, count);
    assertThat(reading.get()).isEqualTo(count);
    assertThat(replaying.get()).isEqualTo(count);
  }

  /** What has a witness is shown: with each commit the one before. */
  @Test
  void aReaderOfTheFilesSeesAllButTheLast() throws IOException {
    WriteAheadLog log = open(JoinedCommitsContract::joined);
    appendEntries(log, 1);
    try (WriteAheadLog reader = openReadOnly(directory()); WalCursor tail = reader.tail(0)) {
      for (int count = 2; count <= 100; count++) {
        appendEntries(log, 1);
        assertThat(reader.currentSequence()).isGreaterThanOrEqualTo(count - 1L);
        assertThat(tail.next(Duration.ofSeconds(60)).map(record -> text(record.value()))).hasValue(text(entryPayload(count - 1L)));
        if (count % 10 == 0) assertThat(lines(reader.replay())).isIn(entryLines(1, count), entryLines(1, count - 1L));
      }
      log.close();
      assertThat(tail.next(Duration.ofSeconds(60)).map(WalRecord::sequence)).hasValue(100L);
      assertThat(lines(reader.replay())).isEqualTo(entryLines(1, 100));
    }
  }

  @Test
  void aReaderThatIsOpenedAtAnyMomentSeesAPrefix() throws IOException {
    WriteAheadLog log = open(JoinedCommitsContract::joined);
    for (int count = 1; count <= 50; count++) {
      appendEntries(log, 1);
      try (WriteAheadLog reader = openReadOnly(directory())) {
        assertThat(reader.recovery().damage()).isEmpty();
        assertThat(lines(reader.replay())).isIn(entryLines(1, count), entryLines(1, count - 1L));
        assertThat(reader.verify().damage()).isEmpty();
        Path copy = newCopyName();
        reader.snapshot(copy);
        try (WriteAheadLog copied = open(copy, JoinedCommitsContract::joined)) {
          assertThat(copied.recovery().closedCleanly()).as("a copy after %d commits", count).isTrue();
          assertThat(lines(copied.replay())).isIn(entryLines(1, count), entryLines(1, count - 1L));
        }
      }
    }
  }

  // Cuts and copies.

  @Test
  void aCutInsideTheNewestFrameTakesWhatLiesBehindIt() throws IOException {
    for (int kept = 1; kept <= 30; kept += 4) {
      Path place = temporary.resolve("cut-" + kept);
      WriteAheadLog log = open(place, JoinedCommitsContract::joined);
      appendEntries(log, 30);
      WalCursor tail = log.tail(kept - 1L);
      assertThat(tail.hasNext()).isTrue();
      assertThat(tail.next().sequence()).isEqualTo(kept);
      log.truncateAfter(kept);
      assertThat(lines(log.replay())).isEqualTo(entryLines(1, kept));
      for (int count = kept; count < kept + 5; count++) {
        try (WriteAheadLog left = open(crashCopy(log), JoinedCommitsContract::joined)) {
          assertThat(left.recovery().damage()).isEmpty();
          assertThat(lines(left.replay())).as("cut to %d, crashed with %d", kept, count).isEqualTo(entryLines(1, count));
        }
        appendEntries(log, 1);
      }
      assertThat(tail.next(Duration.ofSeconds(60)).map(WalRecord::sequence)).hasValue(kept + 1L);
      log.close();
      try (WriteAheadLog again = open(place, JoinedCommitsContract::joined)) {
        assertThat(lines(again.replay())).isEqualTo(entryLines(1, kept + 5L));
      }
    }
  }

  @Test
  void aCutBehindWhatACursorHasShownIsToldAsEver() throws IOException {
    WriteAheadLog log = open(JoinedCommitsContract::joined);
    appendEntries(log, 10);
    WalCursor tail = log.tail(0);
    for (int i = 0; i < 8; i++) tail.next();
    log.truncateAfter(4);
    appendEntries(log, 6);
    assertThatThrownBy(tail::hasNext).isInstanceOf(UncheckedIOException.class).cause().isInstanceOf(RecordsRewoundException.class);
    assertThat(tail.next().sequence()).isEqualTo(5);
  }

  @Test
  void aSnapshotHoldsThemAll() throws IOException {
    WriteAheadLog log = open(JoinedCommitsContract::joined);
    for (int count = 1; count <= 20; count++) {
      appendEntries(log, 1);
      Path copy = newCopyName();
      if (count % 3 == 0) log.snapshot(copy);
      else continue;
      try (WriteAheadLog copied = open(copy, JoinedCommitsContract::joined)) {
        assertThat(copied.recovery().closedCleanly()).isTrue();
        assertThat(lines(copied.replay())).isEqualTo(entryLines(1, count));
      }
    }
    assertThat(lines(log.replay())).isEqualTo(entryLines(1, 20));
  }

  /** Frames that wait for a sync are joined by nobody, and one that is durable is not touched before they are. */
  @Test
  void syncsAndAppendsThatWaitForNoneAlternate() throws IOException {
    WriteAheadLog log = open(options -> {
      joined(options);
      options.syncMode(SyncMode.MANUAL);
    });
    long synced = 0;
    for (int round = 1; round <= 60; round++) {
      appendEntries(log, round % 5 == 0 ? 200 : 1);
      if (round % 3 != 0) synced = log.sync();
      if (round % 4 != 0) continue;
      try (WriteAheadLog left = open(crashCopy(log), JoinedCommitsContract::joined)) {
        assertThat(left.recovery().damage()).isEmpty();
        assertThat(left.currentSequence()).isBetween(synced, log.currentSequence());
        assertThat(lines(left.replay())).isEqualTo(entryLines(1, left.currentSequence()));
      }
    }
  }

  /** Nothing of the block is to be cut then. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aFrameThatFillsItsBlockLeavesTheSlotsEmptyToo(boolean crashed) throws IOException {
    WriteAheadLog log = open(JoinedCommitsContract::joined);
    log.append(new byte[100]);
    log.append(new byte[BLOCK_BYTES - Layout.FRAME_HEADER_BYTES - 2 * Layout.RECORD_HEADER_BYTES - 100]);
    Path directory = crashed ? crashCopy(log) : directory();
    log.close();
    for (int closed = 0; closed < 2; closed++) {
      open(directory, JoinedCommitsContract::joined).close();
      byte[] bytes = Files.readAllBytes(DirectoryBytes.newestWalFile(directory));
      assertThat(bytes).hasSize(FRAMES_START_BYTES + BLOCK_BYTES);
      assertThat(Arrays.copyOfRange(bytes, SLOT_BYTES, FRAMES_START_BYTES)).containsOnly(0);
    }
  }
}
