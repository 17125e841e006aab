package dev.syncline.lab;

import dev.syncline.io.Storage;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** Faults in the file operations beneath the portable storage, with descriptors of directories and without. */
@Tag("laboratory")
@Tag("faults")
class PortableFaultsTest {

  @Nested
  class Direct extends SystemFaultContract {
    private final FaultyFiles files = new FaultyFiles(true);

    @BeforeAll
    static void needDirectIo() throws IOException {
      StoragesUnderTest.needDirectIo();
    }

    @Override
    protected FaultySystem system() {
      return files;
    }

    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return StoragesUnderTest.portableDirect(files.over(FaultyPath.bare(directory)));
    }

    @Override
    protected Path place(Path directory) {
      return files.over(directory);
    }
  }

  @Nested
  class Buffered extends SystemFaultContract {
    private final FaultyFiles files = new FaultyFiles(false);

    @Override
    protected FaultySystem system() {
      return files;
    }

    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return StoragesUnderTest.portableBuffered(files.over(FaultyPath.bare(directory)));
    }

    @Override
    protected Path place(Path directory) {
      return files.over(directory);
    }
  }
}
