package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.LogClosedException;
import dev.syncline.RecordsTruncatedException;
import dev.syncline.SyncMode;
import dev.syncline.WalCursor;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How a tail follows the durable end: the second half of promise 7. */
public abstract class TailContract extends LogTestBase {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration MOMENT = Duration.ofMillis(50);

  @Test
  void aTailShowsWhatIsThereAndThenWhatComes() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 3);
    try (WalCursor tail = log.tail(1)) {
      assertThat(tail.next().sequence()).isEqualTo(2);
      assertThat(tail.next().sequence()).isEqualTo(3);
      assertThat(tail.hasNext()).isFalse();
      log.append(entryPayload(4));
      assertThat(tail.hasNext()).as("false was not for ever").isTrue();
      assertThat(line(tail.next())).isEqualTo("4 ENTRY <entry-4>");
    }
  }

  @Test
  void aTailShowsDurableRecordsOnly() throws IOException {
    WriteAheadLog log = open(options -> options.syncMode(SyncMode.MANUAL));
    appendEntries(log, 3);
    try (WalCursor tail = log.tail(0)) {
      assertThat(log.durableSequence()).isZero();
      assertThat(tail.hasNext()).isFalse();
      assertThat(tail.next(MOMENT)).isEmpty();
      assertThat(log.read(3)).as("read sees what has returned").isPresent();
      log.sync();
      assertThat(tail.next(PATIENCE).map(WalRecord::sequence)).hasValue(1L);
      log.append(entryPayload(4));
      assertThat(tail.next().sequence()).isEqualTo(2);
      assertThat(tail.next().sequence()).isEqualTo(3);
      assertThat(tail.hasNext()).isFalse();
    }
  }

  @Test
  void aTailMayStartAtTheEndAndBehindIt() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 3);
    try (WalCursor tail = log.tail(3); WalCursor ahead = log.tail(4)) {
      assertThat(tail.hasNext()).isFalse();
      appendEntries(log, 2);
      assertThat(tail.next().sequence()).isEqualTo(4);
      assertThat(ahead.next().sequence()).isEqualTo(5);
    }
  }

  @Test
  void aWaitingTailWakesWithTheNextDurableRecord() throws Exception {
    WriteAheadLog log = open();
    try (WalCursor tail = log.tail(0)) {
      Together.Task<Optional<WalRecord>> waiting = Together.begin(() -> tail.next(PATIENCE));
      Together.await("the tail waits", waiting::isWaiting);
      log.append(entryPayload(1));
      assertThat(waiting.get().map(LogTestBase::line)).hasValue("1 ENTRY <entry-1>");
    }
  }

  @Test
  void aWaitThatIsOverBringsNoRecord() throws IOException {
    WriteAheadLog log = open();
    try (WalCursor tail = log.tail(0)) {
      long before = System.nanoTime();
      assertThat(tail.next(MOMENT)).isEmpty();
      assertThat(System.nanoTime() - before).isBetween(MOMENT.toNanos(), PATIENCE.toNanos());
      assertThat(tail.next(Duration.ZERO)).isEmpty();
    }
  }

  @Test
  void anInterruptEndsTheWaitEarlyAndStaysSet() throws IOException {
    WriteAheadLog log = open();
    try (WalCursor tail = log.tail(0)) {
      Thread.currentThread().interrupt();
      long before = System.nanoTime();
      assertThat(tail.next(PATIENCE)).isEmpty();
      assertThat(System.nanoTime() - before).isLessThan(PATIENCE.toNanos());
      assertThat(Thread.interrupted()).isTrue();
      log.append(entryPayload(1));
      assertThat(tail.next(PATIENCE).map(WalRecord::sequence)).hasValue(1L);
    }
  }

  @Test
  void aTailFollowsAcrossSegmentsWhileTheyAreWritten() throws Exception {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    try (WalCursor tail = log.tail(0)) {
      Together.Task<Void> reader = Together.begin(() -> {
        for (long sequence = 1; sequence <= 200; sequence++) {
          Optional<WalRecord> record = tail.next(PATIENCE);
          assertThat(record.map(LogTestBase::line)).hasValue(entryLines(sequence, sequence).get(0));
          assertThat(log.durableSequence()).isGreaterThanOrEqualTo(sequence);
        }
        return null;
      });
      appendEntries(log, 200);
      reader.get();
    }
  }

  @Test
  void aTailThatKeepsUpFollowsAcrossTruncationAndReuse() throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    try (WalCursor tail = log.tail(0)) {
      for (long sequence = 1; sequence <= 150; sequence++) {
        log.append(entryPayload(sequence));
        assertThat(line(tail.next())).isEqualTo(entryLines(sequence, sequence).get(0));
        if (sequence % 20 == 0) log.truncate(sequence);
      }
    }
  }

  @Test
  void aTailThatTruncateOvertookSaysSo() throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    appendEntries(log, 60);
    try (WalCursor tail = log.tail(0)) {
      assertThat(tail.next().sequence()).isEqualTo(1);
      log.truncate(50);
      assertThatThrownBy(tail::next)
          .isInstanceOf(UncheckedIOException.class)
          .hasCauseInstanceOf(RecordsTruncatedException.class)
          .hasMessageContaining("50");
    }
  }

  @Test
  void aTailThatWouldStartInWhatWasTruncatedSaysSo() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 10);
    log.truncate(5);
    assertThatThrownBy(() -> {
      try (WalCursor tail = log.tail(2)) {
        tail.next(MOMENT);
      }
    }).isInstanceOf(RecordsTruncatedException.class);
  }

  @Test
  void aTailMeetsRecordsThatReplaceWhatTruncateAfterTook() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 10);
    try (WalCursor tail = log.tail(4)) {
      log.truncateAfter(4);
      assertThat(tail.hasNext()).isFalse();
      log.append(bytes("another 5"));
      assertThat(line(tail.next())).isEqualTo("5 ENTRY another 5");
    }
  }

  @Test
  void aTailThatHasReadWhatTruncateAfterTookSaysSo() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 10);
    try (WalCursor tail = log.tail(4)) {
      assertThat(tail.next().sequence()).isEqualTo(5);
      assertThat(tail.next().sequence()).isEqualTo(6);
      log.truncateAfter(4);
      for (int i = 0; i < 4; i++) log.append(bytes("another"));
      assertThatThrownBy(tail::next)
          .isInstanceOf(UncheckedIOException.class)
          .hasCauseInstanceOf(RecordsTruncatedException.class);
    }
  }

  @Test
  void aWaitingTailHearsThatTheLogIsClosed() throws Exception {
    WriteAheadLog log = open();
    try (WalCursor tail = log.tail(0)) {
      Together.Task<Optional<WalRecord>> waiting = Together.begin(() -> tail.next(PATIENCE));
      Together.await("the tail waits", waiting::isWaiting);
      log.close();
      assertThatThrownBy(waiting::get).isInstanceOf(LogClosedException.class);
    }
  }
}
