package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.syncline.RecordsRewoundException;
import dev.syncline.RecordsTruncatedException;
import dev.syncline.SyncMode;
import dev.syncline.VerifyReport;
import dev.syncline.WalCursor;
import dev.syncline.WalOptions;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Who reads beside a live writer sees its durable history, goes forward with it, and costs little: promise 27. */
public abstract class FollowerContract extends LogTestBase {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration WAIT = Duration.ofMillis(500);

  /** A segment of the smallest size that is of use: a few frames fill it. */
  private static final int TINY_SEGMENT_BYTES = FRAMES_START_BYTES + 3 * BLOCK_BYTES;

  private static final int FILES_FOLLOWING_MAX = 16;
  private static final int FILES_READING_MAX = 64;
  /** The mark, the tail slots, and the newest frame with what follows it. */
  private static final int READS_PER_LOOK_MAX = 3;

  private static void tinySegments(WalOptions.Builder options) {
    options.maxSegmentSize(TINY_SEGMENT_BYTES);
  }

  private CountedFiles counted() throws IOException {
    return new CountedFiles(openStorage(directory()));
  }

  private static WriteAheadLog follow(CountedFiles disk) throws IOException {
    return WriteAheadLog.openReadOnly(disk, WalOptions.defaults());
  }

  private static void awaitEnd(WriteAheadLog reader, long end) throws InterruptedException {
    Together.await("the reader comes to " + end, () -> reader.durableSequence() == end);
  }

  /** What the tail shows up to {@code last}, however long that takes to become known. */
  private static List<String> linesUpTo(WalCursor tail, long last) throws IOException {
    List<String> lines = new ArrayList<>();
    for (long sequence = 0; sequence < last; ) {
      Optional<WalRecord> record = tail.next(PATIENCE);
      assertThat(record).as("a record behind " + lines).isPresent();
      lines.add(line(record.get()));
      sequence = record.get().sequence();
    }
    return lines;
  }

  private static Throwable failureOf(WalCursor cursor) {
    Throwable failure = catchThrowable(cursor::hasNext);
    return failure instanceof UncheckedIOException ? failure.getCause() : failure;
  }

  // What it shows.

  @Test
  void everyWayOfReadingGoesForwardWithTheWriter() throws Exception {
    WriteAheadLog writer = open(LogTestBase::smallSegments);
    WriteAheadLog reader = openReadOnly(directory());
    for (int end = 40; end <= 120; end += 40) {
      appendEntries(writer, 40);
      awaitEnd(reader, end);
      assertThat(reader.currentSequence()).isEqualTo(end);
      assertThat(lines(reader.replay())).isEqualTo(entryLines(1, end));
      assertThat(lines(reader.iterate(end - 5))).isEqualTo(entryLines(end - 4, end));
      assertThat(reader.read(end).map(LogTestBase::line)).hasValue(entryLines(end, end).get(0));
      assertThat(reader.verify()).returns(true, VerifyReport::ok).returns((long) end, VerifyReport::lastSequence);
    }
  }

  /** The positions alone, since nothing else makes them look then. */
  @Test
  void thePositionsGoForwardThoughNothingElseIsAsked() throws Exception {
    WriteAheadLog writer = open();
    WriteAheadLog reader = openReadOnly(directory());
    appendEntries(writer, 10);
    Together.await("the current sequence rises", () -> reader.currentSequence() == 10);
    writer.truncate(4);
    assertThat(reader.firstSequence()).isEqualTo(5);
    writer.truncateAfter(7);
    assertThat(reader.durableSequence()).isEqualTo(7);
    assertThat(reader.currentSequence()).isEqualTo(7);
  }

  @Test
  void nothingIsShownBeforeItIsDurable() throws Exception {
    WriteAheadLog writer = open(options -> options.syncMode(SyncMode.MANUAL).maxSegmentSize(TINY_SEGMENT_BYTES));
    WriteAheadLog reader = openReadOnly(directory());
    // Of the 23 lengths of a record each once.
    for (int i = 0; i < Effort.of(30, 100); i++) {
      // Behind a cut the next frame begins a segment.
      if (i % 10 == 9) writer.truncateAfter(writer.currentSequence() - 5);
      try (WalCursor tail = reader.tail(reader.durableSequence())) {
        for (int k = 0; k < 10; k++) writer.appendAsync(dev.syncline.Operation.entry(new byte[i % 23 * 300])).durable();
        thenIsDurable(writer, records(reader.iterate()).size());
        try (WriteAheadLog late = WriteAheadLog.openReadOnly(directory())) {
          thenIsDurable(writer, late.currentSequence());
          thenIsDurable(writer, records(late.iterate()).size());
        }
        if (tail.hasNext()) thenIsDurable(writer, tail.next().sequence());
      }
    }
    writer.sync();
    awaitEnd(reader, writer.currentSequence());
  }

  private static void thenIsDurable(WriteAheadLog writer, long shown) {
    assertThat(shown).as("the last sequence shown").isLessThanOrEqualTo(writer.durableSequence());
  }

  @Test
  void whatIsForgottenIsShownNoMore() throws Exception {
    WriteAheadLog writer = open(LogTestBase::smallSegments);
    appendEntries(writer, 60);
    WriteAheadLog reader = openReadOnly(directory());
    awaitEnd(reader, 60);
    writer.truncate(41);
    assertThat(lines(reader.replay())).isEqualTo(entryLines(42, 60));
    assertThat(reader.read(41)).isEmpty();
    assertThat(reader.firstSequence()).isEqualTo(42);
  }

  @Test
  void whatACutTookIsShownNoMoreButWhatTookItsPlace() throws Exception {
    WriteAheadLog writer = open(LogTestBase::smallSegments);
    appendEntries(writer, 60);
    WriteAheadLog reader = openReadOnly(directory());
    awaitEnd(reader, 60);
    assertThat(reader.read(31)).isPresent();
    writer.truncateAfter(30);
    assertThat(lines(reader.replay(20))).isEqualTo(entryLines(21, 30));
    assertThat(reader.read(31)).isEmpty();
    writer.append(bytes("another"));
    writer.append(bytes("one more"));
    awaitEnd(reader, 32);
    assertThat(lines(reader.replay(30))).containsExactly("31 ENTRY another", "32 ENTRY one more");
    assertThat(reader.read(31).map(LogTestBase::line)).hasValue("31 ENTRY another");
    assertThat(reader.verify().ok()).isTrue();
  }

  // Tails.

  @Test
  void aTailThatTruncationOvertookSaysSo() throws Exception {
    WriteAheadLog writer = open(LogTestBase::smallSegments);
    appendEntries(writer, 60);
    try (WalCursor tail = openReadOnly(directory()).tail(0)) {
      assertThat(linesUpTo(tail, 3)).isEqualTo(entryLines(1, 3));
      writer.truncate(50);
      assertThat(failureOf(tail)).isInstanceOf(RecordsTruncatedException.class).isNotInstanceOf(RecordsRewoundException.class);
    }
  }

  @Test
  void aTailThatHasShownWhatACutTookSaysHowMuchIsShared() throws Exception {
    WriteAheadLog writer = open(LogTestBase::smallSegments);
    appendEntries(writer, 60);
    try (WalCursor tail = openReadOnly(directory()).tail(0)) {
      assertThat(linesUpTo(tail, 50)).isEqualTo(entryLines(1, 50));
      writer.truncateAfter(45);
      for (int i = 0; i < 20; i++) writer.append(bytes("another"));
      writer.truncateAfter(20);
      for (int i = 0; i < 60; i++) writer.append(bytes("a third"));
      Throwable failure = failureOf(tail);
      assertThat(failure).isInstanceOf(RecordsRewoundException.class);
      assertThat(((RecordsRewoundException) failure).lastShared()).isEqualTo(20);
    }
  }

  @Test
  void aTailThatHadNotComeToTheCutGoesOnBehindIt() throws Exception {
    WriteAheadLog writer = open(LogTestBase::smallSegments);
    appendEntries(writer, 60);
    try (WalCursor tail = openReadOnly(directory()).tail(0)) {
      assertThat(linesUpTo(tail, 20)).isEqualTo(entryLines(1, 20));
      writer.truncateAfter(30);
      for (int i = 0; i < 30; i++) writer.append(bytes("another"));
      List<String> lines = linesUpTo(tail, 60);
      assertThat(lines.subList(0, 10)).isEqualTo(entryLines(21, 30));
      assertThat(lines.subList(10, 40)).allMatch(line -> line.endsWith("another"));
    }
  }

  @Test
  void aCursorThatWasOpenedForWhatACutTookDoesNotJustEnd() throws Exception {
    WriteAheadLog writer = open(LogTestBase::smallSegments);
    appendEntries(writer, 60);
    WriteAheadLog reader = openReadOnly(directory());
    awaitEnd(reader, 60);
    try (WalCursor cursor = reader.replay()) {
      for (int i = 1; i <= 5; i++) assertThat(cursor.next().sequence()).isEqualTo(i);
      writer.truncateAfter(30);
      for (long last = 5; last < 30; last++) assertThat(cursor.next().sequence()).isEqualTo(last + 1);
      assertThat(failureOf(cursor)).isInstanceOf(RecordsRewoundException.class);
    }
  }

  // Copies.

  @Test
  void whoMayOnlyReadCanMakeASnapshotThatOpensAsALog() throws Exception {
    WriteAheadLog writer = open(LogTestBase::smallSegments);
    appendEntries(writer, 60);
    writer.truncate(20);
    WriteAheadLog reader = openReadOnly(directory());
    awaitEnd(reader, 60);
    Path copy = newCopyName();
    reader.snapshot(copy);
    appendEntries(writer, 1);
    WriteAheadLog opened = open(copy);
    assertThat(lines(opened.iterate())).isEqualTo(entryLines(21, 60));
    assertThat(opened.verify().ok()).isTrue();
    assertThat(opened.append(entryPayload(61))).isEqualTo(61);
    assertThat(writer.currentSequence()).isEqualTo(61);
  }

  @Test
  void aReadersSnapshotStaysWhatItIsWhateverTheWriterDoes() throws Exception {
    WriteAheadLog writer = open(LogTestBase::smallSegments);
    appendEntries(writer, 60);
    WriteAheadLog reader = openReadOnly(directory());
    awaitEnd(reader, 60);
    thenASnapshotStays(writer, reader);
  }

  @Test
  void aWritersSnapshotStaysWhatItIsWhateverTheWriterDoes() throws Exception {
    WriteAheadLog writer = open(LogTestBase::smallSegments);
    appendEntries(writer, 60);
    thenASnapshotStays(writer, writer);
  }

  /** Its files may be the log's own, which the writer cuts, uses again and deletes. */
  private void thenASnapshotStays(WriteAheadLog writer, WriteAheadLog copied) throws IOException {
    Path copy = newCopyName();
    copied.snapshot(copy);
    writer.truncateAfter(25);
    for (int i = 0; i < 40; i++) writer.append(bytes("another"));
    writer.truncate(64);
    for (int i = 0; i < 40; i++) writer.append(bytes("a third"));
    try (WriteAheadLog opened = WriteAheadLog.openReadOnly(copy)) {
      assertThat(opened.verify().damage()).isEmpty();
      assertThat(lines(opened.replay())).isEqualTo(entryLines(1, 60));
    }
  }

  // What it costs.

  /** A second is long: what a tail opens again and again, it opens more often. */
  private static int opensAllowedSince(long beganNanos) {
    return 1 + (int) TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - beganNanos);
  }

  @Test
  void aTailThatWaitsOpensNothing() throws Exception {
    WriteAheadLog writer = open(LogTestBase::smallSegments);
    appendEntries(writer, 40);
    CountedFiles disk = counted();
    try (WriteAheadLog reader = follow(disk); WalCursor tail = reader.tail(0)) {
      linesUpTo(tail, 40);
      assertThat(tail.next(WAIT)).isEmpty();
      disk.reset();
      long began = System.nanoTime();
      for (int i = 0; i < 4; i++) assertThat(tail.next(WAIT)).isEmpty();
      assertThat(disk.opens()).as("files opened while nothing happens").isLessThanOrEqualTo(opensAllowedSince(began));
    }
  }

  @Test
  void aLookAtALogWithoutNewsReadsThreeTimesAtMost() throws Exception {
    WriteAheadLog writer = open(LogTestBase::smallSegments);
    appendEntries(writer, 40);
    CountedFiles disk = counted();
    try (WriteAheadLog reader = follow(disk); WalCursor tail = reader.tail(0)) {
      linesUpTo(tail, 40);
      assertThat(tail.next(WAIT)).isEmpty();
      thenLooksAreCheap("hasNext()", disk, look -> assertThat(tail.hasNext()).isFalse());
      thenLooksAreCheap("durableSequence()", disk, look -> assertThat(reader.durableSequence()).isEqualTo(40));
      thenLooksAreCheap("firstSequence()", disk, look -> assertThat(reader.firstSequence()).isEqualTo(1));
      writer.append(entryPayload(41));
      Together.await("a look sees the news", tail::hasNext);
    }
  }

  private static void thenLooksAreCheap(String what, CountedFiles disk, Consumer<Integer> look) {
    int looks = 100;
    // Where one takes long the mark is read once more.
    long readsMax = looks * READS_PER_LOOK_MAX + looks / 10;
    long reads = Long.MAX_VALUE;
    // The writer's mark is news, too, and where a look is held up the mark is read once more: one time is wanted in which neither happens.
    for (int attempt = 0; attempt < 100 && reads > readsMax; attempt++) {
      disk.reset();
      long began = System.nanoTime();
      for (int i = 0; i < looks; i++) look.accept(i);
      reads = disk.reads();
      assertThat(disk.opens()).as("files opened by 100 times " + what).isLessThanOrEqualTo(opensAllowedSince(began));
    }
    assertThat(reads).as("reads of 100 times " + what).isLessThanOrEqualTo(readsMax);
  }

  @Test
  void aTailThatFollowsAcrossRotationAndTruncationHoldsAFewFiles() throws Exception {
    WriteAheadLog writer = open(FollowerContract::tinySegments);
    writer.append(entryPayload(1));
    CountedFiles disk = counted();
    try (WriteAheadLog reader = follow(disk); WalCursor tail = reader.tail(0)) {
      long last = 0;
      int rounds = Effort.of(100, 300);
      for (int round = 0; round < rounds; round++) {
        appendEntries(writer, 4);
        while (tail.hasNext()) {
          assertThat(tail.next().sequence()).isEqualTo(last + 1);
          last++;
        }
        assertThat(last).as("all but the last frame, whose successor would tell").isGreaterThanOrEqualTo(writer.currentSequence() - 1);
        // Never beyond the tail: it goes on where the records still are, whatever becomes of the files behind it.
        writer.truncate(last);
        assertThat(disk.held()).as("files held in round " + round).isLessThanOrEqualTo(FILES_FOLLOWING_MAX);
      }
      if (last < 4L * rounds + 1) linesUpTo(tail, 4L * rounds + 1);
    }
    assertThat(disk.held()).as("files held by a reader that is closed").isZero();
    assertThat(disk.changes()).as("changes by a reader").isZero();
  }

  @Test
  void aReaderOfManySegmentsHoldsSomeOfTheirFiles() throws Exception {
    int segments = Effort.of(150, 300);
    WriteAheadLog writer = open(FollowerContract::tinySegments);
    for (int i = 0; i < segments; i++) writer.append(new byte[10_000]);
    assertThat(writer.verify().segments()).isGreaterThanOrEqualTo(segments);
    CountedFiles disk = counted();
    try (WriteAheadLog reader = follow(disk); WalCursor half = reader.replay(); WalCursor tail = reader.tail(0)) {
      awaitEnd(reader, segments);
      for (int i = 0; i < segments / 2; i++) half.next();
      linesUpTo(tail, segments);
      assertThat(records(reader.iterate())).hasSize(segments);
      for (long sequence = 1; sequence <= segments; sequence++) assertThat(reader.read(sequence)).isPresent();
      assertThat(reader.verify().segments()).isGreaterThanOrEqualTo(segments);
      assertThat(disk.heldMax()).as("files held at once").isLessThanOrEqualTo(FILES_READING_MAX);
    }
    assertThat(disk.held()).as("files held by a reader that is closed").isZero();
    assertThat(disk.changes()).as("changes by a reader").isZero();
  }

  @Test
  void theNewestSegmentIsNotReadAgainFromItsFront() throws Exception {
    WriteAheadLog writer = open(options -> options.maxSegmentSize(64 << 20).markInterval(NEVER));
    // Without a mark the last one has no witness.
    for (int i = 0; i < 13; i++) writer.append(new byte[1 << 20]);
    CountedFiles disk = counted();
    try (WriteAheadLog reader = follow(disk); WalCursor tail = reader.tail(0)) {
      linesUpTo(tail, 12);
      disk.reset();
      int appends = 100;
      long looks = 0;
      for (int i = 0; i < appends; i++) {
        writer.append(new byte[100]);
        for (looks++; tail.hasNext(); looks++) tail.next();
        assertThat(tail.sequence()).as("all but the last frame").isGreaterThanOrEqualTo(13 + i);
      }
      long appendedBytes = (long) appends * BLOCK_BYTES;
      // A block of the mark, the tail slots, the newest frame and the next one.
      assertThat(disk.bytesRead())
          .as("bytes read for %d of frames in %d looks", appendedBytes, looks)
          .isLessThanOrEqualTo(4 * appendedBytes + 5 * looks * BLOCK_BYTES);
    }
  }
}
