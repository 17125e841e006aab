package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.LogClosedException;
import dev.syncline.LogFailedException;
import dev.syncline.StorageInfo;
import dev.syncline.SyncMode;
import dev.syncline.WalCursor;
import dev.syncline.WriteAheadLog;
import dev.syncline.io.Storage;
import dev.syncline.io.StorageTraits;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Interrupts, closing, and what a log says about its storage: promises 22, 23 and 26. */
public abstract class LifecycleContract extends LogTestBase {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @AfterEach
  void leaveNoInterruptBehind() {
    Thread.interrupted();
  }

  // Promise 22: interrupts.

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void everyCallWorksForAnInterruptedThreadWhichStaysInterrupted(SyncMode mode) throws IOException {
    WriteAheadLog log = open(options -> options.syncMode(mode));
    appendEntries(log, 10);
    Map<String, EveryCall.Call> calls = new LinkedHashMap<>(EveryCall.on(log, temporary.resolve("snapshot")));
    calls.remove("truncateAfter");
    calls.remove("tail");
    calls.remove("appendAsync");
    for (Map.Entry<String, EveryCall.Call> call : calls.entrySet()) {
      Thread.currentThread().interrupt();
      call.getValue().run();
      assertThat(Thread.interrupted()).as("still interrupted after %s", call.getKey()).isTrue();
    }
    long last = log.currentSequence();
    Thread.currentThread().interrupt();
    log.truncateAfter(last - 1);
    log.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(open().currentSequence()).isEqualTo(last - 1);
  }

  @Test
  void openingWorksForAnInterruptedThread() throws IOException {
    givenClosedLog(40);
    Thread.currentThread().interrupt();
    WriteAheadLog log = open(LogTestBase::smallSegments);
    assertThat(lines(log.replay())).isEqualTo(entryLines(1, 40));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(log.append(entryPayload(41))).isEqualTo(41);
  }

  @Test
  void aStormOfInterruptsNeitherClosesNorPoisonsNorCorrupts() throws Exception {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    List<Thread> victims = Collections.synchronizedList(new ArrayList<>());
    Together.Task<Void> work = Together.begin(() -> {
      Together.run(4, thread -> {
        victims.add(Thread.currentThread());
        for (int i = 1; i <= 60; i++) {
          long sequence = log.append(bytes(thread + ":" + i));
          assertThat(log.read(sequence)).isPresent();
          if (i % 20 == 0) records(log.replay());
        }
      });
      return null;
    });
    while (!work.isDone()) {
      for (Thread victim : List.copyOf(victims)) victim.interrupt();
      Thread.onSpinWait();
    }
    work.get();
    assertThat(log.stats().failed()).isFalse();
    assertThat(sequences(log.replay())).hasSize(240);
    log.close();
    assertThat(sequences(open(LogTestBase::smallSegments).replay())).hasSize(240);
  }

  @Test
  void anInterruptNeverHidesAnErrorOfTheDisk() throws IOException {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, options -> {});
    appendEntries(log, 2);
    disk.on(Op.WRITE_DURABLY).named(LogTestBase::isFirstSegment).fail(() -> new IOException("EIO"));
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> log.append(bytes("lost")))
        .isInstanceOf(LogFailedException.class)
        .hasStackTraceContaining("EIO");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void anInterruptedFollowerStillLearnsTheOutcome() throws Exception {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, options -> {});
    appendEntries(log, 1);
    FaultyStorage.Stall stall = disk.on(Op.WRITE_DURABLY).named(LogTestBase::isFirstSegment).stallBefore();
    Together.Task<Long> leader = Together.begin(() -> log.append(bytes("leader")));
    stall.awaitReached(PATIENCE);
    Together.Task<Boolean> follower = Together.begin(() -> {
      log.append(bytes("follower"));
      return Thread.currentThread().isInterrupted();
    });
    Together.await("the follower waits", follower::isWaiting);
    follower.thread().interrupt();
    stall.release();
    assertThat(leader.get()).isEqualTo(2);
    assertThat(follower.get()).as("the interrupt stays set").isTrue();
    assertThat(log.durableSequence()).isEqualTo(3);
  }

  // Promise 23: close.

  @Test
  void closingTwiceIsClosingOnce() throws Exception {
    WriteAheadLog log = open();
    appendEntries(log, 3);
    log.close();
    Map<String, String> before = DirectoryBytes.fingerprint(directory());
    log.close();
    Together.run(4, thread -> log.close());
    assertThat(DirectoryBytes.fingerprint(directory())).isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void closeMakesEverythingDurableInEverySyncMode(SyncMode mode) throws IOException {
    RecordingStorage disk = new RecordingStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, options -> options.syncMode(mode).syncInterval(Duration.ofHours(1)));
    appendEntries(log, 10);
    log.close();
    assertThat(log.durableSequence()).isEqualTo(10);
    assertThat(lastWriteIsSynced(disk)).as("no write of a segment comes after its last sync").isTrue();
    WriteAheadLog again = open();
    assertThat(again.recovery().closedCleanly()).isTrue();
    assertThat(lines(again.replay())).isEqualTo(entryLines(1, 10));
  }

  private static boolean lastWriteIsSynced(RecordingStorage disk) {
    boolean synced = true;
    for (Operation operation : disk.operations()) {
      if (!isSegment(operation.file())) continue;
      if (operation.op() == Op.WRITE || operation.op() == Op.TRUNCATE) synced = false;
      if (operation.op() == Op.SYNC) synced = true;
    }
    return synced;
  }

  @Test
  void everyCallAfterCloseSaysThatTheLogIsClosed() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 3);
    log.close();
    EveryCall.on(log, temporary.resolve("snapshot")).forEach((name, call) ->
        assertThatThrownBy(call::run).as(name).isInstanceOf(LogClosedException.class));
  }

  @Test
  void anOpenCursorAfterCloseSaysThatTheLogIsClosed() throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    appendEntries(log, 60);
    try (WalCursor cursor = log.replay()) {
      cursor.next();
      log.close();
      assertThatThrownBy(() -> cursor.forEachRemaining(record -> {}))
          .isInstanceOf(UncheckedIOException.class)
          .hasCauseInstanceOf(LogClosedException.class);
    }
  }

  @Test
  void closeWaitsForAppendsInFlight() throws Exception {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, options -> {});
    appendEntries(log, 1);
    FaultyStorage.Stall stall = disk.on(Op.WRITE_DURABLY).named(LogTestBase::isFirstSegment).stallBefore();
    Together.Task<Long> append = Together.begin(() -> log.append(entryPayload(2)));
    stall.awaitReached(PATIENCE);
    Together.Task<Void> close = Together.begin(() -> {
      log.close();
      return null;
    });
    Together.await("close waits", close::isWaiting);
    assertThat(close.isDone()).isFalse();
    stall.release();
    assertThat(append.get()).isEqualTo(2);
    close.get();
    assertThat(lines(open().replay())).isEqualTo(entryLines(1, 2));
  }

  @Test
  void anAppendThatRacesWithCloseIsEitherKeptOrRefused() throws Exception {
    for (int round = 0; round < 10; round++) {
      Path directory = temporary.resolve("round-" + round);
      WriteAheadLog log = open(directory, LogTestBase::smallSegments);
      long[] acknowledged = new long[4];
      Together.Task<Void> writers = Together.begin(() -> {
        Together.run(4, thread -> appendUntilClosed(log, acknowledged, thread));
        return null;
      });
      Together.await("something was appended", () -> log.currentSequence() > 20 || writers.isDone());
      log.close();
      writers.get();
      long highest = Math.max(Math.max(acknowledged[0], acknowledged[1]), Math.max(acknowledged[2], acknowledged[3]));
      WriteAheadLog again = open(directory, LogTestBase::smallSegments);
      assertThat(again.currentSequence()).isEqualTo(highest);
      assertThat(again.recovery().closedCleanly()).isTrue();
    }
  }

  private static void appendUntilClosed(WriteAheadLog log, long[] acknowledged, int thread) throws IOException {
    try {
      while (true) acknowledged[thread] = log.append(bytes("from " + thread));
    } catch (LogClosedException closed) {
      assertThat(closed.getMessage()).isNotBlank();
    }
  }

  @Test
  void closeCompletesEveryFuture() throws Exception {
    WriteAheadLog log = open(options -> options.syncMode(SyncMode.MANUAL));
    List<CompletableFuture<Long>> futures = new ArrayList<>();
    for (int i = 1; i <= 50; i++) futures.add(log.appendAsync(dev.syncline.Operation.entry(entryPayload(i))).durable());
    log.close();
    for (int i = 1; i <= 50; i++) assertThat(futures.get(i - 1).get(60, TimeUnit.SECONDS)).isEqualTo(i);
    assertThat(lines(open().replay())).isEqualTo(entryLines(1, 50));
  }

  // Promise 26: which storage, and why.

  @Test
  void theLogSaysWhichStorageItUsesAndWhatTheDirectorySupports() throws IOException {
    WriteAheadLog log = open();
    StorageInfo info = log.storage();
    StorageTraits traits;
    try (Storage storage = openStorage(directory())) {
      traits = storage.traits();
    }
    assertThat(info.name()).isEqualTo(traits.name()).isNotBlank();
    assertThat(info.reason()).isNotBlank().doesNotContain("\n");
    assertThat(info.directIo()).isEqualTo(traits.directIo());
    assertThat(info.alignmentBytes()).isEqualTo(traits.alignmentBytes());
    assertThat(info.preallocation()).isEqualTo(traits.preallocates());
    assertThat(info.fileSystem()).isEqualTo(traits.fileSystem());
    assertThat(info.toString()).contains(info.name()).contains(info.reason());
  }
}
