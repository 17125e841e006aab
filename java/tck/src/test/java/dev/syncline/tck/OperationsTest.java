package dev.syncline.tck;

import dev.syncline.StorageMode;
import dev.syncline.SyncMode;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

/** The log itself does what is asked of every log with its operations. */
class OperationsTest {

  private static LogOperations open(OperationsContract contract, StorageMode storage, SyncMode mode) throws IOException {
    WalOptions options = WalOptions.builder()
        .storage(storage)
        .syncMode(mode)
        .maxRecordSize(OperationsContract.RECORD_BYTES_MAX)
        .maxBatchSize(OperationsContract.BATCH_BYTES_MAX)
        .maxSegmentSize(LogTestBase.SMALL_SEGMENT_BYTES)
        .build();
    return LogOperations.of(WriteAheadLog.open(contract.temporary.resolve("log"), options));
  }

  @Nested
  class Native extends OperationsContract {
    @BeforeAll
    static void needNative() throws IOException {
      StoragesUnderTest.needNative();
    }

    @Override
    protected LogOperations open() throws IOException {
      return OperationsTest.open(this, StorageMode.NATIVE, SyncMode.SYNC);
    }
  }

  @Nested
  class Portable extends OperationsContract {
    @Override
    protected LogOperations open() throws IOException {
      return OperationsTest.open(this, StorageMode.PORTABLE, SyncMode.SYNC);
    }
  }

  @Nested
  class Interval extends OperationsContract {
    @Override
    protected LogOperations open() throws IOException {
      return OperationsTest.open(this, StorageMode.AUTO, SyncMode.INTERVAL);
    }
  }
}
