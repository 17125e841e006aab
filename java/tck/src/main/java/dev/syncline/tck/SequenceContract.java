package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.Operation;
import dev.syncline.RecordType;
import dev.syncline.SequenceRange;
import dev.syncline.SyncMode;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which numbers records get: promises 1 to 4. */
public abstract class SequenceContract extends LogTestBase {

  // Promise 1: a fresh log.

  @Test
  void aFreshLogIsEmptyAndSaysSo() throws IOException {
    WriteAheadLog log = open();
    assertThat(log.currentSequence()).isZero();
    assertThat(log.durableSequence()).isZero();
    assertThat(log.firstSequence()).isEqualTo(1);
    assertThat(log.lastCheckpoint()).isZero();
    assertThat(lines(log.replay())).isEmpty();
    assertThat(lines(log.iterate())).isEmpty();
    assertThat(log.recovery().fresh()).isTrue();
  }

  @Test
  void aLogThatWasNeverUsedIsStillEmptyAfterReopening() throws IOException {
    open().close();
    WriteAheadLog log = open();
    assertThat(log.currentSequence()).isZero();
    assertThat(log.firstSequence()).isEqualTo(1);
    assertThat(log.recovery().fresh()).isFalse();
    assertThat(log.append(bytes("first"))).isEqualTo(1);
  }

  @Test
  void firstSequenceOfALogWithoutRecordsIsTheNextOne() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 5);
    log.truncate(5);
    assertThat(log.firstSequence()).isEqualTo(6);
    assertThat(log.currentSequence()).isEqualTo(5);
    assertThat(lines(log.iterate())).isEmpty();
  }

  @Test
  void firstSequenceIsThatOfTheOldestRecord() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 5);
    assertThat(log.firstSequence()).isEqualTo(1);
    log.truncate(2);
    assertThat(log.firstSequence()).isEqualTo(3);
  }

  @Test
  void lastCheckpointIsZeroUntilThereIsOneAndThenTheNewest() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 3);
    assertThat(log.lastCheckpoint()).isZero();
    assertThat(log.checkpoint()).isEqualTo(4);
    assertThat(log.checkpoint()).isEqualTo(5);
    assertThat(log.lastCheckpoint()).isEqualTo(5);
    log.close();
    assertThat(open().lastCheckpoint()).isEqualTo(5);
  }

  @Test
  void lastCheckpointSurvivesTheTruncationOfItsRecord() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 3);
    log.checkpoint();
    log.truncate(4);
    assertThat(log.lastCheckpoint()).isEqualTo(4);
    Path crashed = crashCopy(log);
    log.close();
    assertThat(open().lastCheckpoint()).isEqualTo(4);
    assertThat(open(crashed).lastCheckpoint()).isEqualTo(4);
  }

  // Promise 2: from 1, without gaps, one for every record and every marker.

  @Test
  void singleAppendsABatchAndACheckpointCountOneTwoThreeFourFiveSixSevenEight() throws IOException {
    WriteAheadLog log = open();
    assertThat(log.put(bytes("a"), bytes("1"))).isEqualTo(1);
    assertThat(log.delete(bytes("a"))).isEqualTo(2);
    assertThat(log.append(bytes("payload"))).isEqualTo(3);
    assertThat(log.appendBatch(batch("x", "y", "z"))).isEqualTo(new SequenceRange(4, 6));
    assertThat(log.currentSequence()).isEqualTo(7);
    assertThat(log.checkpoint()).isEqualTo(8);
    assertThat(log.currentSequence()).isEqualTo(8);
    assertThat(lines(log.iterate()))
        .containsExactly(
            "1 PUT a=1", "2 DELETE a", "3 ENTRY payload",
            "4 PUT x=of x", "5 PUT y=of y", "6 PUT z=of z", "7 COMMIT",
            "8 CHECKPOINT");
  }

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void everySyncModeCountsTheSameWay(SyncMode mode) throws IOException {
    WriteAheadLog log = open(options -> options.syncMode(mode));
    assertThat(log.append(Operation.entry(bytes("one")))).isEqualTo(1);
    assertThat(log.appendBatch(batch("b", "c"))).isEqualTo(new SequenceRange(2, 3));
    assertThat(log.append(bytes("five"))).isEqualTo(5);
    assertThat(log.checkpoint()).isEqualTo(6);
    assertThat(log.appendAsync(Operation.delete(bytes("b"))).durable().isCompletedExceptionally()).isFalse();
    log.close();
    assertThat(open().currentSequence()).isEqualTo(7);
  }

  @Test
  void markersSayWhatTheyMark() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 2);
    log.appendBatch(batch("a", "b"));
    log.checkpoint(1);
    log.checkpoint();
    List<WalRecord> markers = records(log.iterate()).stream().filter(record -> !record.type().isData()).toList();
    assertThat(markers)
        .extracting(WalRecord::type)
        .containsExactly(RecordType.COMMIT, RecordType.CHECKPOINT, RecordType.CHECKPOINT);
    assertThat(markers.get(0).marked()).as("a COMMIT names the first record of its batch").isEqualTo(3);
    assertThat(markers.get(1).marked()).as("a CHECKPOINT names what it covers").isEqualTo(1);
  }

  @Test
  void aMixedWorkloadOverManySegmentsLeavesNoGap() throws IOException {
    Random random = new Random(2);
    WriteAheadLog log = open(LogTestBase::smallSegments);
    for (int i = 0; i < 200; i++) appendSomething(log, random);
    long last = log.currentSequence();
    assertThat(sequences(log.iterate())).isEqualTo(allSequences(1, last));
    log.close();
    assertThat(sequences(open(LogTestBase::smallSegments).iterate())).isEqualTo(allSequences(1, last));
  }

  @Test
  void manyThreadsGetDistinctSequencesWithoutAGap() throws Exception {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    TreeSet<Long> taken = new TreeSet<>();
    Together.run(8, thread -> {
      long previous = 0;
      for (int i = 0; i < 50; i++) {
        long sequence = log.put(bytes("key-" + thread), bytes("value-" + i));
        assertThat(sequence).as("one thread's own appends are in its order").isGreaterThan(previous);
        previous = sequence;
        synchronized (taken) {
          assertThat(taken.add(sequence)).as("sequence %d was given twice", sequence).isTrue();
        }
      }
    });
    assertThat(taken).hasSize(400).first().isEqualTo(1L);
    assertThat(taken.last()).isEqualTo(400);
    assertThat(sequences(log.replay())).isEqualTo(allSequences(1, 400));
  }

  @Test
  void batchesOfManyThreadsStayTogether() throws Exception {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    Together.run(4, thread -> {
      for (int i = 0; i < 25; i++) {
        SequenceRange range = log.appendBatch(batch(thread + "-" + i + "-1", thread + "-" + i + "-2"));
        assertThat(range.count()).isEqualTo(2);
        assertThat(text(log.read(range.first()).orElseThrow().key())).isEqualTo(thread + "-" + i + "-1");
        assertThat(text(log.read(range.last()).orElseThrow().key())).isEqualTo(thread + "-" + i + "-2");
        assertThat(log.read(range.last() + 1).orElseThrow().type()).isEqualTo(RecordType.COMMIT);
      }
    });
    assertThat(log.currentSequence()).isEqualTo(300);
  }

  // Promise 3: what needs a COMMIT.

  @Test
  void aSingleAppendIsItsOwnCommit() throws IOException {
    WriteAheadLog log = open();
    log.put(bytes("a"), bytes("1"));
    log.delete(bytes("a"));
    assertThat(lines(log.iterate())).containsExactly("1 PUT a=1", "2 DELETE a");
  }

  @Test
  void anEmptyBatchIsRefusedAndTakesNoSequence() throws IOException {
    WriteAheadLog log = open();
    assertThatThrownBy(() -> log.appendBatch(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least one");
    assertThat(log.currentSequence()).isZero();
    assertThat(log.append(bytes("next"))).isEqualTo(1);
  }

  @Test
  void aBatchIsClosedByExactlyOneCommit() throws IOException {
    WriteAheadLog log = open();
    byte[] key = bytes("k");
    log.appendBatch(List.of(Operation.put(key, bytes("v")), Operation.delete(key), Operation.entry(bytes("e"))));
    assertThat(lines(log.iterate())).containsExactly("1 PUT k=v", "2 DELETE k", "3 ENTRY e", "4 COMMIT");
  }

  // Promise 4: acknowledged sequences are never used again.

  @Test
  void sequencesGoOnAfterCloseAndReopen() throws IOException {
    givenClosedLog(10);
    WriteAheadLog log = open();
    assertThat(log.currentSequence()).isEqualTo(10);
    assertThat(log.append(bytes("next"))).isEqualTo(11);
  }

  @Test
  void sequencesGoOnAfterACrash() throws IOException {
    WriteAheadLog log = open(givenCrashedLog(10));
    assertThat(log.currentSequence()).isEqualTo(10);
    assertThat(log.append(bytes("next"))).isEqualTo(11);
  }

  @Test
  void sequencesGoOnAfterEverythingWasTruncated() throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    appendEntries(log, 40);
    log.truncate(40);
    Path crashed = crashCopy(log);
    log.close();
    for (Path directory : List.of(directory(), crashed)) {
      WriteAheadLog again = open(directory, LogTestBase::smallSegments);
      assertThat(again.currentSequence()).isEqualTo(40);
      assertThat(again.firstSequence()).isEqualTo(41);
      assertThat(again.append(bytes("next"))).isEqualTo(41);
    }
  }

  @Test
  void noSequenceIsUsedTwiceOverManyCyclesOfTruncationCloseAndCrash() throws IOException {
    Random random = new Random(4);
    Path directory = directory();
    long highest = 0;
    for (int cycle = 0; cycle < 15; cycle++) {
      WriteAheadLog log = open(directory, LogTestBase::smallSegments);
      assertThat(log.currentSequence()).as("after cycle %d", cycle).isEqualTo(highest);
      for (int i = random.nextInt(12); i > 0; i--) appendSomething(log, random);
      highest = log.currentSequence();
      if (random.nextInt(3) == 0) log.truncate(random.nextBoolean() ? highest : highest / 2);
      if (random.nextBoolean()) directory = crashCopy(log);
      else log.close();
    }
  }

  @Test
  void onlyTruncateAfterGivesSequencesBack() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 10);
    log.truncateAfter(6);
    assertThat(log.currentSequence()).isEqualTo(6);
    assertThat(log.append(bytes("again"))).isEqualTo(7);
  }

  private static void appendSomething(WriteAheadLog log, Random random) throws IOException {
    switch (random.nextInt(5)) {
      case 0 -> log.put(bytes("key"), new byte[random.nextInt(3000)]);
      case 1 -> log.delete(bytes("key"));
      case 2 -> log.append(new byte[random.nextInt(9000)]);
      case 3 -> log.appendBatch(batch("a", "b", "c").subList(0, 1 + random.nextInt(3)));
      default -> log.checkpoint();
    }
  }

  private static List<Long> allSequences(long first, long last) {
    return LongStream.rangeClosed(first, last).boxed().toList();
  }
}
