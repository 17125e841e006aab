package dev.syncline.cli;

import dev.syncline.Operation;
import dev.syncline.StorageInfo;
import dev.syncline.StorageMode;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Appends to a log of its own durably, one record after the other, and takes the time. */
final class AppendMeter implements Closeable {
  /** More than a measurement takes on disk, however fast the disk is: what was appended is truncated again. */
  static final long DISK_BYTES_MAX = 256L << 20;

  private static final int SEGMENT_BYTES = 16 << 20;
  private static final int VALUE_BYTES = 100;
  private static final int TRUNCATE_EVERY_RECORDS = 8192;

  /** What came out on one storage: appends, how many a second, and how long one takes. */
  record Measured(String storage, long appends, double appendsPerSecond, double p50Micros, double p99Micros) {}

  private final WriteAheadLog log;
  private final Operation operation = Operation.entry(new byte[VALUE_BYTES]);
  private final Histogram latencyNanos = new Histogram(TimeUnit.MINUTES.toNanos(5), 3);
  private long spentNanos;

  private AppendMeter(WriteAheadLog log) {
    this.log = log;
  }

  static AppendMeter open(Path directory, StorageMode storage) throws IOException {
    WalOptions options = WalOptions.builder().storage(storage).maxSegmentSize(SEGMENT_BYTES).build();
    return new AppendMeter(WriteAheadLog.open(directory, options));
  }

  StorageInfo storage() {
    return log.storage();
  }

  /** Appends for so long; what earlier calls measured counts too. */
  void measure(long durationNanos) throws IOException {
    long startNanos = System.nanoTime();
    long beforeNanos = startNanos;
    while (beforeNanos - startNanos < durationNanos) {
      long sequence = log.append(operation);
      long tookNanos = System.nanoTime() - beforeNanos;
      latencyNanos.recordValue(Math.min(tookNanos, latencyNanos.getHighestTrackableValue()));
      if (sequence % TRUNCATE_EVERY_RECORDS == 0) log.truncate(sequence);
      beforeNanos = System.nanoTime();
    }
    spentNanos += beforeNanos - startNanos;
  }

  /** Forgets what was measured so far. */
  void restart() {
    latencyNanos.reset();
    spentNanos = 0;
  }

  Measured measured() {
    StorageInfo storage = log.storage();
    return new Measured(
        storage.name() + (storage.directIo() ? " direct" : " buffered"),
        latencyNanos.getTotalCount(),
        latencyNanos.getTotalCount() * 1e9 / Math.max(1, spentNanos),
        latencyNanos.getValueAtPercentile(50) / 1e3,
        latencyNanos.getValueAtPercentile(99) / 1e3);
  }

  @Override
  public void close() throws IOException {
    log.close();
  }
}
