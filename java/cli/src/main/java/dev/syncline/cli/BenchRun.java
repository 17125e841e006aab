package dev.syncline.cli;

import dev.syncline.StorageMode;
import dev.syncline.WalObserver;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;

/** So many threads append durably to a log of their own, each one record after the other, for a time. */
final class BenchRun {
  private static final int SEGMENT_BYTES = 16 << 20;
  private static final long LATENCY_NANOS_MAX = TimeUnit.MINUTES.toNanos(5);
  private static final long TRUNCATE_EVERY_BYTES = 32L << 20;

  /** What came out. {@code histogram} has counts of appends by how long they took, each bucket twice as long as the one before. */
  record Measured(
      String storage, int threads, int recordBytes, long appends, double appendsPerSecond, double commitsPerSecond,
      double mebibytesPerSecond, double p50Micros, double p90Micros, double p99Micros, double p999Micros, double maxMicros,
      List<Bucket> histogram) {}

  /** Appends that took up to so long, and longer than those of the bucket before. */
  record Bucket(double uptoMicros, long appends) {}

  private final StorageMode storage;
  private final int threads;
  private final int recordBytes;
  private final AtomicLong commits = new AtomicLong();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private volatile boolean over;

  BenchRun(StorageMode storage, int threads, int recordBytes) {
    this.storage = storage;
    this.threads = threads;
    this.recordBytes = recordBytes;
  }

  /** Runs in a directory that is not there yet. */
  Measured run(Path directory, long durationNanos) throws IOException {
    WalOptions options = WalOptions.builder().storage(storage).maxSegmentSize(SEGMENT_BYTES).observer(new WalObserver() {
      @Override
      public void committed(long lastSequence, int records, long bytes, int waiters, long writeNanos, long waitedNanos) {
        commits.incrementAndGet();
      }
    }).build();
    try (WriteAheadLog log = WriteAheadLog.open(directory, options)) {
      List<Appender> appenders = new ArrayList<>();
      for (int i = 0; i < threads; i++) appenders.add(new Appender(log));
      long commitsBefore = commits.get();
      long beganNanos = System.nanoTime();
      appenders.forEach(Thread::start);
      truncateWhile(log, beganNanos, durationNanos);
      over = true;
      for (Appender each : appenders) join(each);
      long tookNanos = System.nanoTime() - beganNanos;
      if (failure.get() != null) throw new IOException(directory + ": an append failed: " + failure.get().getMessage(), failure.get());
      Histogram all = new Histogram(LATENCY_NANOS_MAX, 3);
      appenders.forEach(each -> all.add(each.latencyNanos));
      return measured(log.storage().name(), all, commits.get() - commitsBefore, tookNanos);
    }
  }

  /** What was appended is truncated again: the disk is not to fill up. */
  private void truncateWhile(WriteAheadLog log, long beganNanos, long durationNanos) throws IOException {
    long every = Math.max(1, TRUNCATE_EVERY_BYTES / (recordBytes + 64));
    long truncated = 0;
    while (System.nanoTime() - beganNanos < durationNanos && failure.get() == null) {
      pause();
      long durable = log.durableSequence();
      if (durable - truncated < every) continue;
      log.truncate(durable);
      truncated = durable;
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(5);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void join(Thread thread) throws IOException {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while it measured", e);
    }
  }

  private final class Appender extends Thread {
    private final WriteAheadLog log;
    private final byte[] payload = new byte[recordBytes];
    private final Histogram latencyNanos = new Histogram(LATENCY_NANOS_MAX, 3);

    Appender(WriteAheadLog log) {
      super("bench");
      this.log = log;
      setDaemon(true);
    }

    @Override
    public void run() {
      try {
        long before = System.nanoTime();
        while (!over) {
          log.append(payload);
          long now = System.nanoTime();
          latencyNanos.recordValue(Math.min(now - before, LATENCY_NANOS_MAX));
          before = now;
        }
      } catch (IOException | RuntimeException | Error e) {
        failure.compareAndSet(null, e);
      }
    }
  }

  private Measured measured(String name, Histogram nanos, long commitCount, long tookNanos) {
    double seconds = Math.max(1, tookNanos) / 1e9;
    return new Measured(
        name, threads, recordBytes, nanos.getTotalCount(), nanos.getTotalCount() / seconds, commitCount / seconds,
        nanos.getTotalCount() * (double) recordBytes / seconds / (1 << 20), micros(nanos, 50), micros(nanos, 90), micros(nanos, 99),
        micros(nanos, 99.9), nanos.getMaxValue() / 1e3, buckets(nanos));
  }

  private static double micros(Histogram nanos, double percentile) {
    return nanos.getValueAtPercentile(percentile) / 1e3;
  }

  private static List<Bucket> buckets(Histogram nanos) {
    List<Bucket> buckets = new ArrayList<>();
    long below = 0;
    for (long upto = 1_000; below < nanos.getTotalCount(); upto *= 2) {
      long count = nanos.getCountBetweenValues(0, upto);
      if (count > 0) buckets.add(new Bucket(upto / 1e3, count - below));
      below = count;
    }
    return buckets;
  }
}
