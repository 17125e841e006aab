package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.syncline.Operation;
import dev.syncline.SyncMode;
import dev.syncline.VerifyReport;
import dev.syncline.WriteAheadLog;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which files there are, how they end, and copies of them: promises 10 and 11, snapshots and {@code verify}. */
public abstract class SegmentContract extends LogTestBase {

  // Promise 10: rotation.

  @Test
  void aSmallLogIsOneSegmentAndPassingTheLimitStartsAnother() throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    appendEntries(log, 3);
    assertThat(walNames(directory())).containsExactly(nameOf(1));
    log.append(new byte[SMALL_SEGMENT_BYTES]);
    appendEntries(log, 1);
    assertThat(walNames(directory())).hasSizeGreaterThan(1).contains(nameOf(1), nameOf(2));
  }

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void enoughAppendsMakeSeveralSegmentsInEverySyncMode(SyncMode mode) throws IOException {
    WriteAheadLog log = open(options -> options.syncMode(mode).maxSegmentSize(SMALL_SEGMENT_BYTES));
    for (int i = 0; i < 80; i++) log.append(new byte[5000]);
    log.close();
    assertThat(walNames(directory()))
        .hasSizeGreaterThan(4)
        .isEqualTo(consecutiveNames(DirectoryBytes.walFiles(directory()).size()));
  }

  @Test
  void segmentsAreNamedByTheirOrdinalFromOne() throws IOException {
    givenClosedLog(100);
    assertThat(walNames(directory()))
        .hasSizeGreaterThan(3)
        .isEqualTo(consecutiveNames(DirectoryBytes.walFiles(directory()).size()));
  }

  @Test
  void filesMadeReadyOrKeptForReuseAreNotNamedLikeSegments() throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    for (int cycle = 0; cycle < 4; cycle++) {
      appendEntries(log, 50);
      assertThat(walNames(directory())).hasSize(log.stats().segments());
      log.truncate(log.currentSequence());
      assertThat(walNames(directory())).hasSize(log.stats().segments());
    }
  }

  @Test
  void noSegmentGrowsFarBeyondTheLimitUnlessOneRecordNeedsIt() throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    appendEntries(log, 100);
    log.append(new byte[3 * SMALL_SEGMENT_BYTES]);
    appendEntries(log, 20);
    log.close();
    List<Long> sizes = DirectoryBytes.walFiles(directory()).stream().map(SegmentContract::size).toList();
    assertThat(sizes).filteredOn(size -> size > SMALL_SEGMENT_BYTES + 2 * BLOCK_BYTES).hasSize(1);
  }

  /** With less made ready in it than the first frame takes, it is filled on, not thrown away and made anew while an append waits. */
  @Test
  void aFileMadeReadyAheadBecomesTheNextSegmentHoweverLargeItsFirstFrame() throws Exception {
    RecordingStorage disk = new RecordingStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, options -> options.maxSegmentSize(2 << 20));
    for (int segments = 1; segments <= 4; segments++) {
      log.append(new byte[600 << 10]);
      for (int i = 0; i < 3; i++) log.append(new byte[300 << 10]);
      assertThat(log.stats().segments()).isEqualTo(segments);
      long withTheNext = segments + 1;
      Together.await("the next file is made ready", () -> segmentFilesMade(disk) >= withTheNext);
      assertThat(segmentFilesMade(disk)).as("segments, and the file that is to be the next").isEqualTo(withTheNext);
    }
    assertThat(disk.count(Op.DELETE)).as("files thrown away").isZero();
  }

  private static long segmentFilesMade(RecordingStorage disk) {
    return disk.operations().stream().filter(operation -> operation.op() == Op.CREATE && isSegment(operation.file())).count();
  }

  // Promise 11: how the newest segment ends after close().

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void afterCloseAByteChangedAtTheEndChangesTheLastRecord(SyncMode mode) throws IOException {
    try (WriteAheadLog log = open(options -> options.syncMode(mode))) {
      appendEntries(log, 5);
    }
    flipLastByte(directory());
    assertLost(directory(), 5);
  }

  @Test
  void afterCloseTheLastByteOfALastMarkerMattersToo() throws IOException {
    Path withBatch = temporary.resolve("batch");
    try (WriteAheadLog log = open(withBatch)) {
      appendEntries(log, 1);
      log.appendBatch(batch("a", "b"));
    }
    Path withCheckpoint = temporary.resolve("checkpoint");
    try (WriteAheadLog log = open(withCheckpoint)) {
      appendEntries(log, 1);
      log.checkpoint();
    }
    flipLastByte(withBatch);
    flipLastByte(withCheckpoint);
    WriteAheadLog batched = open(withBatch);
    assertThat(lines(batched.replay())).as("a batch without its COMMIT is not shown").isEqualTo(entryLines(1, 1));
    assertThat(batched.recovery().damage()).isNotEmpty();
    assertLost(withCheckpoint, 2);
  }

  @Test
  void afterCloseOfAReopenedLogTheLastByteStillMatters() throws IOException {
    givenClosedLog(5);
    try (WriteAheadLog log = open(LogTestBase::smallSegments)) {
      log.append(entryPayload(6));
    }
    flipLastByte(directory());
    assertLost(directory(), 6);
  }

  @Test
  void afterCloseTheLastByteOfTheFileIsTheLastByteOfTheRecord() throws IOException {
    try (WriteAheadLog log = open()) {
      appendEntries(log, 3);
    }
    Path newest = DirectoryBytes.newestWalFile(directory());
    int length = entryPayload(3).length;
    assertThat(DirectoryBytes.find(directory(), entryPayload(3)).offset()).isEqualTo(Files.size(newest) - length);
  }

  @Test
  void afterCloseNoPreallocatedSpaceIsLeftBehind() throws IOException {
    try (WriteAheadLog log = open(options -> options.maxSegmentSize(4 << 20))) {
      appendEntries(log, 10);
    }
    assertThat(DirectoryBytes.totalBytes(directory())).isLessThan(30 * BLOCK_BYTES);
    try (WriteAheadLog log = open(options -> options.maxSegmentSize(4 << 20))) {
      appendEntries(log, 10);
      log.truncate(15);
    }
    assertThat(DirectoryBytes.totalBytes(directory())).isLessThan(40 * BLOCK_BYTES);
  }

  @Test
  void closingAndReopeningWithoutAppendsChangesNoSegment() throws IOException {
    givenClosedLog(30);
    Map<String, String> before = DirectoryBytes.fingerprint(directory(), name -> name.endsWith(".wal"));
    for (int i = 0; i < 3; i++) open(LogTestBase::smallSegments).close();
    assertThat(DirectoryBytes.fingerprint(directory(), name -> name.endsWith(".wal"))).isEqualTo(before);
  }

  // Snapshots and verify.

  @Test
  void aSnapshotOpensAsALogAndIsNotTouchedByTheOriginal() throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    appendEntries(log, 50);
    log.truncate(7);
    Path target = temporary.resolve("snapshot");
    log.snapshot(target);
    appendEntries(log, 50);
    log.truncate(90);
    appendEntries(log, 50);
    WriteAheadLog copy = open(target, LogTestBase::smallSegments);
    assertThat(lines(copy.replay())).isEqualTo(entryLines(8, 50));
    assertThat(copy.recovery().damage()).isEmpty();
    appendEntries(copy, 30);
    assertThat(lines(copy.replay())).isEqualTo(entryLines(8, 80));
    assertThat(lines(log.replay())).isEqualTo(entryLines(91, 150));
  }

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void aSnapshotHoldsEveryAppendThatHadReturned(SyncMode mode) throws IOException {
    WriteAheadLog log = open(options -> options.syncMode(mode));
    appendEntries(log, 10);
    log.snapshot(temporary.resolve("snapshot"));
    assertThat(lines(open(temporary.resolve("snapshot")).replay())).isEqualTo(entryLines(1, 10));
  }

  @Test
  void aSnapshotTakenBesideWritersIsAPrefix() throws Exception {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    Together.Task<Void> writer = Together.begin(() -> {
      appendEntries(log, 150);
      return null;
    });
    for (int i = 0; i < 5; i++) {
      Path target = temporary.resolve("snapshot-" + i);
      long before = log.currentSequence();
      log.snapshot(target);
      WriteAheadLog copy = open(target, LogTestBase::smallSegments);
      assertThat(copy.currentSequence()).isGreaterThanOrEqualTo(before);
      assertThat(lines(copy.replay())).isEqualTo(entryLines(1, copy.currentSequence()));
      copy.close();
    }
    writer.get();
  }

  @Test
  void aSnapshotIsNotWrittenOverAnything() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 3);
    Path target = Files.createDirectories(temporary.resolve("taken"));
    Files.writeString(target.resolve("precious"), "data");
    Throwable refused = catchThrowable(() -> log.snapshot(target));
    assertThat(refused).isNotNull().hasMessageContaining("taken");
    assertThat(DirectoryBytes.fingerprint(target)).containsOnlyKeys("precious");
    log.snapshot(Files.createDirectories(temporary.resolve("empty")));
    assertThat(lines(open(temporary.resolve("empty")).replay())).isEqualTo(entryLines(1, 3));
  }

  @Test
  void verifyReadsEverythingAndCountsIt() throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    appendEntries(log, 50);
    log.appendBatch(List.of(Operation.entry(bytes("a")), Operation.entry(bytes("b"))));
    VerifyReport report = log.verify();
    assertThat(report.ok()).isTrue();
    assertThat(report.records()).isEqualTo(53);
    assertThat(report.firstSequence()).isEqualTo(1);
    assertThat(report.lastSequence()).isEqualTo(53);
    assertThat(report.segments()).isEqualTo(DirectoryBytes.walFiles(directory()).size());
  }

  /** A clean close covers everything, so the loss of the last record is damage and never a shorter log. */
  private void assertLost(Path directory, long sequence) throws IOException {
    WriteAheadLog log = open(directory);
    assertThat(sequences(log.iterate())).doesNotContain(sequence);
    assertThat(log.recovery().damage()).isNotEmpty();
    assertThat(log.recovery().damage().get(0).firstLost()).isEqualTo(sequence);
    assertThat(log.recovery().writable()).isFalse();
  }

  private static void flipLastByte(Path directory) throws IOException {
    Path newest = DirectoryBytes.newestWalFile(directory);
    DirectoryBytes.flipByte(newest, Files.size(newest) - 1);
  }

  private static List<String> walNames(Path directory) throws IOException {
    return DirectoryBytes.walFiles(directory).stream().map(file -> file.getFileName().toString()).toList();
  }

  private static List<String> consecutiveNames(int count) {
    return IntStream.rangeClosed(1, count).mapToObj(SegmentContract::nameOf).toList();
  }

  private static String nameOf(int ordinal) {
    return String.format(Locale.ROOT, "%020d.wal", ordinal);
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
