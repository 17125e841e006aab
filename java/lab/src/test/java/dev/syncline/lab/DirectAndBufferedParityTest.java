package dev.syncline.lab;

import dev.syncline.io.Storage;
import dev.syncline.tck.ParityContract;
import java.io.IOException;
import java.nio.file.Path;

/** The portable storage writes the same bytes whichever way they go to the disk. */
class DirectAndBufferedParityTest extends ParityContract {
  @Override
  protected Storage openOneStorage(Path directory) throws IOException {
    return StoragesUnderTest.portableDirect(directory);
  }

  @Override
  protected Storage openOtherStorage(Path directory) throws IOException {
    return StoragesUnderTest.portableBuffered(directory);
  }
}
