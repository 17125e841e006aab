package dev.syncline.raft;

import dev.syncline.StorageMode;
import dev.syncline.io.Storage;
import java.io.IOException;
import java.nio.file.Path;

/** What is read of the log of a Raft node, and its life, on the portable storage. */
class PortableLogStorageReadingTest extends LogStorageReadingContract {
  @Override
  protected Storage openStorage(Path directory) throws IOException {
    return storage(directory, StorageMode.PORTABLE);
  }
}
