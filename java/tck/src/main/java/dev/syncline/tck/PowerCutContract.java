package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.SyncMode;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a power cut leaves: promise 16 where unsynced bytes and names may be lost, in any combination. */
public abstract class PowerCutContract extends LogTestBase {
  private static final int CUTS = 2;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void afterAnyAppendAPowerCutLosesNothingThatWasAcknowledged(int seed) throws IOException {
    Random random = new Random(seed);
    PowerCutStorage disk = new PowerCutStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, LogTestBase::smallSegments);
    for (int i = 0; i < 45; i++) {
      appendEntries(log, 1);
      if (i % 4 == 0) assertEachCutLeaves(disk, random, log.currentSequence(), log.currentSequence(), 1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void afterTruncationAtEitherEndAPowerCutLeavesItDone(int seed) throws IOException {
    Random random = new Random(seed);
    PowerCutStorage disk = new PowerCutStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, LogTestBase::smallSegments);
    long first = 1;
    for (int cycle = 0; cycle < Effort.of(3, 6); cycle++) {
      appendEntries(log, 20);
      log.truncateAfter(log.currentSequence() - random.nextInt(15));
      assertEachCutLeaves(disk, random, log.currentSequence(), log.currentSequence(), first);
      appendEntries(log, 1);
      first += random.nextInt((int) (log.currentSequence() - first) + 1);
      log.truncate(first - 1);
      assertEachCutLeaves(disk, random, log.currentSequence(), log.currentSequence(), first);
    }
  }

  @Test
  void whatWasNotSyncedIsLostFromTheEndOnly() throws IOException {
    Random random = new Random(16);
    PowerCutStorage disk = new PowerCutStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, options -> options.syncMode(SyncMode.MANUAL).maxSegmentSize(SMALL_SEGMENT_BYTES));
    for (int i = 0; i < 15; i++) {
      appendEntries(log, 5);
      if (i % 4 == 0) log.sync();
      assertEachCutLeaves(disk, random, log.durableSequence(), log.currentSequence(), 1);
    }
  }

  @Test
  void afterCloseAPowerCutLosesNothing() throws IOException {
    PowerCutStorage disk = new PowerCutStorage(openStorage(directory()));
    try (WriteAheadLog log = open(disk, options -> options.syncMode(SyncMode.MANUAL).maxSegmentSize(SMALL_SEGMENT_BYTES))) {
      appendEntries(log, 40);
    }
    assertEachCutLeaves(disk, new Random(23), 40, 40, 1);
  }

  private void assertEachCutLeaves(PowerCutStorage disk, Random random, long acknowledged, long attempted, long first)
      throws IOException {
    for (int i = 0; i < CUTS; i++) {
      Path target = newCopyName();
      disk.cut(target, random);
      try (WriteAheadLog log = open(target, LogTestBase::smallSegments)) {
        assertThat(log.recovery().damage()).as("%s", target).isEmpty();
        assertThat(log.currentSequence()).as("%s", target).isBetween(acknowledged, attempted);
        List<String> recovered = lines(log.replay());
        assertThat(recovered).as("%s", target).isEqualTo(entryLines(first, log.currentSequence()));
      }
    }
  }
}
