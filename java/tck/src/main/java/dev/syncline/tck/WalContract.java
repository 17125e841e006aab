package dev.syncline.tck;

import dev.syncline.io.Storage;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;

/**
 * The whole contract kit in one class: extend it, say how your storage is opened, run it.
 *
 * <p>Each nested class is one theme of the contract, and can also be extended alone. Two storages are compared by {@link
 * ParityContract}, which needs both.
 */
public abstract class WalContract extends LimitContracts {

  @Nested
  class Storages extends StorageContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }
  }

  @Nested
  class Directories extends DirectoryContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }
  }

  @Nested
  class ChildStorages extends ChildStorageContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }
  }

  @Nested
  class Sequences extends SequenceContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }
  }

  @Nested
  class Reading extends ReadingContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }
  }

  @Nested
  class ReadingCost extends ReadingCostContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }
  }

  @Nested
  class Tails extends TailContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }
  }

  @Nested
  class Completeness extends CompletenessContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }
  }

  @Nested
  class ReaderFaults extends ReaderFaultsContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }
  }

  @Nested
  class ReaderResources extends ReaderResourcesContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }
  }

  @Nested
  class Followers extends FollowerContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }
  }

  @Nested
  class SequenceFirst extends SequenceFirstContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }
  }

  @Nested
  class Opening extends OpeningContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }
  }

  @Nested
  class Records extends RecordContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }
  }

  @Nested
  class JoinedCommits extends JoinedCommitsContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }
  }

  @Nested
  class JoinedFaults extends JoinedFaultsContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }
  }

  @Nested
  class Segments extends SegmentContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }
  }

  @Nested
  class Truncation extends TruncationContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }
  }

  @Nested
  class CrashSteps extends CrashStepContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }
  }

  @Nested
  class Takeover extends TakeoverContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }

    @Override
    protected Class<? extends LogTestBase> factory() {
      return WalContract.this.factory();
    }
  }

  @Nested
  class Crashes extends CrashContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }

    @Override
    protected Class<? extends LogTestBase> factory() {
      return WalContract.this.factory();
    }
  }

  @Nested
  class TornTails extends TornTailContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }
  }

  @Nested
  class DamagedLogs extends DamageContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }
  }

  @Nested
  class DamagedMarks extends MarkDamageContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }
  }

  @Nested
  class DecidedCases extends DecisionTableContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }
  }

  @Nested
  class FailingDisks extends FailureContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }

    @Override
    protected Class<? extends LogTestBase> factory() {
      return WalContract.this.factory();
    }
  }

  @Nested
  class FullDisks extends FullDiskContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }
  }

  @Nested
  class Durability extends DurabilityContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }
  }

  @Nested
  class Lifecycle extends LifecycleContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }
  }

  @Nested
  class Arguments extends ArgumentContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }
  }

  @Nested
  class PowerCuts extends PowerCutContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }
  }

  @Nested
  class Births extends BirthScenarios {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }
  }

  @Nested
  class TornWrites extends TornScenarios {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }
  }

  @Nested
  class Recycling extends RecycleScenarios {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }
  }

  @Nested
  class LostBytes extends DamageScenarios {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }
  }

  @Nested
  class RefusingDisks extends FailureScenarios {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }

    @Override
    protected Class<? extends LogTestBase> factory() {
      return WalContract.this.factory();
    }
  }

  @Nested
  class Indexes extends IndexContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }
  }

  @Nested
  class Resets extends ResetContract {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return WalContract.this.openStorage(directory);
    }
  }
}
