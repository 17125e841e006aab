package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.syncline.LogClosedException;
import dev.syncline.LogFailedException;
import dev.syncline.RecordsTruncatedException;
import dev.syncline.SequenceRange;
import dev.syncline.log.SegmentedLog;
import dev.syncline.log.read.LogCursor;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Forgetting every record and going on anywhere: {@code reset}, and that a crash in it leaves the log as before or as after. */
public abstract class ResetContract extends IndexTestBase {
  private static final int STEPS_MAX = 400;
  private static final int CUTS = 3;

  private interface Step {
    void run(SegmentedLog log) throws IOException;
  }

  private interface Check {
    void run(String step, SegmentedLog recovered) throws IOException;
  }

  // What it does.

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 35, 60, 61, 62, 1_000_000, Long.MAX_VALUE - 10})
  void nothingIsLeftAndTheNextAppendGetsTheIndexThatWasAskedFor(long next) throws IOException {
    SegmentedLog log = openLog(givenRecords(1, 60));
    log.reset(next);
    assertIsEmptyBefore(log, next);
    log.close();
    SegmentedLog again = openLog(directory());
    assertIsEmptyBefore(again, next);
    assertThat(again.recovery().closedCleanly()).isTrue();
    assertThat(again.recovery().gaps()).isEmpty();
    again.appendRun(next, run(next, next + 2));
    again.close();
    assertThat(contents(openLog(directory()))).isEqualTo(records(next, next + 2));
  }

  private static void assertIsEmptyBefore(SegmentedLog log, long next) throws IOException {
    assertThat(log.currentSequence()).isEqualTo(next - 1);
    assertThat(log.durableSequence()).isEqualTo(next - 1);
    assertThat(log.firstSequence()).isEqualTo(next);
    assertThat(contents(log)).isEmpty();
    assertThat(log.append(PLAIN, 0, NOTHING, bytes("counts on"))).isEqualTo(next);
    log.reset(next);
  }

  @Test
  void aLogThatHasNoRecordsYetCanBeResetAndResetAgain() throws IOException {
    SegmentedLog log = openLog(directory());
    for (long next : new long[] {7, 7, 3, 1000, 1}) {
      log.reset(next);
      assertThat(log.firstSequence()).isEqualTo(next);
      assertThat(log.currentSequence()).isEqualTo(next - 1);
    }
    log.close();
    assertThat(openLog(directory()).firstSequence()).isEqualTo(1);
  }

  @Test
  void whatWasNotDurableIsForgottenToo() throws IOException {
    SegmentedLog log = openLog(openStorage(directory()), manualOptions());
    log.appendRun(1, run(1, 50));
    log.reset(10);
    log.appendRun(10, run(10, 11));
    assertThat(contents(log)).isEqualTo(records(10, 11));
    log.close();
    assertThat(contents(openLog(directory()))).isEqualTo(records(10, 11));
  }

  @Test
  void theLastCheckpointIsForgottenWithTheRecords() throws IOException {
    SegmentedLog log = openLog(givenRecords(1, 20));
    log.noteCheckpoint(15, 14);
    log.reset(5);
    assertThat(log.lastCheckpoint()).isZero();
    log.close();
    assertThat(openLog(directory()).lastCheckpoint()).isZero();
  }

  @Test
  void afterACutOfTheTailThatNoSegmentConfirmsYetItHoldsAll() throws IOException {
    SegmentedLog log = openLog(givenRecords(1, 60));
    log.truncateAfter(20);
    log.reset(15);
    log.close();
    SegmentedLog again = openLog(directory());
    assertThat(again.firstSequence()).isEqualTo(15);
    again.appendRun(15, run(15, 16));
    again.close();
    assertThat(contents(openLog(directory()))).isEqualTo(records(15, 16));
  }

  @Test
  void filesThatAreUsedAgainBringNothingBack() throws IOException {
    PausableStorage disk = new PausableStorage(openStorage(directory()));
    SegmentedLog log = openLog(disk, smallOptions());
    for (int round = 0; round < 6; round++) {
      log.reset(1);
      log.appendRun(1, run(1, 30 + round));
      appendOneByOne(log, 31 + round, 60 + round);
      log.reset(1);
      appendOneByOne(log, 1, round + 1);
      Path copy = newCopyName();
      disk.copyTo(copy);
      assertThat(contents(openLog(copy))).isEqualTo(records(1, round + 1));
    }
    assertThat(log.stats().recycledSegments()).isPositive();
  }

  @Test
  void indexesBelowOneAreRefusedAndALogThatIsClosedOrFailedRefusesAll() throws IOException {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    SegmentedLog log = openLog(disk, smallOptions());
    appendOneByOne(log, 1, 3);
    for (long next : new long[] {0, -5, Long.MIN_VALUE})
      assertThatThrownBy(() -> log.reset(next)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("" + next);
    assertThat(contents(log)).isEqualTo(records(1, 3));
    disk.on(Op.WRITE_DURABLY).named(name -> name.equals("log.mark")).fail(() -> new IOException("EIO of the test"));
    assertThatThrownBy(() -> log.reset(9)).isInstanceOf(LogFailedException.class).hasStackTraceContaining("EIO of the test");
    assertThatThrownBy(() -> log.reset(9)).isInstanceOf(LogFailedException.class);
    assertThatThrownBy(() -> log.appendRun(9, run(9, 9))).isInstanceOf(LogFailedException.class);
    assertThat(catchThrowable(log::close)).isInstanceOf(LogFailedException.class);
    assertThatThrownBy(() -> log.reset(9)).isInstanceOf(LogClosedException.class);
    try (SegmentedLog again = openLog(directory())) {
      assertThat(contents(again)).isIn(List.of(), records(1, 3));
    }
  }

  // Leaving indexes out.

  /** As giving damage up leaves it: a copy of a log that has such a gap can be made to have it, too. */
  @ParameterizedTest
  @ValueSource(longs = {1, 5, 60})
  void whatIsSkippedIsAGapOnRecord(long last) throws IOException {
    try (SegmentedLog log = openLog(givenRecords(1, last))) {
      log.skipTo(101);
      assertThat(log.currentSequence()).isEqualTo(100);
      assertThat(log.durableSequence()).isEqualTo(100);
      assertThat(contents(log)).isEqualTo(records(1, last));
    }
    try (SegmentedLog again = openLog(directory())) {
      assertThat(again.recovery().closedCleanly()).isTrue();
      assertThat(again.recovery().gaps()).containsExactly(new SequenceRange(last + 1, 100));
      assertThat(again.currentSequence()).isEqualTo(100);
      assertThat(again.append(PLAIN, 0, NOTHING, entryPayload(101))).isEqualTo(101);
    }
    SegmentedLog log = openLog(directory());
    assertThat(log.recovery().gaps()).containsExactly(new SequenceRange(last + 1, 100));
    List<String> expected = new ArrayList<>(records(1, last));
    expected.addAll(records(101, 101));
    assertThat(contents(log)).isEqualTo(expected);
    assertThat(log.verify().ok()).isTrue();
    log.truncateAfter(last + 1);
    assertThat(contents(log)).isEqualTo(records(1, last));
  }

  @Test
  void skippingTwiceAndInAnEmptyLogLeavesIndexesOut() throws IOException {
    try (SegmentedLog log = openLog(directory())) {
      log.skipTo(10);
      log.skipTo(20);
      assertThat(log.append(PLAIN, 0, NOTHING, entryPayload(20))).isEqualTo(20);
      log.skipTo(30);
      log.skipTo(40);
      log.appendGroup(run(40, 44));
      log.truncateAfter(42);
      log.skipTo(50);
      log.appendRun(50, run(50, 50));
    }
    List<String> expected = new ArrayList<>(records(20, 20));
    expected.addAll(records(40, 42));
    expected.addAll(records(50, 50));
    SegmentedLog log = openLog(directory());
    assertThat(contents(log)).isEqualTo(expected);
    assertThat(log.recovery().damage()).isEmpty();
    assertThat(log.verify().ok()).isTrue();
    log.truncate(45);
    assertThat(contents(log)).isEqualTo(records(50, 50));
  }

  @Test
  void whatIsThereCannotBeSkipped() throws IOException {
    SegmentedLog log = openLog(givenRecords(1, 3));
    for (long next : new long[] {3, 1, 0, -5, Long.MAX_VALUE})
      assertThatThrownBy(() -> log.skipTo(next)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("" + next);
    log.skipTo(4);
    assertThat(log.append(PLAIN, 0, NOTHING, entryPayload(4))).isEqualTo(4);
    assertThat(contents(log)).isEqualTo(records(1, 4));
  }

  @Test
  void aCrashInASkipLeavesTheLogAsBeforeOrAsAfter() throws IOException {
    Path start = givenRecords(1, 20);
    dieAtEachStep(start, log -> log.skipTo(101), (step, log) -> {
      assertThat(log.currentSequence()).as(step).isIn(20L, 100L);
      long next = log.currentSequence() + 1;
      assertThat(log.append(PLAIN, 0, NOTHING, entryPayload(next))).as(step).isEqualTo(next);
      List<String> expected = new ArrayList<>(records(1, 20));
      expected.addAll(records(next, next));
      assertThat(contents(log)).as(step).isEqualTo(expected);
      assertThat(log.recovery().damage()).as(step).isEmpty();
    });
  }

  // Cursors.

  @Test
  void aCursorThatWasOpenedBeforeEndsWithAnErrorAndATailGoesOnWithWhatIsNew() throws IOException {
    SegmentedLog log = openLog(givenRecords(1, 60));
    try (LogCursor cursor = log.cursor(0); LogCursor behind = log.follow(0); LogCursor ahead = log.follow(59)) {
      assertThat(cursor.advance()).isTrue();
      assertThat(ahead.advance()).isTrue();
      log.reset(1);
      log.appendRun(1, List.of(entry(PLAIN, "new"), entry(PLAIN, "newer")));
      assertThatThrownBy(() -> advanceToTheEnd(cursor)).isInstanceOf(RecordsTruncatedException.class);
      assertThatThrownBy(ahead::advance).isInstanceOf(RecordsTruncatedException.class);
      assertThat(behind.advance()).isTrue();
      assertThat(text(behind.payload())).isEqualTo("new");
    }
    log.close();
    assertThat(contents(openLog(directory()))).containsExactly("1 new", "2 newer");
  }

  private static void advanceToTheEnd(LogCursor cursor) throws IOException {
    while (cursor.advance()) assertThat(text(cursor.payload())).isNotEqualTo("new");
  }

  // Crashes.

  @ParameterizedTest
  @ValueSource(longs = {1, 20, 61, 1000})
  void aCrashInsideResetLeavesTheLogAsBeforeOrAsAfter(long next) throws IOException {
    Path start = givenRecords(1, 60);
    dieAtEachStep(start, log -> log.reset(next), (step, log) -> {
      boolean before = log.currentSequence() == 60 && !contents(log).isEmpty();
      assertThat(contents(log)).as(step).isEqualTo(before ? records(1, 60) : List.of());
      if (!before) assertThat(log.firstSequence()).as(step).isEqualTo(next);
      long following = before ? 61 : next;
      assertThat(log.append(PLAIN, 0, NOTHING, entryPayload(following))).as(step).isEqualTo(following);
      assertThat(contents(log)).as(step).isEqualTo(records(before ? 1 : next, following));
    });
  }

  @ParameterizedTest
  @ValueSource(longs = {5, 6, 39, 41, 61, 62, 99, 100})
  void aCrashInsideACutBetweenTwoIndexesLeavesTheLogAsBeforeOrAsAfter(long cut) throws IOException {
    Path start = directory();
    List<String> all = new ArrayList<>(records(1, 5));
    all.addAll(records(40, 61));
    all.addAll(records(100, 101));
    try (SegmentedLog log = openLog(start)) {
      log.appendRun(1, run(1, 5));
      appendOneByOne(log, 40, 61);
      log.appendRun(100, run(100, 101));
    }
    List<String> kept = all.subList(0, (int) (Math.min(cut, 5) + Math.max(0, Math.min(cut, 61) - 39) + (cut == 100 ? 1 : 0)));
    dieAtEachStep(start, log -> log.truncateAfter(cut), (step, log) -> {
      boolean before = log.currentSequence() == 101;
      assertThat(contents(log)).as(step).isEqualTo(before ? all : kept);
      assertThat(log.currentSequence()).as(step).isEqualTo(before ? 101 : cut);
      long next = log.currentSequence() + 2;
      log.appendRun(next, run(next, next));
      List<String> now = new ArrayList<>(before ? all : kept);
      now.addAll(records(next, next));
      assertThat(contents(log)).as(step).isEqualTo(now);
    });
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 20, 1000})
  void aCrashInTheAppendsAfterResetBringsNothingBack(long next) throws IOException {
    Path start = givenRecords(1, 60);
    try (SegmentedLog log = openLog(start)) {
      log.reset(next);
    }
    dieAtEachStep(start, log -> {
      log.appendRun(next, run(next, next + 1));
      log.appendRun(next + 2, run(next + 2, next + 2));
    }, (step, log) ->
        assertThat(contents(log)).as(step).isIn(List.of(), records(next, next + 1), records(next, next + 2)));
  }

  @Test
  void aCrashInsideResetAppendAndResetAgainShowsOneOfTheStates() throws IOException {
    Path start = givenRecords(1, 60);
    dieAtEachStep(start, log -> {
      log.reset(10);
      log.appendRun(10, run(10, 19));
      log.truncateAfter(14);
      log.reset(5);
      log.appendRun(5, run(5, 6));
    }, (step, log) ->
        assertThat(contents(log)).as(step)
            .isIn(records(1, 60), List.of(), records(10, 19), records(10, 14), records(5, 6)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void afterResetAPowerCutLeavesItDone(int seed) throws IOException {
    Random random = new Random(seed);
    PowerCutStorage disk = new PowerCutStorage(openStorage(directory()));
    SegmentedLog log = openLog(disk, smallOptions());
    for (int cycle = 0; cycle < Effort.of(3, 6); cycle++) {
      long next = 1 + random.nextInt(80);
      log.reset(next);
      assertEachCutLeaves(disk, random, List.of(), next);
      int count = 1 + random.nextInt(30);
      for (int i = 0; i < count; i++) log.appendRun(next + 2L * i, run(next + 2L * i, next + 2L * i + 1));
      assertEachCutLeaves(disk, random, records(next, next + 2L * count - 1), next);
    }
  }

  private void assertEachCutLeaves(PowerCutStorage disk, Random random, List<String> expected, long first) throws IOException {
    for (int i = 0; i < CUTS; i++) {
      Path target = newCopyName();
      disk.cut(target, random);
      try (SegmentedLog log = openLog(target)) {
        assertThat(contents(log)).as("%s", target).isEqualTo(expected);
        assertThat(log.firstSequence()).as("%s", target).isEqualTo(first);
      }
    }
  }

  /** Runs {@code step} on copies of {@code start}, dying a few changes later each time, until it gets through alive. */
  private void dieAtEachStep(Path start, Step step, Check check) throws IOException {
    for (int changes = 0; changes < STEPS_MAX; changes = Effort.stepAfter(changes)) {
      Path copy = copyOf(start);
      PausableStorage mortal = new PausableStorage(openStorage(copy));
      mortal.dieAfter(changes);
      boolean died = runUntilDeath(mortal, step);
      try (SegmentedLog recovered = openLog(copy)) {
        check.run("died after " + changes + " changes", recovered);
      }
      closeLogsThatAreStillOpen();
      if (!died) return;
    }
    throw new AssertionError("it took more than " + STEPS_MAX + " steps");
  }

  private boolean runUntilDeath(PausableStorage mortal, Step step) {
    try {
      step.run(openLog(mortal, smallOptions()));
      return mortal.isDead();
    } catch (IOException died) {
      assertThat(mortal.isDead()).as("failed although every operation had succeeded: %s", died).isTrue();
      return true;
    }
  }
}
