package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.syncline.LogClosedException;
import dev.syncline.LogFailedException;
import dev.syncline.SyncMode;
import dev.syncline.WalCursor;
import dev.syncline.WriteAheadLog;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a log does when its disk fails or hangs: promise 20. */
public abstract class FailureContract extends LogTestBase {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final List<Op> COMMITS = List.of(Op.WRITE, Op.WRITE_DURABLY, Op.SYNC);

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void aFailedCommitPoisonsTheLogAndKeepsItsCause(SyncMode mode) throws IOException {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = openWithFive(disk, mode);
    breakCommits(disk, () -> new IOException("EIO of the test"));
    assertThatThrownBy(() -> {
      log.append(bytes("lost"));
      log.sync();
    }).isInstanceOf(LogFailedException.class).hasStackTraceContaining("EIO of the test");
    assertThat(log.stats().failed()).isTrue();
    EveryCall.appendsOn(log).forEach((name, call) ->
        assertThatThrownBy(call::run)
            .as(name)
            .isInstanceOf(LogFailedException.class)
            .hasStackTraceContaining("EIO of the test"));
  }

  @Test
  void nothingIsTriedAgain() throws IOException {
    FaultyStorage faults = new FaultyStorage(openStorage(directory()));
    RecordingStorage disk = new RecordingStorage(faults);
    WriteAheadLog log = open(disk, options -> {});
    appendEntries(log, 5);
    faults.on(Op.WRITE_DURABLY).named(LogTestBase::isFirstSegment).fail(() -> new IOException("EIO once"));
    assertThatThrownBy(() -> log.append(bytes("lost"))).isInstanceOf(LogFailedException.class);
    disk.reset();
    EveryCall.appendsOn(log).forEach((name, call) ->
        assertThatThrownBy(call::run).as(name).isInstanceOf(LogFailedException.class));
    catchThrowable(log::close);
    assertThat(disk.operations())
        .filteredOn(operation -> isFirstSegment(operation.file()))
        .extracting(Operation::op)
        .as("the disk would take it now, but what it did with the first write nobody knows")
        .doesNotContain(Op.WRITE, Op.WRITE_DURABLY);
    assertThat(disk.operationsOf(Thread.currentThread()))
        .filteredOn(operation -> isFirstSegment(operation.file()) && COMMITS.contains(operation.op()))
        .as("the disk would take it now, but what it did with the first write nobody knows")
        .isEmpty();
  }

  /** The failure is that of the mark, which the log writes by itself; a truncation waits for the same thread meanwhile. */
  @Test
  void whatWaitedBehindAFailureInTheBackgroundWritesNothing() throws Exception {
    FaultyStorage failing = new FaultyStorage(openStorage(directory()));
    RecordingStorage disk = new RecordingStorage(failing);
    FaultyStorage slow = new FaultyStorage(disk);
    WriteAheadLog log = open(slow, options -> options.markInterval(Duration.ofMillis(2)));
    appendEntries(log, 5);
    FaultyStorage.Stall stall = slow.on(Op.WRITE_DURABLY).named("log.mark"::equals).stallBefore();
    failing.on(Op.WRITE_DURABLY).named("log.mark"::equals).fail(() -> new IOException("EIO once"));
    appendEntries(log, 1);
    stall.awaitReached(PATIENCE);
    Together.Task<Throwable> truncation = Together.begin(() -> catchThrowable(() -> log.truncate(3)));
    Together.await("the truncation waits", truncation::isWaiting);
    disk.reset();
    stall.release();
    assertThat(truncation.get()).isInstanceOf(LogFailedException.class).hasStackTraceContaining("EIO once");
    assertThat(disk.operations())
        .filteredOn(operation -> operation.file().equals("log.mark"))
        .extracting(Operation::op)
        .containsExactly(Op.WRITE_DURABLY);
    Quietly.close(log);
    assertThat(lines(open().replay())).isEqualTo(entryLines(1, 6));
  }

  /** Nobody waits for the mark: when memory is there again the log stores it by itself. */
  @Test
  void aMarkThatThereWasNoMemoryForIsStoredLater() throws Exception {
    FaultyStorage shortOfMemory = new FaultyStorage(openStorage(directory()));
    RecordingStorage disk = new RecordingStorage(shortOfMemory);
    WriteAheadLog log = open(disk, options -> options.markInterval(Duration.ofMillis(2)));
    appendEntries(log, 1);
    Together.await("the mark is stored", () -> disk.operations().stream().anyMatch(FailureContract::storesTheMark));
    shortOfMemory.on(Op.WRITE_DURABLY).named("log.mark"::equals).fail(() -> new OutOfMemoryError("of the test"));
    disk.reset();
    appendEntries(log, 1);
    // One that fails, and both slots.
    Together.await("the mark is stored", () -> disk.operations().stream().filter(FailureContract::storesTheMark).count() >= 3);
    assertThat(log.stats().failed()).isFalse();
  }

  private static boolean storesTheMark(Operation operation) {
    return operation.op() == Op.WRITE_DURABLY && operation.file().equals("log.mark");
  }

  @Test
  void whatIsDurableStaysReadableAndNothingElseIsShown() throws IOException {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = openWithFive(disk, SyncMode.MANUAL);
    log.append(entryPayload(6));
    breakCommits(disk, () -> new IOException("EIO"));
    assertThatThrownBy(log::sync).isInstanceOf(LogFailedException.class);
    assertThat(log.durableSequence()).isEqualTo(5);
    assertThat(lines(log.replay())).isEqualTo(entryLines(1, 5));
    assertThat(lines(log.iterate())).isEqualTo(entryLines(1, 5));
    assertThat(log.read(5)).isPresent();
    assertThat(log.read(6)).as("it was shown before; now nobody knows whether it will be there").isEmpty();
    try (WalCursor tail = log.tail(4)) {
      assertThat(tail.next().sequence()).isEqualTo(5);
    }
  }

  @Test
  void everyWaiterOfAFailedCommitIsToldExactlyOnce() throws Exception {
    everyWaiterIsTold(() -> new IOException("EIO"));
  }

  @Test
  void anErrorInTheCommitPathWakesEveryWaiter() throws Exception {
    everyWaiterIsTold(() -> new OutOfMemoryError("injected by a test"));
  }

  @Test
  void anUnexpectedExceptionInTheCommitPathWakesEveryWaiter() throws Exception {
    everyWaiterIsTold(() -> new IllegalStateException("injected by a test"));
  }

  private void everyWaiterIsTold(Supplier<? extends Throwable> failure) throws Exception {
    FaultyStorage failing = new FaultyStorage(openStorage(directory()));
    FaultyStorage slow = new FaultyStorage(failing);
    WriteAheadLog log = open(slow, options -> {});
    appendEntries(log, 2);
    FaultyStorage.Stall stall = slow.on(Op.WRITE_DURABLY).named(LogTestBase::isFirstSegment).stallBefore();
    // Not every sync: zeros are filled in ahead of the tail and synced too, and a failure there would come before the appends.
    failing.on(Op.WRITE_DURABLY).named(LogTestBase::isFirstSegment).forever().fail(failure);
    List<Together.Task<Throwable>> callers = new ArrayList<>();
    callers.add(Together.begin(() -> catchThrowable(() -> log.append(bytes("leader")))));
    stall.awaitReached(PATIENCE);
    for (int i = 0; i < 8; i++) callers.add(Together.begin(() -> catchThrowable(() -> log.append(bytes("follower")))));
    Together.await("every record lies in a frame", () -> log.stats().appends() == 2 + callers.size());
    stall.release();
    for (Together.Task<Throwable> caller : callers)
      assertThat(caller.get()).isInstanceOfAny(LogFailedException.class, failure.get().getClass());
    assertThatThrownBy(() -> log.append(bytes("later"))).isInstanceOf(LogFailedException.class);
    assertThat(log.durableSequence()).isEqualTo(2);
  }

  @Test
  void everyFutureOfAFailedCommitFailsExactlyOnce() throws Exception {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, options -> options.syncMode(SyncMode.MANUAL));
    AtomicInteger told = new AtomicInteger();
    List<CompletableFuture<Throwable>> outcomes = new ArrayList<>();
    breakCommits(disk, () -> new IOException("EIO"));
    for (int i = 0; i < 20; i++) {
      CompletableFuture<Long> future = asyncOrFailed(log);
      future.whenComplete((sequence, failure) -> told.incrementAndGet());
      outcomes.add(future.handle((sequence, failure) -> failure));
    }
    catchThrowable(log::sync);
    for (CompletableFuture<Throwable> outcome : outcomes) {
      Throwable failure = outcome.get(60, TimeUnit.SECONDS);
      assertThat(failure instanceof CompletionException ? failure.getCause() : failure)
          .isInstanceOf(LogFailedException.class);
    }
    Together.await("each callback has run", () -> told.get() >= 20);
    assertThat(told).hasValue(20);
  }

  private static CompletableFuture<Long> asyncOrFailed(WriteAheadLog log) {
    try {
      return log.appendAsync(dev.syncline.Operation.entry(bytes("async"))).durable();
    } catch (IOException alreadyPoisoned) {
      return CompletableFuture.failedFuture(alreadyPoisoned);
    }
  }

  @Test
  void closeOfAPoisonedLogThrowsOnceAndReleasesTheLock() throws Exception {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = openWithFive(disk, SyncMode.SYNC);
    breakCommits(disk, () -> new IOException("EIO"));
    assertThatThrownBy(() -> log.append(bytes("lost"))).isInstanceOf(LogFailedException.class);
    assertThatThrownBy(log::close).isInstanceOf(LogFailedException.class);
    log.close();
    assertThatThrownBy(() -> log.append(bytes("closed")))
        .isInstanceOfAny(LogClosedException.class, LogFailedException.class);
    try (ChildProcess child = ChildProcess.start(factory(), directory(), "hold")) {
      assertThat(child.awaitLine("opened at ")).isIn("opened at 5", "opened at 6");
    }
  }

  @Test
  void reopeningFindsWhatWasAcknowledgedWhateverTheDiskDidWithTheFailedWrite() throws IOException {
    FaultyStorage nothing = new FaultyStorage(openStorage(temporary.resolve("nothing")));
    nothing.on(Op.WRITE_DURABLY).named(LogTestBase::isFirstSegment).nth(6).fail(() -> new IOException("EIO"));
    assertReopensWithFiveOrSix(nothing);
    FaultyStorage everything = new FaultyStorage(openStorage(temporary.resolve("everything")));
    everything.on(Op.WRITE_DURABLY).named(LogTestBase::isFirstSegment).nth(6).failAfterwards(() -> new IOException("EIO"));
    assertReopensWithFiveOrSix(everything);
    FaultyStorage part = new FaultyStorage(openStorage(temporary.resolve("part")));
    part.on(Op.WRITE_DURABLY).named(LogTestBase::isFirstSegment).nth(6)
        .failAfterBytes(BLOCK_BYTES, () -> new IOException("EIO"));
    assertReopensWithFiveOrSix(part);
  }

  private void assertReopensWithFiveOrSix(FaultyStorage disk) throws IOException {
    WriteAheadLog log = open(disk, options -> {});
    int acknowledged = 0;
    try {
      for (; acknowledged < 10; acknowledged++) log.append(entryPayload(acknowledged + 1));
    } catch (LogFailedException expected) {
      assertThat(acknowledged).isPositive();
    }
    catchThrowable(log::close);
    WriteAheadLog again = open(disk.directory());
    assertThat(again.currentSequence()).isBetween((long) acknowledged, acknowledged + 1L);
    assertThat(lines(again.replay())).isEqualTo(entryLines(1, again.currentSequence()));
    assertThat(again.recovery().damage()).isEmpty();
    appendEntries(again, 3);
  }

  /** Every kind of operation fails once, a little later each time; whatever the log makes of it, the promise must hold. */
  @ParameterizedTest
  @EnumSource(Op.class)
  void whicheverOperationFailsAcknowledgedIsRecoveredAndRecoveredWasAttempted(Op op) throws IOException {
    int times = Effort.of(3, 8);
    for (int nth = 1; nth <= times; nth++) {
      Path directory = temporary.resolve(op + "-" + nth);
      FaultyStorage disk = new FaultyStorage(openStorage(directory));
      disk.on(op).nth(nth).fail(() -> new IOException("EIO"));
      long[] acknowledgedAndAttempted = appendUntilFailure(disk);
      WriteAheadLog log = open(directory, LogTestBase::smallSegments);
      String when = op + " number " + nth + " failed";
      assertThat(log.currentSequence()).as(when).isBetween(acknowledgedAndAttempted[0], acknowledgedAndAttempted[1]);
      assertThat(lines(log.replay(log.firstSequence() - 1)))
          .as(when)
          .isEqualTo(entryLines(log.firstSequence(), log.currentSequence()));
      assertThat(log.recovery().damage()).as(when).isEmpty();
      assertThat(log.append(entryPayload(log.currentSequence() + 1))).as(when).isPositive();
      log.close();
    }
  }

  private long[] appendUntilFailure(FaultyStorage disk) {
    long acknowledged = 0;
    try (WriteAheadLog log = open(disk, LogTestBase::smallSegments)) {
      for (int i = 0; i < 40; i++) acknowledged = log.append(entryPayload(acknowledged + 1));
      log.truncate(18);
      for (int i = 0; i < 10; i++) acknowledged = log.append(entryPayload(acknowledged + 1));
    } catch (IOException injected) {
      assertThat(injected).hasStackTraceContaining("EIO");
    }
    return new long[] {acknowledged, acknowledged + 1};
  }

  // A disk that does not answer.

  @Test
  void aCommitThatHangsAcknowledgesNothingAndShowsInTheStatistics() throws Exception {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = openWithFive(disk, SyncMode.SYNC);
    assertThat(log.stats().syncInProgressNanos()).isZero();
    FaultyStorage.Stall stall = disk.on(Op.WRITE_DURABLY).named(LogTestBase::isFirstSegment).stallBefore();
    Together.Task<Long> append = Together.begin(() -> log.append(entryPayload(6)));
    try {
      stall.awaitReached(PATIENCE);
      long first = log.stats().syncInProgressNanos();
      Together.await("the time goes up", () -> log.stats().syncInProgressNanos() > first);
      assertThat(append.isDone()).isFalse();
      assertThat(log.durableSequence()).isEqualTo(5);
      assertThat(log.read(5)).as("reading does not wait behind a sync").isPresent();
    } finally {
      stall.release();
    }
    assertThat(append.get()).isEqualTo(6);
    assertThat(log.durableSequence()).isEqualTo(6);
  }

  /** Whoever follows is in memory only: the answer need not wait for the disk. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whoFollowsACommitThatHangsIsToldWhenCloseGivesUp(boolean byTheThread) throws Exception {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, options -> options.closeTimeout(Duration.ofMillis(200)));
    appendEntries(log, 5);
    FaultyStorage.Stall first = disk.on(Op.WRITE_DURABLY).named(LogTestBase::isFirstSegment).stallBefore();
    FaultyStorage.Stall second = disk.on(Op.WRITE_DURABLY).named(LogTestBase::isFirstSegment).nth(2).stallBefore();
    Together.Task<Throwable> leader = Together.begin(() -> catchThrowable(() -> log.append(entryPayload(6))));
    List<Together.Task<Throwable>> followers = new ArrayList<>();
    try {
      first.awaitReached(PATIENCE);
      for (int i = 0; i < 8; i++) followers.add(Together.begin(() -> catchThrowable(() -> log.append(entryPayload(7)))));
      Together.await("every record lies in a frame", () -> log.stats().appends() == 6 + followers.size());
      if (byTheThread) followers.add(Together.begin(() -> catchThrowable(() -> log.truncateAfter(5))));
      if (byTheThread) Together.await("the cut waits", () -> followers.get(8).isWaiting());
      first.release();
      second.awaitReached(PATIENCE);
      assertThatThrownBy(log::close).isInstanceOf(LogFailedException.class);
      // One of them, or the log's own thread, is in the write itself.
      int writing = byTheThread ? 0 : 1;
      Together.await("those who follow are told",
          () -> followers.subList(0, 8).stream().filter(Together.Task::isDone).count() == 8 - writing);
    } finally {
      first.release();
      second.release();
    }
    for (Together.Task<Throwable> follower : followers.subList(0, 8))
      if (byTheThread || follower.get() != null) assertThat(follower.get()).isInstanceOf(LogFailedException.class);
    assertThat(leader.get()).isNull();
  }

  /** The thread that makes segments and marks. */
  @Test
  void whatHangsBesideCommitsShowsInTheStatistics() throws Exception {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = openWithFive(disk, SyncMode.SYNC);
    FaultyStorage.Stall stall = disk.on(Op.WRITE_DURABLY).named("log.mark"::equals).stallBefore();
    Together.Task<Throwable> truncation = Together.begin(() -> catchThrowable(() -> log.truncate(3)));
    try {
      stall.awaitReached(PATIENCE);
      Together.await("it shows", () -> log.stats().syncInProgressNanos() > 0);
    } finally {
      stall.release();
    }
    assertThat(truncation.get()).isNull();
    Together.await("it is over", () -> log.stats().syncInProgressNanos() == 0);
  }

  @Test
  void closeGivesUpOnACommitThatHangs() throws Exception {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, options -> options.closeTimeout(Duration.ofMillis(200)));
    appendEntries(log, 5);
    FaultyStorage.Stall stall = disk.on(Op.WRITE_DURABLY).named(LogTestBase::isFirstSegment).stallBefore();
    Together.Task<Throwable> append = Together.begin(() -> catchThrowable(() -> log.append(entryPayload(6))));
    try {
      stall.awaitReached(PATIENCE);
      long before = System.nanoTime();
      assertThatThrownBy(log::close).isInstanceOf(IOException.class).hasMessageMatching("(?s).*\\d+ ms.*");
      assertThat(System.nanoTime() - before).isLessThan(PATIENCE.toNanos());
    } finally {
      stall.release();
    }
    append.get();
    assertThat(open().currentSequence()).isBetween(5L, 6L);
  }

  private WriteAheadLog openWithFive(FaultyStorage disk, SyncMode mode) throws IOException {
    WriteAheadLog log = open(disk, options -> options.syncMode(mode));
    appendEntries(log, 5);
    log.sync();
    return log;
  }

  /** From now on nothing that a commit may use works on segments. */
  private static void breakCommits(FaultyStorage disk, Supplier<? extends Throwable> failure) {
    for (Op op : COMMITS) disk.on(op).named(LogTestBase::isFirstSegment).forever().fail(failure);
  }
}
