package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.StorageFullException;
import dev.syncline.SyncMode;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import dev.syncline.io.Storage;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** With the options that nobody chose: what a log takes of a disk goes with what it holds, and a small disk or file is no obstacle. */
public abstract class SmallLogsContract extends LogTestBase {
  private static final int PIECE_BYTES = 100_000;
  private static final long VOLUME_BYTES = 20 << 20;

  /** The kit's logs have smaller segments. */
  private static void usual(WalOptions.Builder options) {
    options.maxSegmentSize(WalOptions.defaults().maxSegmentSize());
  }

  private static Consumer<WalOptions.Builder> usual(SyncMode mode) {
    return options -> {
      usual(options);
      options.syncMode(mode);
    };
  }

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void aLogOfOneRecordTakesLessThanAMebibyte(SyncMode mode) throws IOException {
    WriteAheadLog log = open(usual(mode));
    log.append(entryPayload(1));
    log.sync();
    assertThat(bytesOnDisk(directory())).isLessThanOrEqualTo(1 << 20);
    assertThat(log.stats().diskBytes()).isLessThanOrEqualTo(1 << 20);
    log.close();
    assertThat(bytesOnDisk(directory())).as("closed").isLessThanOrEqualTo(64 << 10);
    WriteAheadLog again = open(SmallLogsContract::usual);
    again.append(entryPayload(2));
    assertThat(bytesOnDisk(directory())).as("opened again").isLessThanOrEqualTo(1 << 20);
  }

  /** The space that is asked for grows with what is there, so it is asked for a few times, and only in the first segment. */
  @Test
  void aLogThatGrowsTakesAFewTimesWhatItHoldsAndAsksSeldom() throws IOException {
    RecordingStorage disk = new RecordingStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, SmallLogsContract::usual);
    for (int i = 1; i <= 1000; i++) {
      log.append(new byte[PIECE_BYTES]);
      long held = (long) i * PIECE_BYTES;
      assertThat(bytesOnDisk(directory())).as("with %d bytes", held).isLessThan((2 << 20) + 5 * held);
    }
    assertThat(disk.operations()).filteredOn(operation -> operation.op() == Op.RESERVE).hasSizeLessThanOrEqualTo(10);
    log.close();
    assertThat(records(open().replay())).hasSize(1000);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void aVolumeOfTwentyMebibytesIsUsedUpAndUsedAgain(int kept) throws IOException {
    Volume disk = new Volume(openStorage(directory()), VOLUME_BYTES, Long.MAX_VALUE);
    WriteAheadLog log = open(disk, SmallLogsContract::usual);
    for (int round = 0; round < 6; round++) {
      long held = 0;
      while (append(log)) held += PIECE_BYTES;
      assertThat(held).as("round %d: bytes that it took", round).isGreaterThan(VOLUME_BYTES / 2);
      long last = log.currentSequence();
      assertThatThrownBy(() -> log.append(new byte[PIECE_BYTES])).isInstanceOf(StorageFullException.class)
          .hasMessageContainingAll(directory().toString(), "maxSegmentSize", "bytes free");
      assertThat(log.currentSequence()).as("no sequence was used").isEqualTo(last);
      log.checkpoint(last);
      log.truncate(last - kept);
    }
  }

  private static boolean append(WriteAheadLog log) throws IOException {
    try {
      log.append(new byte[PIECE_BYTES]);
      return true;
    } catch (StorageFullException e) {
      return false;
    }
  }

  /** Such as ulimit -f sets, or a file system whose files are small: the log goes on in the next file. */
  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void whereAFileMayNotGrowFurtherTheNextOneIsBegun(SyncMode mode) throws IOException {
    Volume disk = new Volume(openStorage(directory()), Long.MAX_VALUE, 3 << 20);
    try (WriteAheadLog log = open(disk, usual(mode))) {
      for (int i = 1; i <= 100; i++) assertThat(log.append(new byte[PIECE_BYTES])).isEqualTo(i);
      log.sync();
      assertThat(log.stats().segments()).isBetween(4, 6);
      assertThat(log.verify().damage()).isEmpty();
    }
    WriteAheadLog again = open(SmallLogsContract::usual);
    assertThat(again.recovery().damage()).isEmpty();
    assertThat(records(again.replay())).hasSize(100);
    again.snapshot(temporary.resolve("copy"));
    assertThat(records(openReadOnly(temporary.resolve("copy")).replay())).hasSize(100);
  }

  private static long bytesOnDisk(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.mapToLong(SmallLogsContract::sizeBytes).sum();
    }
  }

  private static long sizeBytes(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A disk of so many bytes, whose files have so many at most. */
  private static final class Volume extends InterceptedStorage {
    private final long bytes;
    private final long fileBytes;

    Volume(Storage delegate, long bytes, long fileBytes) {
      super(delegate);
      this.bytes = bytes;
      this.fileBytes = fileBytes;
    }

    @Override
    protected <T> T intercept(Operation operation, Call<T> call) throws IOException {
      long end = switch (operation.op()) {
        case CREATE, RESERVE -> traits().preallocates() ? operation.lengthBytes() : 0;
        case WRITE, WRITE_DURABLY, WRITE_ZEROS -> operation.offsetBytes() + operation.lengthBytes();
        default -> 0;
      };
      String file = operation.file();
      Path path = directory().resolve(file);
      long known = !file.isEmpty() && Files.exists(path) ? Files.size(path) : 0;
      if (end > fileBytes || end > known && bytesOnDisk(directory()) - known + end > bytes)
        throw new StorageFullException("no room for " + end + " bytes of " + file + ", says the test");
      return call.run();
    }

    @Override
    protected Storage around(Storage other) {
      return other;
    }
  }
}
