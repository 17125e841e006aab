package dev.syncline.lab;

import dev.syncline.io.Storage;
import dev.syncline.tck.LimitContracts;
import dev.syncline.tck.MendingContracts;
import dev.syncline.tck.WalContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;

/**
 * The kit on FileChannel, past the page cache where that works; its further themes are {@link PortableDirectLimitsTest} and {@link
 * PortableDirectMendingTest}.
 */
@WithoutThemesOf({LimitContracts.class, MendingContracts.class})
class PortableDirectTest extends WalContract {
  @BeforeAll
  static void preferDirectIo() throws IOException {
    StoragesUnderTest.preferDirectIo();
  }

  @Override
  protected Storage openStorage(Path directory) throws IOException {
    return StoragesUnderTest.portableDirect(directory);
  }
}
