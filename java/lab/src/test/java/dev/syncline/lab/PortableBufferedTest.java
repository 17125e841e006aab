package dev.syncline.lab;

import dev.syncline.io.Storage;
import dev.syncline.tck.WalContract;
import java.io.IOException;
import java.nio.file.Path;

/** The whole kit on FileChannel, through the page cache. */
class PortableBufferedTest extends WalContract {
  @Override
  protected Storage openStorage(Path directory) throws IOException {
    return StoragesUnderTest.portableBuffered(directory);
  }
}
