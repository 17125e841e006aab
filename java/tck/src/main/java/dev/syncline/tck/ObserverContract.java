package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.syncline.Activity;
import dev.syncline.CorruptLogException;
import dev.syncline.CorruptionPolicy;
import dev.syncline.LogFailedException;
import dev.syncline.LogRepair;
import dev.syncline.LogRuntime;
import dev.syncline.StorageFullException;
import dev.syncline.SyncMode;
import dev.syncline.Verification;
import dev.syncline.WalCursor;
import dev.syncline.WalObserver;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an observer hears, and that it does no harm: promise 42. */
public abstract class ObserverContract extends LogTestBase {
  private static final int THREADS = 8;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final HeardEvents heard = new HeardEvents();

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void everyRecordIsInOneCommitThatIsToldAndTheyAreToldInOrder(SyncMode mode) throws Exception {
    int each = 40;
    WriteAheadLog log = open(options -> {
      smallSegments(options);
      options.syncMode(mode).observer(heard);
    });
    Together.run(THREADS, thread -> {
      for (int i = 0; i < each; i++) log.append(bytes("by " + thread));
    });
    log.appendBatch(batch("a", "b"));
    log.appendAsync(dev.syncline.Operation.entry(bytes("async"))).durable();
    log.sync();
    long last = log.currentSequence();
    long rotations = log.stats().rotations();
    log.close();
    heard.await("closed");
    assertThat(heard.records()).as("the COMMIT of the batch included").isEqualTo(THREADS * each + 4).isEqualTo(last);
    assertThat(heard.commits).extracting(HeardEvents.Commit::lastSequence).isSorted().doesNotHaveDuplicates().endsWith(last);
    assertThat(heard.commits).allSatisfy(commit -> {
      assertThat(commit.writeNanos()).isPositive();
      assertThat(commit.waitedNanos()).isGreaterThanOrEqualTo(0);
      assertThat(commit.bytes()).isPositive();
      assertThat(commit.waiters()).isBetween(0, THREADS);
    });
    assertThat(heard.count("rotated")).isEqualTo(rotations).isPositive();
    assertThat(heard.names).startsWith("LOCKING", "READING", "MENDING", "recovered").endsWith("closed").doesNotContain("missed");
    assertThat(heard.threads).containsExactly("syncline-observer");
  }

  @Test
  void whoeverWaitsForAnothersWriteIsCounted() throws Exception {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, options -> options.observer(heard));
    log.append(bytes("first"));
    FaultyStorage.Stall stall = disk.on(Op.WRITE_DURABLY).named(LogTestBase::isFirstSegment).stallBefore();
    Together.Task<Long> led = Together.begin(() -> log.append(bytes("second")));
    stall.awaitReached(PATIENCE);
    List<Together.Task<Long>> waiting = List.of(
        Together.begin(() -> log.append(bytes("third"))), Together.begin(() -> log.append(bytes("fourth"))));
    heard.await(() -> log.stats().appends() == 4, "four appends, of which two wait");
    stall.release();
    led.get();
    for (Together.Task<Long> each : waiting) each.get();
    heard.await(() -> heard.records() == 4, "four records");
    assertThat(heard.commits).extracting(HeardEvents.Commit::records).containsExactly(1, 1, 2);
    assertThat(heard.commits).extracting(HeardEvents.Commit::waiters).containsExactly(0, 0, 2);
  }

  @Test
  void spaceThatIsMadeReadyAheadIsTold() throws IOException {
    WriteAheadLog log = open(options -> options.maxSegmentSize(64 << 20).observer(heard));
    for (int i = 0; i < 200; i++) log.append(new byte[8 << 10]);
    heard.await("prepared");
  }

  @Test
  void whatHangsIsToldWhileItHangsAndAgainWhenItIsOver() throws Exception {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, options -> options.observer(heard).stallLimit(Duration.ofMillis(50)));
    log.append(bytes("first"));
    FaultyStorage.Stall stall = disk.on(Op.WRITE_DURABLY).named(LogTestBase::isFirstSegment).stallBefore();
    Together.Task<Long> append = Together.begin(() -> log.append(bytes("second")));
    stall.awaitReached(PATIENCE);
    long before = heard.count("stalled");
    heard.await(() -> heard.count("stalled") > before, "the stall");
    assertThat(append.isDone()).isFalse();
    stall.release();
    append.get();
    heard.await("resumed");
  }

  @Test
  void aHousekeepingThreadThatHangsIsToldToo() throws Exception {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, options -> options.observer(heard));
    log.append(bytes("first"));
    FaultyStorage.Stall stall = disk.on(Op.WRITE_DURABLY).named(name -> name.endsWith("mark")).stallBefore();
    Together.Task<Void> truncation = Together.begin(() -> {
      log.truncate(1);
      return null;
    });
    stall.awaitReached(PATIENCE);
    heard.await("stalled");
    stall.release();
    truncation.get();
    heard.await("resumed");
  }

  @Test
  void aRefusedAppendIsTold() throws IOException {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, options -> {
      smallSegments(options);
      options.observer(heard);
    });
    appendEntries(log, 3);
    for (Op op : new Op[] {Op.CREATE, Op.WRITE_ZEROS, Op.RESERVE})
      disk.on(op).forever().fail(() -> new StorageFullException("no space, says the test"));
    AtomicReference<Throwable> refusal = new AtomicReference<>();
    for (int i = 0; i < 500 && refusal.get() == null; i++) {
      try {
        log.append(entryPayload(log.currentSequence() + 1));
      } catch (StorageFullException e) {
        refusal.set(e);
      }
    }
    assertThat(refusal.get()).isNotNull();
    heard.await(() -> heard.shortages.contains(refusal.get()), "the refusal");
    disk.heal();
    log.append(bytes("there is room"));
    assertThat(heard.names).doesNotContain("failed");
  }

  @Test
  void aFailureIsToldOnce() throws IOException {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, options -> options.observer(heard));
    log.append(bytes("first"));
    disk.on(Op.WRITE_DURABLY).named(LogTestBase::isFirstSegment).fail(() -> new IOException("broken, says the test"));
    for (int i = 0; i < 3; i++) assertThatThrownBy(() -> log.append(bytes("second"))).isInstanceOf(LogFailedException.class);
    heard.await("failed");
    assertThatThrownBy(log::close).isInstanceOf(LogFailedException.class);
    heard.await("closed");
    assertThat(heard.failures).singleElement(org.assertj.core.api.InstanceOfAssertFactories.THROWABLE)
        .isInstanceOf(LogFailedException.class).hasMessageContaining("broken, says the test");
    assertThat(heard.records()).isEqualTo(1);
  }

  @Test
  void damageIsToldByOpeningByVerifyingAndByReading() throws IOException {
    Path log = givenClosedLog(60);
    DirectoryBytes.Place place = DirectoryBytes.find(log, entryPayload(20));
    DirectoryBytes.flipByte(place.file(), place.offset());
    WriteAheadLog opened = open(log, options -> options.observer(heard));
    heard.await("recovered");
    long known = opened.recovery().damage().size();
    assertThat(heard.damage).hasSize((int) known);
    assertThatThrownBy(() -> readAll(opened)).hasRootCauseInstanceOf(CorruptLogException.class);
    heard.await(() -> heard.damage.size() > known, "what a cursor has met");
    int before = heard.damage.size();
    int found = opened.verify().damage().size();
    assertThat(found).isPositive();
    heard.await(() -> heard.damage.size() == before + found, "what verify has found");
    assertThat(heard.damage).allSatisfy(damage -> assertThat(damage.file()).isEqualTo(place.file()));
  }

  private static void readAll(WriteAheadLog log) throws IOException {
    try (WalCursor cursor = log.replay()) {
      while (cursor.hasNext()) cursor.next();
    }
  }

  @Test
  void aRefusedOpeningIsToldItsDamageAndThatItIsOver() throws IOException {
    Path log = givenClosedLog(5);
    DirectoryBytes.Place place = DirectoryBytes.find(log, entryPayload(2));
    DirectoryBytes.flipByte(place.file(), place.offset());
    assertThatThrownBy(() -> open(log, options -> options.observer(heard).corruptionPolicy(CorruptionPolicy.REFUSE)))
        .isInstanceOf(CorruptLogException.class);
    heard.await("closed");
    assertThat(heard.names).containsExactly("LOCKING", "READING", "damaged", "closed");
  }

  @Test
  void aReadOnlyLogHasAnObserverToo() throws IOException {
    Path log = givenClosedLog(5);
    WriteAheadLog.openReadOnly(openStorage(log), WalOptions.builder().observer(heard).build()).close();
    heard.await("closed");
    assertThat(heard.names).containsExactly("READING", "recovered", "closed");
    assertThat(heard.reports.get(0).lastSequence()).isEqualTo(5);
  }

  @Test
  void openingVerifyingAndRepairingTellHowFarTheyAre() throws IOException {
    Path log = givenClosedLog(200);
    long bytes = 0;
    for (Path file : DirectoryBytes.walFiles(log)) bytes += Files.size(file);
    try (WriteAheadLog opened = WriteAheadLog.openReadOnly(
        openStorage(log), WalOptions.builder().verifyOnOpen(Verification.FULL).observer(heard).build())) {
      opened.verify();
    }
    heard.await("closed");
    requireCompleted(Activity.OPENING, bytes);
    requireCompleted(Activity.VERIFYING, bytes);
    LogRepair.plan(openStorage(log), WalOptions.builder().observer(heard).build());
    LogRepair.apply(openStorage(log), WalOptions.builder().observer(heard).build());
    heard.await(() -> heard.count("closed") == 3, "the end of a plan and of a repair");
    requireCompleted(Activity.REPAIRING, bytes);
  }

  private void requireCompleted(Activity activity, long leastBytes) {
    List<HeardEvents.Progress> told = heard.progress.stream().filter(each -> each.activity() == activity).toList();
    assertThat(told).as("%s", activity).isNotEmpty().allSatisfy(each -> {
      assertThat(each.total()).isGreaterThanOrEqualTo(leastBytes);
      assertThat(each.done()).isBetween(0L, each.total());
    });
    HeardEvents.Progress last = told.get(told.size() - 1);
    assertThat(last.done()).isEqualTo(last.total());
  }

  @Test
  void whatAnObserverThrowsIsNoneOfTheLogsBusiness() throws Exception {
    AtomicLong calls = new AtomicLong();
    WalObserver throwing = (WalObserver) Proxy.newProxyInstance(
        WalObserver.class.getClassLoader(), new Class<?>[] {WalObserver.class}, (proxy, method, arguments) -> {
          calls.incrementAndGet();
          throw calls.get() % 2 == 0 ? new OutOfMemoryError("of the observer") : new IllegalStateException("of the observer");
        });
    WriteAheadLog log = open(options -> {
      smallSegments(options);
      options.observer(throwing);
    });
    appendEntries(log, 40);
    log.close();
    // Four of opening, 40 commits, the last.
    heard.await(() -> calls.get() >= 45, "45 events by one who throws at each");
    assertThat(lines(open(LogTestBase::smallSegments).replay())).isEqualTo(entryLines(1, 40));
  }

  @Test
  void anObserverThatBlocksHoldsUpNothingAndHearsHowMuchItHasMissed() throws Exception {
    CountDownLatch blocks = new CountDownLatch(1);
    CountDownLatch reached = new CountDownLatch(1);
    AtomicLong records = new AtomicLong();
    AtomicLong missed = new AtomicLong();
    CountDownLatch over = new CountDownLatch(1);
    WriteAheadLog log = open(options -> options.syncMode(SyncMode.SYNC).observer(new WalObserver() {
      @Override
      public void committed(long lastSequence, int count, long bytes, int waiters, long writeNanos, long waitedNanos) {
        reached.countDown();
        await(blocks);
        records.addAndGet(count);
      }

      @Override
      public void missed(long events) {
        missed.addAndGet(events);
      }

      @Override
      public void closed() {
        over.countDown();
      }
    }));
    log.append(bytes("it blocks with this"));
    await(reached);
    int more = 1500;
    for (int i = 0; i < more; i++) log.append(bytes("x"));
    log.close();
    blocks.countDown();
    await(over);
    assertThat(missed).hasPositiveValue();
    assertThat(records.get() + missed.get()).as("one record a commit, and no event of another kind was missed but maybe a few")
        .isGreaterThanOrEqualTo(1 + more);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(PATIENCE.toSeconds(), java.util.concurrent.TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void anObserverMayUseTheLog() throws Exception {
    AtomicReference<WriteAheadLog> log = new AtomicReference<>();
    AtomicReference<Object> did = new AtomicReference<>();
    log.set(open(options -> options.observer(new WalObserver() {
      @Override
      public void committed(long lastSequence, int records, long bytes, int waiters, long writeNanos, long waitedNanos) {
        if (lastSequence != 1) return;
        try {
          long sequence = log.get().append(entryPayload(2));
          log.get().close();
          did.set(sequence);
        } catch (IOException e) {
          did.set(e);
        }
      }
    })));
    log.get().append(entryPayload(1));
    heard.await(() -> did.get() != null, "what the observer did");
    assertThat(did.get()).isEqualTo(2L);
    assertThat(lines(open().replay())).isEqualTo(entryLines(1, 2));
  }

  @Test
  void logsOfARuntimeShareTheThreadAndItGoesWithTheLast() throws IOException {
    HeardEvents other = new HeardEvents();
    try (LogRuntime runtime = LogRuntime.create()) {
      for (int round = 0; round < 2; round++) {
        WriteAheadLog one = open(newCopyName(), options -> options.runtime(runtime).observer(heard));
        WriteAheadLog two = open(newCopyName(), options -> options.runtime(runtime).observer(other));
        one.append(bytes("one"));
        two.append(bytes("two"));
        one.close();
        two.close();
        int rounds = round + 1;
        heard.await(() -> heard.count("closed") == rounds && other.count("closed") == rounds, "the end of both");
        heard.await(() -> countThreads("syncline-observers") == 0, "the end of the thread");
      }
      assertThat(heard.threads).containsExactly("syncline-observers").isEqualTo(other.threads);
    }
  }

  private static long countThreads(String name) {
    return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().equals(name)).count();
  }

  /** Of what an append takes, none is the observer's: no object is as small as half of the least there are. */
  @Test
  void anObserverCostsAnAppendNoMemory() throws IOException {
    long without = bytesAnAppend(options -> {});
    long with = bytesAnAppend(options -> options.observer(new WalObserver() {}));
    assertThat(with).as("bytes of the heap an append; without an observer %d", without).isLessThan(without + 8);
  }

  private long bytesAnAppend(java.util.function.Consumer<WalOptions.Builder> choice) throws IOException {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    WalOptions.Builder options = WalOptions.builder().maxSegmentSize(64 << 20);
    choice.accept(options);
    int appends = 400;
    byte[] payload = bytes("a record");
    try (WriteAheadLog log = WriteAheadLog.open(openStorage(newCopyName()), options.build())) {
      for (int i = 0; i < appends; i++) log.append(payload);
      long least = Long.MAX_VALUE;
      for (int round = 0; round < 3; round++) {
        long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
        for (int i = 0; i < appends; i++) log.append(payload);
        least = Math.min(least, threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before);
      }
      return least / appends;
    }
  }
}
