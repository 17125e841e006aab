package dev.syncline.lab;

import dev.syncline.io.Storage;
import dev.syncline.tck.WalContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtendWith;

/** The kit on FileChannel, through the page cache; its further themes, of which most are the engine's, are the laboratory's. */
@ExtendWith(WithoutFurtherThemes.class)
class PortableBufferedTest extends WalContract {
  @Override
  protected Storage openStorage(Path directory) throws IOException {
    return StoragesUnderTest.portableBuffered(directory);
  }
}
