package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.syncline.LogFailedException;
import dev.syncline.SyncMode;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;

/** Threads that put while another one keeps the heap full; then the log goes on, or everybody hears that it has failed. */
final class HeapPressure {
  private static final int THREADS = 8;
  private static final int ATTEMPTS_MAX = 5_000;
  private static final int VALUE_BYTES = 200;
  private static final int SYNC_EVERY = 20;
  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);
  private static final long FULL_NANOS = TimeUnit.MILLISECONDS.toNanos(Effort.of(700, 1500));
  private static final int MORE_PUTS = 100;

  private final WriteAheadLog log;
  private final ToldAppends told;
  private volatile boolean over;

  /** What else a thread's call has thrown, and which threads have ended. */
  private final Throwable[] unexpected = new Throwable[THREADS];

  private final AtomicInteger running = new AtomicInteger(THREADS);

  private HeapPressure(WriteAheadLog log, ToldAppends told) {
    this.log = log;
    this.told = told;
  }

  static void run(LogTestBase storage, Path directory, SyncMode mode) throws Exception {
    ToldAppends told = new ToldAppends(mode, THREADS, ATTEMPTS_MAX + MORE_PUTS, VALUE_BYTES);
    WalOptions options =
        WalOptions.builder()
            .syncMode(mode)
            .maxSegmentSize(64 << 10)
            .maxPendingBytes(1 << 20)
            .syncInterval(Duration.ofMillis(5))
            .markInterval(Duration.ofMillis(20))
            .build();
    WriteAheadLog log = WriteAheadLog.open(storage.openStorage(directory), options);
    new HeapPressure(log, told).run();
    boolean failed = log.stats().failed();
    if (failed) assertThat(catchThrowable(() -> told.put(log, 0))).isInstanceOf(LogFailedException.class);
    else for (int i = 0; i < MORE_PUTS; i++) told.put(log, i % THREADS);
    Throwable closing = Together.begin(() -> catchThrowable(log::close)).get();
    assertThat(closing == null).as("closing says what puts have said: %s", closing).isEqualTo(!failed);
    try (WriteAheadLog reopened = WriteAheadLog.open(storage.openStorage(directory), WalOptions.defaults())) {
      told.judge(reopened, closing == null);
    }
  }

  private void run() throws Exception {
    for (int i = 0; i < THREADS; i++) {
      int thread = i;
      // Not a task: its own bookkeeping might have no memory, and then nobody would hear of its end.
      Thread putting = new Thread(() -> putUntilOver(thread), "tck");
      putting.setDaemon(true);
      putting.start();
    }
    Together.await("every thread has appended", () -> {
      for (int i = 0; i < THREADS; i++) if (told.attempts(i) < 3) return false;
      return true;
    });
    fillTheHeap();
    over = true;
    Together.await("every thread has its answer", () -> running.get() == 0);
    for (Throwable each : unexpected) if (each != null) throw new AssertionError("a call has thrown something else", each);
  }

  /** Allocates nothing itself. */
  private void putUntilOver(int thread) {
    while (!over && told.attempts(thread) < ATTEMPTS_MAX) {
      try {
        told.put(log, thread);
        if (told.attempts(thread) % SYNC_EVERY == 0) told.sync(log, thread);
      } catch (OutOfMemoryError | IOException e) {
        // Refused, or the log has failed: the next call says so.
      } catch (Throwable t) {
        unexpected[thread] = t;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    running.decrementAndGet();
  }

  /** Takes what is free, down to pieces of a few bytes, again and again. */
  private static void fillTheHeap() {
    AtomicReferenceArray<Object[]> held = new AtomicReferenceArray<>(1);
    long beganNanos = System.nanoTime();
    while (System.nanoTime() - beganNanos < FULL_NANOS) {
      for (int bytes = 1 << 20; bytes >= 16; ) {
        if (System.nanoTime() - beganNanos >= FULL_NANOS) break;
        try {
          Object[] link = {held.get(0), new byte[bytes]};
          held.set(0, link);
        } catch (OutOfMemoryError e) {
          bytes /= 4;
        }
      }
    }
    held.set(0, null);
  }
}
