package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.Operation;
import dev.syncline.RecordsTruncatedException;
import dev.syncline.SyncMode;
import dev.syncline.WalCursor;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What cursors and {@code read} show: promises 5 to 7. */
public abstract class ReadingContract extends LogTestBase {

  // Promise 5: replay shows data, iterate shows everything.

  @Test
  void replayShowsDataRecordsAndIterateShowsMarkersToo() throws IOException {
    WriteAheadLog log = givenDataAndMarkers();
    assertThat(lines(log.replay())).containsExactly("1 PUT a=1", "2 PUT x=of x", "3 PUT y=of y", "6 DELETE a");
    assertThat(lines(log.iterate()))
        .containsExactly("1 PUT a=1", "2 PUT x=of x", "3 PUT y=of y", "4 COMMIT", "5 CHECKPOINT", "6 DELETE a");
  }

  @Test
  void aReopenedLogShowsTheSame() throws IOException {
    WriteAheadLog log = givenDataAndMarkers();
    List<String> replayed = lines(log.replay());
    List<String> iterated = lines(log.iterate());
    log.close();
    WriteAheadLog again = open();
    assertThat(lines(again.replay())).isEqualTo(replayed);
    assertThat(lines(again.iterate())).isEqualTo(iterated);
  }

  @Test
  void aBatchThatTruncateCutShowsItsRest() throws IOException {
    WriteAheadLog log = open();
    log.appendBatch(batch("a", "b", "c"));
    log.truncate(1);
    assertThat(lines(log.replay())).containsExactly("2 PUT b=of b", "3 PUT c=of c");
    assertThat(lines(log.iterate())).containsExactly("2 PUT b=of b", "3 PUT c=of c", "4 COMMIT");
    log.truncate(3);
    assertThat(lines(log.replay())).isEmpty();
    assertThat(lines(log.iterate())).containsExactly("4 COMMIT");
  }

  @Test
  void aCursorThatStartsInsideABatchShowsItsRest() throws IOException {
    WriteAheadLog log = open();
    log.appendBatch(batch("a", "b", "c"));
    assertThat(lines(log.replay(2))).containsExactly("3 PUT c=of c");
    assertThat(lines(log.iterate(2))).containsExactly("3 PUT c=of c", "4 COMMIT");
  }

  // Promise 6: the argument is exclusive.

  @Test
  void replayAndIterateStartBehindTheirArgument() throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    appendEntries(log, 60);
    for (long after = 0; after <= 60; after++) {
      assertThat(lines(log.replay(after))).isEqualTo(entryLines(after + 1, 60));
      assertThat(lines(log.iterate(after))).isEqualTo(entryLines(after + 1, 60));
    }
  }

  @Test
  void replayOfACheckpointIsWhatCameAfterIt() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 3);
    long checkpoint = log.checkpoint();
    log.append(entryPayload(5));
    assertThat(lines(log.replay(checkpoint))).isEqualTo(entryLines(5, 5));
    assertThat(lines(log.replay(log.lastCheckpoint()))).isEqualTo(entryLines(5, 5));
  }

  @Test
  void aCursorBehindTheEndIsEmptyAndOneBeforeTheStartBeginsWithTheOldest() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 5);
    assertThat(lines(log.replay(5))).isEmpty();
    assertThat(lines(log.replay(500))).isEmpty();
    assertThat(lines(log.iterate(Long.MAX_VALUE))).isEmpty();
    log.truncate(3);
    assertThat(lines(log.replay(1))).isEqualTo(entryLines(4, 5));
    assertThat(lines(log.iterate(0))).isEqualTo(entryLines(4, 5));
  }

  // Promise 7: across segments, every append that has returned, nothing half-written, nothing recycled.

  @Test
  void readingSpansAllSegments() throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    appendEntries(log, 100);
    assertThat(DirectoryBytes.walFiles(directory())).hasSizeGreaterThan(3);
    assertThat(lines(log.replay())).isEqualTo(entryLines(1, 100));
    for (long sequence = 100; sequence >= 1; sequence--)
      assertThat(log.read(sequence).orElseThrow().value()).isEqualTo(entryPayload(sequence));
  }

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void everyAppendThatHasReturnedIsSeenAtOnce(SyncMode mode) throws IOException {
    WriteAheadLog log = open(options -> options.syncMode(mode).maxSegmentSize(SMALL_SEGMENT_BYTES));
    for (long sequence = 1; sequence <= 40; sequence++) {
      log.append(entryPayload(sequence));
      assertThat(log.currentSequence()).isEqualTo(sequence);
      assertThat(log.read(sequence).map(LogTestBase::line)).hasValue(entryLines(sequence, sequence).get(0));
      assertThat(lines(log.replay(sequence - 1))).isEqualTo(entryLines(sequence, sequence));
    }
    assertThat(lines(log.iterate())).isEqualTo(entryLines(1, 40));
  }

  @Test
  void readKnowsEveryTypeAndSaysEmptyForWhatIsNotThere() throws IOException {
    WriteAheadLog log = givenDataAndMarkers();
    List<String> read = new ArrayList<>();
    for (long sequence = 1; sequence <= 6; sequence++) read.add(line(log.read(sequence).orElseThrow()));
    assertThat(read).isEqualTo(lines(log.iterate()));
    assertThat(log.read(7)).isEmpty();
    assertThat(log.read(0)).isEmpty();
    assertThat(log.read(Long.MAX_VALUE)).isEmpty();
    log.truncate(2);
    assertThat(log.read(2)).isEmpty();
    assertThat(log.read(3)).isPresent();
  }

  @Test
  void aCursorEndsAtTheSequenceThatWasCurrentWhenItWasMade() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 3);
    try (WalCursor replay = log.replay(); WalCursor iterate = log.iterate()) {
      appendEntries(log, 3);
      assertThat(lines(replay)).isEqualTo(entryLines(1, 3));
      assertThat(lines(iterate)).isEqualTo(entryLines(1, 3));
    }
  }

  @Test
  void aCursorIsAnHonestIterator() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 2);
    try (WalCursor cursor = log.replay()) {
      assertThat(cursor.hasNext()).isTrue();
      assertThat(cursor.hasNext()).as("asking twice skips nothing").isTrue();
      assertThat(cursor.next().sequence()).isEqualTo(1);
      assertThat(cursor.next().sequence()).as("next needs no question before it").isEqualTo(2);
      assertThat(cursor.hasNext()).isFalse();
      assertThatThrownBy(cursor::next).isInstanceOf(NoSuchElementException.class);
      assertThat(cursor.next(Duration.ofHours(1))).as("only a tail waits").isEmpty();
      assertThat(cursor.damage()).isEmpty();
    }
  }

  @Test
  void aCursorMayBeClosedTwiceAndBeforeItsEnd() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 3);
    WalCursor cursor = log.replay();
    cursor.next();
    cursor.close();
    cursor.close();
    log.truncate(3);
    assertThat(log.append(bytes("next"))).isEqualTo(4);
  }

  @Test
  void anOpenCursorKeepsWhatItReadsThroughTruncationAndReuse() throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    appendEntries(log, 60);
    try (WalCursor cursor = log.replay()) {
      assertThat(cursor.next().sequence()).isEqualTo(1);
      log.truncate(60);
      appendEntries(log, 60);
      assertThat(lines(cursor)).isEqualTo(entryLines(2, 60));
    }
    assertThat(lines(log.replay())).isEqualTo(entryLines(61, 120));
  }

  @Test
  void aCursorThatMeetsWhatTruncateAfterTookSaysSo() throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    appendEntries(log, 60);
    try (WalCursor cursor = log.replay()) {
      assertThat(cursor.next().sequence()).isEqualTo(1);
      log.truncateAfter(30);
      log.append(bytes("another 31"));
      List<Long> seen = new ArrayList<>();
      assertThatThrownBy(() -> cursor.forEachRemaining(record -> seen.add(record.sequence())))
          .isInstanceOf(UncheckedIOException.class)
          .hasCauseInstanceOf(RecordsTruncatedException.class);
      assertThat(seen).as("no record that was forgotten is shown").allMatch(sequence -> sequence <= 30);
    }
    assertThat(text(log.read(31).orElseThrow().value())).isEqualTo("another 31");
  }

  /** Also one that had come further than where the log was cut, and before anything new is there. */
  @Test
  void aCursorBehindWhichTheTailIsCutSaysSoUnlessItHasShownAll() throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    appendEntries(log, 60);
    try (WalCursor half = log.replay(); WalCursor all = log.replay()) {
      while (half.next().sequence() < 45);
      assertThat(lines(all)).isEqualTo(entryLines(1, 60));
      log.truncateAfter(30);
      assertThatThrownBy(half::hasNext).isInstanceOf(UncheckedIOException.class).hasCauseInstanceOf(RecordsTruncatedException.class);
      assertThat(all.hasNext()).isFalse();
    }
  }

  @Test
  void recycledFilesNeverShowWhatTheyHeldBefore() throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    for (int cycle = 0; cycle < 6; cycle++) {
      long first = log.currentSequence() + 1;
      appendEntries(log, 40);
      assertThat(lines(log.iterate())).isEqualTo(entryLines(first, first + 39));
      assertThat(lines(open(crashCopy(log)).iterate())).isEqualTo(entryLines(first, first + 39));
      log.truncate(log.currentSequence());
    }
  }

  @Test
  void aRecordOnItsWayFromMemoryToItsFileIsNeverPassedOver() throws Exception {
    WriteAheadLog log = open(options -> options.syncMode(SyncMode.MANUAL));
    AtomicBoolean ended = new AtomicBoolean();
    Together.Task<Void> syncs = Together.begin(() -> {
      while (!ended.get()) log.sync();
      return null;
    });
    try {
      for (int round = 0; round < 2_000; round++) {
        long first = log.appendBatch(batch("a", "b")).first();
        long last = log.append(entryPayload(first + 3));
        for (long sequence = first; sequence <= last; sequence++)
          assertThat(log.read(sequence).map(WalRecord::sequence)).as("read(%d) of %d", sequence, last).hasValue(sequence);
        assertThat(sequences(log.iterate(first - 1))).containsExactly(first, first + 1, first + 2, last);
      }
    } finally {
      ended.set(true);
      syncs.get();
    }
  }

  @Test
  void readersBesideWritersSeeAPrefixWithoutAGap() throws Exception {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    AtomicBoolean written = new AtomicBoolean();
    Together.Task<Void> reader = Together.begin(() -> {
      do {
        long before = log.currentSequence();
        List<String> seen = lines(log.replay());
        assertThat(seen).hasSizeGreaterThanOrEqualTo((int) before).isEqualTo(entryLines(1, seen.size()));
      } while (!written.get());
      return null;
    });
    Together.Task<Void> randomReader = Together.begin(() -> {
      do {
        long last = log.currentSequence();
        for (long sequence = last; sequence > Math.max(0, last - 20); sequence--)
          assertThat(log.read(sequence).map(WalRecord::value)).hasValue(entryPayload(sequence));
      } while (!written.get());
      return null;
    });
    try {
      appendEntries(log, Effort.of(120, 300));
    } finally {
      written.set(true);
    }
    reader.get();
    randomReader.get();
  }

  @Test
  void aBatchIsSeenWholeOrNotAtAll() throws Exception {
    WriteAheadLog log = open(options -> options.syncMode(SyncMode.MANUAL).maxSegmentSize(SMALL_SEGMENT_BYTES));
    AtomicBoolean written = new AtomicBoolean();
    Together.Task<Void> reader = Together.begin(() -> {
      do {
        assertThat(records(log.replay()).size() % 3).isZero();
      } while (!written.get());
      return null;
    });
    try {
      for (int i = 0; i < 200; i++) log.appendBatch(batch("a", "b", "c"));
    } finally {
      written.set(true);
    }
    reader.get();
  }

  private WriteAheadLog givenDataAndMarkers() throws IOException {
    WriteAheadLog log = open();
    log.put(bytes("a"), bytes("1"));
    log.appendBatch(batch("x", "y"));
    log.checkpoint();
    log.append(Operation.delete(bytes("a")));
    return log;
  }
}
