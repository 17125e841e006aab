package dev.syncline.lab;

import dev.syncline.io.Storage;
import dev.syncline.tck.LimitContracts;
import dev.syncline.tck.MendingContracts;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;

/** The kit's further themes on FileChannel, past the page cache where that works. */
@WithoutThemesOf(MendingContracts.class)
class PortableDirectLimitsTest extends LimitContracts {
  @BeforeAll
  static void preferDirectIo() throws IOException {
    StoragesUnderTest.preferDirectIo();
  }

  @Override
  protected Storage openStorage(Path directory) throws IOException {
    return StoragesUnderTest.portableDirect(directory);
  }
}
