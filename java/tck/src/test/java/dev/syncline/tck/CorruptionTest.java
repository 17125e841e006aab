package dev.syncline.tck;

import dev.syncline.io.Storage;
import java.nio.file.Path;

/** Every corruption, in memory. */
class CorruptionTest extends CorruptionContract {
  @Override
  protected Storage storageOn(DiskImage image, Path directory) {
    return new SimulatedStorage(new SimulatedDisk(image), directory, SimulatedStorage.traits(GoldenLog.BLOCK_BYTES, false, true));
  }
}
