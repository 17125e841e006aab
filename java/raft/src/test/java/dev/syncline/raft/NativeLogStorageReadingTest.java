package dev.syncline.raft;

import dev.syncline.StorageMode;
import dev.syncline.io.Storage;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;

/** What is read of the log of a Raft node, and its life, on the native storage. */
class NativeLogStorageReadingTest extends LogStorageReadingContract {
  @BeforeAll
  static void needNative() throws IOException {
    NativeStorageNeeded.orSkip();
  }

  @Override
  protected Storage openStorage(Path directory) throws IOException {
    return storage(directory, StorageMode.NATIVE);
  }
}
