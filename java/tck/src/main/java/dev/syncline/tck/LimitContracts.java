package dev.syncline.tck;

import dev.syncline.io.Storage;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;

/**
 * Further themes of {@link WalContract}: many logs, copies, backups, repairs, strangers, old marks, opening, extreme options and arguments,
 * failures, shortages.
 */
public abstract class LimitContracts extends LogTestBase {

  @Nested
  class Loggers extends LoggerContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return LimitContracts.this.openStorage(directory);
    }
  }

  @Nested
  class Observers extends ObserverContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return LimitContracts.this.openStorage(directory);
    }
  }

  @Nested
  class SmallLogs extends SmallLogsContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return LimitContracts.this.openStorage(directory);
    }
  }

  @Nested
  class ManyLogs extends ManyLogsContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return LimitContracts.this.openStorage(directory);
    }
  }

  @Nested
  class Copies extends CopiesContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return LimitContracts.this.openStorage(directory);
    }
  }

  @Nested
  class Backups extends BackupsContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return LimitContracts.this.openStorage(directory);
    }
  }

  @Nested
  class RestoredParts extends RestoredPartsContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return LimitContracts.this.openStorage(directory);
    }
  }

  @Nested
  class Strangers extends StrangersContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return LimitContracts.this.openStorage(directory);
    }
  }

  @Nested
  class Denied extends DeniedContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return LimitContracts.this.openStorage(directory);
    }
  }

  @Nested
  class OldMarks extends OldMarkContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return LimitContracts.this.openStorage(directory);
    }
  }

  @Nested
  class RefusedBlocks extends RefusedBlocksContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return LimitContracts.this.openStorage(directory);
    }
  }

  @Nested
  class Repairs extends RepairContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return LimitContracts.this.openStorage(directory);
    }
  }

  @Nested
  class RepairCases extends RepairCasesContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return LimitContracts.this.openStorage(directory);
    }
  }

  @Nested
  class HarmlessDamage extends HarmlessDamageContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return LimitContracts.this.openStorage(directory);
    }
  }

  @Nested
  class RepairFaults extends RepairFaultsContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return LimitContracts.this.openStorage(directory);
    }

    @Override
    protected Class<? extends LogTestBase> factory() {
      return LimitContracts.this.factory();
    }
  }

  @Nested
  class RepairReaders extends RepairReadersContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return LimitContracts.this.openStorage(directory);
    }

    @Override
    protected Class<? extends LogTestBase> factory() {
      return LimitContracts.this.factory();
    }
  }

  @Nested
  class RepairIndexes extends RepairIndexContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return LimitContracts.this.openStorage(directory);
    }
  }

  @Nested
  class OpeningCosts extends OpeningCostContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return LimitContracts.this.openStorage(directory);
    }
  }

  @Nested
  class Options extends OptionsContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return LimitContracts.this.openStorage(directory);
    }
  }

  @Nested
  class SequenceLimits extends SequenceLimitsContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return LimitContracts.this.openStorage(directory);
    }
  }

  @Nested
  class Checkpoints extends CheckpointContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return LimitContracts.this.openStorage(directory);
    }
  }

  @Nested
  class SequenceEnd extends SequenceEndContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return LimitContracts.this.openStorage(directory);
    }
  }

  @Nested
  class CommitFaults extends CommitFaultsContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return LimitContracts.this.openStorage(directory);
    }
  }

  @Nested
  class Shortages extends ShortageContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return LimitContracts.this.openStorage(directory);
    }

    @Override
    protected Class<? extends LogTestBase> factory() {
      return LimitContracts.this.factory();
    }
  }

  @Nested
  class CutsBeside extends CutsBesideContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return LimitContracts.this.openStorage(directory);
    }
  }

  @Nested
  class Closing extends ClosingContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return LimitContracts.this.openStorage(directory);
    }

    @Override
    protected Class<? extends LogTestBase> factory() {
      return LimitContracts.this.factory();
    }
  }

  @Nested
  class WideDamage extends WideDamageContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return LimitContracts.this.openStorage(directory);
    }
  }

  @Nested
  class LongFrames extends LongFramesContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return LimitContracts.this.openStorage(directory);
    }
  }
}
