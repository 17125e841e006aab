package dev.syncline.raft;

import dev.syncline.StorageMode;
import dev.syncline.io.Storage;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;

/** The log of a Raft node on the native storage. */
class NativeLogStorageTest extends LogStorageContract {
  @BeforeAll
  static void needNative() throws IOException {
    NativeStorageNeeded.orSkip();
  }

  @Override
  protected Storage openStorage(Path directory) throws IOException {
    return storage(directory, StorageMode.NATIVE);
  }
}
