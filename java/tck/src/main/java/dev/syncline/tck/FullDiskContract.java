package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.syncline.LogFailedException;
import dev.syncline.StorageFullException;
import dev.syncline.SyncMode;
import dev.syncline.WriteAheadLog;
import dev.syncline.io.Storage;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a log does without room: promise 21. */
public abstract class FullDiskContract extends LogTestBase {
  private static final int APPENDS_MAX = 500;

  @ParameterizedTest
  @EnumSource(value = Op.class, names = {"CREATE", "WRITE_ZEROS"})
  void aFullDiskRefusesAppendsAndLetsTheLogGoOnOnceThereIsRoom(Op firstRefused) throws IOException {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, LogTestBase::smallSegments);
    appendEntries(log, 3);
    fill(disk, firstRefused);
    long last = appendUntilFull(log);
    assertThatThrownBy(() -> log.append(entryPayload(last + 1))).isInstanceOf(StorageFullException.class);
    assertThat(log.currentSequence()).as("no sequence was used").isEqualTo(last);
    assertThat(log.stats().failed()).isFalse();
    assertThat(lines(log.replay())).isEqualTo(entryLines(1, last));
    disk.heal();
    assertThat(log.append(entryPayload(last + 1))).isEqualTo(last + 1);
    for (int i = 0; i < 40; i++) log.append(entryPayload(log.currentSequence() + 1));
    long end = log.currentSequence();
    log.close();
    assertThat(lines(open(LogTestBase::smallSegments).replay())).isEqualTo(entryLines(1, end));
  }

  /** Each trial makes a file and deletes it: however many wait there is one at a time, ten times a second. */
  @Test
  void whoWaitsForRoomTogetherTriesOnceAnInterval() throws Exception {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, LogTestBase::smallSegments);
    AtomicInteger trials = new AtomicInteger();
    disk.on(Op.CREATE).forever().fail(() -> {
      trials.incrementAndGet();
      return new StorageFullException("no space, says the test");
    });
    appendUntilFull(log);
    trials.set(0);
    long beganNanos = System.nanoTime();
    Together.run(8, thread -> assertThat(log.awaitRoom(Duration.ofSeconds(1))).isFalse());
    long intervals = 1 + (System.nanoTime() - beganNanos) / Duration.ofMillis(100).toNanos();
    assertThat(trials).hasValueBetween(2, (int) intervals + 1);
    for (Duration over : List.of(Duration.ZERO, Duration.ofSeconds(-1), Duration.ofSeconds(Long.MIN_VALUE)))
      assertThat(log.awaitRoom(over)).as("%s", over).isFalse();
    disk.heal();
    Together.run(8, thread -> assertThat(log.awaitRoom(Duration.ofSeconds(60))).isTrue());
    log.append(bytes("there is room"));
  }

  @Test
  void truncateWorksOnAFullDisk() throws IOException {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, LogTestBase::smallSegments);
    appendEntries(log, 40);
    fill(disk, Op.CREATE);
    fill(disk, Op.WRITE_ZEROS);
    long last = appendUntilFull(log);
    log.truncate(35);
    assertThat(lines(log.replay())).isEqualTo(entryLines(36, last));
    assertThat(DirectoryBytes.walFiles(directory()).get(0).getFileName().toString()).isNotEqualTo("00000000000000000001.wal");
    disk.heal();
    assertThat(log.append(entryPayload(last + 1))).isEqualTo(last + 1);
  }

  /** Else the newest file, which nobody needs any more, would keep all that there is for ever. */
  @Test
  void forgettingEverythingMakesRoomWhereThereIsNoneForAnotherFile() throws IOException {
    WriteAheadLog log = open(new OneFileDisk(openStorage(directory())), LogTestBase::smallSegments);
    for (int round = 1; round <= 4; round++) {
      long before = log.currentSequence();
      long last = appendUntilFull(log);
      assertThat(last).as("round %d", round).isGreaterThan(before + 3);
      assertThat(lines(log.replay())).isEqualTo(entryLines(before + 1, last));
      log.truncate(last);
      log.truncate(last);
      assertThat(log.awaitRoom(Duration.ofSeconds(60))).as("round %d", round).isTrue();
      assertThat(lines(log.replay())).isEmpty();
      assertThat(log.verify().damage()).isEmpty();
    }
    long last = log.append(entryPayload(log.currentSequence() + 1));
    log.close();
    WriteAheadLog again = open(LogTestBase::smallSegments);
    assertThat(again.recovery().damage()).isEmpty();
    assertThat(lines(again.replay())).isEqualTo(entryLines(last, last));
  }

  @Test
  void whatIsNotForgottenStaysOnADiskThatHasNoRoomForAnotherFile() throws IOException {
    WriteAheadLog log = open(new OneFileDisk(openStorage(directory())), LogTestBase::smallSegments);
    long last = appendUntilFull(log);
    log.truncate(last - 1);
    assertThatThrownBy(() -> log.append(entryPayload(last + 1))).isInstanceOf(StorageFullException.class);
    assertThat(lines(log.replay())).isEqualTo(entryLines(last, last));
  }

  @Test
  void aFullDiskStaysReadableAndClosesCleanly() throws IOException {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, LogTestBase::smallSegments);
    fill(disk, Op.CREATE);
    fill(disk, Op.WRITE_ZEROS);
    long last = appendUntilFull(log);
    log.close();
    WriteAheadLog again = open(LogTestBase::smallSegments);
    assertThat(again.recovery().closedCleanly()).isTrue();
    assertThat(lines(again.replay())).isEqualTo(entryLines(1, last));
  }

  @Test
  void noRoomForABatchUsesNoneOfItsSequences() throws IOException {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, LogTestBase::smallSegments);
    appendEntries(log, 2);
    fill(disk, Op.CREATE);
    fill(disk, Op.WRITE_ZEROS);
    byte[] large = new byte[5 * SMALL_SEGMENT_BYTES];
    assertThatThrownBy(() -> log.appendBatch(List.of(
            dev.syncline.Operation.entry(large), dev.syncline.Operation.entry(large))))
        .isInstanceOf(StorageFullException.class);
    assertThat(lines(log.iterate())).isEqualTo(entryLines(1, 2));
    disk.heal();
    assertThat(log.append(entryPayload(3))).isEqualTo(3);
  }

  @Test
  void aFullDiskAtTheFirstOpeningFailsItAndALaterOneSucceeds() throws IOException {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    fill(disk, Op.CREATE);
    assertThatThrownBy(() -> open(disk, LogTestBase::smallSegments)).isInstanceOf(StorageFullException.class);
    assertThat(open(LogTestBase::smallSegments).append(bytes("first"))).isEqualTo(1);
  }

  @Test
  void theLogsOwnSizeLimitIsMetTheSameWay() throws IOException {
    WriteAheadLog log = open(options -> options.maxSegmentSize(SMALL_SEGMENT_BYTES).maxLogSize(4 * SMALL_SEGMENT_BYTES));
    long last = appendUntilFull(log);
    assertThat(log.currentSequence()).isEqualTo(last);
    assertThat(log.stats().diskBytes()).isLessThanOrEqualTo(4 * SMALL_SEGMENT_BYTES);
    log.truncate(last);
    for (int i = 0; i < 20; i++) log.append(entryPayload(log.currentSequence() + 1));
    assertThat(lines(log.replay())).isEqualTo(entryLines(last + 1, last + 20));
  }

  @Test
  void noRoomMetByAWriteIntoReadySpacePoisons() throws IOException {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, LogTestBase::smallSegments);
    appendEntries(log, 2);
    disk.on(Op.WRITE_DURABLY).named(LogTestBase::isFirstSegment)
        .fail(() -> new StorageFullException("no space, says the test"));
    assertThatThrownBy(() -> log.append(bytes("lost"))).isInstanceOf(LogFailedException.class);
    assertThat(log.stats().failed()).isTrue();
    assertThat(lines(log.replay())).isEqualTo(entryLines(1, 2));
  }

  /** Once, at each place where zeros are made or synced, the seal's room included. */
  @ParameterizedTest
  @EnumSource(value = Op.class, names = {"WRITE_ZEROS", "SYNC"})
  void aFullDiskMetOnceWhileSpaceIsMadeReadyNeverPoisons(Op op) throws IOException {
    for (int nth = 1; nth <= 6; nth++) {
      FaultyStorage disk = new FaultyStorage(openStorage(temporary.resolve(op + "-" + nth)));
      WriteAheadLog log = open(disk, LogTestBase::smallSegments);
      disk.on(op).named(LogTestBase::isSegment).nth(nth).fail(() -> new StorageFullException("no space, says the test"));
      for (int i = 0; i < 40; i++) {
        try {
          log.append(new byte[BLOCK_BYTES]);
        } catch (StorageFullException full) {
          assertThat(log.stats().failed()).as("number %d", nth).isFalse();
        }
      }
      assertThat(log.append(bytes("at last"))).as("number %d", nth).isEqualTo(log.currentSequence()).isGreaterThan(38);
      disk.heal();
      log.close();
    }
  }

  @Test
  void aFullDiskMetByASnapshotLeavesTheLogAsItWas() throws IOException {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, LogTestBase::smallSegments);
    appendEntries(log, 3);
    disk.on(Op.LINK).fail(() -> new StorageFullException("no space, says the test"));
    assertThatThrownBy(() -> log.snapshot(temporary.resolve("full"))).isInstanceOf(StorageFullException.class);
    appendEntries(log, 3);
    log.snapshot(temporary.resolve("room"));
    appendEntries(log, 3);
    assertThat(lines(log.replay())).isEqualTo(entryLines(1, 9));
    log.close();
    assertThat(lines(openReadOnly(temporary.resolve("room")).replay())).isEqualTo(entryLines(1, 6));
  }

  /** Its space is ready since the log was made: no room there is a failed write. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void noRoomForTheMarkOfATruncationPoisons(boolean after) throws IOException {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, options -> options.maxSegmentSize(SMALL_SEGMENT_BYTES).markInterval(NEVER));
    appendEntries(log, 5);
    disk.on(Op.WRITE_DURABLY).named("log.mark"::equals).fail(() -> new StorageFullException("no space, says the test"));
    ThrowingCallable truncation = after ? () -> log.truncateAfter(3) : () -> log.truncate(3);
    assertThatThrownBy(truncation).isInstanceOf(LogFailedException.class).hasStackTraceContaining("no space, says the test");
    assertThatThrownBy(() -> log.append(bytes("later")))
        .isInstanceOf(LogFailedException.class)
        .hasStackTraceContaining("no space, says the test");
    assertThat(lines(log.replay())).as("what is durable stays readable").isEqualTo(entryLines(1, 5));
    Quietly.close(log);
    assertThat(lines(open(LogTestBase::smallSegments).replay())).isEqualTo(entryLines(1, 5));
  }

  /** Where a sync reports what became of records that wait for one, nobody else will: also when it was the zeros' sync. */
  @Test
  void aFullDiskToldToTheSyncOfZerosPoisonsWhileRecordsWaitForTheirs() throws Exception {
    ZerosMeetAFullDisk disk = new ZerosMeetAFullDisk(openStorage(directory()));
    WriteAheadLog log = open(disk, options -> options.syncMode(SyncMode.MANUAL).maxSegmentSize(64 << 20));
    byte[] record = new byte[ZerosMeetAFullDisk.RECORD_BYTES];
    for (int i = 0; i < 100; i++) log.append(record);
    log.sync();
    disk.armed = true;
    Throwable failure = null;
    for (int i = 0; i < 2_500 && failure == null; i++) failure = catchThrowable(() -> log.append(record));
    assertThat(disk.armed).as("a sync of zeros met records that waited").isFalse();
    // It is another thread's sync, which may have failed only now.
    Together.await("the log has failed", () -> log.stats().failed());
    assertThatThrownBy(log::sync).isInstanceOf(LogFailedException.class).hasStackTraceContaining("no space, says the test");
    assertThat(log.durableSequence()).as("the last are not").isLessThan(log.currentSequence());
  }

  /** Has room for one segment's file. */
  private static final class OneFileDisk extends InterceptedStorage {
    OneFileDisk(Storage delegate) {
      super(delegate);
    }

    @Override
    protected <T> T intercept(Operation operation, Call<T> call) throws IOException {
      boolean segment = operation.op() == Op.CREATE && !operation.file().startsWith("log.");
      if (segment && !DirectoryBytes.files(directory(), name -> name.matches("[0-9]+\\..*")).isEmpty())
        throw new StorageFullException("no inode for " + operation.file() + ", says the test");
      return call.run();
    }

    @Override
    protected Storage around(Storage other) {
      return other;
    }
  }

  /** Fails one sync of zeros behind which records were written that no sync has covered, and holds those before it until there are some. */
  private static final class ZerosMeetAFullDisk extends InterceptedStorage {
    /** Appends that have no ready space left wait for the held sync themselves: then it goes on, and the next one is held. */
    private static final int HELD_MILLIS_MAX = 500;

    static final int RECORD_BYTES = 20 << 10;

    private final AtomicInteger unsyncedWrites = new AtomicInteger();
    private volatile Thread zeroing;
    volatile boolean armed;

    ZerosMeetAFullDisk(Storage delegate) {
      super(delegate);
    }

    @Override
    protected <T> T intercept(Operation operation, Call<T> call) throws IOException {
      if (!isFirstSegment(operation.file())) return call.run();
      if (operation.op() == Op.WRITE_ZEROS) zeroing = Thread.currentThread();
      boolean ofZeros = operation.op() == Op.SYNC && zeroing == Thread.currentThread();
      for (int i = 0; i < HELD_MILLIS_MAX && armed && ofZeros && unsyncedWrites.get() == 0; i++) LockSupport.parkNanos(1_000_000);
      if (armed && ofZeros && unsyncedWrites.get() > 0) {
        armed = false;
        throw new StorageFullException("no space, says the test");
      }
      T result = call.run();
      // The fence behind the space that is made ready is a write, too, and no record.
      if (operation.op() == Op.WRITE && operation.lengthBytes() > RECORD_BYTES) unsyncedWrites.incrementAndGet();
      if (operation.op() == Op.SYNC) unsyncedWrites.set(0);
      if (ofZeros) zeroing = null;
      return result;
    }

    @Override
    protected Storage around(Storage other) {
      return other;
    }
  }

  private static void fill(FaultyStorage disk, Op op) {
    disk.on(op).forever().fail(() -> new StorageFullException("no space, says the test"));
    disk.on(Op.RESERVE).forever().fail(() -> new StorageFullException("no space, says the test"));
  }

  /** The last sequence that was taken. */
  private static long appendUntilFull(WriteAheadLog log) throws IOException {
    for (int i = 0; i < APPENDS_MAX; i++) {
      try {
        log.append(entryPayload(log.currentSequence() + 1));
      } catch (StorageFullException full) {
        return log.currentSequence();
      }
    }
    throw new AssertionError(APPENDS_MAX + " appends, and the disk is still not full");
  }
}
