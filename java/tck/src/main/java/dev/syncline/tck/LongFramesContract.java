package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.LogClosedException;
import dev.syncline.Operation;
import dev.syncline.RecordType;
import dev.syncline.RecordsTruncatedException;
import dev.syncline.SyncMode;
import dev.syncline.WalCursor;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Promises 5, 7 and 29 for frames of more records than a reader takes note of at a time, and for what changes while one is shown. */
public abstract class LongFramesContract extends LogTestBase {
  private static final int RECORDS = 2_500;

  @Test
  void aFrameOfThousandsOfRecordsIsShownRecordForRecord() throws IOException {
    try (WriteAheadLog log = open(options -> options.syncMode(SyncMode.MANUAL))) {
      for (long sequence = 1; sequence <= RECORDS; sequence++) log.append(operation(sequence));
      isShownWhole(log);
      log.sync();
      isShownWhole(log);
    }
    try (WriteAheadLog log = open()) {
      isShownWhole(log);
    }
  }

  private void isShownWhole(WriteAheadLog log) throws IOException {
    for (long after : new long[] {0, 1, 1_022, 1_023, 1_024, 1_025, 2_047, 2_048, RECORDS - 1, RECORDS}) {
      List<String> expected = new ArrayList<>();
      for (long sequence = after + 1; sequence <= RECORDS; sequence++) expected.add(line(sequence));
      assertThat(lines(log.iterate(after))).as("as objects after %d", after).isEqualTo(expected);
      assertThat(views(log.iterate(after))).as("as views after %d", after).isEqualTo(expected);
    }
    for (long sequence = 1; sequence <= RECORDS; sequence += 97)
      assertThat(line(log.read(sequence).orElseThrow())).isEqualTo(line(sequence));
  }

  /** Of all types and lengths, an empty value among them. */
  private static Operation operation(long sequence) {
    byte[] key = bytes("k" + sequence);
    return switch ((int) (sequence % 3)) {
      case 0 -> Operation.delete(key);
      case 1 -> Operation.put(key, bytes("v".repeat((int) (sequence % 37))));
      default -> Operation.entry(entryPayload(sequence));
    };
  }

  private static String line(long sequence) {
    return switch ((int) (sequence % 3)) {
      case 0 -> sequence + " DELETE k" + sequence;
      case 1 -> sequence + " PUT k" + sequence + "=" + "v".repeat((int) (sequence % 37));
      default -> sequence + " ENTRY " + text(entryPayload(sequence));
    };
  }

  /** What {@link #lines} says, read through views. */
  private static List<String> views(WalCursor cursor) throws IOException {
    List<String> lines = new ArrayList<>();
    try (cursor) {
      while (cursor.advance()) {
        String value = text(cursor.valueView());
        String prefix = cursor.sequence() + " " + cursor.type() + " ";
        String key = text(cursor.keyView());
        assertThat(text(cursor.valueView())).as("asked again").isEqualTo(value);
        lines.add(prefix + (cursor.type() == RecordType.PUT ? key + "=" + value : key + value));
      }
    }
    return lines;
  }

  private static String text(ByteBuffer view) {
    byte[] copy = new byte[view.remaining()];
    view.get(copy);
    return text(copy);
  }

  private WriteAheadLog givenAFrameOfEntries() throws IOException {
    WriteAheadLog log = open(options -> options.syncMode(SyncMode.MANUAL));
    appendEntries(log, RECORDS);
    log.sync();
    return log;
  }

  @Test
  void whatACutTakesOfTheFrameThatIsShownIsNotShown() throws IOException {
    WriteAheadLog log = givenAFrameOfEntries();
    try (WalCursor cursor = log.iterate(); WalCursor tail = log.tail(0)) {
      for (long sequence = 1; sequence <= 1_500; sequence++) {
        assertThat(cursor.advance() && tail.advance()).isTrue();
        assertThat(cursor.sequence()).isEqualTo(tail.sequence()).isEqualTo(sequence);
      }
      log.truncateAfter(1_502);
      for (long sequence = 1_501; sequence <= 1_502; sequence++) {
        assertThat(cursor.advance() && tail.advance()).isTrue();
        assertThat(cursor.sequence()).isEqualTo(tail.sequence()).isEqualTo(sequence);
      }
      assertThatThrownBy(cursor::advance).isInstanceOf(RecordsTruncatedException.class);
      assertThat(tail.advance()).isFalse();
      log.append(bytes("another"));
      log.sync();
      assertThat(tail.next(Duration.ofSeconds(60)).map(LogTestBase::line)).hasValue("1503 ENTRY another");
    }
  }

  @Test
  void aTailThatHasShownWhatACutTakesOfItsFrameSaysSo() throws IOException {
    WriteAheadLog log = givenAFrameOfEntries();
    try (WalCursor tail = log.tail(0)) {
      while (tail.advance() && tail.sequence() < 1_500);
      log.truncateAfter(1_499);
      assertThatThrownBy(tail::advance).isInstanceOf(RecordsTruncatedException.class);
    }
  }

  @Test
  void whatIsTruncatedOfTheFrameThatIsShownStillIsOrIsSaidToBeGone() throws IOException {
    WriteAheadLog log = givenAFrameOfEntries();
    try (WalCursor cursor = log.iterate()) {
      while (cursor.advance() && cursor.sequence() < 1_100);
      log.truncate(2_000);
      for (long sequence = 1_101; sequence <= RECORDS; sequence++) {
        assertThat(cursor.advance()).isTrue();
        assertThat(cursor.sequence()).isEqualTo(sequence);
        assertThat(text(cursor.valueView())).isEqualTo(text(entryPayload(sequence)));
      }
      assertThat(cursor.advance()).isFalse();
    }
  }

  /** What comes behind the frame while it is shown: a cursor ends where the log did, a tail goes on. */
  @Test
  void aCursorEndsInsideAFrameThatHasGrownAndATailGoesOn() throws IOException {
    WriteAheadLog log = open(options -> options.syncMode(SyncMode.MANUAL));
    appendEntries(log, RECORDS);
    try (WalCursor cursor = log.iterate(); WalCursor tail = log.tail(0)) {
      assertThat(cursor.advance()).isTrue();
      appendEntries(log, RECORDS);
      log.sync();
      long shown = 1;
      while (cursor.advance()) assertThat(cursor.sequence()).isEqualTo(++shown);
      assertThat(shown).isEqualTo(RECORDS);
      shown = 0;
      while (tail.advance()) assertThat(tail.sequence()).isEqualTo(++shown);
      assertThat(shown).isEqualTo(2 * RECORDS);
    }
  }

  @Test
  void aClosedCursorShowsNothingMoreAndThoseOfAClosedLogSayWhy() throws IOException {
    WriteAheadLog log = givenAFrameOfEntries();
    WalCursor closed = log.iterate();
    try (WalCursor left = log.iterate()) {
      assertThat(closed.advance() && left.advance()).isTrue();
      closed.close();
      assertThat(closed.advance()).isFalse();
      log.close();
      assertThatThrownBy(() -> {
        while (left.advance()) assertThat(left.sequence()).isLessThanOrEqualTo(RECORDS);
      }).isInstanceOf(LogClosedException.class);
    }
  }
}
