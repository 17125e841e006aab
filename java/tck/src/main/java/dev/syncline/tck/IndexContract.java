package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.syncline.CorruptLogException;
import dev.syncline.CorruptionPolicy;
import dev.syncline.LogFailedException;
import dev.syncline.RecordTooLargeException;
import dev.syncline.StorageFullException;
import dev.syncline.log.commit.Entry;
import dev.syncline.WriteAheadLog;
import dev.syncline.log.SegmentedLog;
import dev.syncline.log.read.LogCursor;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records with an index and a type of the caller's: runs of them in one write, reading at random, scans by type. */
public abstract class IndexContract extends IndexTestBase {
  private static final int RARE = 200;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  // Indexes of the caller's.

  @Test
  void theCallersIndexesBeginAnywhereAndJumpForward() throws IOException {
    try (SegmentedLog log = openLog(directory())) {
      log.appendRun(100, run(100, 104));
      log.appendRun(200, run(200, 201));
      log.appendAt(Long.MAX_VALUE / 2, PLAIN, 0, NOTHING, bytes("far"));
      assertThat(log.firstSequence()).isEqualTo(100);
    }
    List<String> expected = new ArrayList<>(records(100, 104));
    expected.addAll(records(200, 201));
    expected.add(Long.MAX_VALUE / 2 + " far");
    assertThat(contents(openLog(directory()))).isEqualTo(expected);
  }

  @Test
  void aRunAtOrBelowWhatIsThereIsRefusedAndChangesNothing() throws IOException {
    SegmentedLog log = openLog(directory());
    log.appendRun(5, run(5, 9));
    for (long first : new long[] {9, 5, 1})
      assertThatThrownBy(() -> log.appendRun(first, run(first, first)))
          .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("expected an index above 9, found " + first);
    for (long first : new long[] {0, -1, Long.MAX_VALUE})
      assertThatThrownBy(() -> log.appendRun(first, run(1, 2))).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> log.appendRun(10, List.of())).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> log.appendRun(10, List.of(new Entry(PLAIN, 0, NOTHING, new byte[(16 << 20) + 1]))))
        .isInstanceOf(RecordTooLargeException.class);
    log.appendRun(10, run(10, 10));
    assertThat(contents(log)).isEqualTo(records(5, 10));
  }

  @Test
  void aCutBetweenTwoIndexesLeavesWhatLiesBeforeAndTheLogGoesOnBehindIt() throws IOException {
    SegmentedLog log = openLog(directory());
    log.appendRun(1, run(1, 5));
    log.appendRun(40, run(40, 41));
    log.truncateAfter(20);
    assertThat(contents(log)).isEqualTo(records(1, 5));
    assertThat(log.currentSequence()).isEqualTo(20);
    assertThat(read(log, 20)).isNull();
    try (LogCursor tail = log.follow(5)) {
      assertThat(tail.advance()).isFalse();
      log.appendRun(21, run(21, 22));
      assertThat(tail.advance()).isTrue();
      assertThat(tail.sequence()).isEqualTo(21);
    }
    log.close();
    List<String> expected = new ArrayList<>(records(1, 5));
    expected.addAll(records(21, 22));
    assertThat(contents(openLog(directory()))).isEqualTo(expected);
  }

  /** Cut where no record is, within a file or between two, and then again and again left without being closed. */
  @ParameterizedTest
  @ValueSource(longs = {5, 6, 20, 39, 40, 61, 62, 99, 100})
  void aCutBetweenTwoIndexesIsNoDamageAfterACrash(long cut) throws IOException {
    SegmentedLog log = openLog(directory());
    log.appendRun(1, run(1, 5));
    log.appendRun(40, run(40, 41));
    if (cut > 50) appendOneByOne(log, 42, 61);
    log.appendRun(100, run(100, 101));
    log.truncateAfter(cut);
    List<String> expected = new ArrayList<>(records(1, 5));
    for (long i = 40; i <= Math.min(cut, cut > 50 ? 61 : 41); i++) expected.addAll(records(i, i));
    if (cut == 100) expected.addAll(records(100, 100));
    for (int crash = 1; crash <= 3; crash++) {
      SegmentedLog again = openLog(directory());
      assertThat(again.recovery().damage()).as("crash %d", crash).isEmpty();
      assertThat(again.currentSequence()).as("crash %d", crash).isEqualTo(cut);
      assertThat(contents(again)).as("crash %d", crash).isEqualTo(expected);
    }
    SegmentedLog on = openLog(directory());
    on.appendRun(cut + 3, run(cut + 3, cut + 4));
    expected.addAll(records(cut + 3, cut + 4));
    for (int crash = 1; crash <= 2; crash++) {
      SegmentedLog again = openLog(directory());
      assertThat(again.recovery().damage()).isEmpty();
      assertThat(contents(again)).isEqualTo(expected);
    }
  }

  // Runs.

  @ParameterizedTest
  @ValueSource(ints = {1, 32, 256, 4000})
  void aRunIsOneDurableWriteWhateverItsSize(int count) throws IOException {
    RecordingStorage disk = new RecordingStorage(openStorage(directory()));
    SegmentedLog log = openLog(disk, smallOptions().withSizes(64 << 20, 64 << 20));
    log.appendRun(1, List.of(entry(PLAIN, "first")));
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) entries.add(new Entry(PLAIN, 0, NOTHING, new byte[1024]));
    long before = commits(disk);
    log.appendRun(2, entries);
    assertThat(commits(disk) - before).isEqualTo(1);
    assertThat(log.durableSequence()).isEqualTo(count + 1L);
    assertThat(log.stats().durableWrites()).isEqualTo(2);
  }

  private static long commits(RecordingStorage disk) {
    return disk.operations().stream()
        .filter(operation -> operation.op() == Op.WRITE_DURABLY && isFirstSegment(operation.file()) && operation.offsetBytes() > 0)
        .count();
  }

  @Test
  void aRunThatIsTornIsNotThereAndOneThatGotThroughIs() throws IOException {
    for (int blocks = 0; blocks <= 4; blocks++) {
      FaultyStorage disk = new FaultyStorage(openStorage(temporary.resolve("torn-" + blocks)));
      SegmentedLog log = openLog(disk, smallOptions());
      log.appendRun(1, run(1, 3));
      disk.on(Op.WRITE_DURABLY).named(LogTestBase::isFirstSegment)
          .failAfterBytes((long) blocks * BLOCK_BYTES, () -> new IOException("EIO"));
      List<Entry> large = new ArrayList<>();
      for (int i = 0; i < 8; i++) large.add(new Entry(PLAIN, 0, NOTHING, new byte[2000]));
      assertThatThrownBy(() -> log.appendRun(4, large)).isInstanceOf(LogFailedException.class);
      catchThrowable(log::close);
      assertThat(contents(openLog(disk.directory()))).as("%d blocks were written", blocks).hasSize(blocks < 4 ? 3 : 11);
    }
  }

  @Test
  void ofADamagedRunWhatLiesBeforeTheDamageCanStillBeRead() throws IOException {
    try (SegmentedLog log = openLog(directory())) {
      List<Entry> large = new ArrayList<>();
      for (int i = 1; i <= 8; i++) large.add(new Entry(PLAIN, 0, entryPayload(i), new byte[2000]));
      log.appendRun(1, large);
    }
    DirectoryBytes.Place sixth = DirectoryBytes.find(directory(), entryPayload(6));
    DirectoryBytes.write(sixth.file(), sixth.offset(), bytes("damage"));
    SegmentedLog log = openLog(openStorage(directory()), smallOptions().withCorruptionPolicy(CorruptionPolicy.READ_ONLY));
    assertThat(log.recovery().damage()).singleElement().satisfies(damage -> {
      assertThat(damage.firstLost()).isEqualTo(6);
      assertThat(damage.lastLost()).isEqualTo(8);
    });
    try (LogCursor cursor = log.cursor(0)) {
      for (long index = 1; index <= 5; index++) {
        assertThat(cursor.advance()).isTrue();
        assertThat(cursor.sequence()).isEqualTo(index);
      }
      assertThat(cursor.advance()).isFalse();
      assertThat(cursor.damage()).isPresent();
    }
  }

  @Test
  void aFullDiskTakesNoIndexFromARun() throws IOException {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    SegmentedLog log = openLog(disk, smallOptions());
    log.appendRun(1, run(1, 3));
    List<Entry> large = List.of(new Entry(PLAIN, 0, NOTHING, new byte[1 << 20]));
    disk.on(Op.CREATE).forever().fail(() -> new StorageFullException("full, says the test"));
    assertThatThrownBy(() -> log.appendRun(4, large)).isInstanceOf(StorageFullException.class);
    assertThat(log.currentSequence()).isEqualTo(3);
    disk.heal();
    log.appendRun(4, large);
    assertThat(log.durableSequence()).isEqualTo(4);
  }

  @Test
  void runsOfManyThreadsLeaveNoHole() throws Exception {
    SegmentedLog log = openLog(directory());
    AtomicLong next = new AtomicLong(1);
    Object order = new Object();
    Together.run(4, thread -> {
      for (int i = 0; i < 30; i++) {
        synchronized (order) {
          long first = next.getAndAdd(5);
          log.appendRun(first, run(first, first + 4));
        }
      }
    });
    assertThat(contents(log)).isEqualTo(records(1, 600));
  }

  // Reading at random.

  @Test
  void readingAtRandomNeverWaitsBehindASync() throws Exception {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    SegmentedLog log = openLog(disk, smallOptions());
    for (int i = 0; i < 40; i++) log.appendRun(1 + i * 10L, run(1 + i * 10L, 10 + i * 10L));
    FaultyStorage.Stall stall = disk.on(Op.WRITE_DURABLY).named(LogTestBase::isSegment).stallBefore();
    Together.Task<Void> appending = Together.begin(() -> {
      log.appendRun(401, run(401, 401));
      return null;
    });
    stall.awaitReached(PATIENCE);
    try {
      Together.run(4, thread -> {
        Random random = new Random(thread);
        for (int i = 0; i < 200; i++) assertThat(read(log, 1 + random.nextInt(400))).isNotNull();
        assertThat(read(log, 401)).as("not durable").isNull();
        assertThat(log.currentSequence()).isEqualTo(400);
      });
      assertThat(appending.isDone()).isFalse();
    } finally {
      stall.release();
    }
    appending.get();
    assertThat(read(log, 401)).isEqualTo(text(entryPayload(401)));
  }

  @Test
  void readingAtRandomWhileTheTailIsCutAndWrittenAnewSeesOneOrTheOther() throws Exception {
    SegmentedLog log = openLog(directory());
    log.appendRun(1, run(1, 200));
    AtomicBoolean enough = new AtomicBoolean();
    Together.Task<Void> reading = Together.begin(() -> {
      Random random = new Random(7);
      while (!enough.get()) assertThat(read(log, 1 + random.nextInt(100))).isNotNull();
      return null;
    });
    for (int i = 0; i < 30 && !reading.isDone(); i++) {
      log.appendRun(201, run(201, 240));
      log.truncateAfter(200);
    }
    enough.set(true);
    reading.get();
  }

  /** The record's payload, or null if there is none with that index. */
  private static String read(SegmentedLog log, long index) throws IOException {
    try (LogCursor cursor = log.seek(index)) {
      return cursor.advance() && cursor.sequence() == index ? text(cursor.payload()) : null;
    }
  }

  // Scans by type.

  @Test
  void aScanShowsTheRecordsOfItsTypeInOrderAndReadsNoSegmentWithoutThem() throws IOException {
    List<String> expected = givenRareRecordsInTwoOfManySegments();
    RecordingStorage disk = new RecordingStorage(openStorage(directory()));
    SegmentedLog log = openLog(disk, smallOptions());
    int segments = log.stats().segments();
    disk.reset();
    assertThat(scan(log, RARE, 0)).isEqualTo(expected);
    // The newest may be read to make it ready for appends.
    String newest = DirectoryBytes.newestWalFile(directory()).getFileName().toString();
    long read = disk.operations().stream().filter(operation -> operation.op() == Op.READ).map(Operation::file)
        .filter(file -> !file.equals(newest)).distinct().count();
    assertThat(segments).isGreaterThan(6);
    assertThat(read).as("segments read of %d", segments).isEqualTo(2);
    assertThat(scan(log, RARE + 1, 0)).isEmpty();
    assertThat(scan(log, PLAIN, 0)).hasSize(118);
  }

  @Test
  void openingReadsNoMoreOfAFinishedSegmentThanItsHeaderAndItsSeal() throws IOException {
    try (SegmentedLog log = openLog(openStorage(directory()), smallOptions().withSizes(1 << 20, 1 << 20))) {
      for (int index = 1; index <= 60; index++) log.appendAt(index, PLAIN, 0, NOTHING, new byte[100_000]);
    }
    RecordingStorage disk = new RecordingStorage(openStorage(directory()));
    SegmentedLog log = openLog(disk, smallOptions().withSizes(1 << 20, 1 << 20));
    String newest = DirectoryBytes.newestWalFile(directory()).getFileName().toString();
    long readBytes = disk.operations().stream()
        .filter(operation -> operation.op() == Op.READ && isSegment(operation.file()) && !operation.file().equals(newest))
        .mapToLong(Operation::lengthBytes).sum();
    int finished = log.stats().segments() - 1;
    assertThat(finished).isGreaterThan(4);
    assertThat(readBytes).isPositive().isLessThanOrEqualTo(finished * (48L << 10));
  }

  private List<String> givenRareRecordsInTwoOfManySegments() throws IOException {
    try (SegmentedLog log = openLog(directory())) {
      for (long index = 1; index <= 120; index++) {
        boolean rare = index == 17 || index == 80;
        log.appendAt(index, rare ? RARE : PLAIN, 0, NOTHING, entryPayload(index));
      }
    }
    return List.of("17 <entry-17>", "80 <entry-80>");
  }

  @Test
  void aScanBeginsBehindAnIndexAndDoesNotShowWhatWasTruncated() throws IOException {
    givenRareRecordsInTwoOfManySegments();
    SegmentedLog log = openLog(directory());
    assertThat(scan(log, RARE, 17)).containsExactly("80 <entry-80>");
    assertThat(scan(log, RARE, 16)).hasSize(2);
    log.truncate(17);
    assertThat(scan(log, RARE, 0)).containsExactly("80 <entry-80>");
    log.truncateAfter(79);
    assertThat(scan(log, RARE, 0)).isEmpty();
    log.appendRun(80, List.of(entry(RARE, "another")));
    assertThat(scan(log, RARE, 0)).containsExactly("80 another");
    log.reset(10);
    assertThat(scan(log, RARE, 0)).isEmpty();
  }

  @Test
  void aScanSeesWhatIsNotInAFileYet() throws IOException {
    SegmentedLog log = openLog(openStorage(directory()), manualOptions());
    log.appendRun(1, List.of(entry(PLAIN, "a"), entry(RARE, "b")));
    assertThat(scan(log, RARE, 0)).containsExactly("2 b");
    log.sync();
    log.appendRun(3, List.of(entry(RARE, "c"), entry(PLAIN, "d")));
    assertThat(scan(log, RARE, 0)).containsExactly("2 b", "3 c");
    assertThat(scan(log, RARE, 2)).containsExactly("3 c");
  }

  @Test
  void aScanThatMeetsDamageSaysSo() throws IOException {
    givenRareRecordsInTwoOfManySegments();
    SegmentedLog log = openLog(directory());
    DirectoryBytes.Place lost = DirectoryBytes.find(directory(), entryPayload(16));
    DirectoryBytes.zeroBlockAround(lost.file(), lost.offset());
    assertThatThrownBy(() -> scan(log, RARE, 0)).isInstanceOf(CorruptLogException.class).hasMessageContaining("16");
    assertThat(scan(log, RARE, 17)).as("the damage lies before").hasSize(1);
  }

  /** No record of such a group says where it begins, as the COMMIT of a batch does. */
  @Test
  void aGroupOfAnotherLayersRecordsIsNotCutInsideByTheLogAbove() throws IOException {
    try (SegmentedLog log = openLog(directory())) {
      appendOneByOne(log, 1, 2);
      log.appendGroup(List.of(entry(PLAIN, "a"), entry(RARE, "b"), entry(PLAIN, "c")));
      appendOneByOne(log, 6, 6);
    }
    for (long inside : new long[] {3, 4}) {
      WriteAheadLog log = open();
      assertThatThrownBy(() -> log.truncateAfter(inside)).isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("sequence " + inside + " lies inside").hasMessageContaining("or 5 (with it)");
      log.truncateAfter(5);
      assertThat(log.currentSequence()).isEqualTo(5);
      log.close();
    }
  }

  /** A repair and an import say when the records were committed that they write. */
  @Test
  void recordsThatKeepTheirTimeJoinNoneOfAnother() throws IOException {
    try (SegmentedLog log = openLog(openStorage(directory()), manualOptions().withJoinMillis(60_000))) {
      for (long time = 1; time <= 20; time++) {
        log.beginFrame(1_000 + time / 2);
        appendOneByOne(log, time, time);
        log.sync();
      }
      for (long time = 0; time <= 10; time++) assertThat(log.sequenceAt(1_000 + time)).isEqualTo(Math.min(20, 2 * time + 1));
      assertThat(log.verify().frames()).as("those of one time share one").isEqualTo(11);
    }
  }

  private static List<String> scan(SegmentedLog log, int type, long after) throws IOException {
    List<String> seen = new ArrayList<>();
    log.scan(type, after, record -> seen.add(record.sequence() + " " + text(record.payload())));
    return seen;
  }
}
