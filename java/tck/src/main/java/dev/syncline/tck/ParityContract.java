package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.SyncMode;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import dev.syncline.io.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two storages, one format: promise 25. */
@Timeout(900)
public abstract class ParityContract {
  private static final WalOptions SMALL_SEGMENTS =
      WalOptions.builder().maxSegmentSize(LogTestBase.SMALL_SEGMENT_BYTES).build();

  @TempDir(factory = KitDirectory.class)
  private Path temporary;

  protected abstract Storage openOneStorage(Path directory) throws IOException;

  protected abstract Storage openOtherStorage(Path directory) throws IOException;

  @ParameterizedTest
  @EnumSource(value = SyncMode.class, names = {"SYNC", "MANUAL"})
  void theSameCallsGiveTheSameSegmentBytes(SyncMode mode) throws IOException {
    Path one = temporary.resolve("one");
    Path other = temporary.resolve("other");
    work(openOneStorage(one), mode, 1);
    work(openOtherStorage(other), mode, 1);
    assertThat(segments(other)).isEqualTo(segments(one)).hasSizeGreaterThan(2);
  }

  @Test
  void theSameCallsGiveTheSameSegmentBytesWhenALogIsReopened() throws IOException {
    Path one = temporary.resolve("one");
    Path other = temporary.resolve("other");
    for (int round = 1; round <= 2; round++) {
      work(openOneStorage(one), SyncMode.SYNC, round);
      work(openOtherStorage(other), SyncMode.SYNC, round);
    }
    assertThat(segments(other)).isEqualTo(segments(one));
  }

  @Test
  void eachReadsWhatTheOtherWrote() throws IOException {
    crossRead(temporary.resolve("one"), true);
    crossRead(temporary.resolve("other"), false);
  }

  private void crossRead(Path directory, boolean oneWrites) throws IOException {
    work(oneWrites ? openOneStorage(directory) : openOtherStorage(directory), SyncMode.SYNC, 1);
    Storage reader = oneWrites ? openOtherStorage(directory) : openOneStorage(directory);
    try (WriteAheadLog log = WriteAheadLog.open(reader, SMALL_SEGMENTS)) {
      assertThat(log.recovery().closedCleanly()).isTrue();
      assertThat(log.verify().ok()).isTrue();
      assertThat(log.currentSequence()).isEqualTo(log.verify().lastSequence());
      assertThat(LogTestBase.sequences(log.iterate())).hasSize((int) (log.currentSequence() - log.firstSequence() + 1));
      log.append(LogTestBase.bytes("appended by the other"));
    }
  }

  @Test
  void theyTakeTurnsOnOneLog() throws IOException {
    Path directory = temporary.resolve("turns");
    for (int turn = 0; turn < 6; turn++) {
      Storage storage = turn % 2 == 0 ? openOneStorage(directory) : openOtherStorage(directory);
      try (WriteAheadLog log = WriteAheadLog.open(storage, SMALL_SEGMENTS)) {
        assertThat(LogTestBase.lines(log.replay())).isEqualTo(LogTestBase.entryLines(1, turn * 30L));
        LogTestBase.appendEntries(log, 30);
      }
    }
  }

  @Test
  void eachRecoversWhatTheOtherAbandoned() throws IOException {
    Path directory = temporary.resolve("abandoned");
    WriteAheadLog abandoned = WriteAheadLog.open(openOneStorage(directory), SMALL_SEGMENTS);
    LogTestBase.appendEntries(abandoned, 30);
    WriteAheadLog successor = WriteAheadLog.open(openOtherStorage(directory), SMALL_SEGMENTS);
    assertThat(LogTestBase.lines(successor.replay())).isEqualTo(LogTestBase.entryLines(1, 30));
    LogTestBase.appendEntries(successor, 30);
    try (WriteAheadLog third = WriteAheadLog.open(openOneStorage(directory), SMALL_SEGMENTS)) {
      assertThat(LogTestBase.lines(third.replay())).isEqualTo(LogTestBase.entryLines(1, 60));
    }
    Quietly.close(successor);
    Quietly.close(abandoned);
  }

  /** Fixed work with fixed identifiers, others in each round, at one time: no segment may share its epoch with another. */
  private static void work(Storage storage, SyncMode mode, int round) throws IOException {
    Random random = new Random(25);
    try (WriteAheadLog log = WriteAheadLog.open(storage, options(mode, round))) {
      for (int i = 0; i < 120; i++) {
        byte[] value = new byte[random.nextInt(6000)];
        random.nextBytes(value);
        if (i % 10 == 0) log.appendBatch(LogTestBase.batch("a" + i, "b" + i));
        else if (i % 17 == 0) log.checkpoint();
        else log.put(LogTestBase.bytes("key-" + i), value);
        if (i % 25 == 24) log.sync();
      }
      log.truncate(log.currentSequence() / 3);
    }
  }

  private static WalOptions options(SyncMode mode, int round) {
    AtomicLong identifiers = new AtomicLong(round * 1000L);
    return WalOptions.builder()
        .syncMode(mode)
        .maxSegmentSize(LogTestBase.SMALL_SEGMENT_BYTES)
        .identifiers(identifiers::getAndIncrement)
        .clock(InstantSource.fixed(Instant.parse("2026-12-01T12:00:00Z")))
        .build();
  }

  private static Map<String, String> segments(Path directory) throws IOException {
    return DirectoryBytes.fingerprint(directory, name -> name.endsWith(".wal"));
  }
}
