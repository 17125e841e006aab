package dev.syncline.lab;

import dev.syncline.io.Storage;
import dev.syncline.tck.DiskImage;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;

/** Every third byte and length, each with one way to verify, and at night every one with each; every sector. In memory. */
@Tag("laboratory")
class CorruptionTest extends CorruptionContract {
  @Override
  protected Storage storageOn(DiskImage image, Path directory) {
    return new SimulatedStorage(new SimulatedDisk(image), directory, SimulatedStorage.traits(GoldenLog.BLOCK_BYTES, false, true));
  }

  /** Prime to the bits of a byte, which change in turns, and to what lies side by side. */
  @Override
  protected int stride() {
    return Nightly.isOn() ? 1 : 3;
  }

  @Override
  protected int strideOfTheSame() {
    return Nightly.isOn() ? 1 : super.strideOfTheSame();
  }

  @Override
  protected boolean everyVerification() {
    return Nightly.isOn();
  }

  @Override
  protected long firstSeed() {
    return Nightly.seed("several damages", super.firstSeed());
  }

  @Override
  protected int combinations() {
    return Nightly.isOn() ? 20 * super.combinations() : super.combinations();
  }
}
