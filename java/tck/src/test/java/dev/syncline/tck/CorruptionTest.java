package dev.syncline.tck;

import dev.syncline.io.Storage;
import java.nio.file.Path;

/** Every corruption, in memory. */
class CorruptionTest extends CorruptionContract {
  @Override
  protected Storage storageOn(DiskImage image, Path directory) {
    return new SimulatedStorage(new SimulatedDisk(image), directory, SimulatedStorage.traits(GoldenLog.BLOCK_BYTES, false, true));
  }

  @Override
  protected int strideOfTheSame() {
    return Nightly.crashSeconds() > 0 ? 1 : super.strideOfTheSame();
  }

  @Override
  protected long firstSeed() {
    return Nightly.seed("several damages", super.firstSeed());
  }

  @Override
  protected int combinations() {
    return Nightly.crashSeconds() > 0 ? 20 * super.combinations() : super.combinations();
  }
}
