package dev.syncline.lab;

import dev.syncline.io.Storage;
import dev.syncline.tck.LimitContracts;
import dev.syncline.tck.MendingContracts;
import dev.syncline.tck.WalContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;

/** The kit on the native storage; its further themes are {@link NativeLimitsTest} and {@link NativeMendingTest}. */
@WithoutThemesOf({LimitContracts.class, MendingContracts.class})
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
