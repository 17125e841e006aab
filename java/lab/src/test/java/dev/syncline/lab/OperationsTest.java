package dev.syncline.lab;

import dev.syncline.StorageMode;
import dev.syncline.SyncMode;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import dev.syncline.tck.LogOperations;
import dev.syncline.tck.LogTestBase;
import dev.syncline.tck.OperationsContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

/** The log itself does what is asked of every log with its operations. */
class OperationsTest {

  private static LogOperations open(Path temporary, StorageMode storage, SyncMode mode) throws IOException {
    WalOptions options = WalOptions.builder()
        .storage(storage)
        .syncMode(mode)
        .maxRecordSize(OperationsContract.RECORD_BYTES_MAX)
        .maxBatchSize(OperationsContract.BATCH_BYTES_MAX)
        .maxSegmentSize(LogTestBase.SMALL_SEGMENT_BYTES)
        .build();
    return LogOperations.of(WriteAheadLog.open(temporary.resolve("log"), options));
  }

  @Nested
  class Native extends OperationsContract {
    @BeforeAll
    static void needNative() throws IOException {
      StoragesUnderTest.needNative();
    }

    @Override
    protected LogOperations open() throws IOException {
      return OperationsTest.open(temporary, StorageMode.NATIVE, SyncMode.SYNC);
    }
  }

  @Nested
  class Portable extends OperationsContract {
    @Override
    protected LogOperations open() throws IOException {
      return OperationsTest.open(temporary, StorageMode.PORTABLE, SyncMode.SYNC);
    }
  }

  @Nested
  class Interval extends OperationsContract {
    @Override
    protected LogOperations open() throws IOException {
      return OperationsTest.open(temporary, StorageMode.AUTO, SyncMode.INTERVAL);
    }
  }
}
