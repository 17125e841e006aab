package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.SequenceRange;
import dev.syncline.SyncMode;
import dev.syncline.WriteAheadLog;
import dev.syncline.format.Layout;
import dev.syncline.log.SegmentedLog;
import dev.syncline.log.segment.MarkFile;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Where sequences end: no record has one above the format's last, and none is written as if it had. */
public abstract class SequenceEndContract extends IndexTestBase {
  private static final long LAST = Layout.SEQUENCE_MAX;

  private void assertHolds(SegmentedLog log, List<String> expected) throws IOException {
    assertThat(contents(log)).isEqualTo(expected);
    SegmentedLog again = openLog(directory()); // The one before was not closed.
    assertThat(again.recovery().damage()).isEmpty();
    assertThat(contents(again)).isEqualTo(expected);
    again.close();
    assertThat(contents(openLog(directory()))).isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void anIndexAboveTheLastIsRefusedBeforeAnythingIsWritten(SyncMode mode) throws IOException {
    SegmentedLog log = openLog(openStorage(directory()), smallOptions().withSyncMode(mode));
    appendOneByOne(log, 1, 5);
    assertThatThrownBy(() -> log.appendAt(Long.MAX_VALUE, PLAIN, 0, NOTHING, NOTHING))
        .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("" + LAST).hasMessageContaining("" + Long.MAX_VALUE);
    assertThatThrownBy(() -> log.reset(Long.MAX_VALUE))
        .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("" + LAST).hasMessageContaining("" + Long.MAX_VALUE);
    assertThat(log.append(PLAIN, 0, NOTHING, entryPayload(6))).isEqualTo(6);
    log.sync();
    assertHolds(log, records(1, 6));
  }

  /** As after a repair of a log whose last record was there, and is lost. */
  @Test
  void theLastSequenceMayBeLeftOut() throws IOException {
    SegmentedLog log = openLog(directory());
    appendOneByOne(log, LAST - 3, LAST - 2);
    log.leaveOut(LAST);
    assertThat(log.currentSequence()).isEqualTo(LAST);
    assertThatThrownBy(() -> log.append(PLAIN, 0, NOTHING, NOTHING)).isInstanceOf(IllegalStateException.class);
    assertHolds(log, records(LAST - 3, LAST - 2));
    SegmentedLog on = openLog(directory());
    assertThat(on.currentSequence()).isEqualTo(LAST);
    assertThat(on.recovery().gaps()).contains(new SequenceRange(LAST - 1, LAST));
    assertThatThrownBy(() -> on.leaveOut(LAST - 1)).isInstanceOf(IllegalArgumentException.class);
  }

  /** Whatever gives out the next sequence by itself. */
  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void behindTheLastSequenceEveryAppendIsRefusedBeforeAnythingIsWritten(SyncMode mode) throws IOException {
    SegmentedLog log = openLog(openStorage(directory()), smallOptions().withSyncMode(mode));
    appendOneByOne(log, LAST - 1, LAST - 1);
    assertThatThrownBy(() -> log.appendGroup(run(1, 2))).as("two where one is left").hasMessageContaining("" + LAST);
    appendOneByOne(log, LAST, LAST);
    Map<String, EveryCall.Call> calls = new LinkedHashMap<>();
    calls.put("append", () -> log.append(PLAIN, 0, NOTHING, NOTHING));
    calls.put("appendGroup", () -> log.appendGroup(run(1, 1)));
    calls.put("appendAsync", () -> log.appendAsync(PLAIN, 0, NOTHING, NOTHING));
    for (int time = 1; time <= 2; time++)
      calls.forEach((name, call) ->
          assertThatThrownBy(call::run).as(name).isInstanceOf(IllegalStateException.class).hasMessageContaining("" + LAST));
    assertThat(log.currentSequence()).isEqualTo(LAST);
    assertThat(log.stats().failed()).isFalse();
    log.sync();
    assertHolds(log, records(LAST - 1, LAST));
    SegmentedLog on = openLog(directory());
    on.reset(1);
    assertThat(on.append(PLAIN, 0, NOTHING, entryPayload(1))).as("the way out").isEqualTo(1);
  }

  @Test
  void thePublicFaceIsRefusedTheSame() throws IOException {
    try (SegmentedLog log = openLog(directory())) {
      log.appendAt(LAST - 1, dev.syncline.RecordType.ENTRY.code(), 0, NOTHING, NOTHING);
    }
    WriteAheadLog log = open();
    List<dev.syncline.Operation> batch = List.of(dev.syncline.Operation.entry(NOTHING));
    assertThatThrownBy(() -> log.appendBatch(batch)).as("with its COMMIT").hasMessageContaining("" + LAST);
    assertThat(log.append(NOTHING)).isEqualTo(LAST);
    Map<String, EveryCall.Call> calls = new LinkedHashMap<>();
    calls.put("append", () -> log.append(NOTHING));
    calls.put("put", () -> log.put(NOTHING, NOTHING));
    calls.put("delete", () -> log.delete(NOTHING));
    calls.put("appendBatch", () -> log.appendBatch(batch));
    calls.put("appendAsync", () -> log.appendAsync(batch.get(0)).durable());
    calls.put("checkpoint", log::checkpoint);
    calls.put("checkpoint(covered)", () -> log.checkpoint(1));
    calls.forEach((name, call) ->
        assertThatThrownBy(call::run).as(name).isInstanceOf(IllegalStateException.class).hasMessageContaining("" + LAST));
    assertThat(sequences(log.iterate())).containsExactly(LAST - 1, LAST);
    assertThat(sequences(open().iterate())).containsExactly(LAST - 1, LAST);
    log.close();
  }

  /** The mark would hold what no reader of it takes: the log could not be written to after the next opening. */
  @Test
  void aCheckpointThatIsNoneIsNotNoted() throws IOException {
    for (long[] checkpoint : new long[][] {
        {Long.MAX_VALUE, 0}, {LAST, 0}, {6, 0}, {5, 6}, {5, Long.MAX_VALUE}, {5, -1}, {-1, 0}, {Long.MIN_VALUE, Long.MIN_VALUE}}) {
      SegmentedLog log = openLog(temporary.resolve("checkpoint" + checkpoint[0] + checkpoint[1]));
      appendOneByOne(log, 1, 5);
      assertThatThrownBy(() -> log.noteCheckpoint(checkpoint[0], checkpoint[1]))
          .as("%d covering %d", checkpoint[0], checkpoint[1]).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> log.truncateAfter(5, last -> new MarkFile.Checkpoint(checkpoint[0], checkpoint[1])))
          .as("%d covering %d", checkpoint[0], checkpoint[1]).isInstanceOf(IllegalArgumentException.class);
      log.close();
    }
  }

  /** As the public face does. */
  @Test
  void negativeIndexesAreRefusedToReadersToo() throws IOException {
    SegmentedLog log = openLog(directory());
    appendOneByOne(log, 1, 5);
    for (long index : new long[] {Long.MIN_VALUE, -1}) {
      Map<String, EveryCall.Call> calls = new LinkedHashMap<>();
      calls.put("cursor", () -> log.cursor(index).close());
      calls.put("follow", () -> log.follow(index).close());
      calls.put("seek", () -> log.seek(index).close());
      calls.put("read", () -> log.read(index, record -> 1));
      calls.put("scan", () -> log.scan(PLAIN, index, record -> {}));
      calls.put("awaitDurable", () -> log.awaitDurable(index));
      calls.forEach((name, call) ->
          assertThatThrownBy(call::run).as(name).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("" + index));
    }
  }

  /** A thread that has nothing left to do waits, also when what it would have done is overdue. */
  @Test
  void aLogThatHasFailedKeepsNoProcessorBusy() throws Exception {
    for (int i = 1; i <= 5; i++) fail(temporary.resolve("failed-" + i));
    long before = engineNanos();
    LockSupport.parkNanos(1_000_000_000);
    assertThat(engineNanos() - before).as("nanoseconds of processor time that its threads took in a second").isLessThan(200_000_000);
  }

  /** Has the mark fail while records wait for their sync. */
  private void fail(java.nio.file.Path directory) throws Exception {
    FaultyStorage disk = new FaultyStorage(openStorage(directory));
    WriteAheadLog log = open(disk, options ->
        options.syncMode(SyncMode.INTERVAL).syncInterval(Duration.ofMillis(50)).markInterval(Duration.ofNanos(1)));
    log.append(entryPayload(1));
    disk.on(Op.WRITE_DURABLY).named("log.mark"::equals).fail(() -> new IOException("EIO, says the test"));
    assertThatThrownBy(() -> {
      while (true) {
        log.sync();
        for (int i = 0; i < 1000; i++) log.append(entryPayload(2));
      }
    }).isInstanceOf(IOException.class);
    Together.await("the log has failed", () -> log.stats().failed());
  }

  private static long engineNanos() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    List<Long> nanos = new ArrayList<>();
    for (ThreadInfo thread : threads.dumpAllThreads(false, false))
      if (thread.getThreadName().startsWith("syncline")) nanos.add(Math.max(0, threads.getThreadCpuTime(thread.getThreadId())));
    return nanos.stream().mapToLong(Long::longValue).sum();
  }
}
