package dev.syncline.bench.cell;

import dev.syncline.bench.contender.Contender;
import dev.syncline.bench.contender.Setup;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/** One thread that appends and says when to sync: latency is that of everything from one sync to the next. */
final class DeferredWorkload implements Workload {
  private static final int BATCHES_BETWEEN_HOUSEKEEPING = 64;

  /** Or so many bytes, if that is less: a quarter of a segment, so that files can be used again as they are finished. */
  private static final long BYTES_BETWEEN_HOUSEKEEPING = 16 << 20;

  private final Setup.Mode mode;

  DeferredWorkload(Setup.Mode mode) {
    this.mode = mode;
  }

  @Override
  public Measurement run(Contender contender, Cell cell, Path directory) throws Exception {
    contender.open(directory, new Setup(mode, 1, cell.recordBytes(), cell.segmentBytes(), true));
    byte[] record = Appenders.randomRecord(new SplittableRandom(1), cell.recordBytes());
    batches(contender, cell, record, cell.warmupSeconds(), Latencies.histogram());
    Histogram histogram = Latencies.histogram();
    long allocatedBefore = Usage.allocatedBytes();
    Usage before = Usage.now(directory);
    long operations = batches(contender, cell, record, cell.seconds(), histogram) * cell.every();
    Usage after = Usage.now(directory);
    Map<String, Double> values = new TreeMap<>();
    values.put("allocatedBytesPerOperation", (Usage.allocatedBytes() - allocatedBefore) / (double) operations);
    values.put("megabytesPerSecond", operations * (double) cell.recordBytes() / 1e6 / after.secondsSince(before));
    after.addDiskSince(before, values);
    String description = contender.describe();
    contender.close();
    return new Measurement(
        operations, cell.recordBytes(), after.secondsSince(before), after.cpuSecondsSince(before), Latencies.summary(histogram), values,
        null, description);
  }

  private static long batches(Contender contender, Cell cell, byte[] record, double seconds, Histogram into) throws Exception {
    long startNanos = System.nanoTime();
    long beganNanos = startNanos;
    long batches = 0;
    long batchBytes = (long) cell.every() * cell.recordBytes();
    long housekeepingEvery = Math.max(1, Math.min(BATCHES_BETWEEN_HOUSEKEEPING, BYTES_BETWEEN_HOUSEKEEPING / batchBytes));
    while (beganNanos - startNanos < seconds * 1e9) {
      for (int i = 0; i < cell.every(); i++) contender.appendDeferred(record);
      contender.sync();
      if (++batches % housekeepingEvery == 0) contender.forgetSome();
      long nowNanos = System.nanoTime();
      Latencies.record(into, nowNanos - beganNanos);
      beganNanos = nowNanos;
    }
    return batches;
  }
}
