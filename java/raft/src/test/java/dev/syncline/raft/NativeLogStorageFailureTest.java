package dev.syncline.raft;

import dev.syncline.StorageMode;
import dev.syncline.io.Storage;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;

/** The log of a Raft node on the native storage, when things go wrong. */
class NativeLogStorageFailureTest extends LogStorageFailureContract {
  @BeforeAll
  static void needNative() throws IOException {
    NativeStorageNeeded.orSkip();
  }

  @Override
  protected Storage openStorage(Path directory) throws IOException {
    return storage(directory, StorageMode.NATIVE);
  }
}
