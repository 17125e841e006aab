package dev.syncline.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.option.RaftOptions;
import dev.syncline.WalCursor;
import dev.syncline.WriteAheadLog;
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

/** The same of {@link LogStorageContract}: what is read beside it, configurations, and how a log is opened and closed. */
abstract class LogStorageReadingContract extends LogStorageTestBase {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

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
