package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.syncline.CorruptLogException;
import dev.syncline.WalCursor;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What reading and appending cost, and that what makes it cheap never shows anything else: promises 7 and 9. */
public abstract class ReadingCostContract extends LogTestBase {
  private static final int RECORD_READ_BYTES_MAX = 1024;

  private static List<dev.syncline.Operation> batchOf(int count) {
    return IntStream.range(0, count).mapToObj(i -> dev.syncline.Operation.entry(new byte[250])).toList();
  }

  // Appends.

  /**
   * Once the compiler has seen what is short-lived. Whoever waits for a busy lock gets an object for it from the JVM, now and then: a byte
   * for each append leaves room for that, and for nothing that is made for each.
   */
  @Test
  void anAppendAloneAllocatesNothing() throws IOException {
    WriteAheadLog warm = open(openStorage(directory()), options -> options.maxSegmentSize(64 << 20));
    int rounds = 0;
    while (allocatedBytes(warm, 1_000) >= 1_000) assertThat(++rounds).as("thousands of appends that allocate").isLessThan(100);
    WriteAheadLog log = open(openStorage(temporary.resolve("another")), options -> options.maxSegmentSize(64 << 20));
    log.append(bytes("begins a segment"));
    assertThat(allocatedBytes(log, 3_000)).as("bytes for 3,000 appends").isLessThan(3_000);
  }

  private static long allocatedBytes(WriteAheadLog log, int appends) throws IOException {
    byte[] key = bytes("key");
    byte[] value = new byte[200];
    long before = allocatedBytes();
    for (int i = 0; i < appends; i++) log.put(key, value);
    return allocatedBytes() - before;
  }

  /** What the calling thread has allocated since it began. */
  private static long allocatedBytes() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  // Single records.

  @Test
  void aRecordOfAFrameThatWasMetIsReadAlone() throws IOException {
    RecordingStorage disk = new RecordingStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, options -> {});
    log.appendBatch(batchOf(100));
    assertThat(log.read(50)).isPresent();
    disk.reset();
    assertThat(log.read(51)).isPresent();
    // The log's own threads may be at work on what was appended.
    List<Operation> mine = disk.operationsOf(Thread.currentThread());
    assertThat(mine).extracting(Operation::op).containsExactly(Op.READ);
    assertThat(mine.get(0).lengthBytes()).isLessThanOrEqualTo(RECORD_READ_BYTES_MAX);
  }

  /** And not with the other 99 of its frame. */
  @Test
  void recordsLargerThanAReadersBufferAreReadAloneToo() throws IOException {
    RecordingStorage disk = new RecordingStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, options -> {});
    int payload = 17_000;
    log.appendBatch(Collections.nCopies(100, dev.syncline.Operation.entry(new byte[payload])));
    assertThat(log.read(1)).isPresent();
    disk.reset();
    for (int i = 2; i <= 99; i++) assertThat(log.read(i)).isPresent();
    List<Operation> mine = disk.operationsOf(Thread.currentThread());
    assertThat(mine).extracting(Operation::op).containsOnly(Op.READ);
    // The first look at each, which meets its length, and the rest; a storage reads whole blocks.
    assertThat(mine.stream().mapToLong(Operation::lengthBytes).sum()).isLessThan(98L * (payload + 2 * 4096 + 1024));
  }

  @Test
  void recordsOfAnySizeComeBackAgainAndAgain() throws IOException {
    WriteAheadLog log = open();
    int[] sizes = {0, 1, 999, 1000, 1001, 5_000, 16_359, 16_360, 16_361, 65_500, 65_536, 100_000, 1_048_550, 1_048_576};
    for (int size : sizes) log.append(new byte[size]);
    for (int round = 0; round < 3; round++)
      for (int i = 0; i < sizes.length; i++) assertThat(log.read(i + 1).orElseThrow().value()).hasSize(sizes[i]);
  }

  @Test
  void aByteThatChangesAfterARecordWasReadIsNoticed() throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    appendEntries(log, 60);
    log.close();
    WriteAheadLog again = open(LogTestBase::smallSegments);
    assertThat(again.read(5).map(WalRecord::value)).hasValue(entryPayload(5));
    DirectoryBytes.Place place = DirectoryBytes.find(directory(), entryPayload(5));
    DirectoryBytes.flipByte(place.file(), place.offset() + 2);
    assertThatThrownBy(() -> again.read(5)).isInstanceOf(CorruptLogException.class);
    assertThat(again.read(6).map(WalRecord::value)).hasValue(entryPayload(6));
  }

  @Test
  void aRecordThatWasReadIsGoneOnceItIsTruncated() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 20);
    for (long sequence = 1; sequence <= 20; sequence++) assertThat(log.read(sequence)).isPresent();
    log.truncate(10);
    for (long sequence = 1; sequence <= 20; sequence++) assertThat(log.read(sequence).isPresent()).isEqualTo(sequence > 10);
  }

  @Test
  void whatTakesThePlaceOfACutRecordIsRead() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 20);
    for (long sequence = 1; sequence <= 20; sequence++) assertThat(log.read(sequence)).isPresent();
    log.truncateAfter(9);
    assertThat(log.read(10)).isEmpty();
    log.append(bytes("another"));
    assertThat(log.read(10).map(WalRecord::value)).hasValue(bytes("another"));
    assertThat(log.read(9).map(WalRecord::value)).hasValue(entryPayload(9));
  }

  @Test
  void aFileThatIsUsedAgainShowsNothingOfWhatWasReadThere() throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    for (int cycle = 0; cycle < 6; cycle++) {
      long first = log.currentSequence() + 1;
      appendEntries(log, 40);
      for (int round = 0; round < 2; round++)
        for (long sequence = Math.max(1, first - 40); sequence < first + 40; sequence++)
          assertThat(log.read(sequence).map(WalRecord::value).map(LogTestBase::text).orElse("none"))
              .isEqualTo(sequence < first ? "none" : text(entryPayload(sequence)));
      log.truncate(log.currentSequence());
    }
  }

  // Cursors that make no objects.

  @Test
  void viewsShowWhatRecordsShow() throws IOException {
    WriteAheadLog log = open();
    log.put(bytes("a"), bytes("1"));
    log.appendBatch(batch("x", "y"));
    log.append(bytes("entry"));
    log.checkpoint();
    log.delete(bytes("a"));
    List<String> expected = records(log.iterate()).stream()
        .map(record -> record.sequence() + " " + record.type() + " " + text(record.key()) + "|" + hex(ByteBuffer.wrap(record.value())))
        .toList();
    List<String> seen = new ArrayList<>();
    try (WalCursor cursor = log.iterate()) {
      while (cursor.advance()) {
        ByteBuffer value = cursor.valueView();
        String key = StandardCharsets.UTF_8.decode(cursor.keyView()).toString();
        seen.add(cursor.sequence() + " " + cursor.type() + " " + key + "|" + hex(value));
      }
    }
    assertThat(seen).isEqualTo(expected);
  }

  private static String hex(ByteBuffer bytes) {
    StringBuilder text = new StringBuilder();
    while (bytes.hasRemaining()) text.append(String.format(Locale.ROOT, "%02x", bytes.get()));
    return text.toString();
  }

  @Test
  void aViewCannotBeWrittenTo() throws IOException {
    WriteAheadLog log = open();
    log.append(bytes("entry"));
    try (WalCursor cursor = log.iterate()) {
      assertThat(cursor.advance()).isTrue();
      assertThat(cursor.valueView().isReadOnly()).isTrue();
      assertThat(cursor.keyView().isReadOnly()).isTrue();
    }
  }

  @Test
  void advancingAfterLookingMovesToWhatWasSeen() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 3);
    try (WalCursor cursor = log.iterate()) {
      assertThat(cursor.hasNext()).isTrue();
      assertThat(cursor.advance()).isTrue();
      assertThat(cursor.sequence()).isEqualTo(1);
      assertThat(cursor.next().sequence()).isEqualTo(2);
      assertThat(cursor.advance()).isTrue();
      assertThat(cursor.sequence()).isEqualTo(3);
      assertThat(cursor.advance()).isFalse();
    }
  }

  @Test
  void readingThroughViewsAllocatesNothing() throws IOException {
    WriteAheadLog log = open(options -> options.maxSegmentSize(64 << 20));
    int records = 2_000;
    for (int i = 0; i < records; i++) log.put(bytes("key"), new byte[100]);
    long bytes = 0;
    long allocated = 0;
    // The first time classes are loaded and buffers found.
    for (int round = 0; round < 3; round++) {
      try (WalCursor cursor = log.replay()) {
        assertThat(cursor.advance()).isTrue();
        bytes = cursor.valueView().remaining() + cursor.keyView().remaining();
        long before = allocatedBytes();
        while (cursor.advance()) bytes += cursor.valueView().remaining() + cursor.keyView().remaining();
        allocated = allocatedBytes() - before;
      }
    }
    assertThat(bytes).isEqualTo(records * 103L);
    // No object takes less than 16 bytes; what is left is for what happens once, such as code that is compiled anew.
    assertThat(allocated).as("bytes for %d records, each in a frame of its own", records).isLessThan(records * 8L);
  }

  // Files that are used again.

  @Test
  void asManyFilesAreKeptAsAreUsedBetweenTruncations() throws IOException {
    WriteAheadLog log = open(options -> options.maxSegmentSize(SMALL_SEGMENT_BYTES));
    for (int cycle = 0; cycle < 4; cycle++) {
      long began = log.stats().rotations();
      while (log.stats().rotations() < began + 5) log.append(new byte[100]);
      log.truncate(log.currentSequence());
    }
    assertThat(log.stats().rotations()).isEqualTo(20);
    assertThat(log.stats().recycledSegments()).as("all but the first round and what was made ready ahead").isGreaterThanOrEqualTo(10);
  }
}
