package dev.syncline.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.util.Describer;
import dev.syncline.tck.DirectoryBytes;
import dev.syncline.tck.FaultyStorage;
import dev.syncline.tck.Operation.Op;
import dev.syncline.tck.RecordingStorage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What JRaft relies on in its log while all goes well, and what its own suite asks of a log: what is written, and what is cut off. */
abstract class LogStorageContract extends LogStorageTestBase {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  // Indexes.

  @Test
  void aNewLogHasFirstIndex1AndLastIndex0() {
    SynclineLogStorage log = openedLog();
    assertThat(log.getFirstLogIndex()).isEqualTo(1);
    assertThat(log.getLastLogIndex()).isZero();
    for (long index : new long[] {0, 1, 100, -1, Long.MAX_VALUE}) assertThat(log.getEntry(index)).isNull();
    assertThat(configurations.getLastConfiguration().isEmpty()).isTrue();
  }

  @Test
  void theFirstEntryMayHaveAnyIndexAndLaterOnesMayJump() {
    SynclineLogStorage log = openedLog();
    assertThat(log.appendEntry(entry(100, 1))).isTrue();
    assertThat(log.getFirstLogIndex()).isEqualTo(100);
    assertThat(log.getLastLogIndex()).isEqualTo(100);
    assertThat(log.appendEntry(entry(200, 2))).isTrue();
    for (int opening = 0; opening < 2; opening++) {
      assertThat(log.getFirstLogIndex()).isEqualTo(100);
      assertThat(log.getLastLogIndex()).isEqualTo(200);
      assertThat(log.getEntry(100)).isEqualTo(entry(100, 1));
      assertThat(log.getEntry(200)).isEqualTo(entry(200, 2));
      assertThat(log.getEntry(150)).isNull();
      assertThat(term(log, 100)).isEqualTo(1);
      assertThat(term(log, 200)).isEqualTo(2);
      assertThat(term(log, 150)).isZero();
      log.shutdown();
      opened(log);
    }
  }

  @SuppressWarnings("deprecation")
  private static long term(SynclineLogStorage log, long index) {
    return log.getTerm(index);
  }

  @Test
  void indexesBelow1AreRefused() {
    SynclineLogStorage log = openedLog();
    assertThat(log.appendEntry(entry(0, 1))).isFalse();
    assertThat(log.appendEntries(List.of())).isZero();
    assertThat(log.appendEntries(null)).isZero();
    assertThatThrownBy(() -> log.reset(0)).isInstanceOf(IllegalArgumentException.class);
    append(log, 1, 1, 1);
    assertThat(contents(log)).isEqualTo(lines(1, 1, 1));
  }

  // Appending.

  @ParameterizedTest
  @ValueSource(ints = {1, 32, 256})
  void aBatchIsOneDurableWriteThatHasReturnedWhenTheCallDoes(int count) throws IOException {
    RecordingStorage disk = new RecordingStorage(openStorage(directory()));
    SynclineLogStorage log = new SynclineLogStorage(
        directory().toString(), new RaftOptions(), LogSettings.defaults(), (at, settings) -> disk);
    opened(log);
    append(log, 1, 1, 1);
    long before = commits(disk);
    append(log, 2, count + 1L, 1);
    assertThat(commits(disk) - before).isEqualTo(1);
    log.shutdown();
  }

  private static long commits(RecordingStorage disk) {
    return disk.operations().stream()
        .filter(operation -> operation.op() == Op.WRITE_DURABLY && isSegment(operation.file()) && operation.offsetBytes() > 0)
        .count();
  }

  @Test
  void withoutSyncAnAppendDoesNotWaitForTheDiskAndIsReadableAtOnce() throws Exception {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    RaftOptions lax = new RaftOptions();
    lax.setSync(false);
    SynclineLogStorage log = opened(newLog(directory(), lax, opener(disk)));
    append(log, 1, 1, 1);
    FaultyStorage.Stall stall = disk.on(Op.WRITE_DURABLY).named(name -> isSegment(name)).stallBefore();
    append(log, 2, 20, 1);
    stall.awaitReached(PATIENCE);
    append(log, 21, 40, 1);
    assertThat(log.getLastLogIndex()).isEqualTo(40);
    assertThat(contents(log)).isEqualTo(lines(1, 40, 1));
    stall.release();
    log.shutdown();
    assertThat(contents(opened(log))).isEqualTo(lines(1, 40, 1));
  }

  @Test
  void anAppendAtOrBelowTheLastIndexCutsTheTailFirst() {
    SynclineLogStorage log = openedLog();
    append(log, 1, 30, 1);
    append(log, 31, 60, 1);
    append(log, 15, 18, 2);
    List<String> expected = new ArrayList<>(lines(1, 14, 1));
    expected.addAll(lines(15, 18, 2));
    assertThat(log.getLastLogIndex()).isEqualTo(18);
    assertThat(contents(log)).isEqualTo(expected);
    assertThat(log.getEntry(19)).isNull();
    assertThat(log.appendEntry(entry(18, 3))).isTrue();
    expected.set(17, "18:3");
    assertThat(contents(log)).isEqualTo(expected);
    log.shutdown();
    assertThat(contents(opened(log))).isEqualTo(expected);
  }

  @Test
  void whatASnapshotCoversIsPassedOverAndTheRestIsAppended() {
    SynclineLogStorage log = openedLog();
    append(log, 1, 30, 1);
    assertThat(log.truncatePrefix(20)).isTrue();
    assertThat(log.appendEntries(entries(10, 12, 2))).isEqualTo(3);
    assertThat(contents(log)).isEqualTo(lines(20, 30, 1));
    assertThat(log.appendEntries(entries(10, 32, 2))).isEqualTo(23);
    assertThat(contents(log)).isEqualTo(lines(20, 32, 2));
    assertThat(log.truncatePrefix(100)).isTrue();
    assertThat(log.appendEntries(entries(90, 102, 3))).isEqualTo(13);
    assertThat(contents(log)).isEqualTo(lines(100, 102, 3));
    log.shutdown();
    assertThat(contents(opened(log))).isEqualTo(lines(100, 102, 3));
  }

  @Test
  void anAppendThatGoesBackBelowTheFirstIndexIsRefusedThereAndLosesNothing() {
    SynclineLogStorage log = openedLog();
    append(log, 1, 30, 1);
    assertThat(log.truncatePrefix(20)).isTrue();
    List<LogEntry> back = new ArrayList<>(entries(31, 32, 2));
    back.addAll(entries(10, 12, 2));
    assertThat(log.appendEntries(back)).isEqualTo(2);
    assertThat(logged.messages()).last().asString().contains("expected an entry from index 20 on, found one at 10");
    List<String> expected = new ArrayList<>(lines(20, 30, 1));
    expected.addAll(lines(31, 32, 2));
    assertThat(contents(log)).isEqualTo(expected);
    append(log, 33, 34, 2);
  }

  @Test
  void manyLargeEntriesComeBackAlsoAfterReopening() {
    SynclineLogStorage log = openedLog();
    int count = 1500;
    Random random = new Random(5);
    byte[] data = new byte[16 << 10];
    random.nextBytes(data);
    for (int first = 1; first <= count; first += 100) {
      List<LogEntry> batch = new ArrayList<>();
      for (int index = first; index < first + 100; index++) batch.add(entry(index, index, marked(data, index)));
      assertThat(log.appendEntries(batch)).isEqualTo(100);
    }
    for (int opening = 0; opening < 2; opening++) {
      for (int index = 1; index <= count; index++) assertThat(log.getEntry(index)).isEqualTo(entry(index, index, marked(data, index)));
      log.shutdown();
      opened(log);
    }
  }

  private static byte[] marked(byte[] data, int index) {
    byte[] copy = data.clone();
    copy[0] = (byte) index;
    copy[copy.length - 1] = (byte) (index >> 8);
    return copy;
  }

  @Test
  void entriesLargerThanASegmentComeBack() {
    SynclineLogStorage log = openedLog();
    List<LogEntry> expected = new ArrayList<>();
    int[] sizes = {512 << 10, 0, 5 << 20, 1, (512 << 10) + 1, 9 << 20};
    for (int i = 0; i < sizes.length; i++) {
      byte[] data = new byte[sizes[i]];
      new Random(i).nextBytes(data);
      expected.add(entry(i + 1, 1, data));
    }
    assertThat(log.appendEntries(expected.subList(0, 3))).isEqualTo(3);
    assertThat(log.appendEntries(expected.subList(3, 6))).isEqualTo(3);
    log.shutdown();
    opened(log);
    for (LogEntry entry : expected) assertThat(log.getEntry(entry.getId().getIndex())).isEqualTo(entry);
  }

  @Test
  void whatExceedsTheBatchIsWrittenInTwoPiecesAndALargerEntryIsRefused() throws IOException {
    RecordingStorage disk = new RecordingStorage(openStorage(directory()));
    LogSettings settings = LogSettings.defaults().withBatchBytes(100_000);
    SynclineLogStorage log = new SynclineLogStorage(directory().toString(), new RaftOptions(), settings, (at, s) -> disk);
    opened(log);
    append(log, 1, 1, 1);
    long before = commits(disk);
    List<LogEntry> batch = new ArrayList<>();
    for (int index = 2; index <= 4; index++) batch.add(entry(index, 1, new byte[40_000]));
    assertThat(log.appendEntries(batch)).isEqualTo(3);
    assertThat(commits(disk) - before).isEqualTo(2);
    assertThat(log.appendEntries(List.of(entry(5, 1, new byte[10]), entry(6, 1, new byte[100_001])))).isEqualTo(1);
    assertThat(log.getLastLogIndex()).isEqualTo(5);
    log.shutdown();
  }

  // Truncating.

  @Test
  void truncatePrefixIsExactAlsoInsideASegmentAndAfterReopening() {
    SynclineLogStorage log = openedLog();
    for (int first = 1; first <= 91; first += 10) append(log, first, first + 9, 1);
    for (long kept : new long[] {1, 5, 5, 6, 33, 100}) {
      assertThat(log.truncatePrefix(kept)).isTrue();
      assertThat(contents(log)).isEqualTo(lines(kept, 100, 1));
      if (kept > 1) assertThat(log.getEntry(kept - 1)).isNull();
      log.shutdown();
      assertThat(contents(opened(log))).isEqualTo(lines(kept, 100, 1));
    }
    assertThat(log.truncatePrefix(50)).as("below the first index there is nothing to do").isTrue();
    assertThat(contents(log)).isEqualTo(lines(100, 100, 1));
  }

  @ParameterizedTest
  @ValueSource(longs = {31, 32, 1_000_000_000})
  void truncatePrefixBeyondTheEndLeavesAnEmptyLogThatGoesOnThere(long kept) {
    SynclineLogStorage log = openedLog();
    append(log, 1, 30, 1);
    assertThat(log.truncatePrefix(kept)).isTrue();
    for (int opening = 0; opening < 2; opening++) {
      assertThat(log.getFirstLogIndex()).isEqualTo(kept);
      assertThat(log.getLastLogIndex()).isEqualTo(kept - 1);
      assertThat(log.getEntry(30)).isNull();
      assertThat(log.getEntry(kept)).isNull();
      log.shutdown();
      opened(log);
    }
    append(log, kept, kept + 4, 7);
    assertThat(contents(log)).isEqualTo(lines(kept, kept + 4, 7));
  }

  @Test
  void truncateSuffixKeepsExactlyWhatItIsTold() {
    SynclineLogStorage log = openedLog();
    for (int first = 1; first <= 91; first += 10) append(log, first, first + 9, 1);
    for (long kept : new long[] {100, 1000, 99, 55, 54, 10, 1}) {
      assertThat(log.truncateSuffix(kept)).isTrue();
      long last = Math.min(kept, 100);
      assertThat(log.getLastLogIndex()).isEqualTo(last);
      assertThat(contents(log)).isEqualTo(lines(1, last, 1));
      assertThat(log.getEntry(last + 1)).isNull();
    }
    append(log, 2, 3, 9);
    log.shutdown();
    assertThat(contents(opened(log))).containsExactly("1:1", "2:9", "3:9");
  }

  @Test
  void aCutBetweenTwoEntriesThatDoNotFollowOnEachOtherLeavesTheEarlier() {
    SynclineLogStorage log = openedLog();
    append(log, 10, 12, 1);
    append(log, 40, 42, 1);
    assertThat(log.truncateSuffix(20)).isTrue();
    for (int opening = 0; opening < 3; opening++) {
      assertThat(contents(log)).isEqualTo(lines(10, 12, 1));
      log.shutdown();
      opened(log);
    }
    assertThat(log.truncateSuffix(5)).isTrue();
    for (int opening = 0; opening < 3; opening++) {
      assertThat(log.getFirstLogIndex()).isEqualTo(6);
      assertThat(log.getLastLogIndex()).isEqualTo(5);
      log.shutdown();
      opened(log);
    }
    append(log, 6, 7, 2);
    assertThat(contents(log)).isEqualTo(lines(6, 7, 2));
  }

  @Test
  void resetKeepsTheEntryThatItNamesAndNoOther() {
    SynclineLogStorage log = openedLog();
    append(log, 1, 60, 1);
    assertThat(log.reset(25)).isTrue();
    for (int opening = 0; opening < 2; opening++) {
      assertThat(contents(log)).isEqualTo(lines(25, 25, 1));
      log.shutdown();
      opened(log);
    }
    append(log, 25, 27, 2);
    assertThat(contents(log)).isEqualTo(lines(25, 27, 2));
  }

  @ParameterizedTest
  @ValueSource(longs = {5, 31, 400})
  void resetToAnEntryThatIsNotThereLeavesAnEmptyLogThatGoesOnThere(long next) {
    SynclineLogStorage log = openedLog();
    append(log, 1, 30, 1);
    assertThat(log.truncatePrefix(10)).isTrue();
    assertThat(log.reset(next)).isTrue();
    for (int opening = 0; opening < 2; opening++) {
      assertThat(log.getFirstLogIndex()).isEqualTo(next);
      assertThat(log.getLastLogIndex()).isEqualTo(next - 1);
      log.shutdown();
      opened(log);
    }
    append(log, next, next + 2, 3);
    assertThat(contents(log)).isEqualTo(lines(next, next + 2, 3));
  }

  @Test
  void filesOfTruncatedEntriesAreUsedAgainAlsoWhereSomebodyHasJustReadInThem() {
    SynclineLogStorage log = openedLog();
    for (int index = 1; index <= 200; index++) append(log, index, index, 1);
    for (long index = 1; index <= 40; index++) assertThat(log.getEntry(index)).isNotNull();
    long before = files();
    assertThat(log.truncatePrefix(190)).isTrue();
    assertThat(files()).isLessThan(before - 8);
    for (int index = 201; index <= 260; index++) append(log, index, index, 1);
    StringBuilder described = new StringBuilder();
    log.describe(printer(described));
    assertThat(described.toString()).contains("recycledSegments=").doesNotContain("recycledSegments=0");
  }

  private long files() {
    try {
      return DirectoryBytes.walFiles(directory()).size();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Describer.Printer printer(StringBuilder text) {
    return new Describer.Printer() {
      @Override
      public Describer.Printer print(Object object) {
        text.append(object);
        return this;
      }

      @Override
      public Describer.Printer println(Object object) {
        text.append(object).append('\n');
        return this;
      }
    };
  }
}
