package dev.syncline.bench.cell;

import dev.syncline.bench.contender.Contender;
import dev.syncline.bench.contender.Setup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** So many durable appends of one thread, between two file names that a tracer of system calls sees. */
final class CheckWorkload implements Workload {
  private static final int WARMUPS = 20;

  @Override
  public Measurement run(Contender contender, Cell cell, Path directory) throws Exception {
    contender.open(directory, new Setup(Setup.Mode.DURABLE, 1, cell.recordBytes(), cell.segmentBytes(), false));
    byte[] record = Appenders.randomRecord(new SplittableRandom(1), cell.recordBytes());
    for (int i = 0; i < WARMUPS; i++) contender.append(record);
    Usage before = Usage.now(directory);
    mark(directory, Marks.BEGIN);
    for (long i = 0; i < cell.records(); i++) contender.append(record);
    mark(directory, Marks.END);
    Usage after = Usage.now(directory);
    String description = contender.describe();
    contender.close();
    Map<String, Double> values = new TreeMap<>();
    after.addDiskSince(before, values);
    return new Measurement(
        cell.records(), cell.recordBytes(), after.secondsSince(before), after.cpuSecondsSince(before), null, values, null, description);
  }

  private static void mark(Path directory, String name) throws Exception {
    Files.newOutputStream(directory.resolve(name)).close();
  }
}
