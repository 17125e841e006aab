package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.LogFailedException;
import dev.syncline.StorageFullException;
import dev.syncline.WriteAheadLog;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a log does without room: promise 21. */
public abstract class FullDiskContract extends LogTestBase {
  private static final int APPENDS_MAX = 500;

  @ParameterizedTest
  @EnumSource(value = Op.class, names = {"CREATE", "WRITE_ZEROS"})
  void aFullDiskRefusesAppendsAndLetsTheLogGoOnOnceThereIsRoom(Op firstRefused) throws IOException {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, LogTestBase::smallSegments);
    appendEntries(log, 3);
    fill(disk, firstRefused);
    long last = appendUntilFull(log);
    assertThatThrownBy(() -> log.append(entryPayload(last + 1))).isInstanceOf(StorageFullException.class);
    assertThat(log.currentSequence()).as("no sequence was used").isEqualTo(last);
    assertThat(log.stats().failed()).isFalse();
    assertThat(lines(log.replay())).isEqualTo(entryLines(1, last));
    disk.heal();
    assertThat(log.append(entryPayload(last + 1))).isEqualTo(last + 1);
    for (int i = 0; i < 40; i++) log.append(entryPayload(log.currentSequence() + 1));
    long end = log.currentSequence();
    log.close();
    assertThat(lines(open(LogTestBase::smallSegments).replay())).isEqualTo(entryLines(1, end));
  }

  @Test
  void truncateWorksOnAFullDisk() throws IOException {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, LogTestBase::smallSegments);
    appendEntries(log, 40);
    fill(disk, Op.CREATE);
    fill(disk, Op.WRITE_ZEROS);
    long last = appendUntilFull(log);
    log.truncate(35);
    assertThat(lines(log.replay())).isEqualTo(entryLines(36, last));
    assertThat(DirectoryBytes.walFiles(directory()).get(0).getFileName().toString()).isNotEqualTo("%020d.wal".formatted(1));
    disk.heal();
    assertThat(log.append(entryPayload(last + 1))).isEqualTo(last + 1);
  }

  @Test
  void aFullDiskStaysReadableAndClosesCleanly() throws IOException {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, LogTestBase::smallSegments);
    fill(disk, Op.CREATE);
    fill(disk, Op.WRITE_ZEROS);
    long last = appendUntilFull(log);
    log.close();
    WriteAheadLog again = open(LogTestBase::smallSegments);
    assertThat(again.recovery().closedCleanly()).isTrue();
    assertThat(lines(again.replay())).isEqualTo(entryLines(1, last));
  }

  @Test
  void noRoomForABatchUsesNoneOfItsSequences() throws IOException {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, LogTestBase::smallSegments);
    appendEntries(log, 2);
    fill(disk, Op.CREATE);
    fill(disk, Op.WRITE_ZEROS);
    byte[] large = new byte[5 * SMALL_SEGMENT_BYTES];
    assertThatThrownBy(() -> log.appendBatch(List.of(
            dev.syncline.Operation.entry(large), dev.syncline.Operation.entry(large))))
        .isInstanceOf(StorageFullException.class);
    assertThat(lines(log.iterate())).isEqualTo(entryLines(1, 2));
    disk.heal();
    assertThat(log.append(entryPayload(3))).isEqualTo(3);
  }

  @Test
  void aFullDiskAtTheFirstOpeningFailsItAndALaterOneSucceeds() throws IOException {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    fill(disk, Op.CREATE);
    assertThatThrownBy(() -> open(disk, LogTestBase::smallSegments)).isInstanceOf(StorageFullException.class);
    assertThat(open(LogTestBase::smallSegments).append(bytes("first"))).isEqualTo(1);
  }

  @Test
  void theLogsOwnSizeLimitIsMetTheSameWay() throws IOException {
    WriteAheadLog log = open(options -> options.maxSegmentSize(SMALL_SEGMENT_BYTES).maxLogSize(4 * SMALL_SEGMENT_BYTES));
    long last = appendUntilFull(log);
    assertThat(log.currentSequence()).isEqualTo(last);
    assertThat(log.stats().diskBytes()).isLessThanOrEqualTo(4 * SMALL_SEGMENT_BYTES);
    log.truncate(last);
    for (int i = 0; i < 20; i++) log.append(entryPayload(log.currentSequence() + 1));
    assertThat(lines(log.replay())).isEqualTo(entryLines(last + 1, last + 20));
  }

  @Test
  void noRoomMetByAWriteIntoReadySpacePoisons() throws IOException {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, LogTestBase::smallSegments);
    appendEntries(log, 2);
    disk.on(Op.WRITE_DURABLY).named(LogTestBase::isFirstSegment)
        .fail(() -> new StorageFullException("no space, says the test"));
    assertThatThrownBy(() -> log.append(bytes("lost"))).isInstanceOf(LogFailedException.class);
    assertThat(log.stats().failed()).isTrue();
    assertThat(lines(log.replay())).isEqualTo(entryLines(1, 2));
  }

  private static void fill(FaultyStorage disk, Op op) {
    disk.on(op).forever().fail(() -> new StorageFullException("no space, says the test"));
    disk.on(Op.RESERVE).forever().fail(() -> new StorageFullException("no space, says the test"));
  }

  /** The last sequence that was taken. */
  private static long appendUntilFull(WriteAheadLog log) throws IOException {
    for (int i = 0; i < APPENDS_MAX; i++) {
      try {
        log.append(entryPayload(log.currentSequence() + 1));
      } catch (StorageFullException full) {
        return log.currentSequence();
      }
    }
    throw new AssertionError(APPENDS_MAX + " appends, and the disk is still not full");
  }
}
