package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.SyncMode;
import dev.syncline.WriteAheadLog;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** When an append is durable, and what it costs: the words of the contract, its sync modes and {@code appendAsync}. */
public abstract class DurabilityContract extends LogTestBase {

  @Test
  void aSyncAppendIsDurableWhenItReturns() throws IOException {
    WriteAheadLog log = open();
    for (long sequence = 1; sequence <= 5; sequence++) {
      log.append(entryPayload(sequence));
      assertThat(log.durableSequence()).isEqualTo(sequence);
    }
    log.appendBatch(batch("a", "b"));
    assertThat(log.durableSequence()).isEqualTo(8);
  }

  @Test
  void aLoneSyncAppendIsExactlyOneDurableWriteByItsOwnThread() throws IOException {
    RecordingStorage disk = new RecordingStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, options -> {});
    appendEntries(log, 3);
    for (int i = 0; i < 10; i++) {
      disk.reset();
      log.put(bytes("key"), bytes("value"));
      List<Operation> mine = disk.operationsOf(Thread.currentThread());
      assertThat(mine).extracting(Operation::op).containsExactly(Op.WRITE_DURABLY);
      assertThat(isSegment(mine.get(0).file())).isTrue();
    }
  }

  @Test
  void openingAnEmptyDirectoryDoesNotWriteAWholeSegment() throws IOException {
    RecordingStorage disk = new RecordingStorage(openStorage(directory()));
    open(disk, options -> options.maxSegmentSize(64 << 20));
    long writtenBytes = disk.operations().stream()
        .filter(operation -> List.of(Op.WRITE, Op.WRITE_DURABLY, Op.WRITE_ZEROS).contains(operation.op()))
        .mapToLong(Operation::lengthBytes)
        .sum();
    assertThat(writtenBytes).isLessThan(1 << 20);
  }

  @Test
  void callersThatWaitTogetherShareADurableWrite() throws Exception {
    FaultyStorage slow = new FaultyStorage(openStorage(directory()));
    RecordingStorage disk = new RecordingStorage(slow);
    WriteAheadLog log = open(disk, options -> {});
    appendEntries(log, 1);
    FaultyStorage.Stall stall = slow.on(Op.WRITE_DURABLY).named(LogTestBase::isFirstSegment).stallBefore();
    disk.reset();
    List<Together.Task<Long>> callers = new ArrayList<>();
    callers.add(Together.begin(() -> log.append(bytes("leader"))));
    stall.awaitReached(Duration.ofSeconds(60));
    for (int i = 0; i < 10; i++) callers.add(Together.begin(() -> log.append(bytes("follower"))));
    // A thread that waits may still be on its way; what has been appended lies in a frame.
    Together.await("every record lies in a frame", () -> log.stats().appends() == 12);
    stall.release();
    for (Together.Task<Long> caller : callers) caller.get();
    long writes = disk.operations().stream()
        .filter(operation -> operation.op() == Op.WRITE_DURABLY && isFirstSegment(operation.file()))
        .count();
    assertThat(writes).as("one for the leader, then one for all who came meanwhile").isEqualTo(2);
    assertThat(log.currentSequence()).isEqualTo(12);
  }

  @Test
  void manualAppendsAreInMemoryUntilSync() throws IOException {
    WriteAheadLog log = open(options -> options.syncMode(SyncMode.MANUAL));
    appendEntries(log, 5);
    assertThat(log.currentSequence()).isEqualTo(5);
    assertThat(log.durableSequence()).isZero();
    assertThat(log.sync()).isEqualTo(5);
    assertThat(log.durableSequence()).isEqualTo(5);
    assertThat(log.sync()).as("a sync with nothing to do").isEqualTo(5);
  }

  @Test
  void awaitDurableInManualModeDoesTheSync() throws IOException {
    WriteAheadLog log = open(options -> options.syncMode(SyncMode.MANUAL));
    appendEntries(log, 5);
    log.awaitDurable(3);
    assertThat(log.durableSequence()).isGreaterThanOrEqualTo(3);
    log.awaitDurable(5);
    assertThat(log.durableSequence()).isEqualTo(5);
    log.awaitDurable(0);
  }

  @Test
  void awaitDurableOfWhatWasNeverAppendedIsRefused() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 2);
    assertThatThrownBy(() -> log.awaitDurable(3)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("3");
    assertThatThrownBy(() -> log.awaitDurable(-1)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("-1");
  }

  @Test
  void intervalAppendsBecomeDurableByThemselves() throws Exception {
    WriteAheadLog log = open(options -> options.syncMode(SyncMode.INTERVAL).syncInterval(Duration.ofMillis(5)));
    appendEntries(log, 5);
    Together.await("the background sync has come", () -> log.durableSequence() == 5);
    assertThat(lines(open(crashCopy(log)).replay())).isEqualTo(entryLines(1, 5));
  }

  /** A record, or a batch, that leaves no room for another one in its frame. */
  @Test
  void intervalAppendsThatFillAFrameAtOnceBecomeDurableByThemselvesToo() throws Exception {
    WriteAheadLog log = open(options -> options.syncMode(SyncMode.INTERVAL).syncInterval(Duration.ofMillis(5)));
    log.append(new byte[1 << 20]);
    Together.await("the background sync has come for the record", () -> log.durableSequence() == 1);
    log.appendBatch(Collections.nCopies(20, dev.syncline.Operation.entry(new byte[64 << 10])));
    Together.await("the background sync has come for the batch", () -> log.durableSequence() == 22);
  }

  @Test
  void intervalAppendsDoNotWaitForTheInterval() throws IOException {
    WriteAheadLog log = open(options -> options.syncMode(SyncMode.INTERVAL).syncInterval(Duration.ofHours(1)));
    appendEntries(log, 50);
    assertThat(log.currentSequence()).isEqualTo(50);
    assertThat(log.sync()).isEqualTo(50);
    log.append(entryPayload(51));
    log.awaitDurable(51);
    assertThat(log.durableSequence()).isEqualTo(51);
  }

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void aCheckpointIsDurableWithEverythingBeforeItInEverySyncMode(SyncMode mode) throws IOException {
    WriteAheadLog log = open(options -> options.syncMode(mode).syncInterval(Duration.ofHours(1)));
    appendEntries(log, 5);
    assertThat(log.checkpoint()).isEqualTo(6);
    assertThat(log.durableSequence()).isEqualTo(6);
    WriteAheadLog recovered = open(crashCopy(log));
    assertThat(recovered.lastCheckpoint()).isEqualTo(6);
    assertThat(recovered.currentSequence()).isEqualTo(6);
  }

  @Test
  void rotationMakesTheOldSegmentDurableInManualMode() throws IOException {
    WriteAheadLog log = open(options -> options.syncMode(SyncMode.MANUAL).maxSegmentSize(SMALL_SEGMENT_BYTES));
    while (DirectoryBytes.walFiles(directory()).size() < 3) log.append(new byte[5000]);
    assertThat(log.durableSequence()).isPositive();
  }

  // appendAsync.

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void futuresCompleteInSequenceOrderWhenDurable(SyncMode mode) throws Exception {
    WriteAheadLog log = open(options -> options.syncMode(mode));
    List<CompletableFuture<Long>> checked = new ArrayList<>();
    CompletableFuture<Long> previous = CompletableFuture.completedFuture(0L);
    for (int i = 1; i <= 200; i++) {
      CompletableFuture<Long> before = previous;
      previous = log.appendAsync(dev.syncline.Operation.entry(entryPayload(i))).durable();
      checked.add(previous.thenApply(sequence -> {
        assertThat(before).as("the one before %d", sequence).isCompletedWithValue(sequence - 1);
        assertThat(log.durableSequence()).isGreaterThanOrEqualTo(sequence);
        return sequence;
      }));
    }
    log.sync();
    CompletableFuture.allOf(checked.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
    List<Long> sequences = checked.stream().map(CompletableFuture::join).toList();
    assertThat(sequences).isEqualTo(LongStream.rangeClosed(1, 200).boxed().toList());
    assertThat(lines(log.replay())).isEqualTo(entryLines(1, 200));
  }

  @Test
  void callbacksRunInSequenceOrderOnTheExecutorThatWasGiven() throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(3, work -> new Thread(work, "callbacks"));
    try {
      WriteAheadLog log = open(options -> options.callbackExecutor(executor));
      List<Long> order = Collections.synchronizedList(new ArrayList<>());
      List<String> threads = Collections.synchronizedList(new ArrayList<>());
      List<CompletableFuture<Void>> callbacks = new ArrayList<>();
      Thread caller = Thread.currentThread();
      for (int i = 1; i <= 100; i++) {
        callbacks.add(log.appendAsync(dev.syncline.Operation.entry(entryPayload(i))).durable().thenAccept(sequence -> {
          order.add(sequence);
          // Of a future that is complete already, the callback runs at once on the thread that adds it.
          if (Thread.currentThread() != caller) threads.add(Thread.currentThread().getName());
        }));
      }
      CompletableFuture.allOf(callbacks.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
      assertThat(order).hasSize(100);
      assertThat(threads).allMatch("callbacks"::equals);
    } finally {
      executor.shutdown();
    }
  }

  @Test
  void aCallbackThatBlocksOrThrowsDoesNotStopTheLog() throws Exception {
    ExecutorService executor = Executors.newSingleThreadExecutor();
    CountDownLatch release = new CountDownLatch(1);
    try {
      WriteAheadLog log = open(options -> options.callbackExecutor(executor));
      executor.execute(() -> awaitQuietly(release));
      CompletableFuture<Long> first = log.appendAsync(dev.syncline.Operation.entry(entryPayload(1))).durable();
      first.thenRun(() -> {
        throw new IllegalStateException("a callback's own trouble");
      });
      for (int i = 2; i <= 20; i++) log.append(entryPayload(i));
      assertThat(log.durableSequence()).isEqualTo(20);
      CompletableFuture<Long> last = log.appendAsync(dev.syncline.Operation.entry(entryPayload(21))).durable();
      Together.await("the asynchronous append is durable", () -> log.durableSequence() == 21);
      release.countDown();
      assertThat(last.get(60, TimeUnit.SECONDS)).isEqualTo(21);
    } finally {
      release.countDown();
      executor.shutdown();
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void pendingAppendsWaitForTheWriterAndLoseNothing() throws IOException {
    WriteAheadLog log = open(options -> options.syncMode(SyncMode.MANUAL).maxPendingBytes(20_000));
    for (int i = 0; i < 100; i++) log.append(new byte[3000]);
    assertThat(log.sync()).isEqualTo(100);
    Path crashed = crashCopy(log);
    assertThat(sequences(open(crashed).replay())).hasSize(100);
  }
}
