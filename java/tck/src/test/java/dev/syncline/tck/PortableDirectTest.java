package dev.syncline.tck;

import dev.syncline.io.Storage;
import java.io.IOException;
import java.nio.file.Path;

/** The whole kit on FileChannel, past the page cache where the directory takes it. */
class PortableDirectTest extends WalContract {
  @Override
  protected Storage openStorage(Path directory) throws IOException {
    return StoragesUnderTest.portableDirect(directory);
  }
}
