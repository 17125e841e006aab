package dev.syncline.bench.cell;

import dev.syncline.bench.contender.Contender;
import dev.syncline.bench.contender.Setup;
import dev.syncline.bench.contender.SynclineContender;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Writes a log of so many full segments and a last one that holds what a small log holds in all: so that two logs differ in what
 * lies before their newest segment, and in nothing else.
 */
final class SegmentsWorkload implements Workload {

  @Override
  public Measurement run(Contender contender, Cell cell, Path directory) throws Exception {
    SynclineContender syncline = (SynclineContender) contender;
    syncline.open(directory, new Setup(Setup.Mode.DEFERRED, 1, cell.recordBytes(), cell.segmentBytes(), false));
    byte[] record = Appenders.randomRecord(new SplittableRandom(1), cell.recordBytes());
    Usage before = Usage.now(directory);
    long records = 0;
    long rotationsAtFirst = syncline.log().stats().rotations();
    while (syncline.log().stats().rotations() - rotationsAtFirst < cell.records()) records += batch(syncline, cell, record);
    // The batch that began the last segment is in it already.
    for (long inLast = cell.every(); inLast < Cells.SMALL_LOG_RECORDS; inLast += cell.every()) records += batch(syncline, cell, record);
    Usage after = Usage.now(directory);
    String description = contender.describe();
    contender.close();
    Map<String, Double> values = new TreeMap<>();
    values.put("diskBytes", (double) Usage.directoryBytes(directory));
    return new Measurement(
        records, cell.recordBytes(), after.secondsSince(before), after.cpuSecondsSince(before), null, values, null, description);
  }

  private static long batch(SynclineContender syncline, Cell cell, byte[] record) throws IOException {
    for (int i = 0; i < cell.every(); i++) syncline.appendDeferred(record);
    syncline.sync();
    return cell.every();
  }
}
