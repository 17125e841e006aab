package dev.syncline.lab;

import dev.syncline.io.Storage;
import dev.syncline.tck.DirectoryContract;
import java.io.IOException;
import java.nio.file.Path;

/** Where Java gives no descriptor of a directory, as on Windows: the portable storage looks before and after what it does. */
class PortableWithoutDescriptorsTest extends DirectoryContract {
  private final FaultyFiles plain = new FaultyFiles(false);

  @Override
  protected Storage openStorage(Path directory) throws IOException {
    return StoragesUnderTest.portableBuffered(plain.over(FaultyPath.bare(directory)));
  }

  @Override
  protected int namesGivenInTheMoment() {
    return 1;
  }
}
