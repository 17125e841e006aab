package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.WalCursor;
import dev.syncline.WriteAheadLog;
import dev.syncline.format.Layout;
import dev.syncline.log.SegmentedLog;
import dev.syncline.log.read.LogCursor;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Sequences as arguments at the extremes of their type, for the public face and the layer below it. */
public abstract class SequenceLimitsContract extends IndexTestBase {
  private static final long[] NEGATIVE = {Long.MIN_VALUE, Long.MIN_VALUE + 1, -1};
  private static final long[] FAR = {Layout.SEQUENCE_MAX - 1, Layout.SEQUENCE_MAX, Long.MAX_VALUE};

  private static Map<String, EveryCall.Call> readingCalls(WriteAheadLog log, long sequence) {
    Map<String, EveryCall.Call> calls = new LinkedHashMap<>();
    calls.put("replay", () -> log.replay(sequence));
    calls.put("iterate", () -> log.iterate(sequence));
    calls.put("tail", () -> log.tail(sequence));
    calls.put("read", () -> log.read(sequence));
    calls.put("awaitDurable", () -> log.awaitDurable(sequence));
    return calls;
  }

  private static Map<String, EveryCall.Call> changingCalls(WriteAheadLog log, long sequence) {
    Map<String, EveryCall.Call> calls = new LinkedHashMap<>();
    calls.put("truncate", () -> log.truncate(sequence));
    calls.put("truncateAfter", () -> log.truncateAfter(sequence));
    calls.put("checkpoint", () -> log.checkpoint(sequence));
    return calls;
  }

  private static void assertRefused(Map<String, EveryCall.Call> calls, String... evidence) {
    calls.forEach((name, call) ->
        assertThatThrownBy(call::run).as(name).isInstanceOf(IllegalArgumentException.class).hasMessageContainingAll(evidence));
  }

  @Test
  void everyNegativeSequenceIsRefusedByItsValueAndChangesNothing() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 5);
    for (long sequence : NEGATIVE) {
      assertRefused(readingCalls(log, sequence), "" + sequence);
      assertRefused(changingCalls(log, sequence), "" + sequence);
      try (WriteAheadLog reader = openReadOnly(directory())) {
        assertRefused(readingCalls(reader, sequence), "" + sequence);
      }
    }
    assertThat(log.append(entryPayload(6))).isEqualTo(6);
    assertThat(lines(open().iterate())).isEqualTo(entryLines(1, 6));
  }

  @Test
  void sequencesFarBeyondTheEndAreEmptyToReadAndRefusedToChange() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 5);
    awaitDurable(openReadOnly(directory()), 5);
    for (long sequence : FAR) {
      assertNothingBehind(log, sequence);
      assertRefused(changingCalls(log, sequence), "" + sequence, "5");
      try (WriteAheadLog reader = openReadOnly(directory())) {
        assertNothingBehind(reader, sequence);
      }
    }
    assertThat(log.append(entryPayload(6))).isEqualTo(6);
    assertThat(lines(open().iterate())).isEqualTo(entryLines(1, 6));
  }

  private static void assertNothingBehind(WriteAheadLog log, long sequence) throws IOException {
    assertThat(lines(log.replay(sequence))).isEmpty();
    assertThat(lines(log.iterate(sequence))).isEmpty();
    assertThat(log.read(sequence)).isEmpty();
    try (WalCursor tail = log.tail(sequence)) {
      assertThat(tail.next(Duration.ofMillis(1))).isEmpty();
    }
    assertThatThrownBy(() -> log.awaitDurable(sequence)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("" + sequence);
  }

  @Test
  void zeroIsBeforeTheFirstRecord() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 3);
    log.truncate(0);
    log.awaitDurable(0);
    assertThat(log.read(0)).isEmpty();
    assertThat(lines(log.replay(0))).isEqualTo(entryLines(1, 3));
    assertThat(log.checkpoint(0)).isEqualTo(4);
    assertThat(log.lastCheckpointCovers()).isZero();
    try (WalCursor tail = log.tail(0)) {
      assertThat(tail.next(Duration.ofSeconds(60)).orElseThrow().sequence()).isEqualTo(1);
    }
    log.truncateAfter(0);
    assertThat(log.currentSequence()).isZero();
    assertThat(log.lastCheckpoint()).isZero();
    assertThat(log.append(entryPayload(1))).isEqualTo(1);
    assertThat(lines(open().iterate())).isEqualTo(entryLines(1, 1));
  }

  @Test
  void indexesThatAreNoneAreRefusedByTheirValueAndChangeNothing() throws IOException {
    SegmentedLog log = openLog(directory());
    appendOneByOne(log, 1, 5);
    for (long index : new long[] {Long.MIN_VALUE, Long.MIN_VALUE + 1, -1, 0}) {
      assertThatThrownBy(() -> log.appendAt(index, PLAIN, 0, NOTHING, NOTHING))
          .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("" + index);
      for (int count : new int[] {1, 2})
        assertThatThrownBy(() -> log.appendRun(index, run(1, count)))
            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("" + index);
      assertThatThrownBy(() -> log.reset(index)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("" + index);
    }
    assertThatThrownBy(() -> log.appendRun(Long.MAX_VALUE, run(1, 1)))
        .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("" + Long.MAX_VALUE);
    assertThatThrownBy(() -> log.appendRun(Layout.SEQUENCE_MAX, run(1, 2)))
        .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("" + Layout.SEQUENCE_MAX);
    for (long sequence : new long[] {Long.MIN_VALUE, -1, Layout.SEQUENCE_MAX, Long.MAX_VALUE}) {
      assertThatThrownBy(() -> log.truncate(sequence)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("" + sequence);
      assertThatThrownBy(() -> log.truncateAfter(sequence))
          .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("" + sequence);
    }
    appendOneByOne(log, 6, 6);
    assertThat(contents(openLog(directory()))).isEqualTo(records(1, 6));
  }

  @Test
  void nothingIsReadBehindTheLastIndexThatThereIs() throws IOException {
    SegmentedLog log = openLog(directory());
    appendOneByOne(log, 1, 5);
    for (long after : FAR) {
      try (LogCursor cursor = log.cursor(after); LogCursor seek = log.seek(after); LogCursor tail = log.follow(after)) {
        assertThat(cursor.advance()).isFalse();
        assertThat(seek.advance()).isFalse();
        assertThat(tail.advance()).isFalse();
      }
      assertThat(log.<Long>read(after, record -> record.sequence())).isNull();
      List<Long> scanned = new ArrayList<>();
      log.scan(PLAIN, after, record -> scanned.add(record.sequence()));
      assertThat(scanned).isEmpty();
    }
  }

  /** Read, found, followed, kept over a crash and a close, and truncated at both ends. */
  @Test
  void theLastSequenceThatThereIsIsAsGoodAsAnyOther() throws IOException {
    long last = Layout.SEQUENCE_MAX;
    SegmentedLog log = openLog(directory());
    appendOneByOne(log, 1, 2);
    log.appendRun(last - 1, run(last - 1, last - 1));
    appendOneByOne(log, last, last);
    List<String> all = new ArrayList<>(records(1, 2));
    all.addAll(records(last - 1, last));
    assertThat(contents(log)).isEqualTo(all);
    log = openLog(directory()); // The one before was not closed.
    assertThat(log.recovery().damage()).isEmpty();
    assertThat(contents(log)).isEqualTo(all);
    assertThat(log.<Long>read(last, record -> record.sequence())).isEqualTo(last);
    try (LogCursor tail = log.follow(last - 1)) {
      assertThat(tail.advance()).isTrue();
      assertThat(tail.sequence()).isEqualTo(last);
      assertThat(tail.advance()).isFalse();
    }
    log.truncate(last - 1);
    assertThat(contents(log)).isEqualTo(records(last, last));
    log.close();
    log = openLog(directory());
    assertThat(log.firstSequence()).isEqualTo(last);
    log.truncateAfter(last - 1);
    assertThat(log.currentSequence()).isEqualTo(last - 1);
    appendOneByOne(log, last, last);
    log.truncate(last);
    assertThat(log.firstSequence()).isEqualTo(Long.MAX_VALUE);
    log.close();
    log = openLog(directory());
    assertThat(log.currentSequence()).isEqualTo(last);
    log.reset(last);
    appendOneByOne(log, last, last);
    log.close();
    assertThat(contents(openLog(directory()))).isEqualTo(records(last, last));
  }
}
