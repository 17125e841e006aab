package dev.syncline.bench.cell;

import dev.syncline.WalStats;
import dev.syncline.bench.contender.Contender;
import dev.syncline.bench.contender.Setup;
import dev.syncline.bench.contender.SynclineContender;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/** Threads that append for minutes, while what is old is truncated and its files are used again; one sample a second. */
final class SustainedWorkload implements Workload {
  private static final long SECOND_NANOS = 1_000_000_000;
  private static final long HOUSEKEEPING_NANOS = 50_000_000;

  @Override
  public Measurement run(Contender contender, Cell cell, Path directory) throws Exception {
    SynclineContender syncline = (SynclineContender) contender;
    syncline.open(directory, new Setup(Setup.Mode.DURABLE, cell.threads(), cell.recordBytes(), cell.segmentBytes(), true));
    Appenders appenders = new Appenders(cell.threads(), cell.recordBytes(), contender::append);
    appenders.start();
    AppendWorkload.keepHouse(contender, appenders, cell.warmupSeconds());
    WalStats statsBefore = syncline.log().stats();
    Usage before = Usage.now(directory);
    appenders.measure();
    List<Measurement.Sample> samples = sample(syncline, appenders, cell, directory, before);
    Usage after = Usage.now(directory);
    WalStats statsAfter = syncline.log().stats();
    appenders.stop();
    Measurement summary = AppendWorkload.summary(contender, cell, appenders, before, after);
    double loggedBytes = summary.operations() * (double) cell.recordBytes();
    Map<String, Double> values = new TreeMap<>(summary.values());
    values.put("maxDiskBytes", (double) samples.stream().mapToLong(Measurement.Sample::diskBytes).max().orElse(0));
    values.put("writtenBytesPerByteLogged", (statsAfter.writtenBytes() - statsBefore.writtenBytes()) / loggedBytes);
    values.put("deviceBytesPerByteLogged", values.getOrDefault("deviceWrittenBytes", Double.NaN) / loggedBytes);
    values.put("rotations", (double) (statsAfter.rotations() - statsBefore.rotations()));
    values.put("recycledSegments", (double) (statsAfter.recycledSegments() - statsBefore.recycledSegments()));
    contender.close();
    return new Measurement(
        summary.operations(), cell.recordBytes(), summary.seconds(), summary.cpuSeconds(), summary.latency(), values, samples,
        summary.description());
  }

  private static List<Measurement.Sample> sample(
      SynclineContender syncline, Appenders appenders, Cell cell, Path directory, Usage before) throws Exception {
    List<Measurement.Sample> samples = new ArrayList<>();
    long rotations = syncline.log().stats().rotations();
    appenders.interval();
    for (int second = 1; second <= cell.seconds(); second++) {
      long endNanos = before.atNanos + second * SECOND_NANOS;
      for (long left = endNanos - System.nanoTime(); left > 0; left = endNanos - System.nanoTime()) {
        appenders.throwIfFailed();
        syncline.forgetSome();
        LockSupport.parkNanos(Math.min(left, HOUSEKEEPING_NANOS));
      }
      Usage now = Usage.now(directory);
      long rotationsNow = syncline.log().stats().rotations();
      samples.add(sample(appenders.interval(), now, before, directory, rotationsNow - rotations));
      rotations = rotationsNow;
    }
    return samples;
  }

  private static Measurement.Sample sample(Histogram interval, Usage now, Usage before, Path directory, long rotations)
      throws IOException {
    return new Measurement.Sample(
        now.secondsSince(before), interval.getTotalCount(), Latencies.micros(interval, 50), Latencies.micros(interval, 99),
        Latencies.micros(interval, 99.9), interval.getMaxValue() / 1e3, Usage.directoryBytes(directory),
        now.disk.writtenBytes() - before.disk.writtenBytes(), rotations);
  }
}
