package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.Operation;
import dev.syncline.WriteAheadLog;
import dev.syncline.format.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Scenarios 14 to 17 and 19 to 22: where a record ends on an edge, and what an earlier life of the file has left behind it. */
public abstract class RecycleScenarios extends ScenarioBase {

  // Edges.

  @Test
  @DisplayName("scenario 14: a record ends exactly where its block, or its segment, ends")
  void recordsThatFillTheirBlocksToTheLastByteAreRecovered() throws IOException {
    WriteAheadLog log = open(ScenarioBase::withoutEvidence);
    List<byte[]> expected = new ArrayList<>();
    for (int blocks = 1; blocks <= 17; blocks++) {
      for (int less = 0; less < 2; less++) {
        byte[] payload = noise(blocks * 2L + less, BLOCK_PAYLOAD_BYTES + (blocks - 1) * BLOCK_BYTES - less);
        expected.add(payload);
        log.append(payload);
      }
    }
    assertSurvives(log, expected);
  }

  @Test
  @DisplayName("scenarios 15 and 16c: a record begins in the last bytes of a block; an empty one fills it to the last byte")
  void aRecordHeaderMayLieAcrossTheEndOfABlock() throws IOException {
    WriteAheadLog log = open(ScenarioBase::withoutEvidence);
    List<byte[]> expected = new ArrayList<>();
    for (int left = 0; left <= Layout.RECORD_HEADER_BYTES + 1; left++) {
      byte[] first = noise(left, BLOCK_PAYLOAD_BYTES - left);
      byte[] second = left % 2 == 0 ? new byte[0] : noise(100 + left, 50);
      log.appendBatch(List.of(Operation.entry(first), Operation.entry(second)));
      expected.add(first);
      expected.add(second);
    }
    assertSurvives(log, expected);
  }

  @Test
  @DisplayName("scenario 16c: an empty record is all there is, and is torn")
  void aTornEmptyRecordIsDroppedAndAWholeOneIsKept() throws IOException {
    WriteAheadLog log = open(ScenarioBase::withoutEvidence);
    appendEntries(log, 2);
    log.append(new byte[0]);
    Path whole = crashCopy(log);
    Path torn = copyOf(whole);
    DirectoryBytes.Place before = DirectoryBytes.find(torn, entryPayload(2));
    int emptyFrameBytes = Layout.FRAME_HEADER_BYTES + Layout.RECORD_HEADER_BYTES;
    DirectoryBytes.cut(before.file(), blockOf(before) + BLOCK_BYTES + emptyFrameBytes - 1);
    assertThat(lines(open(whole).replay())).hasSize(3).endsWith("3 ENTRY ");
    assertGoesOnAfter(torn, 2, "one byte of an empty record is missing");
  }

  private void assertSurvives(WriteAheadLog log, List<byte[]> expected) throws IOException {
    Path crashed = crashCopy(log);
    WriteAheadLog recovered = open(crashed, ScenarioBase::withoutEvidence);
    assertThat(recovered.recovery().damage()).isEmpty();
    assertSame(recovered, expected);
    log.close();
    WriteAheadLog reopened = open(ScenarioBase::withoutEvidence);
    assertThat(reopened.recovery().closedCleanly()).isTrue();
    assertSame(reopened, expected);
  }

  private static void assertSame(WriteAheadLog log, List<byte[]> expected) throws IOException {
    assertThat(payloads(log.replay())).usingElementComparator(java.util.Arrays::compare).isEqualTo(expected);
    assertThat(log.verify().ok()).isTrue();
  }

  @Test
  @DisplayName("scenario 17: a record larger than a segment loses the segment that holds its end")
  void aRecordLargerThanASegmentLiesInOneFileAndIsLostWholeOrNotAtAll() throws IOException {
    WriteAheadLog log = open(ScenarioBase::withoutEvidence);
    appendEntries(log, 3);
    byte[] large = noise(17, 5 * SMALL_SEGMENT_BYTES);
    log.append(large);
    Path crashed = crashCopy(log);
    Path file = DirectoryBytes.find(crashed, large).file();
    assertThat(Files.size(file)).as("it is in one file").isGreaterThan(large.length);
    Path cut = copyOf(crashed);
    DirectoryBytes.cut(cut.resolve(file.getFileName()), 3L * SMALL_SEGMENT_BYTES);
    assertGoesOnAfter(cut, 3, "its end never arrived");
    log.append(entryPayload(5));
    Path followed = crashCopy(log);
    Files.delete(followed.resolve(file.getFileName()));
    WriteAheadLog damaged = open(followed, ScenarioBase::withoutEvidence);
    assertThat(damaged.recovery().damage()).isNotEmpty();
    assertThat(lines(damaged.replay())).isEqualTo(entryLines(1, 3));
  }

  // An earlier life.

  /** Appends and truncates until the newest file has been another segment before, with old frames behind the new ones. */
  private Path givenStaleFramesBehindTheEnd(java.util.function.LongSupplier identifiers, int oldBytes) throws IOException {
    WriteAheadLog log = open(options -> {
      withoutEvidence(options);
      if (identifiers != null) options.identifiers(identifiers);
    });
    for (int round = 0; round < 30; round++) {
      for (int i = 0; i < 4 * SMALL_SEGMENT_BYTES / oldBytes / 3; i++) log.append(noise(log.currentSequence() + 1, oldBytes));
      log.truncate(log.currentSequence());
      for (int i = 0; i < 2; i++) log.append(bytes("new " + (log.currentSequence() + 1)));
      Path crashed = crashCopy(log);
      if (staleBehind(crashed, log.currentSequence(), oldBytes)) return crashed;
    }
    throw new AssertionError("no file was used again in 30 rounds");
  }

  private static boolean staleBehind(Path directory, long last, int oldBytes) throws IOException {
    byte[] newest = Files.readAllBytes(DirectoryBytes.newestWalFile(directory));
    if (DirectoryBytes.indexOf(newest, bytes("new " + last)) < 0) return false;
    for (long sequence = last - 2; sequence > 0; sequence--)
      if (DirectoryBytes.indexOf(newest, noise(sequence, oldBytes)) >= 0) return true;
    return false;
  }

  private void assertOnlyTheNewOnes(Path crashed) throws IOException {
    WriteAheadLog log = open(crashed, ScenarioBase::withoutEvidence);
    assertThat(log.recovery().damage()).isEmpty();
    long last = log.currentSequence();
    assertThat(lines(log.iterate())).containsExactly((last - 1) + " ENTRY new " + (last - 1), last + " ENTRY new " + last);
    assertThat(log.append(bytes("new " + (last + 1)))).isEqualTo(last + 1);
    Path again = crashCopy(log);
    assertThat(lines(open(again, ScenarioBase::withoutEvidence).iterate()))
        .hasSize(3)
        .endsWith((last + 1) + " ENTRY new " + (last + 1));
  }

  @Test
  @DisplayName("scenario 19: whole frames with right checksums from the file's previous life lie behind the last one")
  void staleFramesOfARecycledFileAreNeverRead() throws IOException {
    assertOnlyTheNewOnes(givenStaleFramesBehindTheEnd(null, 1000));
  }

  @Test
  @DisplayName("scenario 20: an old frame reaches from under the new end to behind it")
  void theRestOfAnOldFrameUnderTheNewEndIsNeverRead() throws IOException {
    assertOnlyTheNewOnes(givenStaleFramesBehindTheEnd(null, 13_000));
  }

  @Test
  @DisplayName("scenario 21: incarnation numbers that are the same in 32 bits")
  void epochsThatDifferOnlyAboveTheirLower32BitsAreToldApart() throws IOException {
    AtomicLong next = new AtomicLong();
    assertOnlyTheNewOnes(givenStaleFramesBehindTheEnd(() -> next.incrementAndGet() << 32 | 7, 1000));
  }

  @Test
  @DisplayName("scenario 19, by hand: the frame of another segment, at its own offset, behind the last one")
  void aFrameOfAnotherSegmentAtItsOwnOffsetIsNotRead() throws IOException {
    Path crashed = givenCrashedLog(18);
    List<Path> files = DirectoryBytes.walFiles(crashed);
    Path newest = DirectoryBytes.newestWalFile(crashed);
    assertThat(files).hasSizeGreaterThan(1);
    long end = blockOf(DirectoryBytes.find(crashed, entryPayload(18))) + BLOCK_BYTES;
    DirectoryBytes.write(newest, end, DirectoryBytes.read(files.get(0), end, 3 * BLOCK_BYTES));
    assertGoesOnAfter(crashed, 18, "frames of the first segment lie behind the last one");
  }

  @Test
  @DisplayName("scenario 22: a file that a program without incarnation stamps has written")
  void aFrameWithoutAnEpochIsNotRead() throws IOException {
    Path crashed = givenCrashWithoutEvidence(5);
    DirectoryBytes.Place last = DirectoryBytes.find(crashed, entryPayload(5));
    forge(last.file(), blockOf(last), withEpoch(frameAt(last.file(), blockOf(last)), 0));
    assertGoesOnAfter(crashed, 4, "the last frame carries no epoch");
  }
}
