package dev.syncline.bench.cell;

import dev.syncline.bench.contender.Contender;
import dev.syncline.bench.contender.Setup;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Writes a log for other cells to read: so many records, with a sync every so many, and closes it, or leaves it as if killed. */
final class WriteWorkload implements Workload {
  private final boolean closing;

  /** @param closing else the process ends without having closed it, as if it had been killed */
  WriteWorkload(boolean closing) {
    this.closing = closing;
  }

  @Override
  public Measurement run(Contender contender, Cell cell, Path directory) throws Exception {
    boolean durable = cell.every() == 1;
    Setup.Mode mode = durable ? Setup.Mode.DURABLE : Setup.Mode.DEFERRED;
    contender.open(directory, new Setup(mode, 1, cell.recordBytes(), cell.segmentBytes(), false));
    byte[] record = Appenders.randomRecord(new SplittableRandom(1), cell.recordBytes());
    Usage before = Usage.now(directory);
    for (long i = 1; i <= cell.records(); i++) {
      if (durable) contender.append(record);
      else contender.appendDeferred(record);
      if (!durable && (i % cell.every() == 0 || i == cell.records())) contender.sync();
    }
    Usage after = Usage.now(directory);
    String description = contender.describe();
    if (closing) contender.close();
    Map<String, Double> values = new TreeMap<>();
    values.put("diskBytes", (double) Usage.directoryBytes(directory));
    return new Measurement(
        cell.records(), cell.recordBytes(), after.secondsSince(before), after.cpuSecondsSince(before), null, values, null, description);
  }
}
