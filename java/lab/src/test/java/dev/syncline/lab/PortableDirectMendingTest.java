package dev.syncline.lab;

import dev.syncline.io.Storage;
import dev.syncline.tck.MendingContracts;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;

/** The kit's themes of copies, damage and repairs on FileChannel, past the page cache where that works. */
class PortableDirectMendingTest extends MendingContracts {
  @BeforeAll
  static void preferDirectIo() throws IOException {
    StoragesUnderTest.preferDirectIo();
  }

  @Override
  protected Storage openStorage(Path directory) throws IOException {
    return StoragesUnderTest.portableDirect(directory);
  }
}
