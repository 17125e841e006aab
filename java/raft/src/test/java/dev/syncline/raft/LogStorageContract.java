package dev.syncline.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.util.Describer;
import dev.syncline.WalCursor;
import dev.syncline.WriteAheadLog;
import dev.syncline.tck.DirectoryBytes;
import dev.syncline.tck.FaultyStorage;
import dev.syncline.tck.Operation;
import dev.syncline.tck.Operation.Op;
import dev.syncline.tck.RecordingStorage;
import dev.syncline.tck.Together;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What JRaft relies on in its log while all goes well, and what its own suite asks of a log. */
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
  void anAppendBelowTheFirstIndexIsRefusedAndChangesNothing() {
    SynclineLogStorage log = openedLog();
    append(log, 1, 30, 1);
    assertThat(log.truncatePrefix(20)).isTrue();
    assertThat(log.appendEntries(entries(10, 12, 2))).isZero();
    assertThat(logged.messages()).last().asString().contains("expected an entry from index 20 on, found one at 10");
    assertThat(contents(log)).isEqualTo(lines(20, 30, 1));
    append(log, 31, 32, 1);
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

  // Reading.

  @Test
  void readersNeverWaitBehindASync() throws Exception {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    SynclineLogStorage log = openedLog(disk);
    for (int first = 1; first <= 381; first += 20) append(log, first, first + 19, 1);
    FaultyStorage.Stall stall = disk.on(Op.WRITE_DURABLY).named(name -> isSegment(name)).stallBefore();
    Together.Task<Void> appending = Together.begin(() -> {
      append(log, 401, 410, 1);
      return null;
    });
    stall.awaitReached(PATIENCE);
    try {
      Together.run(4, thread -> {
        Random random = new Random(thread);
        for (int i = 0; i < 300; i++) {
          long index = 1 + random.nextInt(400);
          assertThat(log.getEntry(index)).isEqualTo(entry(index, 1));
        }
        assertThat(log.getEntry(401)).isNull();
        assertThat(log.getLastLogIndex()).isEqualTo(400);
        assertThat(log.getFirstLogIndex()).isEqualTo(1);
      });
      assertThat(appending.isDone()).isFalse();
    } finally {
      stall.release();
    }
    appending.get();
    assertThat(log.getEntry(401)).isEqualTo(entry(401, 1));
  }

  @Test
  void readersBesideTruncationAtBothEndsSeeWhatStaysAllTheTime() throws Exception {
    SynclineLogStorage log = openedLog();
    append(log, 1, 300, 1);
    Together.Task<Void> reading = Together.begin(() -> {
      Random random = new Random(3);
      while (log.getLastLogIndex() < 1000) {
        long index = 200 + random.nextInt(50);
        assertThat(log.getEntry(index)).isEqualTo(entry(index, 1));
      }
      return null;
    });
    for (int i = 0; i < 40 && !reading.isDone(); i++) {
      append(log, 301 - i, 340, 2 + i);
      assertThat(log.truncateSuffix(299 - i)).isTrue();
      if (i % 10 == 0) assertThat(log.truncatePrefix(2 + i * 4)).isTrue();
    }
    append(log, log.getLastLogIndex() + 1, 1000, 99);
    reading.get();
  }

  @Test
  void entriesOfABatchAreReadOneAfterTheOtherWithoutReadingTheBatchAgainEachTime() throws IOException {
    RecordingStorage disk = new RecordingStorage(openStorage(directory()));
    SynclineLogStorage log = openedLog(disk);
    List<LogEntry> batch = new ArrayList<>();
    for (int index = 1; index <= 256; index++) batch.add(entry(index, 1, new byte[1024]));
    assertThat(log.appendEntries(batch)).isEqualTo(256);
    disk.reset();
    for (int index = 1; index <= 256; index++) assertThat(log.getEntry(index)).isNotNull();
    long readBytes = disk.operations().stream().filter(o -> o.op() == Op.READ).mapToLong(Operation::lengthBytes).sum();
    assertThat(readBytes).isLessThan(3 * 256 * 1100);
  }

  @Test
  void theToolsOfTheLogVerifyItAndSayWhatItIs() throws IOException {
    SynclineLogStorage log = openedLog();
    append(log, 1, 100, 1);
    assertThat(log.truncatePrefix(11)).isTrue();
    try (WriteAheadLog reader = WriteAheadLog.openReadOnly(directory())) {
      while (reader.durableSequence() < 100) reader.iterate().close(); // Until the mark says that their one frame is durable.
      assertThat(reader.verify().damage()).isEmpty();
      assertThat(List.of(reader.firstSequence(), reader.currentSequence())).containsExactly(11L, 100L);
      try (WalCursor records = reader.iterate()) {
        assertThatThrownBy(records::hasNext).hasStackTraceContaining("written through the layer below");
      }
    }
  }

  // Configurations.

  @Test
  void whatIsLoadedOfConfigurationsIsAllInOrderAndNothingElseIsDecoded() {
    SynclineLogStorage log = openedLog();
    assertThat(log.appendEntry(configuration(1, 1, "a:1,b:1", null))).isTrue();
    append(log, 2, 50, 1);
    List<LogEntry> batch = new ArrayList<>(entries(51, 60, 2));
    batch.add(configuration(61, 2, "a:1,b:1,c:1", "a:1,b:1"));
    batch.addAll(entries(62, 70, 2));
    assertThat(log.appendEntries(batch)).isEqualTo(20);
    for (int index = 71; index <= 100; index++) append(log, index, index, 2);
    log.shutdown();
    decoded.set(0);
    opened(log);
    assertThat(decoded).hasValue(2);
    assertThat(configurations.getLastConfiguration().getId()).isEqualTo(configuration(61, 2, "a:1", null).getId());
    assertThat(configurations.getLastConfiguration().getConf()).hasToString("a:1,b:1,c:1");
    assertThat(configurations.getLastConfiguration().getOldConf()).hasToString("a:1,b:1");
    assertThat(configurations.get(60).getConf()).hasToString("a:1,b:1");
    assertThat(configurations.get(60).getOldConf().isEmpty()).isTrue();
  }

  @Test
  void configurationsThatWereTruncatedAwayAreNotLoaded() {
    SynclineLogStorage log = openedLog();
    assertThat(log.appendEntry(configuration(1, 1, "a:1", null))).isTrue();
    append(log, 2, 9, 1);
    assertThat(log.appendEntry(configuration(10, 1, "b:1", null))).isTrue();
    append(log, 11, 19, 1);
    assertThat(log.appendEntry(configuration(20, 1, "c:1", null))).isTrue();
    assertThat(log.truncatePrefix(5)).isTrue();
    assertThat(log.truncateSuffix(15)).isTrue();
    log.shutdown();
    opened(log);
    assertThat(configurations.getLastConfiguration().getConf()).hasToString("b:1");
    assertThat(configurations.get(9).isEmpty()).isTrue();
  }

  // Life.

  @Test
  void aLogCanBeOpenedAgainAfterShutdownAndOpeningTwiceDoesNothing() {
    SynclineLogStorage log = newLog();
    for (int round = 0; round < 4; round++) {
      opened(log);
      assertThat(log.init(options())).isTrue();
      append(log, round * 10 + 1, round * 10 + 10, 1);
      log.shutdown();
      log.shutdown();
      assertThat(log.getEntry(1)).isNull();
      assertThat(log.appendEntries(entries(99, 99, 1))).isZero();
      assertThat(log.truncatePrefix(1)).isFalse();
      assertThat(log.truncateSuffix(1)).isFalse();
      assertThat(log.reset(1)).isFalse();
      assertThatThrownBy(log::getLastLogIndex).isInstanceOf(IllegalStateException.class).hasMessageContaining("init");
    }
    assertThat(contents(opened(log))).isEqualTo(lines(1, 40, 1));
  }

  @Test
  void manyLogsLiveInOneProcess() throws Exception {
    List<SynclineLogStorage> logs = new ArrayList<>();
    for (int i = 0; i < 40; i++) logs.add(opened(newLog(temporary.resolve("group-" + i))));
    Together.run(4, thread -> {
      for (int round = 0; round < 3; round++)
        for (int i = thread; i < logs.size(); i += 4) append(logs.get(i), round * 10L + 1, round * 10L + 10, i);
    });
    Collections.shuffle(logs, new Random(4));
    for (SynclineLogStorage log : logs) {
      assertThat(log.getLastLogIndex()).isEqualTo(30);
      log.shutdown();
    }
    for (int i = 0; i < 40; i++) assertThat(contents(opened(newLog(temporary.resolve("group-" + i))))).isEqualTo(lines(1, 30, i));
  }

  @Test
  void aSecondInstanceTakesTheDirectoryOverAndTheFirstNoLongerTouchesIt() {
    SynclineLogStorage first = openedLog();
    append(first, 1, 10, 1);
    SynclineLogStorage second = openedLog();
    assertThat(contents(second)).isEqualTo(lines(1, 10, 1));
    assertThat(first.appendEntries(entries(11, 12, 66))).isZero();
    assertThat(first.truncatePrefix(5)).isFalse();
    append(second, 11, 20, 1);
    first.shutdown();
    append(second, 21, 22, 1);
    second.shutdown();
    assertThat(contents(openedLog())).isEqualTo(lines(1, 22, 1));
  }

  @Test
  void aDirectoryThatHoldsAnotherLibrarysLogOrIsAFileIsRefusedAndLeftAsItWas() throws IOException {
    for (String name : new String[] {"CURRENT", "MANIFEST-000004", "000011.sst", "00000000.jdb"}) {
      Path other = Files.createDirectories(temporary.resolve("other-" + name));
      Files.writeString(other.resolve(name), "theirs");
      assertThat(newLog(other).init(options())).isFalse();
      assertThat(other).isDirectoryContaining(file -> file.endsWith(name));
      assertThat(other.toFile().list()).hasSize(1);
    }
    Path file = Files.writeString(temporary.resolve("file"), "a file");
    assertThat(newLog(file).init(options())).isFalse();
    assertThat(file).hasContent("a file");
    for (String uri : new String[] {null, "", "  "})
      assertThatThrownBy(() -> new SynclineLogStorage(uri, new RaftOptions(), LogSettings.defaults()))
          .isInstanceOf(IllegalArgumentException.class);
  }
}
