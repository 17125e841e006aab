package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.syncline.CorruptLogException;
import dev.syncline.CorruptionPolicy;
import dev.syncline.LogRepair;
import dev.syncline.SyncMode;
import dev.syncline.Verification;
import dev.syncline.WalOptions;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import dev.syncline.format.SegmentName;
import dev.syncline.io.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  // By its ends only.

  private static void byItsEnds(WalOptions.Builder options) {
    large(options);
    options.verifyOnOpen(Verification.ENDS);
  }

  /** Header, first frame, last frame, slots and mark, however much lies between; and a look at any record takes a few reads more. */
  @Test
  void aLogThatWasClosedOpensByItsEndsHoweverMuchItHolds() throws IOException {
    int count = 160;
    try (WriteAheadLog log = open(OpeningCostContract::large)) {
      for (int i = 1; i <= count; i++) log.append(ScenarioBase.noise(i, PIECE_BYTES));
    }
    CountedFiles disk = new CountedFiles(openStorage(directory()));
    try (WriteAheadLog log = open(disk, OpeningCostContract::large)) {
      assertThat(log.recovery().closedCleanly()).isTrue();
      assertThat(log.currentSequence()).isEqualTo(count);
      assertThat(disk.bytesRead()).isLessThan(1 << 20);
      for (int sequence = 1; sequence <= count; sequence += 53) {
        long before = disk.bytesRead();
        assertThat(log.read(sequence).orElseThrow().value()).isEqualTo(ScenarioBase.noise(sequence, PIECE_BYTES));
        assertThat(disk.bytesRead() - before).as("bytes read for record %d", sequence).isLessThan(3 << 20);
      }
      assertThat(sequences(log.replay(count - 3L))).containsExactly(count - 2L, count - 1L, (long) count);
      for (int i = count + 1; i <= count + 5; i++) log.append(ScenarioBase.noise(i, PIECE_BYTES));
      assertHolds(log, count + 5);
      log.truncateAfter(count - 10);
      assertHolds(log, count - 10);
      log.truncate(50);
      assertThat(log.verify().damage()).isEmpty();
    }
    try (WriteAheadLog log = open(OpeningCostContract::large)) {
      assertThat(records(log.replay())).hasSize(count - 60);
    }
  }

  /** What was not looked at is not in its index, and may be of any type: nobody takes the seal for damaged, and every record is found. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 60})
  void aSegmentThatWasGoneOnWithFromItsEndsIsSealedAsItIs(int pieces) throws IOException {
    int count = pieces + 100;
    try (WriteAheadLog log = open(options -> options.maxSegmentSize(RECYCLED_BYTES))) {
      for (int i = 1; i <= pieces; i++) log.append(ScenarioBase.noise(i, PIECE_BYTES));
    }
    try (WriteAheadLog log = open(options -> options.maxSegmentSize(RECYCLED_BYTES).verifyOnOpen(Verification.ENDS))) {
      for (int i = pieces + 1; i <= count; i++) log.append(ScenarioBase.noise(i, PIECE_BYTES));
      assertThat(log.stats().segments()).isGreaterThan(1);
      assertThat(log.verify().damage()).isEmpty();
      assertHolds(log, count);
    }
    try (WriteAheadLog log = open(options -> options.maxSegmentSize(RECYCLED_BYTES))) {
      for (int i = 1; i <= count; i++) assertThat(log.read(i).orElseThrow().value()).isEqualTo(ScenarioBase.noise(i, PIECE_BYTES));
      assertThat(log.verify().damage()).isEmpty();
    }
    try (Storage storage = openStorage(directory())) {
      assertThat(LogRepair.plan(storage).damage()).isEmpty();
    }
  }

  /** The same beside somebody who opens it to write. */
  @Test
  void whoFollowsAClosedLogFromItsEndsSeesAllOfItAndWhatIsAppended() throws IOException {
    givenLargeClosedLog(20);
    CountedFiles disk = new CountedFiles(openStorage(directory()));
    try (WriteAheadLog reader = WriteAheadLog.openReadOnly(disk, WalOptions.defaults())) {
      assertThat(disk.bytesRead()).isLessThan(1 << 20);
      try (WriteAheadLog log = open(OpeningCostContract::large)) {
        for (int i = 21; i <= 40; i++) log.append(ScenarioBase.noise(i, PIECE_BYTES));
        log.append(ScenarioBase.noise(41, 10));
        log.append(ScenarioBase.noise(42, 10));
        log.truncate(1);
        // What is shown beside a writer is what has evidence: all but the last frame.
        List<WalRecord> read = records(reader.replay(1));
        assertThat(read).hasSizeGreaterThanOrEqualTo(39);
        assertThat(read.get(0).value()).isEqualTo(ScenarioBase.noise(2, PIECE_BYTES));
        assertThat(reader.read(15).orElseThrow().value()).isEqualTo(ScenarioBase.noise(15, PIECE_BYTES));
      }
      assertThat(records(reader.replay(1))).hasSize(41);
    }
  }

  private void givenLargeClosedLog(int count) throws IOException {
    try (WriteAheadLog log = open(OpeningCostContract::large)) {
      for (int i = 1; i <= count; i++) log.append(ScenarioBase.noise(i, PIECE_BYTES));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 30})
  void theLastCheckpointOfAClosedLogIsKnownWithoutReadingIt(int pieces) throws IOException {
    long checkpoint;
    try (WriteAheadLog log = open(OpeningCostContract::large)) {
      appendEntries(log, 5);
      log.checkpoint(3);
      checkpoint = log.checkpoint(4);
      appendEntries(log, 5);
      for (int i = 0; i < pieces; i++) log.append(new byte[PIECE_BYTES]);
    }
    try (WriteAheadLog log = open(OpeningCostContract::byItsEnds)) {
      assertThat(log.lastCheckpoint()).isEqualTo(checkpoint);
      assertThat(log.lastCheckpointCovers()).isEqualTo(4);
      for (int i = 0; i < 30; i++) log.append(new byte[PIECE_BYTES]);
    }
    try (WriteAheadLog log = open(OpeningCostContract::large)) {
      assertThat(log.lastCheckpoint()).isEqualTo(checkpoint);
    }
  }

  /** A copy counts as closed, so its mark must name what the writer's may not name yet. */
  @Test
  void aCopyThatAReaderMakesOfALogThatIsWrittenToKnowsItsLastCheckpoint() throws IOException {
    givenLargeClosedLog(20);
    try (WriteAheadLog reader = WriteAheadLog.openReadOnly(directory());
        WriteAheadLog log = open(options -> options.maxSegmentSize(RESERVED_BYTES).markInterval(NEVER))) {
      long checkpoint = log.checkpoint(7);
      appendEntries(log, 3);
      for (int i = 0; i < 3; i++) log.append(new byte[PIECE_BYTES]);
      Path copy = temporary.resolve("copy");
      reader.snapshot(copy);
      try (WriteAheadLog copied = open(copy, OpeningCostContract::large)) {
        assertThat(copied.currentSequence()).isGreaterThan(checkpoint);
        assertThat(copied.lastCheckpoint()).isEqualTo(checkpoint);
        assertThat(copied.lastCheckpointCovers()).isEqualTo(7);
      }
    }
  }

  private static void assertHolds(WriteAheadLog log, int count) throws IOException {
    int sequence = 0;
    for (WalRecord record : records(log.replay())) assertThat(record.value()).isEqualTo(ScenarioBase.noise(++sequence, PIECE_BYTES));
    assertThat(sequence).isEqualTo(count);
  }

  /** What was not read at opening is found when it is read, and nothing is lost that lies elsewhere. */
  @Test
  void damageInAClosedLogThatIsOpenedByItsEndsIsFoundWhenItIsRead() throws IOException {
    givenLargeClosedLog(60);
    damageTheMiddle();
    try (WriteAheadLog log = open(OpeningCostContract::large)) {
      assertThat(log.recovery().damage()).isEmpty();
      assertThat(log.read(60).orElseThrow().value()).isEqualTo(ScenarioBase.noise(60, PIECE_BYTES));
      assertThat(catchThrowable(() -> records(log.replay()))).hasRootCauseInstanceOf(CorruptLogException.class);
      assertThat(log.verify().damage()).hasSize(1);
      assertThat(log.append(ScenarioBase.noise(61, PIECE_BYTES))).isEqualTo(61);
    }
    WalOptions full = WalOptions.builder().verifyOnOpen(Verification.FULL).build();
    try (WriteAheadLog log = WriteAheadLog.openReadOnly(openStorage(directory()), full)) {
      assertThat(log.recovery().damage()).hasSize(1);
    }
  }

  /** A mebibyte is read in no time: there opening finds the damage, and takes no append. */
  @Test
  void damageInASmallClosedLogIsFoundByOpening() throws IOException {
    givenLargeClosedLog(8);
    damageTheMiddle();
    try (WriteAheadLog log = open(OpeningCostContract::large)) {
      assertThat(log.recovery().damage()).hasSize(1);
      assertThatThrownBy(() -> log.append(new byte[1])).isInstanceOf(CorruptLogException.class);
    }
    try (WriteAheadLog log = open(OpeningCostContract::byItsEnds)) {
      assertThat(log.recovery().damage()).isEmpty();
    }
  }

  /** A close that walked from the front to the last frame would meet what nobody has asked for. */
  @Test
  void aLogThatIsGoneOnWithFromItsEndsAndCutIsClosedWhateverLiesBeforeTheCut() throws IOException {
    try (WriteAheadLog log = open()) {
      appendEntries(log, 10);
    }
    DirectoryBytes.Place middle = DirectoryBytes.find(directory(), entryPayload(5));
    DirectoryBytes.zeroBlockAround(middle.file(), middle.offset());
    WriteAheadLog log = open(OpeningCostContract::byItsEnds);
    appendEntries(log, 4);
    log.truncateAfter(12);
    log.close();
    WriteAheadLog again = open(OpeningCostContract::byItsEnds);
    assertThat(again.recovery().damage()).singleElement().satisfies(damage -> assertThat(damage.lastLost()).isEqualTo(5));
    assertThat(lines(again.replay(5))).isEqualTo(entryLines(6, 12));
  }

  private void damageTheMiddle() throws IOException {
    Path file = DirectoryBytes.newestWalFile(directory());
    DirectoryBytes.write(file, Files.size(file) / 2, ScenarioBase.noise(0, 64));
  }

  /** Whatever is wrong at an end, or was written since: it is read as without. */
  @ParameterizedTest
  @ValueSource(strings = {"last byte", "last header", "first header", "longer", "shorter", "crashed"})
  void whatDoesNotEndAsTheMarkSaysIsReadAsEver(String what) throws IOException {
    Path closed = temporary.resolve("closed");
    try (WriteAheadLog log = open(closed, OpeningCostContract::large)) {
      for (int i = 1; i <= 10; i++) log.append(ScenarioBase.noise(i, 5_000));
    }
    Path file = DirectoryBytes.newestWalFile(closed);
    long size = Files.size(file);
    if (what.equals("crashed")) {
      WriteAheadLog log = open(closed, OpeningCostContract::byItsEnds);
      log.append(ScenarioBase.noise(11, 5_000));
      closed = crashCopy(log);
    } else {
      switch (what) {
        case "longer" -> DirectoryBytes.write(file, size, new byte[5_000]);
        case "shorter" -> DirectoryBytes.cut(file, size - 1);
        case "last byte" -> DirectoryBytes.flipByte(file, size - 1);
        case "last header" -> DirectoryBytes.flipByte(file, FRAMES_START_BYTES + 9L * 2 * BLOCK_BYTES + 20);
        default -> DirectoryBytes.flipByte(file, FRAMES_START_BYTES + 20);
      }
    }
    try (WriteAheadLog ends = WriteAheadLog.openReadOnly(closed, WalOptions.builder().verifyOnOpen(Verification.ENDS).build());
        WriteAheadLog tail = WriteAheadLog.openReadOnly(closed)) {
      assertThat(ends.recovery().damage()).isEqualTo(tail.recovery().damage());
      assertThat(ends.currentSequence()).isEqualTo(tail.currentSequence());
      assertThat(ends.recovery().damage().isEmpty()).isEqualTo(what.equals("crashed") || what.equals("longer"));
    }
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
