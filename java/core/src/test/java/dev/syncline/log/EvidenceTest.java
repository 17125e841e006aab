package dev.syncline.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.CorruptionPolicy;
import dev.syncline.Damage;
import dev.syncline.Operation;
import dev.syncline.SyncMode;
import dev.syncline.WalCursor;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import dev.syncline.format.SegmentName;
import dev.syncline.io.nio.NioStorage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Attacks on a log's directory: what recovery must notice, and what it must not give away. */
class EvidenceTest {
  /** One small frame a segment. */
  private static final int ONE_FRAME = 1;

  @TempDir Path parent;

  private Path directory() {
    return parent.resolve("log");
  }

  private static WalOptions.Builder options(int segmentBytes) {
    return WalOptions.builder().maxSegmentSize(segmentBytes).markInterval(Duration.ofDays(1)).joinCommitsWithin(Duration.ZERO);
  }

  private static WriteAheadLog open(Path directory, WalOptions.Builder options) throws IOException {
    WalOptions built = options.build();
    return WriteAheadLog.open(NioStorage.open(directory, built.blockSize(), true), built);
  }

  private static void append(WriteAheadLog log, String... payloads) throws IOException {
    for (String payload : payloads) log.append(payload.getBytes(StandardCharsets.US_ASCII));
  }

  private static List<String> replayed(WriteAheadLog log) throws IOException {
    List<String> found = new ArrayList<>();
    try (WalCursor cursor = log.replay()) {
      cursor.forEachRemaining(r -> found.add(r.sequence() + new String(r.value(), StandardCharsets.US_ASCII)));
    }
    return found;
  }

  /** What a process that died at this moment leaves. */
  private Path crash(Path from, String name) throws IOException {
    Path to = Files.createDirectory(parent.resolve(name));
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList())
        if (!file.endsWith(SegmentName.LOCK) && !file.endsWith(SegmentName.PID)) Files.copy(file, to.resolve(file.getFileName()));
    }
    return to;
  }

  private static void flip(Path file, int at) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[at] ^= 0x40;
    Files.write(file, bytes);
  }

  private static Path segment(Path directory, long ordinal) {
    return directory.resolve(SegmentName.of(ordinal));
  }

  @Test
  void anUnreadableHeaderInTheMiddleCostsNothingBeforeIt() throws IOException {
    try (WriteAheadLog log = open(directory(), options(ONE_FRAME))) {
      append(log, "a", "b", "c");
    }
    flip(segment(directory(), 2), 40);
    try (WriteAheadLog log = open(directory(), options(ONE_FRAME).corruptionPolicy(CorruptionPolicy.TRUNCATE))) {
      assertThat(replayed(log)).containsExactly("1a");
      append(log, "d");
      assertThat(replayed(log)).containsExactly("1a", "4d");
    }
  }

  @Test
  void recordsThatWereCutAwayDoNotComeBackWhenTheSegmentBehindThemIsLost() throws IOException {
    try (WriteAheadLog log = open(directory(), options(1 << 20).syncMode(SyncMode.MANUAL))) {
      append(log, "a", "b", "c", "d");
      log.sync();
      log.truncateAfter(2);
      append(log, "C");
    }
    Files.delete(segment(directory(), 2));
    try (WriteAheadLog log = open(directory(), options(1 << 20))) {
      assertThat(log.recovery().damage()).isNotEmpty();
      assertThat(replayed(log)).containsExactly("1a", "2b");
    }
    try (WriteAheadLog log = open(directory(), options(1 << 20).corruptionPolicy(CorruptionPolicy.TRUNCATE))) {
      assertThat(replayed(log)).containsExactly("1a", "2b");
    }
  }

  @Test
  void aFinishedSegmentOfAForkIsNoticed() throws IOException {
    Path fork = parent.resolve("fork");
    try (WriteAheadLog log = open(directory(), options(1 << 20))) {
      append(log, "a");
      log.snapshot(fork);
      append(log, "b");
      log.snapshot(parent.resolve("unused"));
      append(log, "c", "d", "e", "f");
    }
    try (WriteAheadLog log = open(fork, options(1 << 20))) {
      append(log, "B", "C", "D");
      log.snapshot(parent.resolve("unused too"));
    }
    Files.copy(segment(fork, 2), segment(directory(), 2), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    try (WriteAheadLog log = open(directory(), options(1 << 20))) {
      assertThat(log.recovery().damage()).anyMatch(Damage::losesRecords);
      assertThat(replayed(log)).containsExactly("1a");
    }
  }

  @Test
  void theNewestSegmentOfAForkIsNoticed() throws IOException {
    Path fork = parent.resolve("fork");
    try (WriteAheadLog log = open(directory(), options(1 << 20))) {
      append(log, "a");
      log.snapshot(fork);
      append(log, "b");
    }
    try (WriteAheadLog log = open(fork, options(1 << 20))) {
      append(log, "B");
    }
    Files.copy(segment(fork, 2), segment(directory(), 2), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    try (WriteAheadLog log = open(directory(), options(1 << 20))) {
      assertThat(log.recovery().damage()).anyMatch(Damage::losesRecords);
    }
  }

  @Test
  void sequencesThatWereSeenBehindAnUnreadableHeaderAreNotUsedAgain() throws IOException {
    Path crashed;
    try (WriteAheadLog log = open(directory(), options(1 << 20))) {
      append(log, "a", "b", "c");
      crashed = crash(directory(), "crashed");
    }
    flip(segment(crashed, 1), 40);
    try (WriteAheadLog log = open(crashed, options(1 << 20).corruptionPolicy(CorruptionPolicy.TRUNCATE))) {
      assertThat(log.put(new byte[0], new byte[0])).isEqualTo(4);
    }
  }

  @Test
  void aLogGoesOnWithAnotherBlockSize() throws IOException {
    try (WriteAheadLog log = open(directory(), options(1 << 20).blockSize(512))) {
      append(log, "a");
    }
    try (WriteAheadLog log = open(directory(), options(1 << 20))) {
      append(log, "b");
    }
    try (WriteAheadLog log = open(directory(), options(1 << 20).blockSize(512))) {
      append(log, "c");
      assertThat(replayed(log)).containsExactly("1a", "2b", "3c");
      assertThat(log.verify().damage()).isEmpty();
    }
  }

  @Test
  void aTornTailIsCutAtItsOwnSegmentsBlock() throws IOException {
    Path crashed;
    try (WriteAheadLog log = open(directory(), options(1 << 20).blockSize(512))) {
      append(log, "a", "b");
      crashed = crash(directory(), "crashed");
    }
    // The second of two frames of a block is torn; nothing of it may stay.
    flip(segment(crashed, 1), 12288 + 512 + 90);
    WalOptions options = options(1 << 20).build();
    try (WriteAheadLog log = WriteAheadLog.open(NioStorage.open(crashed, 4096, false), options)) {
      assertThat(replayed(log)).containsExactly("1a");
      assertThat(Files.size(segment(crashed, 1))).isEqualTo(12288 + 512);
    }
  }

  @Test
  void aSnapshotIsALogThatWasClosed() throws IOException {
    Path copy = parent.resolve("copy");
    try (WriteAheadLog log = open(directory(), options(1 << 20))) {
      append(log, "a");
      log.snapshot(copy);
    }
    for (Path log : new Path[] {copy, directory()})
      try (WriteAheadLog opened = open(log, options(1 << 20))) {
        assertThat(opened.recovery().closedCleanly()).as(log.toString()).isTrue();
        assertThat(replayed(opened)).containsExactly("1a");
      }
  }

  @Test
  void aLogThatIsRecoveredAndClosedWasClosed() throws IOException {
    Path crashed;
    try (WriteAheadLog log = open(directory(), options(1 << 20))) {
      append(log, "a", "b");
      crashed = crash(directory(), "crashed");
    }
    try (WriteAheadLog log = open(crashed, options(1 << 20))) {
      assertThat(log.recovery().closedCleanly()).isFalse();
    }
    assertThat(Files.size(segment(crashed, 1))).as("no padding is left").isEqualTo(16384 + 80 + 24 + 1);
    try (WriteAheadLog log = open(crashed, options(1 << 20))) {
      assertThat(log.recovery().closedCleanly()).isTrue();
      append(log, "c");
      assertThat(replayed(log)).containsExactly("1a", "2b", "3c");
    }
  }

  @Test
  void aCutTailThatIsClosedWasClosed() throws IOException {
    try (WriteAheadLog log = open(directory(), options(1 << 20))) {
      append(log, "a", "b");
      log.truncateAfter(1);
    }
    try (WriteAheadLog log = open(directory(), options(1 << 20))) {
      assertThat(log.recovery().closedCleanly()).isTrue();
      append(log, "B");
      assertThat(replayed(log)).containsExactly("1a", "2B");
    }
  }

  @Test
  void aLostSealIsMentionedAndCostsNothing() throws IOException {
    try (WriteAheadLog log = open(directory(), options(ONE_FRAME))) {
      append(log, "a", "b");
    }
    flip(segment(directory(), 1), 16384 + 90);
    try (WriteAheadLog log = open(directory(), options(ONE_FRAME))) {
      assertThat(replayed(log)).containsExactly("1a", "2b");
      assertThat(log.recovery().damage()).isEmpty();
      assertThat(log.recovery().notes()).anyMatch(note -> note.contains("seal"));
    }
  }

  @Test
  void aBatchInsideADamagedFrameIsNeverShownInPart() throws IOException {
    try (WriteAheadLog log = open(directory(), options(1 << 20))) {
      append(log, "a");
      log.appendBatch(List.of(Operation.entry(new byte[10]), Operation.entry(new byte[10])));
      // Of the last frame a tail slot has a copy.
      append(log, "b");
    }
    // Inside the second record of the batch.
    flip(segment(directory(), 1), 16384 + 80 + 34 + 30);
    try (WriteAheadLog log = open(directory(), options(1 << 20))) {
      assertThat(replayed(log)).containsExactly("1a");
      assertThat(log.recovery().damage()).singleElement().matches(d -> d.firstLost() == 2 && d.lastLost() == 4);
    }
  }

  @Test
  void aLogInsideALogIsNeverTakenForItsOwnFrames() throws IOException {
    Path crashed;
    try (WriteAheadLog log = open(directory(), options(1 << 20))) {
      append(log, "a", "b");
      byte[] itself = Files.readAllBytes(segment(directory(), 1));
      log.append(java.util.Arrays.copyOf(itself, 16384));
      crashed = crash(directory(), "crashed");
    }
    // The frame that holds the copy loses its header: what is probed behind it is a log's own bytes, at other places.
    flip(segment(crashed, 1), 20480 + 5);
    try (WriteAheadLog log = open(crashed, options(1 << 20))) {
      assertThat(log.recovery().damage()).isEmpty();
      assertThat(replayed(log)).containsExactly("1a", "2b");
    }
  }
}
