package dev.syncline.bench.cell;

import dev.syncline.bench.contender.Contender;
import dev.syncline.bench.contender.Replayed;
import dev.syncline.bench.contender.Setup;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads a log from its beginning to its end. Cold: the first time in this process, and the files are not cached. Warm: after
 * passes for as long as the cell's warm-up lasts.
 */
final class ReplayWorkload implements Workload {
  private static final int WARMUPS_MIN = 4;
  private static final int REPEATS = 5;

  @Override
  public Measurement run(Contender contender, Cell cell, Path directory) throws Exception {
    Map<String, Double> values = new TreeMap<>();
    values.put("cacheDropped", PageCache.drop() ? 1.0 : 0.0);
    values.put("coldMegabytesPerSecond", once(contender, cell, directory, values));
    long warmAtNanos = System.nanoTime() + (long) (cell.warmupSeconds() * 1e9);
    for (int i = 0; i < WARMUPS_MIN || warmAtNanos - System.nanoTime() > 0; i++) once(contender, cell, directory, values);
    Usage before = Usage.now(directory);
    double[] warm = new double[REPEATS];
    for (int i = 0; i < REPEATS; i++) warm[i] = once(contender, cell, directory, values);
    Usage after = Usage.now(directory);
    Arrays.sort(warm);
    values.put("warmMegabytesPerSecond", warm[REPEATS / 2]);
    values.put("diskBytesPerByteLogged", Usage.directoryBytes(directory) / (double) (cell.records() * cell.recordBytes()));
    return new Measurement(
        cell.records() * REPEATS, cell.recordBytes(), after.secondsSince(before), after.cpuSecondsSince(before), null, values, null,
        contender.describe());
  }

  private static double once(Contender contender, Cell cell, Path directory, Map<String, Double> values) throws Exception {
    contender.openToReplay(directory, new Setup(Setup.Mode.DURABLE, 1, cell.recordBytes(), cell.segmentBytes(), false));
    Replayed replayed = new Replayed();
    long allocatedBefore = Usage.allocatedBytes();
    long beganNanos = System.nanoTime();
    contender.replay(replayed);
    long tookNanos = System.nanoTime() - beganNanos;
    values.put("allocatedBytesPerRecord", (Usage.allocatedBytes() - allocatedBefore) / (double) replayed.records());
    contender.close();
    if (replayed.records() != cell.records() || replayed.bytes() != cell.records() * cell.recordBytes())
      throw new IOException(
          "expected " + cell.records() + " records of " + cell.recordBytes() + " bytes, found " + replayed.records() + " with "
              + replayed.bytes() + " bytes in all");
    return replayed.bytes() * 1e3 / tookNanos;
  }
}
