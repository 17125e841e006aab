package dev.syncline.tck;

import dev.syncline.io.Storage;
import dev.syncline.io.nio.NioStorage;
import java.io.IOException;
import java.nio.file.Path;

/** The kit's own decorators keep the contract while they are told to do nothing. */
class DecoratedStorageTest extends StorageContract {
  @Override
  protected Storage openStorage(Path directory) throws IOException {
    return new RecordingStorage(new FaultyStorage(NioStorage.open(directory, BLOCK_BYTES, true)));
  }
}
