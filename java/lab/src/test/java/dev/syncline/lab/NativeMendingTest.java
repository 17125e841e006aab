package dev.syncline.lab;

import dev.syncline.io.Storage;
import dev.syncline.tck.MendingContracts;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;

/** The kit's themes of copies, damage and repairs on the native storage. */
class NativeMendingTest extends MendingContracts {
  @BeforeAll
  static void needNative() throws IOException {
    StoragesUnderTest.needNative();
  }

  @Override
  protected Storage openStorage(Path directory) throws IOException {
    return StoragesUnderTest.nativeStorage(directory);
  }
}
