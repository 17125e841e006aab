package dev.syncline.lab;

import dev.syncline.io.Storage;
import dev.syncline.tck.LimitContracts;
import dev.syncline.tck.MendingContracts;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;

/** The kit's further themes on the native storage. */
@WithoutThemesOf(MendingContracts.class)
class NativeLimitsTest extends LimitContracts {
  @BeforeAll
  static void needNative() throws IOException {
    StoragesUnderTest.needNative();
  }

  @Override
  protected Storage openStorage(Path directory) throws IOException {
    return StoragesUnderTest.nativeStorage(directory);
  }
}
