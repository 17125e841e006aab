package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.CorruptionPolicy;
import dev.syncline.SyncMode;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import dev.syncline.format.SegmentName;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What opening reads: promise 39. And that what spares it reading hides nothing. */
public abstract class OpeningCostContract extends LogTestBase {
  private static final long RESERVED_BYTES = 64 << 20;
  private static final long RECYCLED_BYTES = 8 << 20;
  private static final int PIECE_BYTES = 100_000;

  private static void large(WalOptions.Builder options) {
    options.maxSegmentSize(RESERVED_BYTES);
  }

  private static void recycled(WalOptions.Builder options) {
    options.maxSegmentSize(RECYCLED_BYTES);
  }

  // What is read.

  @Test
  void oneRecordAfterACrashIsReadAndNotWhatWasReserved() throws IOException {
    WriteAheadLog log = open(OpeningCostContract::large);
    appendEntries(log, 1);
    Path crashed = crashCopy(log);
    // The log may have made a second chunk of 128 KiB ready by then; who reads to its end has read twice as far ahead.
    assertReadsAtMost(crashed, 640 << 10);
  }

  @Test
  void ofAFileThatIsUsedAgainNoMoreIsReadThanFramesMayLieIn() throws IOException {
    WriteAheadLog log = givenRecycledTail();
    Path crashed = crashCopy(log);
    assertReadsAtMost(crashed, RECYCLED_BYTES / 3);
  }

  @Test
  void whatWasWrittenIsReadAndNotMuchMore() throws IOException {
    WriteAheadLog log = open(OpeningCostContract::large);
    for (int i = 0; i < 50; i++) log.append(new byte[PIECE_BYTES]);
    Path crashed = crashCopy(log);
    // Where reads cannot pass the page cache it is also written anew.
    assertReadsAtMost(crashed, 2 * 50 * PIECE_BYTES + (5L << 20));
  }

  /** The mark twice, the segments' headers, their links, their seals, and the newest with its one frame. */
  @Test
  void aLogThatWasClosedOpensInAFewReadsOfEachFile() throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    appendEntries(log, 200);
    int segments = log.stats().segments();
    log.close();
    assertThat(segments).isGreaterThan(10);
    CountedFiles disk = new CountedFiles(openStorage(directory()));
    WriteAheadLog again = open(disk, LogTestBase::smallSegments);
    assertThat(again.recovery().closedCleanly()).isTrue();
    assertThat(disk.reads()).isLessThanOrEqualTo(2 + 3 * segments);
    assertThat(disk.bytesRead()).isLessThan(segments * (36L << 10) + SMALL_SEGMENT_BYTES);
  }

  @Test
  void theMarkIsReadOnce() throws IOException {
    givenClosedLog(3);
    RecordingStorage disk = new RecordingStorage(openStorage(directory()));
    open(disk, LogTestBase::smallSegments);
    assertThat(disk.operations()).filteredOn(op -> op.op() == Operation.Op.READ && op.file().equals(SegmentName.MARK)).hasSize(2);
  }

  private void assertReadsAtMost(Path crashed, long bytes) throws IOException {
    CountedFiles reading = new CountedFiles(openStorage(crashed));
    try (WriteAheadLog reader = WriteAheadLog.openReadOnly(reading, WalOptions.defaults())) {
      assertThat(reader.recovery().damage()).isEmpty();
    }
    assertThat(reading.bytesRead()).as("bytes that a reader reads").isLessThan(bytes);
    CountedFiles writing = new CountedFiles(openStorage(crashed));
    WriteAheadLog log = open(writing, options -> {});
    assertThat(log.recovery().damage()).isEmpty();
    assertThat(log.recovery().closedCleanly()).isFalse();
    assertThat(writing.bytesRead()).as("bytes that a writer reads").isLessThan(bytes);
  }

  // What is found all the same.

  @Test
  void everyRecordIsRecoveredFromFilesThatAreUsedAgain() throws IOException {
    WriteAheadLog log = givenRecycledTail();
    for (int i = 0; i < 60; i++) {
      log.append(new byte[PIECE_BYTES]);
      if (i % 7 != 0) continue;
      WriteAheadLog recovered = open(crashCopy(log), OpeningCostContract::recycled);
      assertThat(recovered.recovery().damage()).isEmpty();
      assertThat(recovered.currentSequence()).isEqualTo(log.currentSequence());
      recovered.close();
    }
  }

  /** A frame that was promised is missed, however far behind it the promise lies, and whatever the space between has become. */
  @Test
  void aPromiseFarBehindAHoleIsFound() throws IOException {
    WriteAheadLog log = givenRecycledTail();
    for (int i = 0; i < 60; i++) log.append(new byte[PIECE_BYTES]);
    Path crashed = crashCopy(log);
    Path newest = DirectoryBytes.newestWalFile(crashed);
    DirectoryBytes.zero(newest, FRAMES_START_BYTES + BLOCK_BYTES, 4_000_000);
    WriteAheadLog damaged = open(crashed, options -> options.corruptionPolicy(CorruptionPolicy.READ_ONLY));
    assertThat(damaged.recovery().damage()).isNotEmpty();
    assertThat(damaged.recovery().writable()).isFalse();
    assertThat(damaged.recovery().lastSequence()).isEqualTo(log.currentSequence());
  }

  /** Frames that no sync has covered may lie behind one that is lost: the fence is behind all of them. */
  @Test
  void aFenceIsBehindEveryFrameInEverySyncMode() throws IOException {
    WriteAheadLog log = open(options -> {
      recycled(options);
      options.syncMode(SyncMode.MANUAL);
    });
    for (int i = 0; i < 30; i++) log.append(new byte[PIECE_BYTES]);
    log.sync();
    log.append(new byte[PIECE_BYTES]);
    log.sync();
    Path crashed = crashCopy(log);
    Path newest = DirectoryBytes.newestWalFile(crashed);
    DirectoryBytes.zero(newest, FRAMES_START_BYTES + BLOCK_BYTES, 2_000_000);
    WriteAheadLog damaged = open(crashed, options -> options.corruptionPolicy(CorruptionPolicy.READ_ONLY));
    assertThat(damaged.recovery().lastSequence()).isEqualTo(log.currentSequence());
    assertThat(damaged.recovery().damage()).isNotEmpty();
  }

  /** A log with one record in a file whose every block an earlier segment has written. */
  private WriteAheadLog givenRecycledTail() throws IOException {
    WriteAheadLog log = open(OpeningCostContract::recycled);
    while (log.stats().recycledSegments() == 0) {
      log.append(new byte[PIECE_BYTES]);
      if (log.stats().segments() > 2) log.truncate(log.currentSequence() - 5);
    }
    // It is ready, and becomes the tail when that is full.
    Path before = DirectoryBytes.newestWalFile(directory());
    while (DirectoryBytes.newestWalFile(directory()).equals(before)) log.append(new byte[PIECE_BYTES]);
    return log;
  }
}
