package dev.syncline.bench.cell;

import dev.syncline.bench.contender.Contender;
import dev.syncline.bench.contender.Setup;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Opens a log that was closed and appends one durable record. First: in a process that has not done so, with nothing cached. */
final class ReopenWorkload implements Workload {
  private static final int REPEATS = 11;

  @Override
  public Measurement run(Contender contender, Cell cell, Path directory) throws Exception {
    Map<String, Double> values = new TreeMap<>();
    values.put("cacheDropped", PageCache.drop() ? 1.0 : 0.0);
    values.put("firstMillis", once(contender, cell, directory));
    Usage before = Usage.now(directory);
    double[] millis = new double[REPEATS];
    for (int i = 0; i < REPEATS; i++) millis[i] = once(contender, cell, directory);
    Usage after = Usage.now(directory);
    Arrays.sort(millis);
    values.put("againMillis", millis[REPEATS / 2]);
    values.put("logBytes", (double) Usage.directoryBytes(directory));
    return new Measurement(
        REPEATS, cell.recordBytes(), after.secondsSince(before), after.cpuSecondsSince(before), null, values, null, contender.describe());
  }

  private static double once(Contender contender, Cell cell, Path directory) throws Exception {
    byte[] record = Appenders.randomRecord(new SplittableRandom(1), cell.recordBytes());
    long beganNanos = System.nanoTime();
    contender.open(directory, new Setup(Setup.Mode.DURABLE, 1, cell.recordBytes(), cell.segmentBytes(), false));
    contender.append(record);
    double millis = (System.nanoTime() - beganNanos) / 1e6;
    contender.close();
    return millis;
  }
}
