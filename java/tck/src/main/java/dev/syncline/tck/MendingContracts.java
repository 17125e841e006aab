package dev.syncline.tck;

import dev.syncline.io.Storage;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;

/**
 * Further themes of {@link WalContract}: logs that were copied, put back in part, harmed or repaired, or that share their directory with
 * strangers.
 */
public abstract class MendingContracts extends LogTestBase {

  @Nested
  class Copies extends CopiesContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return MendingContracts.this.openStorage(directory);
    }
  }

  @Nested
  class Backups extends BackupsContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return MendingContracts.this.openStorage(directory);
    }
  }

  @Nested
  class RestoredParts extends RestoredPartsContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return MendingContracts.this.openStorage(directory);
    }
  }

  @Nested
  class Strangers extends StrangersContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return MendingContracts.this.openStorage(directory);
    }
  }

  @Nested
  class OldMarks extends OldMarkContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return MendingContracts.this.openStorage(directory);
    }
  }

  @Nested
  class RefusedBlocks extends RefusedBlocksContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return MendingContracts.this.openStorage(directory);
    }
  }

  @Nested
  class Repairs extends RepairContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return MendingContracts.this.openStorage(directory);
    }
  }

  @Nested
  class RepairCases extends RepairCasesContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return MendingContracts.this.openStorage(directory);
    }
  }

  @Nested
  class HarmlessDamage extends HarmlessDamageContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return MendingContracts.this.openStorage(directory);
    }
  }

  @Nested
  class RepairFaults extends RepairFaultsContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return MendingContracts.this.openStorage(directory);
    }

    @Override
    protected Class<? extends LogTestBase> factory() {
      return MendingContracts.this.factory();
    }
  }

  @Nested
  class RepairReaders extends RepairReadersContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return MendingContracts.this.openStorage(directory);
    }

    @Override
    protected Class<? extends LogTestBase> factory() {
      return MendingContracts.this.factory();
    }
  }

  @Nested
  class RepairIndexes extends RepairIndexContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return MendingContracts.this.openStorage(directory);
    }
  }

  @Nested
  class WideDamage extends WideDamageContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return MendingContracts.this.openStorage(directory);
    }
  }
}
