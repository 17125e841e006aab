package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.syncline.Operation;
import dev.syncline.RecordType;
import dev.syncline.SequenceRange;
import dev.syncline.SyncMode;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Test;

/** What is found after a crash: promise 16 and the second half of 19. Acknowledged is recovered, recovered was attempted. */
public abstract class CrashContract extends LogTestBase {
  private static final int WRITERS = 4;

  // Promise 16.

  @Test
  void acknowledgedIsRecoveredAndRecoveredWasAttempted() throws Exception {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    AtomicLongArray acknowledged = new AtomicLongArray(WRITERS);
    AtomicLongArray attempted = new AtomicLongArray(WRITERS);
    AtomicBoolean enough = new AtomicBoolean();
    Together.Task<Void> writers = Together.begin(() -> {
      Together.run(WRITERS, writer -> {
        for (long i = 1; !enough.get(); i++) {
          attempted.set(writer, i);
          log.append(bytes(writer + ":" + i));
          acknowledged.set(writer, i);
        }
      });
      return null;
    });
    try {
      for (int i = 1; i <= 8; i++) {
        long after = i * 25L;
        Together.await("more was appended", () -> acknowledged.get(0) >= after || writers.isDone());
        long[] before = snapshotOf(acknowledged);
        Path crashed = crashCopy(log);
        assertIsBetween(before, crashed, snapshotOf(attempted));
      }
    } finally {
      enough.set(true);
    }
    writers.get();
  }

  private void assertIsBetween(long[] acknowledged, Path crashed, long[] attempted) throws IOException {
    try (WriteAheadLog log = open(crashed, LogTestBase::smallSegments)) {
      long[] recovered = new long[WRITERS];
      long sequence = 0;
      for (WalRecord record : records(log.iterate())) {
        assertThat(record.sequence()).as("a prefix has no gap").isEqualTo(++sequence);
        String[] parts = text(record.value()).split(":");
        int writer = Integer.parseInt(parts[0]);
        assertThat(Long.parseLong(parts[1])).as("each writer's records are in its order").isEqualTo(++recovered[writer]);
      }
      for (int writer = 0; writer < WRITERS; writer++)
        assertThat(recovered[writer]).isBetween(acknowledged[writer], attempted[writer]);
      assertThat(log.recovery().damage()).isEmpty();
    }
  }

  private static long[] snapshotOf(AtomicLongArray counts) {
    long[] copy = new long[counts.length()];
    for (int i = 0; i < copy.length; i++) copy[i] = counts.get(i);
    return copy;
  }

  @Test
  void noBatchIsRecoveredInPart() throws Exception {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    AtomicBoolean enough = new AtomicBoolean();
    List<SequenceRange> acknowledged = new ArrayList<>();
    Together.Task<Void> writer = Together.begin(() -> {
      while (!enough.get()) {
        SequenceRange range = log.appendBatch(batch("a", "b", "c"));
        synchronized (acknowledged) {
          acknowledged.add(range);
        }
      }
      return null;
    });
    try {
      for (int i = 1; i <= 5; i++) {
        long after = i * 40L;
        Together.await("more was appended", () -> log.currentSequence() >= after || writer.isDone());
        int before;
        synchronized (acknowledged) {
          before = acknowledged.size();
        }
        WriteAheadLog recovered = open(crashCopy(log), LogTestBase::smallSegments);
        List<WalRecord> records = records(recovered.iterate());
        assertThat(records.size() % 4).isZero();
        assertThat(records.size() / 4).isGreaterThanOrEqualTo(before);
        for (int r = 3; r < records.size(); r += 4) assertThat(records.get(r).type()).isEqualTo(RecordType.COMMIT);
      }
    } finally {
      enough.set(true);
    }
    writer.get();
  }

  @Test
  void aKilledProcessLosesNothingThatItAcknowledged() throws Exception {
    long highest = 0;
    for (int round = 1; round <= Effort.of(2, 3); round++) {
      long acknowledged = appendInAChildUntil(highest + 50L);
      WriteAheadLog log = open(LogTestBase::smallSegments);
      assertThat(log.currentSequence()).isGreaterThanOrEqualTo(acknowledged);
      assertThat(lines(log.replay())).isEqualTo(entryLines(1, log.currentSequence()));
      assertThat(log.recovery().closedCleanly()).isFalse();
      assertThat(log.recovery().damage()).isEmpty();
      highest = log.currentSequence();
      log.close();
    }
  }

  private long appendInAChildUntil(long sequence) throws Exception {
    try (ChildProcess child = ChildProcess.start(factory(), directory(), "append")) {
      child.awaitLine("acknowledged " + sequence);
      return lastAcknowledged(child.kill());
    }
  }

  /** The last line may be cut off in the middle of its number, so the one before the last word counts. */
  private static long lastAcknowledged(List<String> said) {
    List<String> lines = said.stream().filter(line -> line.startsWith("acknowledged ")).toList();
    return Long.parseLong(lines.get(lines.size() - 2).substring("acknowledged ".length()));
  }

  @Test
  void whatASyncOrAFutureOrACheckpointHasCoveredIsRecovered() throws Exception {
    WriteAheadLog log = open(options -> options.syncMode(SyncMode.MANUAL));
    appendEntries(log, 5);
    assertThat(log.sync()).isEqualTo(5);
    assertThat(lines(open(crashCopy(log)).replay())).isEqualTo(entryLines(1, 5));
    appendEntries(log, 5);
    log.awaitDurable(8);
    assertThat(open(crashCopy(log)).currentSequence()).isBetween(8L, 10L);
    appendEntries(log, 2);
    assertThat(log.checkpoint()).isEqualTo(13);
    assertThat(open(crashCopy(log)).currentSequence()).isEqualTo(13);
    CompletableFuture<Long> future = log.appendAsync(Operation.entry(entryPayload(14))).durable();
    log.sync();
    assertThat(future.get(60, TimeUnit.SECONDS)).isEqualTo(14);
    assertThat(open(crashCopy(log)).currentSequence()).isEqualTo(14);
  }

  @Test
  void whatWasNotSyncedInManualModeIsAPrefixAtMost() throws IOException {
    WriteAheadLog log = open(options -> options.syncMode(SyncMode.MANUAL).maxSegmentSize(SMALL_SEGMENT_BYTES));
    appendEntries(log, 10);
    log.sync();
    appendEntries(log, 10);
    WriteAheadLog recovered = open(crashCopy(log), LogTestBase::smallSegments);
    assertThat(recovered.currentSequence()).isBetween(10L, 20L);
    assertThat(lines(recovered.replay())).isEqualTo(entryLines(1, recovered.currentSequence()));
  }

  @Test
  void crashesInARowLoseNothing() throws IOException {
    Path directory = directory();
    for (int crash = 0; crash < 12; crash++) {
      WriteAheadLog log = open(directory, LogTestBase::smallSegments);
      assertThat(lines(log.replay())).isEqualTo(entryLines(1, crash * 7L));
      appendEntries(log, 7);
      directory = crashCopy(log);
    }
  }

  // Promise 19, second half: recovery runs again with the same result.

  @Test
  void openingAgainAndAgainComesToTheSameResult() throws IOException {
    Path crashed = givenCrashedLog(40);
    for (int i = 0; i < 4; i++) {
      WriteAheadLog log = open(crashed, LogTestBase::smallSegments);
      assertThat(lines(log.replay())).isEqualTo(entryLines(1, 40));
      crashed = crashCopy(log);
    }
  }

  @Test
  void aReaderWritesNothingAndWorksBesideALiveWriter() throws IOException {
    WriteAheadLog writer = open(LogTestBase::smallSegments);
    appendEntries(writer, 20);
    Path still = crashCopy(writer);
    Map<String, String> before = DirectoryBytes.fingerprint(still);
    try (WriteAheadLog reader = openReadOnly(still)) {
      // The last frame has no witness yet, unless the mark was written since.
      long shown = reader.currentSequence();
      assertThat(shown).isBetween(19L, 20L);
      assertThat(lines(reader.replay())).isEqualTo(entryLines(1, shown));
      assertThat(reader.recovery().notes().toString().contains("up to sequence 20 lie behind 19")).isEqualTo(shown == 19);
      EveryCall.changesOn(reader).forEach((name, call) ->
          assertThatThrownBy(call::run).as("%s on a reader", name)
              .isInstanceOf(UnsupportedOperationException.class).hasMessageContainingAll(still.toString(), "read-only"));
    }
    assertThat(DirectoryBytes.fingerprint(still)).isEqualTo(before);
    try (WriteAheadLog reader = openReadOnly(directory())) {
      awaitDurable(reader, 20);
      assertThat(lines(reader.replay())).isEqualTo(entryLines(1, 20));
      appendEntries(writer, 20);
      awaitDurable(reader, 40);
      assertThat(lines(reader.replay())).isEqualTo(entryLines(1, 40));
    }
    assertThat(lines(writer.replay())).isEqualTo(entryLines(1, 40));
  }

  @Test
  void aReaderOfADirectoryWithoutALogCreatesNothing() {
    assertThat(catchThrowable(() -> openReadOnly(directory()))).isInstanceOf(IOException.class);
    assertThat(directory()).doesNotExist();
  }
}
