package dev.syncline.cli;

import dev.syncline.Operation;
import dev.syncline.StorageMode;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Appends durably from one thread for a while, and takes the time. */
final class AppendMeter {
  private static final int VALUE_BYTES = 100;
  private static final int WARM_UP_APPENDS = 200;

  /** So many bytes of disk does a measurement need at most, whatever the disk's speed. */
  static final long DISK_BYTES_MAX = 256L << 20;

  private static final int SEGMENT_BYTES = 16 << 20;
  private static final int TRUNCATE_EVERY_APPENDS = 8192;

  /** What came out: appends in a second, one after the other. */
  record Measured(long appends, double appendsPerSecond, double p50Micros, double p99Micros) {}

  private AppendMeter() {}

  static Measured measure(WriteAheadLog log, long durationNanos) throws IOException {
    Operation operation = Operation.entry(new byte[VALUE_BYTES]);
    for (int warm = 0; warm < WARM_UP_APPENDS; warm++) log.append(operation);
    Histogram nanos = new Histogram(TimeUnit.MINUTES.toNanos(5), 3);
    long startNanos = System.nanoTime();
    long beforeNanos = startNanos;
    while (beforeNanos - startNanos < durationNanos) {
      long sequence = log.append(operation);
      long afterNanos = System.nanoTime();
      nanos.recordValue(Math.min(afterNanos - beforeNanos, nanos.getHighestTrackableValue()));
      if (sequence % TRUNCATE_EVERY_APPENDS == 0) log.truncate(sequence);
      beforeNanos = System.nanoTime();
    }
    double seconds = (beforeNanos - startNanos) / 1e9;
    return new Measured(
        nanos.getTotalCount(),
        nanos.getTotalCount() / seconds,
        nanos.getValueAtPercentile(50) / 1e3,
        nanos.getValueAtPercentile(99) / 1e3);
  }

  static WriteAheadLog open(Path directory, StorageMode storage) throws IOException {
    return WriteAheadLog.open(directory, WalOptions.builder().storage(storage).maxSegmentSize(SEGMENT_BYTES).build());
  }
}
