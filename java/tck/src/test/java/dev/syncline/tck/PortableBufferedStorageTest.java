package dev.syncline.tck;

import dev.syncline.io.Storage;
import dev.syncline.io.nio.NioStorage;
import java.io.IOException;
import java.nio.file.Path;

/** The portable storage through the page cache. */
class PortableBufferedStorageTest extends StorageContract {
  @Override
  protected Storage openStorage(Path directory) throws IOException {
    return NioStorage.open(directory, BLOCK_BYTES, false);
  }
}
