package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.Operation;
import dev.syncline.RecordTooLargeException;
import dev.syncline.StorageFullException;
import dev.syncline.SyncMode;
import dev.syncline.WalCursor;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import dev.syncline.io.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A log with each option at its least and its most: it appends, rotates, syncs, closes and opens again. */
public abstract class OptionsContract extends LogTestBase {
  private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);
  private static final Duration SHORTEST = Duration.ofNanos(1);

  /** Everything that a log does in its life, in a directory of its own; {@code value} has the bytes of each record. */
  private void live(String name, int value, Consumer<WalOptions.Builder> choice) throws IOException {
    Path directory = temporary.resolve(name);
    byte[] payload = new byte[value];
    try (WriteAheadLog log = open(directory, choice)) {
      for (int i = 1; i <= 20; i++) assertThat(log.append(payload)).as(name).isEqualTo(i);
      log.snapshot(temporary.resolve(name + "-copy")); // Begins a new segment, however large the first one may be.
      for (int i = 21; i <= 25; i++) assertThat(log.append(payload)).as(name).isEqualTo(i);
      assertThat(log.appendBatch(List.of(Operation.entry(payload))).first()).as(name).isEqualTo(26);
      assertThat(log.sync()).as(name).isEqualTo(27);
      assertThat(log.stats().segments()).as("%s: segments", name).isGreaterThan(1);
    }
    try (WriteAheadLog log = open(directory, choice); WalCursor records = log.replay()) {
      assertThat(records(records)).as(name).hasSize(26).allMatch(record -> record.value().length == value);
      records.requireComplete();
      log.truncate(27);
      assertThat(log.append(payload)).as(name).isEqualTo(28);
    }
    assertThat(open(directory, choice).firstSequence()).as(name).isEqualTo(28);
  }

  @Test
  void theLeastSegmentHoldsOneFrameAndALargerRecordGetsALargerOne() throws IOException {
    long[] sizes = {1, 511, 512, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 3 * BLOCK_BYTES};
    int[] values = {0, 1, BLOCK_BYTES, 3 * BLOCK_BYTES, 100_000};
    // Numbers without a common divisor: each size meets each value, or in any build some of them.
    for (int pair = 0; pair < sizes.length * values.length; pair += Effort.of(3, 1)) {
      long bytes = sizes[pair % sizes.length];
      int value = values[pair % values.length];
      live("segment-" + bytes + "-" + value, value, options -> options.maxSegmentSize(bytes));
    }
  }

  /** A segment may be larger than any disk: space is asked for as it is needed. */
  @Test
  void theLargestSegmentIsOneUntilSomethingBeginsAnother() throws IOException {
    live("largest", 10, options -> options.maxSegmentSize(1L << 40));
  }

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void anyBoundOfWhatIsPendingLetsAppendsThrough(SyncMode mode) throws IOException {
    for (long bytes : new long[] {1, Integer.MAX_VALUE, Long.MAX_VALUE})
      live("pending-" + bytes, 10_000, options -> options.syncMode(mode).maxPendingBytes(bytes).maxSegmentSize(SMALL_SEGMENT_BYTES));
  }

  @Test
  void recordsAndBatchesOfOneByteAreTakenWhereThatIsTheMost() throws IOException {
    live("batch-1", 1, options -> options.maxBatchSize(1));
    live("record-1", 1, options -> options.maxRecordSize(1));
    live("record-most", 1, options -> options.maxRecordSize(1 << 30));
    WriteAheadLog log = open(options -> options.maxBatchSize(1));
    assertThatThrownBy(() -> log.append(new byte[2]))
        .isInstanceOf(RecordTooLargeException.class).hasMessageContaining("maxRecordSize of 1 ");
    List<Operation> two = List.of(Operation.entry(new byte[1]), Operation.entry(new byte[1]));
    assertThatThrownBy(() -> log.appendBatch(two)).isInstanceOf(RecordTooLargeException.class).hasMessageContaining("maxBatchSize of 1 ");
    assertThat(log.append(new byte[1])).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void everyTimeMayBeTheShortestOrTheLongest(SyncMode mode) throws IOException {
    for (Duration time : List.of(SHORTEST, Duration.ofMillis(Long.MAX_VALUE), FOREVER)) {
      live("sync-" + time, 1, options -> options.syncMode(mode).syncInterval(time));
      live("mark-" + time, 1, options -> options.syncMode(mode).markInterval(time));
      live("open-" + time, 1, options -> options.syncMode(mode).openTimeout(time));
      live("close-" + time, 1, options -> options.syncMode(mode).closeTimeout(time));
    }
  }

  /** The shortest intervals write as often as there is something to write, and not once more. */
  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void theShortestIntervalsDoNothingWhileNothingIsAppended(SyncMode mode) throws Exception {
    RecordingStorage disk = new RecordingStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, options -> options.syncMode(mode).syncInterval(SHORTEST).markInterval(SHORTEST));
    for (int i = 1; i <= 10; i++) log.append(entryPayload(i));
    log.sync();
    Together.await("an idle log does nothing for 200 ms", () -> {
      int before = disk.operations().size();
      LockSupport.parkNanos(200_000_000);
      return disk.operations().size() == before;
    });
    long marks = disk.operations().stream().filter(operation -> operation.file().equals("log.mark")).count();
    assertThat(marks).as("operations on the mark for 10 commits, beside those of opening and of the first segment").isLessThan(60);
    log.append(entryPayload(11));
    assertThat(lines(log.replay())).isEqualTo(entryLines(1, 11));
  }

  /** The caller's own storage and block size may not go together; nothing of a log is there when that is told. */
  @Test
  void blocksThatTheStorageCannotWriteOneByOneAreRefusedBeforeAnythingIsWritten() throws IOException {
    Storage disk = new CoarseStorage(openStorage(directory()));
    assertThatThrownBy(() -> open(disk, options -> options.blockSize(512))).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(directory().toString(), "512", "4096", "choose");
    assertThat(DirectoryBytes.files(directory(), name -> !name.equals("log.lock"))).isEmpty();
    assertThat(open().append(bytes("one"))).isEqualTo(1);
  }

  /** The least size of a log lets it go on for ever, as long as somebody truncates. */
  @Test
  void aLogOfTwoSegmentsTakesAppendsAgainWheneverItWasTruncated() throws IOException {
    for (int segment : new int[] {1, FRAMES_START_BYTES + 2 * BLOCK_BYTES, SMALL_SEGMENT_BYTES}) {
      long least = 2 * Math.max(segment, FRAMES_START_BYTES + 2L * BLOCK_BYTES);
      WriteAheadLog log = open(temporary.resolve("least-" + segment), options -> options.maxSegmentSize(segment).maxLogSize(least));
      int full = 0;
      for (int i = 0; i < 100; i++) {
        try {
          log.append(entryPayload(i));
        } catch (StorageFullException e) {
          full++;
          log.truncate(log.currentSequence());
          log.append(entryPayload(i));
        }
        assertThat(log.currentSequence()).as("segments of %d", segment).isEqualTo(i + 1);
      }
      assertThat(full).as("segments of %d", segment).isPositive();
      log.close();
      assertThat(records(open(temporary.resolve("least-" + segment)).replay())).isNotEmpty();
    }
  }
}
