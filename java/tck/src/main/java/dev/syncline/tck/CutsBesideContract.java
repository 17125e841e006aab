package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.syncline.SyncMode;
import dev.syncline.WriteAheadLog;
import dev.syncline.log.SegmentedLog;
import dev.syncline.tck.Operation.Op;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who syncs or truncates while others append, or cut the log at its other end: promises 4, 12, 13 and 31. */
public abstract class CutsBesideContract extends IndexTestBase {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int CUTS = 150;

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
      log.endFrame();
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
        while (!over.get()) log.sync();
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
    WriteAheadLog log = open(disk, options -> {});
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
    WriteAheadLog log = open(disk, options -> {});
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
}
