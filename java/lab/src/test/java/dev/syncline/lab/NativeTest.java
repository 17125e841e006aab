package dev.syncline.lab;

import dev.syncline.io.Storage;
import dev.syncline.tck.WalContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;

/** The whole kit on the native storage. */
class NativeTest extends WalContract {
  @BeforeAll
  static void needNative() throws IOException {
    StoragesUnderTest.needNative();
  }

  @Override
  protected Storage openStorage(Path directory) throws IOException {
    return StoragesUnderTest.nativeStorage(directory);
  }
}
