package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.Damage;
import dev.syncline.SyncMode;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a torn tail is told from damage, by evidence on disk: promise 17. */
public abstract class TornTailContract extends LogTestBase {
  // Torn: work that nobody was told is durable.

  @ParameterizedTest
  @ValueSource(ints = {1, 100, 4096, 5000, 20_000})
  void garbageBehindTheLastFrameIsTrimmedAndKeptInQuarantine(int length) throws IOException {
    Path crashed = givenCrashedLog(10);
    byte[] garbage = new byte[length];
    new Random(length).nextBytes(garbage);
    DirectoryBytes.Place last = DirectoryBytes.find(crashed, entryPayload(10));
    DirectoryBytes.write(last.file(), endOfBlock(last), garbage);
    WriteAheadLog log = open(crashed, LogTestBase::smallSegments);
    assertThat(lines(log.replay())).isEqualTo(entryLines(1, 10));
    assertThat(log.recovery().damage()).isEmpty();
    assertThat(log.recovery().writable()).isTrue();
    assertThat(log.recovery().trimmedBytes()).isGreaterThanOrEqualTo(length);
    assertThat(log.recovery().quarantined()).isNotEmpty().allMatch(file -> file.startsWith(crashed.resolve("quarantine")));
    assertThat(log.recovery().quarantined()).anyMatch(file -> contains(file, garbage));
    appendEntries(log, 5);
    assertThat(lines(log.replay())).isEqualTo(entryLines(1, 15));
  }

  @Test
  void zerosBehindTheLastFrameAreNotEvenATornTail() throws IOException {
    WriteAheadLog log = open(givenCrashedLog(10), LogTestBase::smallSegments);
    assertThat(log.recovery().trimmedBytes()).isZero();
    assertThat(log.recovery().quarantined()).isEmpty();
    assertThat(log.recovery().damage()).isEmpty();
  }

  @Test
  void aTornLastFrameWithoutEvidenceIsTrimmedAndTheLogGoesOn() throws IOException {
    Path crashed = givenCrashWithoutAMark(10);
    DirectoryBytes.Place last = DirectoryBytes.find(crashed, entryPayload(10));
    DirectoryBytes.flipByte(last.file(), last.offset());
    WriteAheadLog log = open(crashed, LogTestBase::smallSegments);
    assertThat(lines(log.replay())).isEqualTo(entryLines(1, 9));
    assertThat(log.recovery().damage()).isEmpty();
    assertThat(log.recovery().quarantined()).isNotEmpty();
    assertThat(log.append(bytes("ten again"))).isEqualTo(10);
  }

  @Test
  void whatWasTornAwayNeverComesBack() throws IOException {
    Path crashed = givenCrashWithoutAMark(10);
    DirectoryBytes.Place last = DirectoryBytes.find(crashed, entryPayload(10));
    byte[] before = DirectoryBytes.read(last.file(), last.offset(), 1);
    DirectoryBytes.flipByte(last.file(), last.offset());
    WriteAheadLog log = open(crashed, LogTestBase::smallSegments);
    Path trimmed = crashCopy(log);
    log.append(bytes("another"));
    Path overwritten = crashCopy(log);
    Path file = trimmed.resolve(last.file().getFileName());
    if (Files.size(file) > last.offset()) DirectoryBytes.write(file, last.offset(), before);
    assertThat(lines(open(trimmed).replay()))
        .as("the torn record was cut off, not only skipped")
        .isEqualTo(entryLines(1, 9));
    assertThat(lines(open(overwritten).replay())).hasSize(10).endsWith("10 ENTRY another");
  }

  @Test
  void aTornBatchIsDroppedWhole() throws IOException {
    WriteAheadLog log = open(options -> options.maxSegmentSize(SMALL_SEGMENT_BYTES).markInterval(NEVER));
    appendEntries(log, 3);
    log.appendBatch(batch("alpha", "beta", "gamma"));
    Path crashed = crashCopy(log);
    DirectoryBytes.Place inside = DirectoryBytes.find(crashed, bytes("of gamma"));
    DirectoryBytes.flipByte(inside.file(), inside.offset());
    WriteAheadLog recovered = open(crashed);
    assertThat(lines(recovered.iterate())).isEqualTo(entryLines(1, 3));
    assertThat(recovered.recovery().damage()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7})
  void aFrameOfWhichOnlySomeSectorsArrivedIsDroppedWhole(int sectors) throws IOException {
    WriteAheadLog log = open(options -> options.markInterval(NEVER));
    appendEntries(log, 3);
    byte[] large = new byte[3500];
    new Random(17).nextBytes(large);
    log.append(large);
    Path crashed = crashCopy(log);
    DirectoryBytes.Place place = DirectoryBytes.find(crashed, large);
    long block = place.offset() / BLOCK_BYTES * BLOCK_BYTES;
    DirectoryBytes.zero(place.file(), block + sectors * 512L - 512, 512);
    assertThat(lines(open(crashed).iterate())).isEqualTo(entryLines(1, 3));
  }

  @Test
  void unsyncedWorkThatWasHalfWrittenIsNeverDamage() throws IOException {
    WriteAheadLog log = open(options -> options.syncMode(SyncMode.MANUAL).markInterval(NEVER).maxSegmentSize(1 << 20));
    appendEntries(log, 5);
    log.sync();
    log.append(entryPayload(6));
    log.sync();
    Path crashed = crashCopy(log);
    DirectoryBytes.Place place = DirectoryBytes.find(crashed, entryPayload(6));
    DirectoryBytes.zeroBlockAround(place.file(), place.offset());
    WriteAheadLog recovered = open(crashed);
    assertThat(lines(recovered.replay())).isEqualTo(entryLines(1, 5));
    assertThat(recovered.recovery().writable()).isTrue();
  }

  // Damage: evidence says that the bytes were durable.

  @Test
  void aLaterFrameIsEvidence() throws IOException {
    Path crashed = givenCrashWithoutAMark(10);
    DirectoryBytes.Place place = DirectoryBytes.find(crashed, entryPayload(5));
    DirectoryBytes.zeroBlockAround(place.file(), place.offset());
    assertDamaged(crashed, 5);
  }

  @Test
  void aSealedSegmentIsEvidence() throws IOException {
    Path crashed = givenCrashedLog(40);
    Path first = DirectoryBytes.walFiles(crashed).get(0);
    long lastInFirst = lastSequenceIn(first, 40);
    DirectoryBytes.Place place = DirectoryBytes.find(crashed, entryPayload(lastInFirst));
    long block = place.offset() / BLOCK_BYTES * BLOCK_BYTES;
    DirectoryBytes.zero(first, block, (int) (Files.size(first) - block));
    assertDamaged(crashed, lastInFirst);
  }

  @Test
  void theMarkFileIsEvidence() throws Exception {
    WriteAheadLog log = open(options -> options.markInterval(Duration.ofMillis(1)));
    appendEntries(log, 77);
    Path mark = directory().resolve("log.mark");
    Together.await("the mark file covers sequence 77", () -> marksDurable(mark, 77));
    Path crashed = crashCopy(log);
    DirectoryBytes.Place last = DirectoryBytes.find(crashed, entryPayload(77));
    DirectoryBytes.zeroBlockAround(last.file(), last.offset());
    assertDamaged(crashed, 77);
  }

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void afterACleanCloseAnyLossIsDamage(SyncMode mode) throws IOException {
    try (WriteAheadLog log =
        open(options -> options.syncMode(mode).maxSegmentSize(SMALL_SEGMENT_BYTES).markInterval(NEVER))) {
      appendEntries(log, 40);
    }
    Path cut = copyOf(directory());
    Path newest = DirectoryBytes.newestWalFile(cut);
    DirectoryBytes.cut(newest, Files.size(newest) - 1);
    assertDamaged(cut, 40);

    Path atBlock = copyOf(directory());
    DirectoryBytes.Place last = DirectoryBytes.find(directory(), entryPayload(40));
    if (mode == SyncMode.SYNC) {
      DirectoryBytes.cut(DirectoryBytes.newestWalFile(atBlock), last.offset() / BLOCK_BYTES * BLOCK_BYTES);
      assertDamaged(atBlock, 40);
    }
    Path gone = copyOf(directory());
    Files.delete(DirectoryBytes.newestWalFile(gone));
    assertThat(open(gone).recovery().damage()).isNotEmpty();
  }

  private void assertDamaged(Path directory, long firstLost) throws IOException {
    WriteAheadLog log = open(directory);
    List<Damage> damage = log.recovery().damage();
    assertThat(damage).isNotEmpty();
    assertThat(damage.get(0).firstLost()).isEqualTo(firstLost);
    assertThat(lines(log.replay())).isEqualTo(entryLines(1, firstLost - 1));
    assertThat(log.recovery().writable()).isFalse();
  }

  /** Without a mark, only later frames and seals are evidence. */
  private Path givenCrashWithoutAMark(int count) throws IOException {
    WriteAheadLog log = open(options -> options.maxSegmentSize(SMALL_SEGMENT_BYTES).markInterval(NEVER));
    appendEntries(log, count);
    return crashCopy(log);
  }

  private static long lastSequenceIn(Path segment, long highest) throws IOException {
    byte[] content = Files.readAllBytes(segment);
    for (long sequence = highest; sequence > 0; sequence--) {
      if (DirectoryBytes.indexOf(content, entryPayload(sequence)) >= 0) return sequence;
    }
    throw new AssertionError(segment + " holds no entry");
  }

  private static long endOfBlock(DirectoryBytes.Place place) {
    return place.offset() / BLOCK_BYTES * BLOCK_BYTES + BLOCK_BYTES;
  }

  /** Whether a slot of the mark file says that everything up to {@code sequence} is durable; the field's place is in FORMAT.md. */
  private static boolean marksDurable(Path mark, long sequence) {
    try {
      ByteBuffer slots = ByteBuffer.wrap(Files.readAllBytes(mark)).order(ByteOrder.LITTLE_ENDIAN);
      return slots.getLong(120) == sequence || slots.getLong(BLOCK_BYTES + 120) == sequence;
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean contains(Path file, byte[] wanted) {
    try {
      byte[] start = wanted.length > 64 ? Arrays.copyOf(wanted, 64) : wanted;
      return DirectoryBytes.indexOf(Files.readAllBytes(file), start) >= 0;
    } catch (IOException e) {
      return false;
    }
  }
}
