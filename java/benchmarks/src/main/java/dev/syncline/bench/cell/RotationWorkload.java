package dev.syncline.bench.cell;

import dev.syncline.bench.contender.Contender;
import dev.syncline.bench.contender.Setup;
import dev.syncline.bench.contender.SynclineContender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** Appends with a segment size at which a new segment begins every second, or never. */
final class RotationWorkload implements Workload {
  private static final long NEVER_BYTES = 2L << 30;
  private static final long CALIBRATION_NANOS = 700_000_000;

  /** What lone commits take of a segment by the byte logged. What they write is sixteen times that: a block is written again with each. */
  private static final double SEGMENT_BYTES_PER_BYTE = 1.14;

  private final boolean rotates;

  RotationWorkload(boolean rotates) {
    this.rotates = rotates;
  }

  @Override
  public Measurement run(Contender contender, Cell cell, Path directory) throws Exception {
    SynclineContender syncline = (SynclineContender) contender;
    long segmentBytes = rotates ? bytesInSecond(syncline, cell, Files.createDirectory(directory.resolve("calibration"))) : NEVER_BYTES;
    syncline.open(
        Files.createDirectory(directory.resolve("log")), new Setup(Setup.Mode.DURABLE, 1, cell.recordBytes(), segmentBytes, false));
    Appenders appenders = new Appenders(cell.threads(), cell.recordBytes(), contender::append);
    appenders.start();
    Thread.sleep((long) (cell.warmupSeconds() * 1e3));
    long rotationsBefore = syncline.log().stats().rotations();
    Usage before = Usage.now(directory);
    appenders.measure();
    Thread.sleep((long) (cell.seconds() * 1e3));
    Usage after = Usage.now(directory);
    long rotations = syncline.log().stats().rotations() - rotationsBefore;
    appenders.stop();
    Measurement measurement = AppendWorkload.summary(contender, cell, appenders, before, after);
    measurement.values().put("rotations", (double) rotations);
    measurement.values().put("segmentBytes", (double) segmentBytes);
    contender.close();
    return measurement;
  }

  private static long bytesInSecond(SynclineContender syncline, Cell cell, Path directory) throws IOException {
    syncline.open(directory, new Setup(Setup.Mode.DURABLE, 1, cell.recordBytes(), NEVER_BYTES, false));
    byte[] record = Appenders.randomRecord(new SplittableRandom(1), cell.recordBytes());
    // The first half is for the JVM to compile it.
    long bytes = 0;
    for (int half = 0; half < 2; half++) {
      long appendedBefore = syncline.log().stats().appendedBytes();
      long endNanos = System.nanoTime() + CALIBRATION_NANOS;
      while (System.nanoTime() < endNanos) syncline.append(record);
      bytes = syncline.log().stats().appendedBytes() - appendedBefore;
    }
    syncline.close();
    return (long) (SEGMENT_BYTES_PER_BYTE * bytes * 1e9 / CALIBRATION_NANOS);
  }
}
