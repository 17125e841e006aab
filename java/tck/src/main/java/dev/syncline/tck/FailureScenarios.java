package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.syncline.LogFailedException;
import dev.syncline.StorageFullException;
import dev.syncline.SyncMode;
import dev.syncline.WalCursor;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Scenarios 32 to 35, 38, 40 and the lock of a dying process: a disk that says no, and others that look on. */
public abstract class FailureScenarios extends ScenarioBase {
  private static final int STEPS_MAX = 200;
  private static final List<Op> COMMITS = List.of(Op.WRITE, Op.WRITE_DURABLY, Op.SYNC);

  private static void manual(dev.syncline.WalOptions.Builder options) {
    options.syncMode(SyncMode.MANUAL).maxSegmentSize(SMALL_SEGMENT_BYTES).markInterval(NEVER);
  }

  @Test
  @DisplayName("scenario 32: a sync fails once and works from then on")
  void aSyncThatFailedOnceIsNeverFollowedByAnAcknowledgement() throws IOException {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, FailureScenarios::manual);
    appendEntries(log, 4);
    log.sync();
    appendEntries(log, 1);
    for (Op op : COMMITS) disk.on(op).named(LogTestBase::isFirstSegment).fail(() -> new IOException("EIO once"));
    assertThatThrownBy(log::sync).isInstanceOf(LogFailedException.class);
    disk.heal();
    for (int i = 0; i < 3; i++) assertThatThrownBy(log::sync).as("sync again").isInstanceOf(LogFailedException.class);
    assertThatThrownBy(() -> log.awaitDurable(5)).isInstanceOf(LogFailedException.class);
    assertThat(log.durableSequence()).isEqualTo(4);
    catchThrowable(log::close);
    assertReopensBetween(directory(), 4, 5);
  }

  @Test
  @DisplayName("scenario 33: the sync of one of two unsynced segments fails (there are never two)")
  void noRecordGoesToASegmentWhilePartOfTheOneBeforeIsNotDurable() throws IOException {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, FailureScenarios::manual);
    appendEntries(log, 2);
    log.sync();
    for (Op op : COMMITS)
      disk.on(op).named(LogTestBase::isFirstSegment).forever().fail(() -> new IOException("EIO of the first segment"));
    Throwable failure = null;
    for (int i = 0; i < 60 && failure == null; i++) failure = catchThrowable(() -> log.append(noise(33, 3000)));
    assertThat(failure).isInstanceOf(LogFailedException.class);
    assertThat(DirectoryBytes.walFiles(directory())).as("no other was begun").hasSize(1);
    assertThat(log.durableSequence()).isEqualTo(2);
    catchThrowable(log::close);
    assertReopensBetween(directory(), 2, 2);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, BLOCK_BYTES, 2 * BLOCK_BYTES, 3 * BLOCK_BYTES})
  @DisplayName("scenario 34: a write stops in the middle of a record; the next append must not follow garbage")
  void whatAFailedWriteHasLeftIsNeverFollowedByARecord(int written) throws IOException {
    for (IOException failure : List.of(new IOException("EIO"), new StorageFullException("ENOSPC into ready space"))) {
      Path directory = temporary.resolve("short-" + failure.getClass().getSimpleName());
      FaultyStorage disk = new FaultyStorage(openStorage(directory));
      WriteAheadLog log = open(disk, ScenarioBase::withoutEvidence);
      appendEntries(log, 3);
      disk.on(Op.WRITE_DURABLY).named(LogTestBase::isFirstSegment).failAfterBytes(written, () -> failure);
      byte[] large = noise(34, 4 * BLOCK_BYTES);
      assertThatThrownBy(() -> log.append(large)).isInstanceOf(LogFailedException.class);
      assertThatThrownBy(() -> log.append(bytes("behind it"))).isInstanceOf(LogFailedException.class);
      catchThrowable(log::close);
      assertGoesOnAfter(directory, 3, written + " bytes of 16384 were written");
    }
  }

  @ParameterizedTest
  @EnumSource(value = Op.class, names = {"CREATE", "WRITE", "WRITE_DURABLY", "WRITE_ZEROS", "RESERVE"})
  @DisplayName("scenario 35: the disk is full while recovery repairs a torn tail")
  void aFullDiskDuringRecoveryChangesNothingThatCounts(Op op) throws IOException {
    Path crashed = givenCrashWithoutEvidence(6);
    DirectoryBytes.Place last = DirectoryBytes.find(crashed, entryPayload(6));
    DirectoryBytes.write(last.file(), blockOf(last) + BLOCK_BYTES, noise(35, 5000));
    FaultyStorage disk = new FaultyStorage(openStorage(crashed));
    disk.on(op).forever().fail(() -> new StorageFullException("no space, says the test"));
    Throwable refused = catchThrowable(() -> open(disk, ScenarioBase::withoutEvidence).close());
    if (refused != null) assertThat(refused).isInstanceOf(IOException.class).hasStackTraceContaining("no space");
    assertGoesOnAfter(crashed, 6, "once there is room, after " + refused);
  }

  private void assertReopensBetween(Path directory, long atLeast, long atMost) throws IOException {
    WriteAheadLog log = open(directory, FailureScenarios::manual);
    assertThat(log.currentSequence()).isBetween(atLeast, atMost);
    assertThat(lines(log.replay())).isEqualTo(entryLines(1, log.currentSequence()));
    assertThat(log.recovery().damage()).isEmpty();
  }

  /** With the segment sealed or not: after a snapshot it is. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @DisplayName("scenario 38: a segment is cut back to its own end, with a crash at every step, and the next index is used again")
  void cuttingASegmentBackToItselfLosesNothingWhereverItDies(boolean sealed) throws IOException {
    try (WriteAheadLog log = open(ScenarioBase::tinySegments)) {
      appendEntries(log, 5);
      if (sealed) log.snapshot(temporary.resolve("seals"));
    }
    for (int changes = 0; changes < STEPS_MAX; changes = Effort.stepAfter(changes)) {
      Path copy = copyOf(directory());
      PausableStorage mortal = new PausableStorage(openStorage(copy));
      mortal.dieAfter(changes);
      catchThrowable(() -> {
        WriteAheadLog dying = open(mortal, ScenarioBase::tinySegments);
        dying.truncateAfter(5);
        dying.append(bytes("first six"));
        dying.truncateAfter(5);
        dying.append(entryPayload(6));
      });
      try (WriteAheadLog log = open(copy, ScenarioBase::tinySegments)) {
        List<String> withFirstSix = new ArrayList<>(entryLines(1, 5));
        withFirstSix.add("6 ENTRY first six");
        assertThat(lines(log.replay())).as("died after %d", changes).isIn(entryLines(1, 5), withFirstSix, entryLines(1, 6));
        assertThat(log.recovery().damage()).as("died after %d", changes).isEmpty();
      }
      boolean done = !mortal.isDead();
      closeWhatIsStillOpen();
      if (done) return;
    }
    throw new AssertionError("it took more than " + STEPS_MAX + " steps");
  }

  @ParameterizedTest
  @EnumSource(value = SyncMode.class, names = {"SYNC", "MANUAL"})
  @DisplayName("scenario 40: a reader follows across rotation, reuse and truncation right behind it")
  void aTailBesideAWriterThatTruncatesBehindItSeesEveryRecordOnce(SyncMode mode) throws Exception {
    WriteAheadLog log = open(options -> options.syncMode(mode).maxSegmentSize(FRAMES_START_BYTES + 3 * BLOCK_BYTES));
    int count = 120;
    try (WalCursor tail = log.tail(0)) {
      Together.Task<Void> writing = Together.begin(() -> {
        for (int i = 0; i < count; i++) {
          appendEntries(log, 1);
          if (i % 5 == 4) log.sync();
        }
        log.sync();
        return null;
      });
      for (long expected = 1; expected <= count; expected++) {
        Optional<WalRecord> next = tail.next(Duration.ofSeconds(60));
        assertThat(next.map(LogTestBase::line)).hasValue(entryLines(expected, expected).get(0));
        assertThat(log.durableSequence()).as("shown only when durable").isGreaterThanOrEqualTo(expected);
        if (expected % 10 == 0) log.truncate(expected - 1);
      }
      writing.get();
    }
    assertThat(log.verify().ok()).isTrue();
  }

  @Test
  @DisplayName("locks: the holder is dying, and its lock goes away only after a while")
  void openingWaitsForTheLockOfAProcessThatIsDying() throws Exception {
    try (ChildProcess child = ChildProcess.start(factory(), directory(), "hold")) {
      child.awaitLine("opened");
      Together.Task<Long> opening =
          Together.begin(() -> open(options -> options.openTimeout(Duration.ofSeconds(20))).append(entryPayload(1)));
      Together.await("the opening waits", opening::isWaiting);
      child.kill();
      assertThat(opening.get()).isEqualTo(1);
    }
  }
}
