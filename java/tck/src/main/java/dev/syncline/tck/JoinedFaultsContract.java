package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.syncline.LogFailedException;
import dev.syncline.WalCursor;
import dev.syncline.WalOptions;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commits that join the newest frame while writes of it fail, or readers of the files see it half way. Promises 16, 20, 27 and 41. */
public abstract class JoinedFaultsContract extends LogTestBase {
  /** How often a frame's header is read before the segment is read whole. */
  private static final int READ_ATTEMPTS = 3;

  private static void joined(WalOptions.Builder options) {
    options.maxSegmentSize(SMALL_SEGMENT_BYTES).joinCommitsWithin(Duration.ofHours(1)).markInterval(NEVER);
  }

  /** What is known of one commit of a frame is known of no later one that has joined it. */
  @Test
  void aCommitThatIsNotDurableYetIsNotShownForWhatTheMarkSaysOfTheOneBefore() throws IOException {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, JoinedFaultsContract::joined);
    // Nothing joins a frame of more than a block: the reader expects the next one behind it.
    log.append(new byte[2 * BLOCK_BYTES]);
    log.truncate(1);
    try (WriteAheadLog reader = openReadOnly(directory())) {
      log.append(entryPayload(2));
      log.truncate(2);
      disk.on(Op.WRITE_DURABLY).named(LogTestBase::isSegment).failAfterwards(() -> new IOException("lost power"));
      assertThatThrownBy(() -> log.append(entryPayload(3))).isInstanceOf(LogFailedException.class);
      assertThat(reader.currentSequence()).as("record 3 was never durable").isEqualTo(2);
      assertThat(lines(reader.replay())).isEmpty();
    }
  }

  /** What follows in the same unit of reading was there before anything told that it is durable, and has grown since. */
  @Test
  void aCursorThatHasReadAheadFindsWhatHasJoinedSince() throws IOException {
    try (WriteAheadLog any = open(newCopyName())) {
      assumeTrue(any.storage().alignmentBytes() <= 512, "the storage writes more than 512 bytes at once");
    }
    WriteAheadLog log = open(options -> {
      joined(options);
      options.blockSize(512);
    });
    log.append(new byte[512]);
    log.append(entryPayload(2));
    try (WriteAheadLog reader = openReadOnly(directory()); WalCursor tail = reader.tail(0)) {
      assertThat(tail.next().sequence()).isEqualTo(1);
      assertThat(tail.hasNext()).as("without a witness").isFalse();
      log.append(entryPayload(3));
      log.append(entryPayload(4));
      assertThat(tail.next().sequence()).isEqualTo(2);
      assertThat(tail.next().sequence()).isEqualTo(3);
      assertThat(tail.hasNext()).isFalse();
    }
  }

  /** Where reads come from the page cache, a place that was written in vain looks as if it had what it has not. */
  @Test
  void whatAFailedWriteToItsPlaceHasLeftInTheCacheIsNotReliedOn() throws IOException {
    FaultyStorage cache = new FaultyStorage(openStorage(directory()));
    PowerCutStorage disk = new PowerCutStorage(cache);
    WriteAheadLog log = open(new OneProcess(disk), options -> {
      joined(options);
      options.markInterval(Duration.ofMillis(1));
    });
    appendEntries(log, 9);
    try (WriteAheadLog witness = openReadOnly(directory())) {
      awaitDurable(witness, 9);
    }
    FaultyStorage.Fault lost = cache.on(Op.WRITE_DURABLY).named(LogTestBase::isSegment);
    if (cache.traits().readsPastCache()) lost.fail(() -> new IOException("EIO"));
    else lost.failAfterwards(() -> new IOException("EIO"));
    assertThatThrownBy(() -> log.snapshot(newCopyName())).isInstanceOf(LogFailedException.class);
    catchThrowable(log::close);
    try (WriteAheadLog again = open(new OneProcess(disk), options -> options.maxSegmentSize(SMALL_SEGMENT_BYTES))) {
      assertThat(lines(again.replay())).isEqualTo(entryLines(1, 9));
      again.append(entryPayload(10));
      for (int seed = 0; seed < 5; seed++) {
        Path cut = newCopyName();
        disk.cut(cut, new Random(seed));
        try (WriteAheadLog left = open(cut)) {
          assertThat(left.recovery().damage()).as("cut %d", seed).isEmpty();
          assertThat(lines(left.replay())).as("cut %d", seed).isEqualTo(entryLines(1, 10));
        }
      }
    }
  }

  /** Also where the newest frame was in its place and known to be durable, and the slots still held the one before. */
  @Test
  void aReaderThatIsOpenedAtAnyMomentGoesOnWithTheNextCommit() throws Exception {
    WriteAheadLog log = open(options -> {
      joined(options);
      options.maxSegmentSize(1 << 20).markInterval(Duration.ofMillis(200));
    });
    byte[] payload = new byte[900];
    WriteAheadLog witness = openReadOnly(directory());
    for (int round = 1; round <= 8; round++) {
      long known = log.append(payload);
      awaitDurable(witness, known);
      try (WriteAheadLog reader = openReadOnly(directory()); WalCursor tail = reader.tail(known - 1)) {
        log.append(payload);
        log.append(payload);
        assertThat(reader.currentSequence()).as("opened at %d, before the next mark", known).isGreaterThan(known);
        for (long next = known; next < log.currentSequence(); next++)
          assertThat(tail.next(Duration.ofSeconds(60)).map(WalRecord::sequence)).as("opened at %d", known).hasValue(next);
      }
    }
  }

  /** A frame that is being written again may be read in vain; once it was read that counts no more, however long a cursor lives. */
  @Test
  void aTailThatReadsInVainNowAndThenGoesOn() throws IOException {
    HookedStorage disk = new HookedStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, options -> {});
    try (WalCursor tail = log.tail(0)) {
      for (long sequence = 1; sequence <= 12; sequence++) {
        log.append(entryPayload(sequence));
        AtomicInteger reads = new AtomicInteger();
        Thread reading = Thread.currentThread();
        disk.hook(operation ->
            operation.op() == Op.READ && Thread.currentThread() == reading && reads.incrementAndGet() <= READ_ATTEMPTS);
        assertThat(tail.hasNext()).as("record %d", sequence).isTrue();
        disk.unhook();
        assertThat(tail.next().sequence()).isEqualTo(sequence);
      }
    }
  }

  /** Between any two reads of whoever opens the log the newest frame has grown and gone to its place. */
  @Test
  void aReaderThatIsOpenedWhileTheNewestFrameGoesToItsPlaceGoesOnAndCopies() throws IOException {
    AtomicInteger reads = new AtomicInteger(1);
    for (int nth = 1; nth <= reads.get(); nth++) {
      Path place = newCopyName();
      WriteAheadLog log = open(place, JoinedFaultsContract::joined);
      appendEntries(log, 1);
      log.truncate(1);
      HookedStorage disk = new HookedStorage(openStorage(place));
      int moment = nth;
      reads.set(0);
      disk.hook(operation -> {
        if (operation.op() != Op.READ || !operation.file().endsWith(".wal") || reads.incrementAndGet() != moment) return false;
        appendEntries(log, 4);
        log.truncateAfter(5);
        return false;
      });
      try (WriteAheadLog reader = WriteAheadLog.openReadOnly(disk, WalOptions.defaults())) {
        disk.unhook();
        Path copy = newCopyName();
        reader.snapshot(copy);
        try (WriteAheadLog copied = open(copy)) {
          assertThat(copied.recovery().closedCleanly()).as("before read %d: %s", nth, copied.recovery()).isTrue();
        }
        log.append(new byte[BLOCK_BYTES]);
        appendEntries(log, 2);
        assertThat(reader.currentSequence()).as("before read %d", nth).isGreaterThanOrEqualTo(log.currentSequence() - 1);
      }
    }
  }

  /** Whichever write fails, before it was done, in the middle or behind it: promise 20. */
  @ParameterizedTest
  @ValueSource(longs = {0, 512, 4096, Long.MAX_VALUE})
  void whicheverWriteFailsWhatIsDurableStaysReadable(long writtenBytes) throws IOException {
    int writes = Effort.of(12, 24);
    for (int nth = 1; nth <= writes; nth++) {
      Path place = newCopyName();
      FaultyStorage disk = new FaultyStorage(openStorage(place));
      WriteAheadLog log = open(disk, JoinedFaultsContract::joined);
      log.append(entryPayload(1));
      disk.on(Op.WRITE_DURABLY).named(LogTestBase::isSegment).nth(nth).failAfterBytes(writtenBytes, () -> new IOException("EIO"));
      long durable = 1;
      while (durable < 100 && tryAppend(log, durable + 1)) durable++;
      assertThat(log.durableSequence()).as("write %d fails", nth).isEqualTo(durable);
      List<Long> shown = sequences(log.replay());
      assertThat(shown).as("write %d fails", nth).hasSize((int) durable);
      catchThrowable(log::close);
      try (WriteAheadLog again = open(place, JoinedFaultsContract::joined)) {
        assertThat(again.recovery().damage()).as("write %d fails", nth).isEmpty();
        assertThat(again.currentSequence()).as("write %d fails", nth).isBetween(durable, durable + 1);
        assertThat(sequences(again.replay())).as("write %d fails", nth).hasSize((int) again.currentSequence());
      }
    }
  }

  private static boolean tryAppend(WriteAheadLog log, long sequence) throws IOException {
    try {
      return log.append(ScenarioBase.noise((int) sequence, 100 + (int) (sequence * 397 % 1300))) == sequence;
    } catch (LogFailedException e) {
      return false;
    }
  }
}
