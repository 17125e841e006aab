package dev.syncline.tck;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.Appended;
import dev.syncline.LogFailedException;
import dev.syncline.Operation;
import dev.syncline.RecordType;
import dev.syncline.SequenceRange;
import dev.syncline.SyncMode;
import dev.syncline.WalCursor;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Appends that tell the sequence at once, and durability later: promise 35. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class SequenceFirstContract extends LogTestBase {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int THREADS = 4;
  private static final int ROUNDS = 50;

  private static Operation entry(String text) {
    return Operation.entry(bytes(text));
  }

  private static long durable(Appended appended) throws Exception {
    return appended.durable().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void sequencesAreToldBeforeAnythingIsDurable(SyncMode mode) throws Exception {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, options -> options.syncMode(mode).syncInterval(Duration.ofMillis(1)));
    log.append(bytes("first"));
    log.sync();
    FaultyStorage.Stall write = disk.on(Op.WRITE_DURABLY).named(LogTestBase::isFirstSegment).stallBefore();
    Appended one = log.appendAsync(entry("one"));
    if (mode == SyncMode.SYNC) write.awaitReached(PATIENCE);
    Appended batch = log.appendBatchAsync(List.of(entry("two"), entry("three")));
    Appended last = log.appendAsync(entry("last"));
    assertThat(one.sequences()).isEqualTo(new SequenceRange(2, 2));
    assertThat(one.sequence()).isEqualTo(2);
    assertThat(batch.sequences()).isEqualTo(new SequenceRange(3, 4));
    assertThat(last.sequence()).as("behind the batch's COMMIT").isEqualTo(6);
    if (mode != SyncMode.INTERVAL) for (Appended each : List.of(one, batch, last)) assertThat(each.durable()).isNotDone();
    write.release();
    log.sync();
    assertThat(durable(one)).isEqualTo(2);
    assertThat(durable(batch)).as("the COMMIT's").isEqualTo(5);
    assertThat(durable(last)).isEqualTo(6);
    log.close();
  }

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void fromManyThreadsEachSequenceIsToldOnceAndHoldsWhatWasAppended(SyncMode mode) throws Exception {
    List<String> expected = Collections.synchronizedList(new ArrayList<>());
    try (WriteAheadLog log = open(options -> options.syncMode(mode).maxSegmentSize(SMALL_SEGMENT_BYTES))) {
      List<Together.Task<List<CompletableFuture<Long>>>> threads = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        int thread = i;
        threads.add(Together.begin(() -> appended(log, thread, expected)));
      }
      List<CompletableFuture<Long>> futures = new ArrayList<>();
      for (Together.Task<List<CompletableFuture<Long>>> thread : threads) futures.addAll(thread.get());
      log.sync();
      Set<Long> completed = new HashSet<>();
      for (CompletableFuture<Long> future : futures) completed.add(future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
      assertThat(completed).hasSize(2 * THREADS * ROUNDS);
    }
    try (WriteAheadLog log = open(); WalCursor cursor = log.replay()) {
      List<String> found = new ArrayList<>();
      while (cursor.hasNext()) {
        WalRecord record = cursor.next();
        found.add(record.sequence() + " " + new String(record.value(), UTF_8));
      }
      assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  /** The futures of what a thread appended, each of which fails if one that was appended before it is not complete when it is. */
  private static List<CompletableFuture<Long>> appended(WriteAheadLog log, int thread, List<String> expected) throws IOException {
    List<CompletableFuture<Long>> futures = new ArrayList<>();
    CompletableFuture<Long> before = CompletableFuture.completedFuture(0L);
    for (int i = 0; i < ROUNDS; i++) {
      String text = thread + "-" + i;
      Appended one = log.appendAsync(entry(text));
      expected.add(one.sequence() + " " + text);
      futures.add(checked(one.durable(), before));
      Appended batch = log.appendBatchAsync(List.of(entry(text + "a"), entry(text + "b")));
      expected.add(batch.sequences().first() + " " + text + "a");
      expected.add(batch.sequences().last() + " " + text + "b");
      futures.add(checked(batch.durable(), one.durable()));
      before = batch.durable();
    }
    return futures;
  }

  private static CompletableFuture<Long> checked(CompletableFuture<Long> durable, CompletableFuture<Long> before) {
    return durable.thenApply(sequence -> {
      assertThat(before).as("the one before %d", sequence).isDone();
      assertThat(before.join()).isLessThan(sequence);
      return sequence;
    });
  }

  /** The files as a crash may leave them at any moment: of a batch that nobody was told is durable all is there, or nothing. */
  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void aBatchIsThereAsAWholeOrNotAtAll(SyncMode mode) throws Exception {
    List<Path> copies = new ArrayList<>();
    try (WriteAheadLog log = open(options -> options.syncMode(mode))) {
      for (int i = 0; i < 10; i++) {
        log.appendBatchAsync(List.of(entry("a"), entry("b"), entry("c")));
        copies.add(copyOf(directory()));
      }
    }
    for (Path copy : copies) {
      try (WriteAheadLog log = open(copy); WalCursor all = log.iterate()) {
        long records = 0;
        RecordType last = RecordType.COMMIT;
        for (; all.advance(); records++) last = all.type();
        assertThat(records % 4).isZero();
        assertThat(last).isEqualTo(RecordType.COMMIT);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void whoJoinsTheLastFutureFindsAllBeforeItComplete(SyncMode mode) throws Exception {
    try (WriteAheadLog log = open(options -> options.syncMode(mode).syncInterval(Duration.ofMillis(1)))) {
      for (int i = 0; i < ROUNDS; i++) {
        List<CompletableFuture<Long>> futures = new ArrayList<>();
        for (int j = 0; j <= i; j++) futures.add(log.appendAsync(entry("record")).durable());
        if (mode == SyncMode.MANUAL) log.sync();
        long last = futures.get(i).join();
        assertThat(last).isEqualTo(log.durableSequence());
        assertThat(futures).allMatch(CompletableFuture::isDone);
      }
    }
  }

  @Test
  void manyThreadsThatJoinWhatTheyAppendEachHearOfTheirOwn() throws Exception {
    try (WriteAheadLog log = open(options -> options.maxSegmentSize(SMALL_SEGMENT_BYTES))) {
      List<Together.Task<Void>> threads = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) threads.add(Together.begin(() -> {
        for (int j = 0; j < ROUNDS; j++) {
          Appended first = log.appendAsync(entry("first"));
          Appended second = log.appendAsync(entry("second"));
          assertThat(second.durable().join()).isEqualTo(second.sequence());
          assertThat(log.durableSequence()).isGreaterThanOrEqualTo(second.sequence());
          assertThat(first.durable()).isCompletedWithValue(first.sequence());
        }
        return null;
      }));
      for (Together.Task<Void> thread : threads) thread.get();
      assertThat(log.durableSequence()).isEqualTo(2L * THREADS * ROUNDS);
    }
  }

  @Test
  void aCallbackRunsOnTheExecutorWhoeverJoinsWhatFollows() throws Exception {
    ExecutorService executor = Executors.newSingleThreadExecutor(task -> new Thread(task, "callers"));
    try (WriteAheadLog log = open(options -> options.callbackExecutor(executor))) {
      for (int i = 0; i < ROUNDS; i++) {
        CompletableFuture<String> ran = new CompletableFuture<>();
        log.appendAsync(entry("before"));
        CompletableFuture<Long> heard = log.appendAsync(entry("heard")).durable();
        heard.thenRun(() -> ran.complete(Thread.currentThread().getName()));
        boolean attachedInTime = !heard.isDone();
        log.appendAsync(entry("last")).durable().join();
        String where = ran.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (attachedInTime) assertThat(where).isEqualTo("callers");
      }
    } finally {
      executor.shutdown();
    }
  }

  @Test
  void anInterruptedThreadJoinsAndStaysInterrupted() throws Exception {
    try (WriteAheadLog log = open()) {
      Thread.currentThread().interrupt();
      for (int i = 1; i <= 3; i++) assertThat(log.appendAsync(entry("record")).durable().join()).isEqualTo(i);
      assertThat(Thread.interrupted()).isTrue();
    }
    try (WriteAheadLog log = open(); WalCursor all = log.replay()) {
      assertThat(records(all)).hasSize(3);
    }
  }

  @Test
  void whoeverJoinsIsToldOfTheFailure() throws Exception {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, options -> {});
    log.append(bytes("first"));
    disk.on(Op.WRITE_DURABLY).named(LogTestBase::isFirstSegment).forever().fail(() -> new IOException("EIO"));
    List<CompletableFuture<Long>> futures = new ArrayList<>();
    for (int i = 0; i < 3; i++) futures.add(appendedUnlessFailed(log));
    for (CompletableFuture<Long> future : futures)
      assertThatThrownBy(future::join).isInstanceOf(CompletionException.class).hasCauseInstanceOf(LogFailedException.class);
    Quietly.close(log);
  }

  private static CompletableFuture<Long> appendedUnlessFailed(WriteAheadLog log) throws IOException {
    try {
      return log.appendAsync(entry("lost")).durable();
    } catch (LogFailedException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Test
  void aFutureThatWasCancelledSaysSoWhoeverJoinsItAndItsRecordIsDurable() throws Exception {
    try (WriteAheadLog log = open()) {
      CompletableFuture<Long> cancelled = log.appendAsync(entry("cancelled")).durable();
      boolean first = cancelled.cancel(false);
      CompletableFuture<Long> last = log.appendAsync(entry("last")).durable();
      assertThat(last.join()).isEqualTo(2);
      assertThat(cancelled.isCancelled()).isEqualTo(first);
      if (first) assertThatThrownBy(cancelled::join).isInstanceOf(CancellationException.class);
      assertThat(log.durableSequence()).isEqualTo(2);
    }
  }

  @Test
  void whatWasToldWhenTheDiskFailsIsOfUnknownOutcome() throws Exception {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, options -> options.syncMode(SyncMode.MANUAL));
    log.append(bytes("first"));
    log.sync();
    Appended batch = log.appendBatchAsync(List.of(entry("a"), entry("b")));
    assertThat(batch.sequences()).isEqualTo(new SequenceRange(2, 3));
    disk.on(Op.WRITE_DURABLY).named(LogTestBase::isFirstSegment).forever().fail(() -> new IOException("EIO"));
    assertThatThrownBy(log::sync).isInstanceOf(LogFailedException.class);
    assertThatThrownBy(() -> durable(batch)).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(LogFailedException.class);
    Quietly.close(log);
  }

  @Test
  void anEmptyBatchAndNoOperationAreRefusedAndTakeNoSequence() throws Exception {
    try (WriteAheadLog log = open()) {
      assertThatThrownBy(() -> log.appendBatchAsync(List.of())).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> log.appendBatchAsync(null)).isInstanceOf(NullPointerException.class);
      assertThatThrownBy(() -> log.appendAsync(null)).isInstanceOf(NullPointerException.class);
      assertThat(log.appendAsync(entry("one")).sequence()).isEqualTo(1);
    }
  }
}
