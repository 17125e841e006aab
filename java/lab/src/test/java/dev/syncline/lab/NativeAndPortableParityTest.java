package dev.syncline.lab;

import dev.syncline.io.Storage;
import dev.syncline.tck.ParityContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;

/** The native and the portable storage write the same bytes. */
class NativeAndPortableParityTest extends ParityContract {
  @BeforeAll
  static void needNative() throws IOException {
    StoragesUnderTest.needNative();
  }

  @Override
  protected Storage openOneStorage(Path directory) throws IOException {
    return StoragesUnderTest.nativeStorage(directory);
  }

  @Override
  protected Storage openOtherStorage(Path directory) throws IOException {
    return StoragesUnderTest.portableDirect(directory);
  }
}
