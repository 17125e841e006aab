package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.CorruptionPolicy;
import dev.syncline.Operation;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A process that dies at each single step of something that takes several: promise 14 and the first half of 19.
 *
 * <p>What a power cut may leave besides is the business of a simulated disk; here every completed operation stays.
 */
public abstract class CrashStepContract extends LogTestBase {
  /** More steps than anything here takes; a loop that gets there would not end. */
  private static final int STEPS_MAX = 400;

  private interface Step {
    void run(WriteAheadLog log) throws IOException;
  }

  @Test
  void aCrashInsideTruncateLeavesTheLogAsBeforeOrAsAfter() throws IOException {
    Path start = givenClosedLog(60);
    dieAtEachStep(start, log -> log.truncate(45), (step, log) ->
        assertThat(lines(log.replay())).as(step).isIn(entryLines(1, 60), entryLines(46, 60)));
  }

  @Test
  void aCrashInsideATruncateOfEverythingLeavesTheLogAsBeforeOrAsAfter() throws IOException {
    Path start = givenClosedLog(60);
    dieAtEachStep(start, log -> log.truncate(60), (step, log) -> {
      assertThat(lines(log.replay())).as(step).isIn(entryLines(1, 60), List.of());
      assertThat(log.append(bytes("next"))).as(step).isEqualTo(61);
    });
  }

  @Test
  void aCrashInsideTruncateAfterLeavesTheLogAsBeforeOrAsAfter() throws IOException {
    Path start = givenClosedLog(60);
    dieAtEachStep(start, log -> log.truncateAfter(20), (step, log) -> {
      assertThat(lines(log.replay())).as(step).isIn(entryLines(1, 60), entryLines(1, 20));
      long next = log.currentSequence() + 1;
      assertThat(log.append(entryPayload(next))).as(step).isEqualTo(next);
      assertThat(lines(log.replay())).as(step).isEqualTo(entryLines(1, next));
    });
  }

  @Test
  void aCrashInsideTheAppendThatFollowsTruncateAfterBringsNothingBack() throws IOException {
    try (WriteAheadLog log = open(givenClosedLog(60), LogTestBase::smallSegments)) {
      log.truncateAfter(20);
    }
    dieAtEachStep(directory(), log -> log.append(entryPayload(21)), (step, log) ->
        assertThat(lines(log.replay())).as(step).isIn(entryLines(1, 20), entryLines(1, 21)));
  }

  @Test
  void aCrashInsideARewindAndItsNextAppendBringsNothingBack() throws IOException {
    Path start = givenClosedLog(60);
    dieAtEachStep(start, log -> {
      log.truncateAfter(20);
      log.append(bytes("another 21"));
    }, (step, log) -> {
      List<String> seen = lines(log.replay());
      if (seen.size() == 21) assertThat(seen).as(step).endsWith("21 ENTRY another 21");
      else assertThat(seen).as(step).isIn(entryLines(1, 60), entryLines(1, 20));
    });
  }

  @Test
  void aCrashInsideABatchShowsItWholeOrNotAtAll() throws IOException {
    Path start = givenClosedLog(3);
    List<Operation> large = List.of(Operation.entry(new byte[50_000]), Operation.entry(new byte[50_000]));
    dieAtEachStep(start, log -> log.appendBatch(large), (step, log) ->
        assertThat(sequences(log.iterate())).as(step).isIn(List.of(1L, 2L, 3L), List.of(1L, 2L, 3L, 4L, 5L, 6L)));
  }

  @Test
  void aCrashInsideRotationLosesNothingThatWasAcknowledged() throws IOException {
    Path start = givenClosedLog(3);
    long[] acknowledged = {3};
    dieAtEachStep(start, log -> {
      while (acknowledged[0] < 45) acknowledged[0] = log.append(entryPayload(acknowledged[0] + 1));
    }, (step, log) -> {
      assertThat(log.currentSequence()).as(step).isBetween(acknowledged[0], acknowledged[0] + 1);
      assertThat(lines(log.replay())).as(step).isEqualTo(entryLines(1, log.currentSequence()));
      acknowledged[0] = 3;
    });
  }

  @Test
  void aCrashInsideCloseLosesNothing() throws IOException {
    Path start = givenCrashedLog(20);
    dieAtEachStep(start, log -> {
      log.append(entryPayload(21));
      log.close();
    }, (step, log) -> assertThat(lines(log.replay())).as(step).isIn(entryLines(1, 20), entryLines(1, 21)));
  }

  @Test
  void aCrashInsideTheVeryFirstOpeningLeavesADirectoryThatOpens() throws IOException {
    Path start = temporary.resolve("nothing");
    dieAtEachStep(start, log -> log.append(entryPayload(1)), (step, log) -> {
      assertThat(lines(log.replay())).as(step).isIn(List.of(), entryLines(1, 1));
      long next = log.currentSequence() + 1;
      assertThat(log.append(entryPayload(next))).as(step).isEqualTo(next);
    });
  }

  // Promise 19: recovery is interrupted and runs again.

  @Test
  void recoveryThatDiesAtAnyStepComesToTheSameResultLater() throws IOException {
    Path torn = givenTornLog();
    dieAtEachStep(torn, log -> {}, (step, log) -> {
      assertThat(lines(log.replay())).as(step).isEqualTo(entryLines(1, 30));
      assertThat(log.recovery().damage()).as(step).isEmpty();
    });
  }

  @Test
  void recoveryOfADamagedLogUnderTruncateComesToTheSameResultLater() throws IOException {
    Path damaged = givenClosedLog(60);
    DirectoryBytes.Place place = DirectoryBytes.find(damaged, entryPayload(58));
    DirectoryBytes.zeroBlockAround(place.file(), place.offset());
    for (int changes = 0; changes < STEPS_MAX; changes = Effort.stepAfter(changes)) {
      Path copy = copyOf(damaged);
      boolean died = dieWhileOpening(copy, changes);
      WriteAheadLog log = open(copy, options -> options.corruptionPolicy(CorruptionPolicy.TRUNCATE));
      assertThat(lines(log.replay())).as("died after %d changes", changes).isEqualTo(entryLines(1, 57));
      assertThat(log.append(bytes("next"))).as("died after %d changes", changes).isEqualTo(61);
      closeWhatIsStillOpen();
      if (!died) return;
    }
    throw new AssertionError("opening took more than " + STEPS_MAX + " steps");
  }

  private boolean dieWhileOpening(Path directory, int changes) throws IOException {
    PausableStorage mortal = new PausableStorage(openStorage(directory));
    mortal.dieAfter(changes);
    try {
      open(mortal, options -> options.corruptionPolicy(CorruptionPolicy.TRUNCATE));
      return mortal.isDead();
    } catch (IOException died) {
      return true;
    }
  }

  @Test
  void ifTheDiskFailsDuringRecoveryOpeningFailsAndALaterOneSucceeds() throws IOException {
    Path torn = givenTornLog();
    PausableStorage failing = new PausableStorage(openStorage(torn));
    failing.dieAfter(0);
    assertThatThrownBy(() -> open(failing, LogTestBase::smallSegments)).isInstanceOf(IOException.class);
    assertThat(lines(open(torn, LogTestBase::smallSegments).replay())).isEqualTo(entryLines(1, 30));
  }

  private Path givenTornLog() throws IOException {
    Path crashed = givenCrashedLog(30);
    DirectoryBytes.Place last = DirectoryBytes.find(crashed, entryPayload(30));
    byte[] garbage = new byte[5000];
    new Random(19).nextBytes(garbage);
    DirectoryBytes.write(last.file(), last.offset() / BLOCK_BYTES * BLOCK_BYTES + BLOCK_BYTES, garbage);
    return crashed;
  }

  private interface Check {
    void run(String step, WriteAheadLog recovered) throws IOException;
  }

  /** Runs {@code step} on copies of {@code start}, dying a few changes later each time, until it gets through alive. */
  private void dieAtEachStep(Path start, Step step, Check check) throws IOException {
    for (int changes = 0; changes < STEPS_MAX; changes = Effort.stepAfter(changes)) {
      Path copy = Files.exists(start) ? copyOf(start) : temporary.resolve("fresh-" + changes);
      PausableStorage mortal = new PausableStorage(openStorage(copy));
      mortal.dieAfter(changes);
      boolean died = runUntilDeath(mortal, step);
      WriteAheadLog recovered = open(copy, LogTestBase::smallSegments);
      check.run("died after " + changes + " changes", recovered);
      closeWhatIsStillOpen();
      if (!died) return;
    }
    throw new AssertionError("it took more than " + STEPS_MAX + " steps");
  }

  private boolean runUntilDeath(PausableStorage mortal, Step step) {
    try {
      step.run(open(mortal, LogTestBase::smallSegments));
      return mortal.isDead();
    } catch (IOException died) {
      assertThat(mortal.isDead()).as("failed although every operation had succeeded: %s", died).isTrue();
      return true;
    }
  }
}
