package dev.syncline.bench.cell;

import dev.syncline.bench.contender.Contender;
import dev.syncline.bench.contender.Setup;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/** Threads that append, each record durable before the next of its thread. */
final class AppendWorkload implements Workload {
  private static final long HOUSEKEEPING_NANOS = 50_000_000;

  @Override
  public Measurement run(Contender contender, Cell cell, Path directory) throws Exception {
    contender.open(directory, new Setup(Setup.Mode.DURABLE, cell.threads(), cell.recordBytes(), cell.segmentBytes(), true));
    return measure(contender, cell, directory, contender::append);
  }

  /** Measures a contender that is open, and closes it. */
  static Measurement measure(Contender contender, Cell cell, Path directory, Appenders.Action action) throws Exception {
    Appenders appenders = new Appenders(cell.threads(), cell.recordBytes(), action);
    appenders.start();
    keepHouse(contender, appenders, cell.warmupSeconds());
    Usage before = Usage.now(directory);
    appenders.measure();
    keepHouse(contender, appenders, cell.seconds());
    Usage after = Usage.now(directory);
    appenders.stop();
    Measurement measurement = summary(contender, cell, appenders, before, after);
    contender.close();
    return measurement;
  }

  /** Lets so much time pass, and the contender let go of what is old. */
  static void keepHouse(Contender contender, Appenders appenders, double seconds) throws Exception {
    long endNanos = System.nanoTime() + (long) (seconds * 1e9);
    for (long left = endNanos - System.nanoTime(); left > 0; left = endNanos - System.nanoTime()) {
      appenders.throwIfFailed();
      contender.forgetSome();
      LockSupport.parkNanos(Math.min(left, HOUSEKEEPING_NANOS));
    }
  }

  static Measurement summary(Contender contender, Cell cell, Appenders appenders, Usage before, Usage after) {
    Histogram all = appenders.histogram();
    Map<String, Double> values = new TreeMap<>();
    values.put("allocatedBytesPerOperation", appenders.allocatedBytes() / (double) Math.max(1, all.getTotalCount()));
    after.addDiskSince(before, values);
    return new Measurement(
        all.getTotalCount(), cell.recordBytes(), after.secondsSince(before), after.cpuSecondsSince(before), Latencies.summary(all), values,
        null, contender.describe());
  }
}
