package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.WriteAheadLog;
import dev.syncline.format.Layout;
import dev.syncline.format.Mark;
import dev.syncline.format.SegmentHeader;
import dev.syncline.format.SegmentName;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Scenarios 1 to 6: a file that is only just being made. */
public abstract class BirthScenarios extends ScenarioBase {
  /** More steps than anything here takes. */
  private static final int STEPS_MAX = 200;

  @ParameterizedTest
  @ValueSource(ints = {0, 127, 4096})
  @DisplayName("scenario 1: a crash between the creation of a segment and its header")
  void aSegmentThatHasNoHeaderYetIsNoSegment(int bytes) throws IOException {
    Path crashed = givenCrashWithoutEvidence(10);
    Files.write(segment(crashed, 2), noise(1, bytes));
    assertGoesOnAfter(crashed, 10, bytes + " bytes instead of a header");
  }

  @ParameterizedTest
  @ValueSource(strings = {"%020d.wal", "%020d.ready", "%020d.free"})
  @DisplayName("scenario 3: a crash after preallocation, before any record")
  void aFileOfZerosInFullSizeHoldsNothing(String name) throws IOException {
    Path crashed = givenCrashWithoutEvidence(10);
    Files.write(crashed.resolve(String.format(Locale.ROOT, name, 2)), new byte[SMALL_SEGMENT_BYTES]);
    assertGoesOnAfter(crashed, 10, "zeros in full size");
  }

  @Test
  @DisplayName("scenario 3: the very first segment is all zeros")
  void aFirstSegmentOfZerosBesideAMarkThatKnowsNoneIsAFreshLog() throws IOException {
    open().close();
    Path unborn = copyOf(directory());
    for (Path file : DirectoryBytes.walFiles(unborn)) Files.delete(file);
    Files.write(segment(unborn, 1), new byte[SMALL_SEGMENT_BYTES]);
    assertThat(markOf(unborn).hasSegments()).as("nothing was appended, so nothing was begun").isFalse();
    assertGoesOnAfter(unborn, 0, "zeros in full size");
  }

  @ParameterizedTest
  @ValueSource(strings = {"log.mark.tmp", "00000000000000000001.ready", "00000000000000000007.free"})
  @DisplayName("scenario 4: a temporary file is left behind, in a directory without a log and in one with a log")
  void filesOfAnInterruptedInitialisationAreSweptAway(String leftover) throws IOException {
    Path empty = Files.createDirectories(newCopyName());
    for (Path directory : List.of(empty, givenCrashWithoutEvidence(10))) {
      int count = directory.equals(empty) ? 0 : 10;
      Files.write(directory.resolve(leftover), noise(4, 10_000));
      assertGoesOnAfter(directory, count, leftover);
      if (Files.exists(directory.resolve(leftover))) assertThat(Files.size(directory.resolve(leftover))).isNotEqualTo(10_000);
    }
  }

  /** Power is cut after every single change that a log makes to its disk while it is created and while it rotates. */
  @Test
  @DisplayName("scenarios 2 and 2b: the mark names a segment that does not exist (cannot happen); one exists that no mark names")
  void theMarkNeverNamesASegmentThatAPowerCutCouldTakeBack() throws IOException {
    Random random = new Random(2);
    int unnamed = 0;
    for (int changes = 1; changes < STEPS_MAX; changes = Effort.stepAfter(changes)) {
      PowerCutStorage disk = new PowerCutStorage(openStorage(temporary.resolve("steps-" + changes)));
      PausableStorage mortal = new PausableStorage(disk);
      mortal.dieAfter(changes);
      long acknowledged = appendUntilDeath(mortal, 5);
      Path left = newCopyName();
      disk.cut(left, random);
      if (Files.exists(left.resolve(SegmentName.MARK))) unnamed += segmentsUnknownTo(requireMarkedSegments(left), left);
      assertHoldsAtLeast(left, acknowledged, "cut after " + changes + " changes");
      boolean done = !mortal.isDead();
      closeWhatIsStillOpen();
      if (done) {
        assertThat(unnamed).as("states in which a segment was there and not named").isPositive();
        return;
      }
    }
    throw new AssertionError("it took more than " + STEPS_MAX + " changes");
  }

  /** First the process dies, and its unsynced names stay visible; a second one believes what it sees; then power is cut. */
  @Test
  @DisplayName("scenario 5: created by a process that died, continued by another, and then the directory entry is lost")
  void whatADeadProcessHadOnlyNamedIsMadeDurableBeforeItIsReliedOn() throws IOException {
    Random random = new Random(5);
    for (int changes = 1; changes < STEPS_MAX; changes += 2) {
      PowerCutStorage disk = new PowerCutStorage(openStorage(temporary.resolve("reopened-" + changes)));
      PausableStorage mortal = new PausableStorage(new OneProcess(disk));
      mortal.dieAfter(changes);
      appendUntilDeath(mortal, 2);
      WriteAheadLog second = open(new PausableStorage(disk), ScenarioBase::tinySegments);
      appendEntries(second, 2);
      long acknowledged = second.currentSequence();
      Path left = newCopyName();
      disk.cut(left, random);
      assertHoldsAtLeast(left, acknowledged, "died after " + changes + " changes, cut after two more appends");
      boolean done = !mortal.isDead();
      closeWhatIsStillOpen();
      disk.close();
      if (done) return;
    }
    throw new AssertionError("it took more than " + STEPS_MAX + " changes");
  }

  @Test
  @DisplayName("scenario 6: a rename is durable and the content is not, or the other way round")
  void noFileGetsItsNameBeforeItsBytesAreSyncedAndNothingIsWrittenBeforeTheNameIs() throws IOException {
    RecordingStorage disk = new RecordingStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, ScenarioBase::tinySegments);
    for (int i = 0; i < 12; i++) {
      appendEntries(log, 1);
      if (i == 7) log.truncate(5);
    }
    List<Operation> operations = List.copyOf(disk.operations());
    Map<String, Boolean> unsynced = new HashMap<>();
    int renames = 0;
    for (int i = 0; i < operations.size(); i++) {
      Operation operation = operations.get(i);
      switch (operation.op()) {
        case WRITE, WRITE_ZEROS -> unsynced.put(operation.file(), true);
        case SYNC -> unsynced.put(operation.file(), false);
        case RENAME -> {
          if (operation.file().endsWith(".wal")) continue; // A segment that is put aside for reuse: its bytes no longer count.
          renames++;
          assertThat(unsynced.getOrDefault(operation.file(), false)).as("unsynced bytes in %s", operation.file()).isFalse();
          assertThat(nextByTheSameThread(operations, i).op()).as("after %s", operation).isEqualTo(Op.SYNC_DIRECTORY);
        }
        default -> { }
      }
    }
    assertThat(renames).as("the mark's and those of several segments").isGreaterThan(4);
  }

  private static Operation nextByTheSameThread(List<Operation> operations, int i) {
    return operations.stream().skip(i + 1L).filter(next -> next.thread() == operations.get(i).thread()).findFirst().orElseThrow();
  }

  private long appendUntilDeath(PausableStorage mortal, int count) {
    long acknowledged = 0;
    try {
      WriteAheadLog log = open(mortal, ScenarioBase::tinySegments);
      for (int i = 0; i < count; i++) acknowledged = log.append(entryPayload(acknowledged + 1));
    } catch (IOException died) {
      assertThat(mortal.isDead()).as("%s", died).isTrue();
    }
    return acknowledged;
  }

  private void assertHoldsAtLeast(Path directory, long acknowledged, String when) throws IOException {
    try (WriteAheadLog log = open(directory, ScenarioBase::tinySegments)) {
      assertThat(log.recovery().damage()).as(when).isEmpty();
      assertThat(log.currentSequence()).as(when).isBetween(acknowledged, acknowledged + 1);
      assertThat(lines(log.replay())).as(when).isEqualTo(entryLines(1, log.currentSequence()));
    }
  }

  /** Fails if a segment that the mark names is not there with a readable header. */
  private static Mark requireMarkedSegments(Path directory) throws IOException {
    Mark mark = markOf(directory);
    for (long ordinal = mark.firstOrdinal(); mark.hasSegments() && ordinal <= mark.lastOrdinal(); ordinal++) {
      byte[] bytes = Files.readAllBytes(segment(directory, ordinal));
      assertThat(SegmentHeader.problem(littleEndian(bytes), bytes.length)).as("header of segment %d", ordinal).isNull();
    }
    return mark;
  }

  private static int segmentsUnknownTo(Mark mark, Path directory) throws IOException {
    int unknown = 0;
    for (Path file : DirectoryBytes.walFiles(directory))
      if (!mark.hasSegments() || SegmentName.ordinal(file.getFileName().toString()) > mark.lastOrdinal()) unknown++;
    return unknown;
  }

  private static Mark markOf(Path directory) throws IOException {
    byte[] bytes = Files.readAllBytes(directory.resolve(SegmentName.MARK));
    Mark newest = null;
    for (int at = 0; at < bytes.length; at += Layout.MARK_SLOT_SPACING_BYTES) {
      if (Mark.problem(littleEndian(bytes), at, bytes.length - at) != null) continue;
      Mark mark = Mark.decode(littleEndian(bytes), at);
      if (newest == null || mark.counter() > newest.counter()) newest = mark;
    }
    assertThat(newest).as("a readable slot of the mark in %s", directory).isNotNull();
    return newest;
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
