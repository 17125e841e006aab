package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.syncline.RecordsRewoundException;
import dev.syncline.RecordsTruncatedException;
import dev.syncline.SyncMode;
import dev.syncline.WalCursor;
import dev.syncline.WalOptions;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * Readers between whose reads a writer does something, or one of whose reads fails or finds nothing: afterwards they have lost nothing, and
 * have taken nothing for damage that is none. Promises 27 to 29.
 */
public abstract class ReaderFaultsContract extends LogTestBase {
  private interface Act {
    void on(WriteAheadLog writer) throws IOException;
  }

  private static WriteAheadLog readOnly(HookedStorage disk) throws IOException {
    return WriteAheadLog.openReadOnly(disk, WalOptions.defaults());
  }

  private static boolean isSegmentRead(Operation operation) {
    return operation.op() == Op.READ && operation.file().endsWith(".wal");
  }

  /** The first read of a segment by this thread from now on. */
  private static HookedStorage.Hook once(Act act, WriteAheadLog writer) {
    Thread reading = Thread.currentThread();
    AtomicBoolean acted = new AtomicBoolean();
    return operation -> {
      if (Thread.currentThread() == reading && isSegmentRead(operation) && acted.compareAndSet(false, true)) act.on(writer);
      return false;
    };
  }

  /** For this thread: what the log itself reads of a file to make it grow is another matter. */
  private static HookedStorage.Hook failingOnce(Op op, String file) {
    Thread reading = Thread.currentThread();
    AtomicBoolean failed = new AtomicBoolean();
    return operation -> {
      boolean meant = Thread.currentThread() == reading && operation.op() == op && operation.file().contains(file);
      if (meant && failed.compareAndSet(false, true)) throw new IOException("the disk refused once");
      return false;
    };
  }

  // One read that fails, or finds nothing.

  @Test
  void aLookThatFailedOnceStillComesToTheEndOfAClosedLog() throws Exception {
    WriteAheadLog writer = open(LogTestBase::smallSegments);
    appendEntries(writer, 10);
    HookedStorage disk = new HookedStorage(openStorage(directory()));
    try (WriteAheadLog reader = readOnly(disk)) {
      awaitDurable(reader, 10);
      for (int i = 11; i <= 20; i++) writer.append(entryPayload(i));
      writer.close();
      disk.hook(failingOnce(Op.READ, ".wal"));
      catchThrowable(() -> lines(reader.replay()));
      disk.unhook();
      assertThat(lines(reader.replay())).isEqualTo(entryLines(1, 20));
    }
  }

  @Test
  void aLookThatFailedOnceStillSeesTheCut() throws Exception {
    WriteAheadLog writer = open();
    appendEntries(writer, 10);
    HookedStorage disk = new HookedStorage(openStorage(directory()));
    try (WriteAheadLog reader = readOnly(disk)) {
      awaitDurable(reader, 10);
      writer.truncateAfter(5);
      disk.hook(failingOnce(Op.OPEN, ".wal"));
      catchThrowable(() -> reader.read(3));
      disk.unhook();
      assertThat(lines(reader.replay())).isEqualTo(entryLines(1, 5));
    }
  }

  @Test
  void aCursorThatIsAskedAgainAfterAFailedReadLosesNothing() throws IOException {
    try (WriteAheadLog log = open()) {
      appendEntries(log, 4);
      log.truncateAfter(3);
      appendEntries(log, 10);
    }
    HookedStorage disk = new HookedStorage(openStorage(directory()));
    List<Long> seen = new ArrayList<>();
    try (WriteAheadLog log = open(disk, options -> {}); WalCursor cursor = log.replay()) {
      disk.hook(failingOnce(Op.READ, String.format(Locale.ROOT, "%020d.", 2)));
      for (int asked = 0; asked < 20; asked++) {
        try {
          if (cursor.advance()) seen.add(cursor.sequence());
        } catch (IOException e) {
          assertThat(e).hasMessageContaining("refused once");
        }
      }
      disk.unhook();
      assertThat(seen).isEqualTo(sequences(log.replay()));
    }
  }

  @Test
  void aLargeRecordIsNotPassedOverBecauseOfOneShortRead() throws IOException {
    HookedStorage disk = new HookedStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, options -> options.maxSegmentSize(32 << 20));
    log.append(entryPayload(1));
    log.append(new byte[6 << 20]);
    log.append(entryPayload(3));
    AtomicBoolean lied = new AtomicBoolean();
    disk.hook(operation ->
        operation.op() == Op.READ && operation.lengthBytes() > 6 << 20 && lied.compareAndSet(false, true));
    assertThat(sequences(log.replay())).containsExactly(1L, 2L, 3L);
  }

  @Test
  void aTailPassesOverNothingAfterAStaleRead() throws Exception {
    WriteAheadLog writer = open(options -> options.markInterval(NEVER));
    appendEntries(writer, 5);
    HookedStorage disk = new HookedStorage(openStorage(directory()));
    try (WriteAheadLog reader = readOnly(disk); WalCursor tail = reader.tail(0)) {
      for (int i = 6; i <= 20; i++) writer.append(entryPayload(i));
      writer.truncateAfter(15);
      AtomicBoolean lied = new AtomicBoolean();
      disk.hook(operation -> isSegmentRead(operation) && lied.compareAndSet(false, true));
      List<Long> seen = new ArrayList<>();
      while (tail.hasNext()) seen.add(tail.next().sequence());
      for (int i = 16; i <= 18; i++) writer.append(entryPayload(i));
      while (tail.hasNext()) seen.add(tail.next().sequence());
      assertThat(seen).hasSizeGreaterThan(15).isEqualTo(sequences(writer.iterate()).subList(0, seen.size()));
    }
  }

  @Test
  void aCursorGoesOnAfterAFailedReadPastTheCache() throws IOException {
    givenClosedLog(10);
    HookedStorage disk = new HookedStorage(openStorage(directory()));
    try (WriteAheadLog log = readOnly(disk); WalCursor cursor = log.replay()) {
      AtomicInteger reads = new AtomicInteger();
      disk.hook(operation -> {
        if (!isSegmentRead(operation)) return false;
        if (reads.incrementAndGet() == 3) throw new IOException("the disk refused once");
        return reads.get() < 3;
      });
      catchThrowable(cursor::advance);
      disk.unhook();
      List<Long> seen = new ArrayList<>();
      while (cursor.advance()) seen.add(cursor.sequence());
      assertThat(seen).hasSize(10);
    }
  }

  // A writer that does something between two reads.

  /** Opens and reads a log, whose writer acts before the first, the second, ... operation of the reader. */
  private void openWhile(int operations, Act act) throws IOException {
    for (int nth = 1; nth <= operations; nth++) {
      Path directory = newCopyName();
      try (WriteAheadLog writer = open(directory, LogTestBase::smallSegments)) {
        appendEntries(writer, 40);
        HookedStorage disk = new HookedStorage(openStorage(directory));
        disk.hook(before(nth, act, writer));
        try (WriteAheadLog reader = readOnly(disk)) {
          assertThat(reader.recovery().damage()).as("before operation %d", nth).isEmpty();
          lines(reader.replay());
        } catch (UncheckedIOException e) {
          assertThat(e).as("before operation %d", nth).hasCauseInstanceOf(RecordsTruncatedException.class);
        }
      }
    }
  }

  private static HookedStorage.Hook before(int nth, Act act, WriteAheadLog writer) {
    AtomicInteger count = new AtomicInteger();
    return operation -> {
      boolean counted = operation.op() == Op.OPEN || operation.op() == Op.READ;
      if (counted && count.incrementAndGet() == nth) act.on(writer);
      return false;
    };
  }

  @Test
  void openingBesideACutSeesNoDamage() throws IOException {
    openWhile(25, writer -> {
      writer.truncateAfter(19);
      for (int i = 0; i < 3; i++) writer.append(bytes("another"));
    });
  }

  @Test
  void openingBesideRotationSeesNoDamage() throws IOException {
    openWhile(12, writer -> appendEntries(writer, 40));
  }

  @Test
  void openingBesideTruncationAndReuseSeesNoDamage() throws IOException {
    openWhile(25, writer -> {
      writer.truncate(writer.currentSequence());
      for (int i = 0; i < 40; i++) writer.append(bytes("another"));
      writer.truncate(writer.currentSequence());
    });
  }

  @Test
  void verifyingAndCopyingBesideACutFindNoDamage() throws IOException {
    for (int nth = 1; nth <= 30; nth = Effort.stepAfter(nth)) {
      Path directory = newCopyName();
      try (WriteAheadLog writer = open(directory, LogTestBase::smallSegments)) {
        appendEntries(writer, 40);
        HookedStorage disk = new HookedStorage(openStorage(directory));
        try (WriteAheadLog reader = readOnly(disk)) {
          awaitDurable(reader, 39);
          disk.hook(before(nth, w -> w.truncateAfter(25), writer));
          assertThat(reader.verify().damage()).as("before operation %d", nth).isEmpty();
          disk.hook(before(nth, w -> w.truncateAfter(20), writer));
          Path copy = newCopyName();
          reader.snapshot(copy);
          assertThat(lines(openReadOnly(copy).replay())).as("before operation %d", nth).containsAll(entryLines(1, 20));
        }
      }
    }
  }

  @Test
  void aTailAtTheCutGoesOnWhenTheFileItWasReadingIsGone() throws IOException {
    HookedStorage disk = new HookedStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, options -> options.maxSegmentSize(2 << 20));
    appendEntries(log, 4);
    log.append(new byte[700 << 10]);
    try (WalCursor tail = log.tail(4)) {
      disk.hook(once(writer -> writer.truncateAfter(4), log));
      assertThat(tail.hasNext()).isFalse();
      log.append(entryPayload(5));
      assertThat(line(tail.next())).isEqualTo("5 ENTRY <entry-5>");
    }
  }

  @Test
  void aFrameThatIsCutAwayBetweenItsHeaderAndItsBodyIsNoDamage() throws IOException {
    HookedStorage disk = new HookedStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, options -> options.maxSegmentSize(4 << 20));
    appendEntries(log, 5);
    log.append(new byte[700 << 10]);
    log.append(entryPayload(7));
    try (WalCursor cursor = log.replay()) {
      for (int i = 0; i < 5; i++) cursor.next();
      disk.hook(once(writer -> writer.truncateAfter(5), log));
      assertThat(catchThrowable(cursor::advance)).isInstanceOf(RecordsRewoundException.class);
    }
  }

  @Test
  void aReplayOfWhatWasOnlyInMemoryKeepsItReadable() throws IOException {
    WriteAheadLog log = open(options -> options.maxSegmentSize(SMALL_SEGMENT_BYTES).syncMode(SyncMode.MANUAL));
    appendEntries(log, 3);
    try (WalCursor cursor = log.replay()) {
      log.sync();
      for (int i = 0; i < 60; i++) {
        appendEntries(log, 1);
        log.sync();
      }
      log.truncate(log.currentSequence());
      assertThat(line(cursor.next())).isEqualTo("1 ENTRY <entry-1>");
    }
  }

  @Test
  void whatHasNextHasFoundIsNotShownAfterItWasReplaced() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 10);
    try (WalCursor tail = log.tail(5)) {
      assertThat(tail.hasNext()).isTrue();
      log.truncateAfter(5);
      log.append(bytes("another 6"));
      assertThat(catchThrowable(tail::next)).hasCauseInstanceOf(RecordsRewoundException.class);
      assertThat(line(tail.next())).as("and the tail goes on").isEqualTo("6 ENTRY another 6");
    }
  }

  @Test
  void aTailNeverPassesOverWhatReplacesACut() throws Exception {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    appendEntries(log, 10);
    AtomicBoolean stop = new AtomicBoolean();
    AtomicReference<String> wrong = new AtomicReference<>();
    Together.Task<Void> reader = Together.begin(() -> {
      while (!stop.get()) {
        try (WalCursor tail = log.tail(10)) {
          WalRecord first = tail.next(Duration.ofMillis(20)).orElse(null);
          if (first != null && first.sequence() != 11) wrong.set("a tail behind 10 began with " + line(first));
        } catch (RecordsRewoundException e) {
          continue;
        }
      }
      return null;
    });
    for (int round = 0; round < Effort.of(50, 300) && wrong.get() == null; round++) {
      for (int i = 0; i < (round % 2 == 0 ? 3 : 8); i++) log.append(entryPayload(11 + i));
      log.truncateAfter(10);
    }
    stop.set(true);
    reader.get();
    assertThat(wrong.get()).isNull();
  }

  @Test
  void aCheckpointThatACutHasTakenIsNoMoreTheReadersLast() throws IOException {
    WriteAheadLog writer = open();
    appendEntries(writer, 9);
    writer.checkpoint();
    appendEntries(writer, 2);
    try (WriteAheadLog reader = openReadOnly(directory())) {
      awaitDurable(reader, 11);
      writer.truncateAfter(5);
      appendEntries(writer, 10);
      assertThat(reader.lastCheckpoint()).isZero();
      assertThat(reader.lastCheckpointCovers()).isZero();
    }
  }

  @Test
  void aCopyThatIsRestoredUnderAReaderIsAnotherHistory() throws IOException {
    Path backup = copyOf(givenClosedLog(5));
    WriteAheadLog writer = open();
    for (int i = 6; i <= 10; i++) writer.append(bytes("first " + i));
    try (WriteAheadLog reader = openReadOnly(directory()); WalCursor tail = reader.tail(0)) {
      awaitDurable(reader, 10);
      while (tail.hasNext()) tail.next();
      writer.close();
      for (Path file : DirectoryBytes.files(directory(), name -> true)) Files.delete(file);
      for (Path file : DirectoryBytes.files(backup, name -> true)) Files.copy(file, directory().resolve(file.getFileName()));
      WriteAheadLog another = open();
      for (int i = 6; i <= 20; i++) another.append(bytes("second " + i));
      RecordsRewoundException rewound = null;
      for (int looks = 0; rewound == null && looks < 2_000; looks++) {
        try {
          tail.next(Duration.ofMillis(10));
        } catch (RecordsRewoundException e) {
          rewound = e;
        }
      }
      assertThat(rewound).as("what a tail hears that has shown 10").isNotNull();
      assertThat(rewound.lastShared()).isBetween(0L, 5L);
      awaitDurable(reader, 19);
      for (WalRecord record : records(reader.replay(5))) assertThat(line(record)).contains("second " + record.sequence());
    }
  }

  @Test
  void aMarkThatIsDeletedUnderAReaderTakesNothingFromIt() throws Exception {
    givenClosedLog(10);
    try (WriteAheadLog reader = openReadOnly(directory()); WalCursor tail = reader.tail(0)) {
      for (int i = 1; i <= 10; i++) assertThat(tail.next().sequence()).isEqualTo(i);
      Files.delete(directory().resolve("log.mark"));
      for (int looks = 0; looks < 15; looks++) assertThat(tail.next(Duration.ofMillis(100))).isEmpty();
      assertThat(reader.durableSequence()).isEqualTo(10);
      assertThat(lines(reader.replay())).isEqualTo(entryLines(1, 10));
    }
  }

  @Test
  void aDirectoryThatWasTakenAwayIsNoLogAnyMore() throws IOException {
    HookedStorage disk = new HookedStorage(openStorage(givenClosedLog(5)));
    try (WriteAheadLog reader = readOnly(disk)) {
      disk.hook(operation -> {
        if (operation.op() == Op.OPEN || operation.op() == Op.READ) throw new NoSuchFileException(operation.file());
        return false;
      });
      assertThat(reader.currentSequence()).as("as it was last seen").isEqualTo(5);
    }
  }
}
