package dev.syncline.tck;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.syncline.io.Storage;
import dev.syncline.io.nio.NioStorage;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The portable storage past the page cache. Skipped where that does not work, unless {@code -Dnative.required=true} forbids
 * it.
 */
class PortableDirectStorageTest extends StorageContract {
  @Override
  protected Storage openStorage(Path directory) throws IOException {
    NioStorage storage = NioStorage.open(directory, BLOCK_BYTES, true);
    if (storage.traits().directIo()) return storage;
    if (Boolean.getBoolean("native.required")) fail("direct I/O is required here: " + storage.explanation());
    assumeTrue(false, storage.explanation());
    return storage;
  }
}
