package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.SyncMode;
import dev.syncline.WalCursor;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Forgetting records at either end: promises 12 to 14. Crashes inside a truncation are in {@link CrashStepContract}. */
public abstract class TruncationContract extends LogTestBase {

  // Promise 12: truncate(n) removes exactly what is not above n.

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 14, 15, 16, 29, 30, 31, 59, 60})
  void truncateRemovesExactlyTheRecordsUpToItsArgument(long sequence) throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    appendEntries(log, 60);
    log.truncate(sequence);
    assertStartsAt(log, sequence + 1);
    Path crashed = crashCopy(log);
    log.close();
    assertStartsAt(open(LogTestBase::smallSegments), sequence + 1);
    assertStartsAt(open(crashed, LogTestBase::smallSegments), sequence + 1);
  }

  private static void assertStartsAt(WriteAheadLog log, long first) throws IOException {
    assertThat(lines(log.replay())).isEqualTo(entryLines(first, 60));
    assertThat(lines(log.iterate())).isEqualTo(entryLines(first, 60));
    assertThat(log.firstSequence()).isEqualTo(first);
    assertThat(log.currentSequence()).isEqualTo(60);
    assertThat(log.read(first - 1)).isEmpty();
    if (first <= 60) assertThat(log.read(first)).isPresent();
  }

  @Test
  void truncateWorksAfterReopening() throws IOException {
    givenClosedLog(60);
    try (WriteAheadLog log = open(LogTestBase::smallSegments)) {
      log.truncate(33);
      assertThat(lines(log.replay())).isEqualTo(entryLines(34, 60));
    }
    assertThat(lines(open(LogTestBase::smallSegments).replay())).isEqualTo(entryLines(34, 60));
  }

  @Test
  void truncateStepByStepNeverTouchesWhatComesNext() throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    appendEntries(log, 60);
    for (long sequence = 1; sequence <= 60; sequence++) {
      log.truncate(sequence);
      assertStartsAt(log, sequence + 1);
    }
  }

  @Test
  void truncateMayComeBetweenAppends() throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    for (int cycle = 1; cycle <= 5; cycle++) {
      appendEntries(log, 30);
      log.truncate(cycle * 30L - 3);
      assertThat(lines(log.replay())).isEqualTo(entryLines(cycle * 30L - 2, cycle * 30L));
    }
  }

  @Test
  void truncatingWhatIsAlreadyGoneChangesNothing() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 10);
    log.truncate(7);
    log.truncate(7);
    log.truncate(3);
    log.truncate(0);
    assertThat(lines(log.replay())).isEqualTo(entryLines(8, 10));
    log.close();
    assertThat(lines(open().replay())).isEqualTo(entryLines(8, 10));
  }

  @Test
  void truncateBeyondTheEndIsRefusedAndSaysWhatTheEndIs() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 10);
    assertThatThrownBy(() -> log.truncate(11))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("11")
        .hasMessageContaining("10");
    assertThatThrownBy(() -> log.truncate(-1)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("-1");
    assertThat(lines(log.replay())).isEqualTo(entryLines(1, 10));
  }

  @Test
  void segmentsThatHoldNothingElseGoOldestFirst() throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    appendEntries(log, 100);
    List<Path> before = DirectoryBytes.walFiles(directory());
    for (long sequence = 10; sequence <= 100; sequence += 10) {
      log.truncate(sequence);
      List<Path> now = DirectoryBytes.walFiles(directory());
      assertThat(now).isEqualTo(before.subList(before.size() - now.size(), before.size()));
    }
    assertThat(DirectoryBytes.walFiles(directory())).hasSizeLessThanOrEqualTo(2);
    assertThat(before).hasSizeGreaterThan(3);
  }

  @Test
  void truncateInManualModeForgetsRecordsThatWereNeverSynced() throws IOException {
    WriteAheadLog log = open(options -> options.syncMode(SyncMode.MANUAL));
    appendEntries(log, 10);
    log.truncate(4);
    assertThat(lines(log.replay())).isEqualTo(entryLines(5, 10));
    log.truncate(10);
    assertThat(lines(log.replay())).isEmpty();
    assertThat(log.append(bytes("next"))).isEqualTo(11);
    log.close();
    assertThat(lines(open().replay())).containsExactly("11 ENTRY next");
  }

  @Test
  void truncateBesideWritersAndReadersLosesNothing() throws Exception {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    Together.Task<Void> writer = Together.begin(() -> {
      appendEntries(log, 300);
      return null;
    });
    long truncated = 0;
    while (!writer.isDone()) {
      truncated = Math.max(truncated, log.currentSequence() - 20);
      log.truncate(Math.max(0, truncated));
      try (WalCursor cursor = log.replay(Math.max(0, truncated))) {
        if (cursor.hasNext()) assertThat(cursor.next().sequence()).isEqualTo(Math.max(0, truncated) + 1);
      }
    }
    writer.get();
    assertThat(lines(log.replay())).isEqualTo(entryLines(Math.max(0, truncated) + 1, 300));
  }

  // Promise 13: truncateAfter(n) removes exactly what is above n.

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 14, 15, 16, 29, 30, 31, 59, 60})
  void truncateAfterRemovesExactlyTheRecordsAboveItsArgument(long sequence) throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    appendEntries(log, 60);
    log.truncateAfter(sequence);
    assertThat(log.currentSequence()).isEqualTo(sequence);
    assertThat(log.durableSequence()).isEqualTo(sequence);
    assertThat(lines(log.replay())).isEqualTo(entryLines(1, sequence));
    assertThat(log.read(sequence + 1)).isEmpty();
    Path crashedBefore = crashCopy(log);
    assertThat(log.append(entryPayload(sequence + 1))).isEqualTo(sequence + 1);
    Path crashedAfter = crashCopy(log);
    log.close();
    assertThat(lines(open(crashedBefore).replay())).isEqualTo(entryLines(1, sequence));
    assertThat(lines(open(crashedAfter).replay())).isEqualTo(entryLines(1, sequence + 1));
    assertThat(lines(open().replay())).isEqualTo(entryLines(1, sequence + 1));
  }

  @Test
  void whatTruncateAfterTookNeverComesBack() throws IOException {
    Random random = new Random(13);
    Path directory = directory();
    long last = 0;
    for (int cycle = 0; cycle < 15; cycle++) {
      WriteAheadLog log = open(directory, LogTestBase::smallSegments);
      for (int i = random.nextInt(25); i > 0; i--) log.append(bytes("cycle " + cycle));
      long keep = random.nextLong(log.currentSequence() + 1);
      List<String> kept = lines(log.replay()).subList(0, (int) keep);
      log.truncateAfter(keep);
      log.append(bytes("instead of what cycle " + cycle + " took"));
      List<String> now = lines(log.replay());
      assertThat(now).hasSize((int) keep + 1);
      assertThat(now.subList(0, (int) keep)).isEqualTo(kept);
      last = log.currentSequence();
      if (random.nextBoolean()) directory = crashCopy(log);
      else log.close();
      assertThat(last).isEqualTo(keep + 1);
    }
  }

  @Test
  void truncateAfterInsideABatchIsRefusedAndNamesTheTwoValuesThatAreAllowed() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 3);
    log.appendBatch(batch("a", "b", "c"));
    log.append(bytes("eight"));
    List<String> before = lines(log.iterate());
    for (long inside : new long[] {4, 5, 6}) {
      assertThatThrownBy(() -> log.truncateAfter(inside))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageMatching("(?s).*\\b3\\b.*")
          .hasMessageMatching("(?s).*\\b7\\b.*");
    }
    assertThat(lines(log.iterate())).isEqualTo(before);
    log.truncateAfter(7);
    assertThat(lines(log.iterate())).isEqualTo(before.subList(0, 7));
    log.truncateAfter(3);
    assertThat(lines(log.iterate())).isEqualTo(before.subList(0, 3));
    assertThat(log.append(bytes("four"))).isEqualTo(4);
  }

  @Test
  void truncateAfterInsideABatchThatTruncateCutIsRefusedToo() throws IOException {
    WriteAheadLog log = open();
    log.appendBatch(batch("a", "b", "c"));
    log.truncate(1);
    assertThatThrownBy(() -> log.truncateAfter(2)).isInstanceOf(IllegalArgumentException.class);
    log.truncateAfter(4);
    assertThat(lines(log.replay())).containsExactly("2 PUT b=of b", "3 PUT c=of c");
  }

  @Test
  void truncateAfterBeyondTheEndOrBelowWhatWasTruncatedIsRefused() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 10);
    log.truncate(4);
    assertThatThrownBy(() -> log.truncateAfter(11)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("10");
    assertThatThrownBy(() -> log.truncateAfter(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThat(lines(log.replay())).isEqualTo(entryLines(5, 10));
    log.truncateAfter(4);
    assertThat(lines(log.replay())).isEmpty();
    assertThat(log.append(bytes("five"))).isEqualTo(5);
  }

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void truncateAfterIsDurableInEverySyncMode(SyncMode mode) throws IOException {
    WriteAheadLog log = open(options -> options.syncMode(mode).maxSegmentSize(SMALL_SEGMENT_BYTES));
    appendEntries(log, 40);
    log.truncateAfter(25);
    assertThat(lines(open(crashCopy(log)).replay())).isEqualTo(entryLines(1, 25));
    log.append(entryPayload(26));
    assertThat(lines(log.replay())).isEqualTo(entryLines(1, 26));
  }

  @Test
  void truncateAfterTakesTheCheckpointsAboveIt() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 2);
    log.checkpoint();
    appendEntries(log, 1);
    log.checkpoint();
    log.truncateAfter(4);
    assertThat(log.lastCheckpoint()).isEqualTo(3);
    log.close();
    assertThat(open().lastCheckpoint()).isEqualTo(3);
  }

  @Test
  void bothEndsMayBeCutInTurn() throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    appendEntries(log, 60);
    log.truncate(20);
    log.truncateAfter(40);
    log.truncate(30);
    log.truncateAfter(35);
    assertThat(lines(log.replay())).isEqualTo(entryLines(31, 35));
    appendEntries(log, 25);
    log.close();
    assertThat(lines(open(LogTestBase::smallSegments).replay())).isEqualTo(entryLines(31, 60));
  }

  @Test
  void appendsBesideTruncateAfterKeepTheLogWithoutAGap() throws Exception {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    appendEntries(log, 20);
    Together.Task<Void> writer = Together.begin(() -> {
      for (int i = 0; i < 150; i++) log.append(bytes("beside"));
      return null;
    });
    while (!writer.isDone()) log.truncateAfter(Math.max(20, log.currentSequence() - 3));
    writer.get();
    long last = log.currentSequence();
    assertThat(sequences(log.iterate())).isEqualTo(LongStream.rangeClosed(1, last).boxed().toList());
    log.close();
    assertThat(open(LogTestBase::smallSegments).currentSequence()).isEqualTo(last);
  }
}
