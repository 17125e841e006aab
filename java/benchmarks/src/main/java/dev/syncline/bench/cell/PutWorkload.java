package dev.syncline.bench.cell;

import dev.syncline.bench.contender.Contender;
import dev.syncline.bench.contender.Setup;
import dev.syncline.bench.contender.SynclineContender;
import java.nio.file.Path;
import java.util.Arrays;

/** Threads that put a key and a value: for what a put allocates. */
final class PutWorkload implements Workload {
  private static final int KEY_BYTES = 16;

  @Override
  public Measurement run(Contender contender, Cell cell, Path directory) throws Exception {
    SynclineContender syncline = (SynclineContender) contender;
    syncline.open(directory, new Setup(Setup.Mode.DURABLE, cell.threads(), cell.recordBytes(), cell.segmentBytes(), true));
    byte[] record = new byte[cell.recordBytes()];
    byte[] key = Arrays.copyOf(record, KEY_BYTES);
    byte[] value = Arrays.copyOf(record, cell.recordBytes() - KEY_BYTES);
    return AppendWorkload.measure(contender, cell, directory, ignored -> syncline.log().put(key, value));
  }
}
