package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.syncline.CorruptLogException;
import dev.syncline.CorruptionPolicy;
import dev.syncline.IncompatibleLogException;
import dev.syncline.SequenceRange;
import dev.syncline.WalCursor;
import dev.syncline.WriteAheadLog;
import dev.syncline.format.FrameHeader;
import dev.syncline.format.Layout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Scenarios 26 and 28 to 31: bytes that were durable are not what they were. It is reported, and never read as an end. */
public abstract class DamageScenarios extends ScenarioBase {

  @Test
  @DisplayName("scenario 26: a bit flips in the header of a frame, or of a record, that is not the last")
  void anyFlippedByteOfAnEarlierHeaderIsReported() throws IOException {
    Path crashed = givenCrashWithoutEvidence(8);
    DirectoryBytes.Place place = DirectoryBytes.find(crashed, entryPayload(4));
    for (int at = 0; at < Layout.FRAME_HEADER_BYTES + Layout.RECORD_HEADER_BYTES; at += at % 4 == 0 ? 3 : 1) {
      Path copy = copyOf(crashed);
      DirectoryBytes.flipByte(copy.resolve(place.file().getFileName()), blockOf(place) + at);
      assertDamagedFrom(copy, 4, "byte " + at + " of the frame");
    }
  }

  @Test
  @DisplayName("scenario 28a: a bit flips in the header of a segment that holds nothing yet")
  void anUnreadableHeaderOfAnEmptySegmentIsReportedAndNothingBeforeItIsLost() throws IOException {
    Path crashed = givenSegmentThatHoldsOneEntry(15);
    DirectoryBytes.zero(DirectoryBytes.newestWalFile(crashed), FRAMES_START_BYTES, BLOCK_BYTES);
    assertGoesOnAfter(copyOf(crashed), 15, "a begun and empty segment");
    DirectoryBytes.flipByte(DirectoryBytes.newestWalFile(crashed), 45);
    assertDamagedFrom(crashed, 16, "its header is unreadable");
  }

  /** A crash with {@code before} entries in a finished first segment, and one in the second that nothing vouches for. */
  private Path givenSegmentThatHoldsOneEntry(int before) throws IOException {
    WriteAheadLog log = open(ScenarioBase::withoutEvidence);
    appendEntries(log, before);
    log.snapshot(temporary.resolve("seals-the-segment"));
    appendEntries(log, 1);
    return crashCopy(log);
  }

  @Test
  @DisplayName("scenario 28b: a bit flips in the header of a segment with records")
  void anyFlippedByteOfASegmentHeaderIsReported() throws IOException {
    Path closed = givenClosedLog(35);
    List<Path> files = DirectoryBytes.walFiles(closed);
    assertThat(files).hasSize(3);
    for (Path file : files.subList(1, 3)) {
      for (int at = 0; at < Layout.SEGMENT_HEADER_BYTES; at += 9) {
        Path copy = copyOf(closed);
        DirectoryBytes.flipByte(copy.resolve(file.getFileName()), at);
        long firstLost = frameAt(file, FRAMES_START_BYTES).firstSequence();
        assertDamagedFrom(copy, firstLost, "byte " + at + " of " + file.getFileName());
      }
    }
  }

  @Test
  @DisplayName("scenario 29: the last block of a segment that is not the last is gone")
  void aLostSealCostsNothingAndALostLastFrameIsAHoleThatIsReported() throws IOException {
    Path closed = givenClosedLog(35);
    Path first = DirectoryBytes.walFiles(closed).get(0);
    long seal = firstSeal(first);
    Path withoutSeal = copyOf(closed);
    DirectoryBytes.zero(segment(withoutSeal, 1), seal, (int) (Files.size(first) - seal));
    WriteAheadLog healed = open(withoutSeal, ScenarioBase::withoutEvidence);
    assertThat(healed.recovery().damage()).isEmpty();
    assertThat(lines(healed.replay())).isEqualTo(entryLines(1, 35));

    long lost = frameAt(first, seal - BLOCK_BYTES).firstSequence();
    DirectoryBytes.zero(first, seal - BLOCK_BYTES, BLOCK_BYTES);
    WriteAheadLog log = open(closed, ScenarioBase::withoutEvidence);
    try (WalCursor cursor = log.replay()) {
      for (long sequence = 1; sequence < lost; sequence++) assertThat(cursor.next().sequence()).isEqualTo(sequence);
      assertThatThrownBy(cursor::next).as("it must not go on with the next segment").isInstanceOf(UncheckedIOException.class);
    }
    assertThat(log.verify().damage()).hasSize(1).allMatch(damage -> damage.firstLost() == lost && damage.lastLost() == lost);
    assertThat(lines(log.replay(lost))).isEqualTo(entryLines(lost + 1, 35));
  }

  private static long firstSeal(Path file) throws IOException {
    for (long at = FRAMES_START_BYTES; at < Files.size(file); at += BLOCK_BYTES)
      if (frameAt(file, at).kind() == FrameHeader.SEAL) return at;
    throw new AssertionError(file + " has no seal");
  }

  @Test
  @DisplayName("scenario 30: a segment is there twice, under the name of another")
  void aCopyOfASegmentUnderAnotherNameIsNeverReadAsThatOne() throws IOException {
    Path closed = givenClosedLog(35);
    List<Path> files = DirectoryBytes.walFiles(closed);
    for (int copied = 0; copied < files.size(); copied++) {
      for (long as = 1; as <= files.size() + 1; as++) {
        if (as == copied + 1) continue;
        Path copy = copyOf(closed);
        Files.write(segment(copy, as), Files.readAllBytes(files.get(copied)));
        String when = "segment " + (copied + 1) + " also as " + as;
        try (WriteAheadLog log = open(copy, ScenarioBase::withoutEvidence)) {
          List<String> seen = lines(log.replay());
          assertThat(seen).as(when).isEqualTo(entryLines(1, seen.size()));
          if (seen.size() < 35) assertThat(log.recovery().damage()).as(when).isNotEmpty();
          if (as > files.size()) assertThat(seen).as(when).hasSize(35);
        } catch (IncompatibleLogException refused) {
          assertThat(refused).as(when).hasMessageContaining(segment(copy, as).getFileName().toString());
        }
      }
    }
  }

  @Test
  @DisplayName("scenario 31: a segment ends exactly between two records, so that every checksum is right")
  void aSegmentThatIsCutBetweenTwoFramesIsShortAndNotFinished() throws IOException {
    Path closed = givenClosedLog(35);
    List<Path> files = DirectoryBytes.walFiles(closed);
    for (Path file : List.of(files.get(0), files.get(2))) {
      long frames = Files.size(file) / BLOCK_BYTES;
      for (long at = FRAMES_START_BYTES; at < frames * BLOCK_BYTES; at += 3 * BLOCK_BYTES) {
        FrameHeader next = frameAt(file, at);
        if (next.kind() != FrameHeader.DATA) continue;
        Path copy = copyOf(closed);
        DirectoryBytes.cut(copy.resolve(file.getFileName()), at);
        assertDamagedFrom(copy, next.firstSequence(), file.getFileName() + " cut to " + at + " bytes");
      }
    }
  }

  @Test
  @DisplayName("clocks: every file is from the future, or from 1970")
  void timesOfFilesMeanNothing() throws IOException {
    for (long second : new long[] {0, 1, 4_000_000_000L}) {
      Path copy = copyOf(givenTouchedLog());
      long order = 0;
      for (Path file : DirectoryBytes.files(copy, name -> true))
        Files.setLastModifiedTime(file, FileTime.fromMillis(second * 1000 - 1000 * order++));
      assertGoesOnAfter(copy, 35, "files of second " + second);
    }
  }

  private Path givenTouchedLog() throws IOException {
    return Files.exists(directory()) ? directory() : givenClosedLog(35);
  }

  /** Nobody promises that this copy is good, only that what is wrong with it is said: {@code snapshot} makes a good one. */
  @Test
  @DisplayName("scenario 39: files are copied one by one beside a writer")
  void aPlainCopyBesideAWriterIsAPrefixOrSaysWhatIsMissing() throws Exception {
    WriteAheadLog log = open(ScenarioBase::tinySegments);
    appendEntries(log, 5);
    AtomicBoolean enough = new AtomicBoolean();
    Together.Task<Void> writing = Together.begin(() -> {
      while (!enough.get() && log.currentSequence() < 1000) appendEntries(log, 1);
      return null;
    });
    int copies = 0;
    for (int i = 0; i < 40 && copies < 5; i++) {
      long acknowledged = log.durableSequence();
      Path copy = newCopyName();
      Throwable vanished = catchThrowable(() -> DirectoryBytes.copy(directory(), copy));
      if (vanished != null) continue; // A file was renamed under the copier, who knows then that there is no copy.
      copies++;
      try (WriteAheadLog copied = open(copy, ScenarioBase::tinySegments)) {
        List<String> seen = lines(copied.replay());
        assertThat(seen).isEqualTo(entryLines(1, seen.size()));
        if (seen.size() < acknowledged) assertThat(copied.recovery().damage()).as("%d are there", seen.size()).isNotEmpty();
      }
    }
    enough.set(true);
    writing.get();
  }

  /** What is left is an empty log that goes on far above its last record: a place to cut may lie where no segment is. */
  @ParameterizedTest
  @ValueSource(longs = {0, 20, 39})
  @DisplayName("everything was given up, and the tail is cut")
  void aLogOfWhichEverythingWasGivenUpCanBeCut(long cut) throws IOException {
    givenClosedLog(40);
    DirectoryBytes.flipByte(segment(directory(), 1), 40);
    try (WriteAheadLog log = open(options -> options.corruptionPolicy(CorruptionPolicy.TRUNCATE))) {
      assertThat(records(log.iterate())).isEmpty();
      assertThat(log.currentSequence()).isEqualTo(40);
      log.truncateAfter(cut);
      assertThat(log.currentSequence()).isEqualTo(cut);
      assertThat(log.append(bytes("on"))).isEqualTo(cut + 1);
      log.truncateAfter(cut);
    }
    try (WriteAheadLog log = open(ScenarioBase::withoutEvidence)) {
      assertThat(log.recovery().damage()).isEmpty();
      assertThat(log.append(bytes("again"))).isEqualTo(cut + 1);
      assertThat(lines(log.replay())).containsExactly(cut + 1 + " ENTRY again");
    }
  }

  /** The first record after the gap lies in the oldest segment, and the cut far below it. */
  @ParameterizedTest
  @ValueSource(longs = {0, 20, 40})
  @DisplayName("everything was given up, the log went on, and the tail is cut below that")
  void aCutBelowWhereALogWentOnLeavesAnEmptyLog(long cut) throws IOException {
    givenClosedLog(40);
    DirectoryBytes.flipByte(segment(directory(), 1), 40);
    try (WriteAheadLog log = open(options -> options.corruptionPolicy(CorruptionPolicy.TRUNCATE))) {
      assertThat(log.append(bytes("on"))).isEqualTo(41);
      log.truncateAfter(cut);
      assertThat(log.currentSequence()).isEqualTo(cut);
      assertThat(log.append(bytes("again"))).isEqualTo(cut + 1);
    }
    for (int i = 1; i <= 2; i++) {
      try (WriteAheadLog log = open(ScenarioBase::withoutEvidence)) {
        assertThat(log.recovery().damage()).isEmpty();
        assertThat(log.recovery().writable()).isTrue();
        assertThat(sequences(log.replay())).startsWith(cut + 1).hasSize(i);
        assertThat(log.append(bytes("more"))).isEqualTo(cut + 1 + i);
      }
    }
  }

  /** One record is lost; all behind it can be read by nobody, and goes when the damage is given up. */
  @Test
  @DisplayName("damage in the middle of the newest segment: what giving it up costs is said wherever it is proposed")
  void whatGivingUpCostsIsSaidWhereverItIsProposed() throws IOException {
    try (WriteAheadLog log = open(options -> options.maxSegmentSize(4 << 20))) {
      appendEntries(log, 200);
    }
    DirectoryBytes.Place place = DirectoryBytes.find(directory(), entryPayload(60));
    DirectoryBytes.flipByte(place.file(), place.offset() + 2);
    String cost = "gives up sequences 60 to 200";
    try (WriteAheadLog log = open()) {
      assertThat(log.recovery().damage()).singleElement().satisfies(damage -> {
        assertThat(damage.firstLost()).isEqualTo(60);
        assertThat(damage.lastLost()).isEqualTo(60);
      });
      assertThat(log.recovery().atStake()).hasValue(new SequenceRange(60, 200));
      for (ThrowingCallable write : List.<ThrowingCallable>of(() -> log.append(bytes("no")), () -> log.truncateAfter(3), log::checkpoint))
        assertThatThrownBy(write).isInstanceOf(CorruptLogException.class).hasMessageContaining(cost);
    }
    assertThatThrownBy(() -> open(options -> options.corruptionPolicy(CorruptionPolicy.REFUSE))).hasMessageContaining(cost);
  }
}
