package dev.syncline.lab;

import dev.syncline.io.Storage;
import dev.syncline.tck.LimitContracts;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;

/**
 * The kit's further themes on FileChannel through the page cache. {@link PortableDirectTest} takes the same ways with larger blocks, in
 * each build.
 */
@Tag("laboratory")
class PortableBufferedLimitsTest extends LimitContracts {
  @Override
  protected Storage openStorage(Path directory) throws IOException {
    return StoragesUnderTest.portableBuffered(directory);
  }
}
