package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.SyncMode;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A process whose files may have 4 or 8 MiB each: the log of 64 MiB segments has more of them, and nothing else is different. */
final class FileSizeLimit {
  private static final int RECORDS = 200;
  private static final int PIECE_BYTES = 100_000;

  private FileSizeLimit() {}

  /** Blocks are of 512 bytes or of 1024, which differs among shells. */
  static List<String> limit() {
    return List.of("sh", "-c", "ulimit -f 8192 && exec \"$@\"", "sh");
  }

  static void run(LogTestBase storage, Path directory, SyncMode mode) throws IOException {
    WalOptions options = WalOptions.builder().syncMode(mode).build();
    try (WriteAheadLog log = WriteAheadLog.open(storage.openStorage(directory), options)) {
      for (int i = 1; i <= RECORDS; i++) assertThat(log.append(new byte[PIECE_BYTES])).isEqualTo(i);
      assertThat(log.stats().segments()).isGreaterThan(1);
      log.checkpoint(RECORDS);
      assertThat(log.verify().damage()).isEmpty();
    }
    try (WriteAheadLog log = WriteAheadLog.open(storage.openStorage(directory), options)) {
      assertThat(log.recovery().damage()).isEmpty();
      assertThat(LogTestBase.records(log.replay())).hasSize(RECORDS);
      log.truncate(RECORDS);
      log.append(new byte[PIECE_BYTES]);
    }
  }
}
