package dev.syncline.raft;

import dev.syncline.StorageMode;
import dev.syncline.io.Storage;
import java.io.IOException;
import java.nio.file.Path;

/** The log of a Raft node on the portable storage. */
class PortableLogStorageTest extends LogStorageContract {
  @Override
  protected Storage openStorage(Path directory) throws IOException {
    return storage(directory, StorageMode.PORTABLE);
  }
}
