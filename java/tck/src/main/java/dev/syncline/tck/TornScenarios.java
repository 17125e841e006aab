package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.RecordType;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import dev.syncline.format.FrameHeader;
import dev.syncline.format.Layout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Scenarios 7 to 13, 18, 23 and 24: a last write of which only some arrived. Nothing on disk vouches for it: it is trimmed. */
public abstract class TornScenarios extends ScenarioBase {
  private static final int LARGE_BYTES = 3 * BLOCK_BYTES;

  @Test
  @DisplayName("scenario 7: the last record is cut at every byte")
  void aLastRecordThatIsCutAtAnyByteIsDroppedWhole() throws IOException {
    Path crashed = givenCrashWithoutEvidence(5);
    DirectoryBytes.Place last = DirectoryBytes.find(crashed, entryPayload(5));
    long begin = blockOf(last);
    long end = last.offset() + entryPayload(5).length;
    long recordBegin = begin + Layout.FRAME_HEADER_BYTES;
    long payloadBegin = recordBegin + Layout.RECORD_HEADER_BYTES;
    // Inside a header one place is like another: it is read whole or not at all.
    for (long size = begin; size <= end; size += size < recordBegin ? 40 : size < payloadBegin ? 4 : 1) {
      Path copy = copyOf(crashed);
      DirectoryBytes.cut(copy.resolve(last.file().getFileName()), size);
      try (WriteAheadLog log = open(copy, ScenarioBase::withoutEvidence)) {
        assertThat(lines(log.replay())).as("cut to %d bytes", size).isEqualTo(entryLines(1, size == end ? 5 : 4));
        assertThat(log.recovery().damage()).as("cut to %d bytes", size).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 9, 29})
  @DisplayName("scenario 9: one sector of the last batch is garbage")
  void aSectorOfGarbageAnywhereInTheLastFrameDropsItWhole(int sector) throws IOException {
    Torn torn = givenLargeBatchAfter(3);
    DirectoryBytes.write(torn.file, torn.begin + sector * (long) SECTOR_BYTES, noise(sector, SECTOR_BYTES));
    assertGoesOnAfter(torn.directory, 3, "garbage in sector " + sector);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 3, 5, 7, 10})
  @DisplayName("scenarios 8 and 10: sectors of the last batch arrive in any order")
  void aBatchOfWhichAnySetOfSectorsArrivedIsDroppedWhole(long seed) throws IOException {
    Torn torn = givenLargeBatchAfter(3);
    Random random = new Random(seed);
    int sectors = (int) (torn.usedEnd - torn.begin) / SECTOR_BYTES; // What is behind them is padding, and nobody's loss.
    int missing = random.nextInt(sectors);
    for (int i = 0; i < sectors; i++)
      if (i == missing || random.nextInt(11) < seed)
        DirectoryBytes.zero(torn.file, torn.begin + i * (long) SECTOR_BYTES, SECTOR_BYTES);
    assertGoesOnAfter(torn.directory, 3, "sector " + missing + " and others never arrived");
  }

  @Test
  @DisplayName("scenario 11: the commit arrived, the payload did not")
  void aCommitWithoutItsPayloadCommitsNothing() throws IOException {
    Torn torn = givenLargeBatchAfter(3);
    long firstHeld = torn.begin + SECTOR_BYTES;
    long lastSector = (torn.usedEnd - 1) / SECTOR_BYTES * SECTOR_BYTES;
    DirectoryBytes.zero(torn.file, firstHeld, (int) (lastSector - firstHeld));
    assertGoesOnAfter(torn.directory, 3, "header and commit are there, the payload is zeros");
  }

  @ParameterizedTest
  @ValueSource(ints = {1 << 20, Layout.FRAME_BODY_BYTES_MAX, Integer.MAX_VALUE, -1})
  @DisplayName("scenario 12: a length beyond the file and up to 2 GiB, under a right checksum")
  void aFrameThatClaimsMoreThanTheFileHoldsIsNotBelieved(int bodyBytes) throws IOException {
    assertForgedLengthIsTrimmed(bodyBytes);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, Layout.RECORD_HEADER_BYTES - 1, Layout.RECORD_HEADER_BYTES + 1})
  @DisplayName("scenario 13: a length too short for what it should hold, under a right checksum")
  void aFrameThatClaimsLessThanItsRecordNeedsIsNotBelieved(int bodyBytes) throws IOException {
    assertForgedLengthIsTrimmed(bodyBytes);
  }

  private void assertForgedLengthIsTrimmed(int bodyBytes) throws IOException {
    Path crashed = givenCrashWithoutEvidence(5);
    DirectoryBytes.Place last = DirectoryBytes.find(crashed, entryPayload(5));
    FrameHeader header = frameAt(last.file(), blockOf(last));
    forge(last.file(), blockOf(last), withBody(header, bodyBytes));
    assertGoesOnAfter(crashed, 4, "a body of " + bodyBytes + " bytes");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, Integer.MAX_VALUE, 1 << 20, 0})
  @DisplayName("scenarios 12 and 13: the length of a record instead of a frame")
  void aRecordWhoseLengthIsNonsenseIsNotBelieved(int payloadBytes) throws IOException {
    Path crashed = givenCrashWithoutEvidence(5);
    DirectoryBytes.Place last = DirectoryBytes.find(crashed, entryPayload(5));
    byte[] length = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(payloadBytes).array();
    DirectoryBytes.write(last.file(), blockOf(last) + Layout.FRAME_HEADER_BYTES + 4, length);
    assertGoesOnAfter(crashed, 4, "a payload of " + payloadBytes + " bytes");
  }

  @Test
  @DisplayName("scenario 18: two records lose their middles and must not be joined")
  void theHeadOfOneRecordIsNeverJoinedWithTheTailOfAnother() throws IOException {
    WriteAheadLog log = open(ScenarioBase::withoutEvidence);
    appendEntries(log, 3);
    byte[] first = noise(181, LARGE_BYTES);
    byte[] second = noise(182, LARGE_BYTES);
    log.append(first);
    log.append(second);
    Path gap = crashCopy(log);
    Path file = DirectoryBytes.newestWalFile(gap);
    long firstAt = DirectoryBytes.find(gap, first).offset() / BLOCK_BYTES * BLOCK_BYTES;
    long secondAt = DirectoryBytes.find(gap, second).offset() / BLOCK_BYTES * BLOCK_BYTES;
    int frameBytes = (int) (secondAt - firstAt);
    byte[] tail = DirectoryBytes.read(file, secondAt + BLOCK_BYTES, frameBytes - BLOCK_BYTES);
    Path moved = copyOf(gap);
    DirectoryBytes.zero(file, firstAt + BLOCK_BYTES, frameBytes);
    assertGoesOnAfter(gap, 3, "what is between head and tail is zeros");
    Path movedFile = moved.resolve(file.getFileName());
    DirectoryBytes.write(movedFile, firstAt + BLOCK_BYTES, tail);
    DirectoryBytes.zero(movedFile, secondAt, frameBytes);
    assertGoesOnAfter(moved, 3, "the tail of the other follows the head at once");
  }

  @Test
  @DisplayName("scenario 23: a torn batch, a shorter one in its place, torn again, and again")
  void staleFramesOfTheSameLogNeverComeBackBehindShorterOnes() throws IOException {
    Path current = givenCrashWithoutEvidence(3);
    int entries = 3;
    for (int cycle = 0; cycle < 5; cycle++) {
      WriteAheadLog log = open(current, options -> options.maxSegmentSize(1 << 18).markInterval(NEVER));
      assertThat(lines(log.replay())).as("cycle %d", cycle).isEqualTo(entryLines(1, entries));
      log.append(entryPayload(++entries));
      for (int i = 6 - cycle; i > 0; i--) log.append(noise(23 * cycle + i, i * 2000));
      Path torn = crashCopy(log);
      DirectoryBytes.Place firstStale = DirectoryBytes.find(torn, noise(23 * cycle + 6 - cycle, (6 - cycle) * 2000));
      // The first of the large ones is torn and so vouches for nothing; those behind it vouch for it, and lose their headers.
      tearEverythingFrom(torn, firstStale);
      current = torn;
    }
    assertGoesOnAfter(current, entries, "after five tears");
  }

  /** Takes a sector out of every frame from {@code place} on and leaves the rest, later segments included. */
  private static void tearEverythingFrom(Path directory, DirectoryBytes.Place place) throws IOException {
    for (long at = blockOf(place); at < Files.size(place.file()); at += BLOCK_BYTES)
      DirectoryBytes.zero(place.file(), at, SECTOR_BYTES);
    for (Path file : DirectoryBytes.walFiles(directory))
      assertThat(file.compareTo(place.file())).as("the torn frames end in segment %s", place.file()).isLessThanOrEqualTo(0);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  @DisplayName("scenario 24: an append after a torn tail is there at the second recovery, and at every later one")
  void whatIsAppendedBehindATornTailIsFoundByEveryLaterRecovery(int seed) throws IOException {
    Path current = givenCrashWithoutEvidence(5);
    for (int cycle = 0; cycle < 4; cycle++) {
      Path file = DirectoryBytes.newestWalFile(current);
      DirectoryBytes.Place last = DirectoryBytes.find(current, entryPayload(5 + cycle));
      DirectoryBytes.write(file, blockOf(last) + BLOCK_BYTES, noise(seed * 100L + cycle, 1000 + 3000 * seed));
      WriteAheadLog log = open(current, ScenarioBase::withoutEvidence);
      assertThat(log.recovery().trimmedBytes()).as("cycle %d", cycle).isPositive();
      assertThat(log.append(entryPayload(6 + cycle))).as("cycle %d", cycle).isEqualTo(6 + cycle);
      current = crashCopy(log);
    }
    assertGoesOnAfter(current, 9, "after four torn tails");
  }

  /** A batch that lies torn in {@code directory}: its frame begins at {@code begin} and is padded from {@code usedEnd} on. */
  private record Torn(Path directory, Path file, long begin, long usedEnd) {}

  private Torn givenLargeBatchAfter(int entries) throws IOException {
    WriteAheadLog log = open(ScenarioBase::withoutEvidence);
    appendEntries(log, entries);
    List<dev.syncline.Operation> batch = new ArrayList<>();
    for (int i = 0; i < 3; i++) batch.add(dev.syncline.Operation.entry(noise(100 + i, 5000)));
    log.appendBatch(batch);
    List<WalRecord> seen = records(log.iterate());
    assertThat(seen.get(seen.size() - 1).type()).isEqualTo(RecordType.COMMIT);
    Path crashed = crashCopy(log);
    DirectoryBytes.Place first = DirectoryBytes.find(crashed, noise(100, 5000));
    FrameHeader header = frameAt(first.file(), blockOf(first));
    return new Torn(crashed, first.file(), blockOf(first), header.usedEndBytes());
  }
}
