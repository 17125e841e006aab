package dev.syncline.lab;

import dev.syncline.io.Storage;
import dev.syncline.tck.LimitContracts;
import dev.syncline.tck.MendingContracts;
import dev.syncline.tck.WalContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;

/** The kit on FileChannel, through the page cache; its further themes are {@link PortableBufferedLimitsTest}. */
@Tag("laboratory")
@WithoutThemesOf({LimitContracts.class, MendingContracts.class})
class PortableBufferedTest extends WalContract {
  @Override
  protected Storage openStorage(Path directory) throws IOException {
    return StoragesUnderTest.portableBuffered(directory);
  }
}
