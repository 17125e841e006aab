package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.syncline.RecordsRewoundException;
import dev.syncline.SyncMode;
import dev.syncline.WalCursor;
import dev.syncline.WalOptions;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import dev.syncline.log.SegmentedLog;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who syncs or truncates while others append, or cut the log at its other end: promises 4, 12, 13 and 31. */
public abstract class CutsBesideContract extends IndexTestBase {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  /** Each with as many appends before it as there are cuts to come, so that the time goes with the square. */
  private static final int CUTS = Effort.of(20, 150);

  /** What others append meanwhile is for the writer: the caller would not come back from it, and may be interrupted. */
  @Test
  void aSyncIsOneDurableWriteByItsOwnThreadWhateverOthersAppendMeanwhile() throws Exception {
    FaultyStorage slow = new FaultyStorage(openStorage(directory()));
    RecordingStorage disk = new RecordingStorage(slow);
    SegmentedLog log = openLog(disk, manualOptions());
    appendOneByOne(log, 1, 1);
    log.sync();
    appendOneByOne(log, 2, 2);
    disk.reset();
    FaultyStorage.Stall stall = slow.on(Op.WRITE_DURABLY).named(LogTestBase::isFirstSegment).stallBefore();
    Together.Task<Long> sync = Together.begin(log::sync);
    stall.awaitReached(PATIENCE);
    for (long index = 3; index <= 6; index++) {
      appendOneByOne(log, index, index);
      log.beginFrame(-1);
    }
    stall.release();
    assertThat(sync.get()).isGreaterThanOrEqualTo(2);
    assertThat(disk.operationsOf(sync.thread())).extracting(Operation::op).containsExactly(Op.WRITE_DURABLY);
    assertThat(log.sync()).isEqualTo(6);
    assertThat(contents(log)).isEqualTo(records(1, 6));
  }

  /** Each cut takes what was appended before it, and what comes later does not reach as far: who missed the sync would wait for ever. */
  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void aSyncOfWhatIsCutAwayMeanwhileReturns(SyncMode mode) throws Exception {
    WriteAheadLog log = open(options -> options.syncMode(mode).syncInterval(Duration.ofHours(1)));
    appendEntries(log, 3);
    AtomicBoolean over = new AtomicBoolean();
    List<Together.Task<Void>> syncs = new ArrayList<>();
    for (int i = 0; i < 4; i++)
      syncs.add(Together.begin(() -> {
        // A moment between them leaves the processor to whom the cuts wait for.
        for (; !over.get(); LockSupport.parkNanos(20_000)) log.sync();
        return null;
      }));
    for (int more = CUTS; more > 0; more--) {
      for (int i = 0; i < more; i++) log.appendAsync(dev.syncline.Operation.entry(bytes("gone")));
      log.truncateAfter(3);
    }
    over.set(true);
    for (Together.Task<Void> sync : syncs) sync.get();
    log.sync();
    assertThat(lines(log.replay())).isEqualTo(entryLines(1, 3));
  }

  @Test
  void aTruncationThatACutHasOvertakenForgetsNothingThatIsAppendedAfterIt() throws Exception {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, options -> options.markInterval(NEVER));
    appendEntries(log, 5);
    FaultyStorage.Stall stall = disk.on(Op.WRITE_DURABLY).named("log.mark"::equals).stallBefore();
    Together.Task<Throwable> cut = Together.begin(() -> catchThrowable(() -> log.truncateAfter(2)));
    stall.awaitReached(PATIENCE);
    Together.Task<Throwable> truncation = Together.begin(() -> catchThrowable(() -> log.truncate(5)));
    Together.await("it waits behind the cut", truncation::isWaiting);
    stall.release();
    assertThat(cut.get()).isNull();
    assertThat(truncation.get()).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("5");
    assertThat(log.append(entryPayload(3))).isEqualTo(3);
    assertThat(lines(log.replay())).isEqualTo(entryLines(1, 3));
    log.close();
    assertThat(lines(open().replay())).isEqualTo(entryLines(1, 3));
  }

  @Test
  void aCutThatATruncationHasOvertakenIsRefusedAndLosesNothing() throws Exception {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, options -> options.markInterval(NEVER));
    appendEntries(log, 5);
    FaultyStorage.Stall stall = disk.on(Op.WRITE_DURABLY).named("log.mark"::equals).stallBefore();
    Together.Task<Throwable> truncation = Together.begin(() -> catchThrowable(() -> log.truncate(4)));
    stall.awaitReached(PATIENCE);
    Together.Task<Throwable> cut = Together.begin(() -> catchThrowable(() -> log.truncateAfter(2)));
    Together.await("it waits behind the truncation", cut::isWaiting);
    stall.release();
    assertThat(truncation.get()).isNull();
    assertThat(cut.get()).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("2");
    assertThat(log.append(entryPayload(6))).isEqualTo(6);
    assertThat(lines(log.replay())).isEqualTo(entryLines(5, 6));
    log.close();
    assertThat(lines(open().replay())).isEqualTo(entryLines(5, 6));
  }

  /** A record that was found, and cut away before it was handed out, was shown to nobody: there is nothing to take back. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void aTailHearsOfACutOnlyIfItHasShownWhatThatTook(int looks) throws IOException {
    WriteAheadLog writer = open();
    // So large that each is read when it is wanted.
    for (int i = 1; i <= 8; i++) writer.append(ScenarioBase.noise(i, 200_000));
    HookedStorage disk = new HookedStorage(openStorage(directory()));
    try (WriteAheadLog reader = WriteAheadLog.openReadOnly(disk, WalOptions.defaults())) {
      awaitDurable(reader, 8);
      WalCursor tail = reader.tail(0);
      for (long sequence = 1; sequence <= 5; sequence++) assertThat(tail.next(PATIENCE).map(WalRecord::sequence)).hasValue(sequence);
      AtomicInteger left = new AtomicInteger(looks);
      disk.hook(operation -> {
        // So long that the structure is looked at again before the record that was read is handed out.
        if (operation.file().endsWith(".wal")) LockSupport.parkNanos(1_000_000);
        boolean now = operation.op() == Op.READ && operation.file().equals("log.mark") && left.decrementAndGet() == 0;
        if (now) {
          writer.truncateAfter(5);
          for (int i = 0; i < 3; i++) writer.append(bytes("of the other history"));
        }
        return false;
      });
      long shown = 5;
      while (shown < 7) {
        try {
          WalRecord record = tail.next(PATIENCE).orElseThrow();
          assertThat(record.sequence()).isEqualTo(++shown);
          if (text(record.value()).equals("of the other history")) continue;
          assertThat(record.value()).isEqualTo(ScenarioBase.noise((int) shown, 200_000));
        } catch (RecordsRewoundException e) {
          assertThat(shown).as("the last record that was shown: %s", e).isGreaterThan(5);
          assertThat(e.lastShared()).isEqualTo(5);
          shown = 5;
        }
      }
    }
  }
}
