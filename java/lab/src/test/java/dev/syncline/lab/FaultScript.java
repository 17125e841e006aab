package dev.syncline.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.LogFailedException;
import dev.syncline.Operation;
import dev.syncline.SequenceRange;
import dev.syncline.SyncMode;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import dev.syncline.io.Storage;
import dev.syncline.tck.LogTestBase;
import dev.syncline.tck.Together;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A short life of a log, with everything in it that a log can do, which goes on whatever fails on the way.
 *
 * <p>Opening, appends of several threads, rotation, a batch, futures, a checkpoint, truncation at both ends, a snapshot, reading,
 * closing, and all that on what is left once more.
 */
final class FaultScript {
  static final int BATCH_RECORDS = 3;
  private static final int THREADS = 3;
  private static final int LARGE_BYTES = 20 << 10;

  /** The methods in which the log's threads wait for work. */
  private static final Set<String> RESTING = Set.of(
      present("dev.syncline.log.commit.Housekeeper", "rest"), present("dev.syncline.log.commit.WriterThread", "await"));

  /** How the storage under test is opened. */
  interface Opener {
    Storage open(Path directory) throws IOException;
  }

  private interface Step {
    void run() throws Exception;
  }

  private final FaultySystem system;
  private final Path directory;
  private final SyncMode mode;
  private final Opener opener;
  private final FaultModel model = new FaultModel();
  private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final List<Path> snapshots = new ArrayList<>();
  private Storage storage;
  private WriteAheadLog log;
  private int payloads;
  private int copies;

  FaultScript(FaultySystem system, Path directory, SyncMode mode, Opener opener) {
    this.system = system;
    this.directory = directory;
    this.mode = mode;
    this.opener = opener;
  }

  FaultModel model() {
    return model;
  }

  /** What the log's calls threw, in order. */
  List<Throwable> failures() {
    return List.copyOf(failures);
  }

  /** Both lives; throws what a log must never throw, and notes what it may. */
  void run() throws Exception {
    live("a");
    live("b");
  }

  private void live(String life) throws Exception {
    log = null;
    step(() -> log = open());
    if (log == null) return;
    step(() -> appendTogether(life));
    for (int i = 0; i < 4; i++) step(() -> append("large", LARGE_BYTES));
    step(() -> appendBatch(life));
    appendAsync();
    step(() -> model.durable(log.sync()));
    step(log::checkpoint);
    step(() -> truncate(log.durableSequence() / 2));
    step(this::truncateAfter);
    step(() -> append("behind", 10));
    step(this::snapshot);
    step(() -> LogTestBase.records(log.replay(log.firstSequence() - 1)));
    if (log.stats().failed()) {
      requireQuiet();
    } else {
      step(() -> append("usable", 10));
      close();
    }
  }

  WriteAheadLog open() throws IOException {
    storage = opener.open(directory);
    return WriteAheadLog.open(storage, WalOptions.builder()
        .syncMode(mode)
        .maxSegmentSize(64 << 10)
        .syncInterval(Duration.ofMillis(1))
        .markInterval(Duration.ofMillis(2)) // Often enough for the mark to be written in mid-life.
        .openTimeout(Duration.ofSeconds(10))
        .closeTimeout(Duration.ofSeconds(10))
        .build());
  }

  /** Notes an I/O error and goes on; lets what must never be thrown pass. */
  private void step(Step step) throws Exception {
    try {
      step.run();
    } catch (IOException e) {
      failures.add(e);
    } catch (UncheckedIOException e) {
      failures.add(e.getCause());
    }
    if (log != null) model.durable(log.durableSequence());
  }

  private synchronized String payload(String kind, int bytes) {
    String head = kind + "-" + ++payloads + "/";
    return head + "x".repeat(Math.max(0, bytes - head.length()));
  }

  private void append(String kind, int bytes) throws IOException {
    String payload = payload(kind, bytes);
    model.attempt(payload);
    long sequence = log.append(LogTestBase.bytes(payload));
    model.returned(payload, sequence);
    if (mode == SyncMode.SYNC) model.durable(sequence);
  }

  private void appendTogether(String life) throws Exception {
    Together.run(THREADS, thread -> {
      for (int i = 0; i < 3; i++) {
        try {
          append(life + "-thread", 100);
        } catch (IOException e) {
          failures.add(e);
        }
      }
    });
  }

  private void appendBatch(String life) throws IOException {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < BATCH_RECORDS; i++) texts.add("batch-" + life + "/" + i);
    texts.forEach(model::attempt);
    SequenceRange range = log.appendBatch(texts.stream().map(text -> Operation.entry(LogTestBase.bytes(text))).toList());
    for (int i = 0; i < BATCH_RECORDS; i++) model.returned(texts.get(i), range.first() + i);
    if (mode == SyncMode.SYNC) model.durable(range.last());
  }

  /** Each future must come to an end, once. */
  private void appendAsync() throws Exception {
    List<CompletableFuture<Long>> futures = new ArrayList<>();
    AtomicInteger told = new AtomicInteger();
    for (int i = 0; i < 4; i++) {
      step(() -> {
        String payload = payload("async", 100);
        model.attempt(payload);
        CompletableFuture<Long> future = log.appendAsync(Operation.entry(LogTestBase.bytes(payload))).durable();
        futures.add(future.whenComplete((sequence, failure) -> {
          told.incrementAndGet();
          if (failure == null) model.returned(payload, sequence);
        }));
      });
    }
    step(log::sync);
    for (CompletableFuture<Long> future : futures) {
      try {
        model.durable(future.get(60, TimeUnit.SECONDS));
      } catch (ExecutionException e) {
        failures.add(e.getCause());
      }
    }
    assertThat(told.get()).as("futures told").isEqualTo(futures.size());
  }

  private void truncate(long through) throws IOException {
    if (log.stats().failed()) return;
    Set<String> released = model.release(0, through);
    log.truncate(through);
    model.forget(released);
  }

  private void truncateAfter() throws IOException {
    if (log.stats().failed()) return;
    long kept = log.currentSequence();
    append("doomed", 10);
    append("doomed", 10);
    Set<String> released = model.release(kept + 1, Long.MAX_VALUE);
    log.truncateAfter(kept);
    model.forget(released);
  }

  private void snapshot() throws IOException {
    Path target = directory.resolveSibling(directory.getFileName() + "-copy-" + ++copies);
    log.snapshot(target);
    snapshots.add(target);
  }

  List<Path> snapshots() {
    return snapshots;
  }

  /** A log that failed takes nothing more, and what failed is touched by nobody, not even to close it. */
  private void requireQuiet() throws Exception {
    Together.await("what was under way has ended", this::backgroundRests);
    long touched = system.touchedAfterFailure();
    for (int i = 0; i < 2; i++) {
      try {
        append("refused", 10);
        throw new AssertionError("a log that failed has taken an append");
      } catch (LogFailedException expected) {
        failures.add(expected);
      }
    }
    close();
    assertThat(system.touchedAfterFailure()).as("writes and syncs of a log that failed").isEqualTo(touched);
  }

  /** Whether the log's threads have nothing left to do: between two operations of one of them nobody is inside the gate either. */
  private boolean backgroundRests() {
    Set<String> threads = Set.of("syncline-" + storage.directory().getFileName(), "syncline-writer");
    boolean rests = Thread.getAllStackTraces().entrySet().stream()
        .filter(each -> threads.contains(each.getKey().getName()))
        .allMatch(each -> Arrays.stream(each.getValue())
            .anyMatch(frame -> RESTING.contains(frame.getClassName() + '.' + frame.getMethodName())));
    return rests && storage.gate().inside() == 0;
  }

  /** The name of a method that must be there: under another name no thread would ever be seen to rest. */
  private static String present(String type, String method) {
    try {
      boolean present = Arrays.stream(Class.forName(type).getDeclaredMethods()).anyMatch(each -> each.getName().equals(method));
      if (present) return type + '.' + method;
    } catch (ClassNotFoundException e) {
      throw new AssertionError("the log's threads wait elsewhere: there is no class " + type, e);
    }
    throw new AssertionError("the log's threads wait elsewhere: there is no method " + method + " in " + type);
  }

  /** Throws once at most, and lets go of everything. */
  private void close() {
    boolean failed = log.stats().failed();
    try {
      log.close();
      assertThat(failed).as("close() of a log that failed did not say so").isFalse();
      model.durable(Long.MAX_VALUE);
    } catch (IOException e) {
      failures.add(e);
    }
    try {
      log.close();
    } catch (IOException e) {
      throw new AssertionError("close() threw a second time", e);
    }
  }
}
