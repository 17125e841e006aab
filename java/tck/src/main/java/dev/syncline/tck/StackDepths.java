package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.SyncMode;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;

/** Threads with small stacks that call a log at every depth near the end of them, while others append; and what the log is like then. */
final class StackDepths {
  private static final int DEEP_THREADS = 2;
  private static final int OTHER_THREADS = 2;
  private static final long STACK_BYTES = 192 << 10;

  /** Calls that a thread makes at each depth of one descent, from the deepest on; more than a commit takes, interpreted too. */
  private static final int DEPTHS = 400;

  private static final int KINDS = 6;
  private static final int MORE_PUTS = 100;
  private static final int VALUE_BYTES = 64;
  private static final int ATTEMPTS_MAX = 2 * DEPTHS * KINDS + MORE_PUTS + KINDS;

  private final WriteAheadLog log;
  private final ToldAppends told;

  private StackDepths(WriteAheadLog log, ToldAppends told) {
    this.log = log;
    this.told = told;
  }

  static void run(LogTestBase storage, Path directory, SyncMode mode) throws Exception {
    run(storage, directory, mode, StackDepths::smallThread, false);
  }

  /** The same on virtual threads, which cannot even be parked near the end of their stacks. JDK 21 and later. */
  static void runVirtual(LogTestBase storage, Path directory, SyncMode mode) throws Exception {
    run(storage, directory, mode, StackDepths::virtualThread, true);
  }

  private static Thread smallThread(Runnable work) {
    Thread thread = new Thread(null, work, "tck-deep", STACK_BYTES);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static Thread virtualThread(Runnable work) {
    try {
      return (Thread) Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, work);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError("no virtual threads here", e);
    }
  }

  private static void run(LogTestBase storage, Path directory, SyncMode mode, Function<Runnable, Thread> starter, boolean virtual)
      throws Exception {
    ToldAppends told = new ToldAppends(mode, DEEP_THREADS + OTHER_THREADS, ATTEMPTS_MAX, VALUE_BYTES);
    WalOptions options =
        WalOptions.builder()
            .syncMode(mode)
            .maxSegmentSize(32 << 10)
            .syncInterval(Duration.ofMillis(1))
            .markInterval(Duration.ofMillis(20))
            .build();
    WriteAheadLog log = WriteAheadLog.open(storage.openStorage(directory), options);
    new StackDepths(log, told).run(starter, virtual);
    assertThat(log.stats().failed()).as("who had too little stack was refused, and nothing else happened").isFalse();
    for (int i = 0; i < MORE_PUTS; i++) told.put(log, i % DEEP_THREADS);
    Together.begin(() -> {
      log.close();
      return null;
    }).get();
    told.awaitFutures();
    try (WriteAheadLog reopened = WriteAheadLog.open(storage.openStorage(directory), WalOptions.defaults())) {
      told.judge(reopened, true);
    }
  }

  private void run(Function<Runnable, Thread> starter, boolean virtual) throws Exception {
    // Classes are loaded while there is stack for it: a class whose initialization has met its end is lost to the process.
    for (int kind = 0; kind < KINDS; kind++) call(kind, 0);
    List<Thread> deep = new ArrayList<>();
    CountDownLatch running = new CountDownLatch(DEEP_THREADS);
    List<StackDescent> descents = new ArrayList<>();
    for (int i = 0; i < DEEP_THREADS; i++) {
      List<StackDescent> mine = new ArrayList<>();
      for (int k = 0; k < KINDS; k++) mine.add(descent(k, i));
      descents.addAll(mine);
      deep.add(starter.apply(() -> {
        mine.forEach(StackDescent::run);
        running.countDown();
      }));
    }
    List<Together.Task<Void>> others = new ArrayList<>();
    for (int i = 0; i < OTHER_THREADS; i++) {
      int thread = DEEP_THREADS + i;
      others.add(Together.begin(() -> {
        while (running.getCount() > 0 && !told.isFull(thread)) told.put(log, thread);
        return null;
      }));
    }
    for (Thread thread : deep) {
      thread.join(60_000);
      if (thread.isAlive()) throw new AssertionError("not answered: " + List.of(thread.getStackTrace()));
    }
    for (Together.Task<Void> other : others) other.get();
    for (StackDescent descent : descents) {
      if (descent.unexpected() != null)
        throw new AssertionError("a deep call failed with something else: " + top(descent.unexpected()));
      assertThat(descent.ended()).as("calls that met the end of the stack").isPositive();
      // A virtual thread may be refused at every depth that is tried: parking it takes the more stack, the more is there.
      if (!virtual) assertThat(descent.answered()).as("calls that did not").isPositive();
    }
  }

  private StackDescent descent(int kind, int thread) {
    return new StackDescent(DEPTHS, 1, () -> call(kind, thread));
  }

  /** Without the thousand frames that the test has put below. */
  private static String top(Throwable t) {
    String cause = t.getCause() == null ? "" : ", caused by " + top(t.getCause());
    return t + " at " + Arrays.asList(t.getStackTrace()).subList(0, Math.min(25, t.getStackTrace().length)) + cause;
  }

  private void call(int kind, int thread) throws IOException {
    switch (kind) {
      case 0 -> told.put(log, thread);
      case 1 -> told.putBatch(log, thread);
      case 2 -> told.submit(log, thread, null);
      case 3 -> told.putAsync(log, thread);
      case 4 -> {
        told.put(log, thread);
        told.sync(log, thread);
      }
      default -> {
        told.put(log, thread);
        told.awaitDurable(log, thread);
      }
    }
  }
}
