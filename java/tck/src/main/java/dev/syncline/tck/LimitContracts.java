package dev.syncline.tck;

import dev.syncline.io.Storage;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;

/**
 * Further themes of {@link WalContract}: many logs, what watches them, opening, extreme options and arguments, failures, shortages.
 */
public abstract class LimitContracts extends MendingContracts {

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
  class Denied extends DeniedContract {
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
  class LongFrames extends LongFramesContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return LimitContracts.this.openStorage(directory);
    }
  }
}
