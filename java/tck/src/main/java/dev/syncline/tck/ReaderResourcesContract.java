package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.syncline.CorruptLogException;
import dev.syncline.Verification;
import dev.syncline.WalCursor;
import dev.syncline.WriteAheadLog;
import dev.syncline.format.Crc;
import dev.syncline.format.Layout;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What reading takes, and what forged bytes cannot make it take: the reading half of promises 38 and 40. */
public abstract class ReaderResourcesContract extends LogTestBase {
  private static final int DESCRIPTORS_MAX = 64;
  private static final int KEPT_BYTES_MAX = 4 << 20;

  /** Of a frame that there is not: many times what a reader may take, or all that a header can say. */
  private static final int LENGTH_BYTES = Effort.of(128 << 20, Layout.FRAME_BODY_BYTES_MAX);

  /** A quarter of it beside the heap; on the heap a look at each of its blocks leaves garbage, and there are half a dozen readings. */
  private static final long LENGTH_DIRECT_BYTES_MAX = LENGTH_BYTES / 4;

  private static final long LENGTH_HEAP_BYTES_MAX = 2L * LENGTH_BYTES;

  // Where the fields of a frame header lie: see FORMAT.md.
  private static final int FIRST_SEQUENCE_AT = 32;
  private static final int LAST_SEQUENCE_AT = 40;
  private static final int PROMISED_AT = 48;
  private static final int BODY_BYTES_AT = 56;
  private static final int RECORDS_AT = 60;

  @Test
  void aLogOfManySegmentsIsReadThroughAFewDescriptors() throws IOException {
    WriteAheadLog log = open(options -> options.maxSegmentSize(FRAMES_START_BYTES + 2 * BLOCK_BYTES));
    appendEntries(log, 300);
    assertThat(log.stats().segments()).isGreaterThan(100);
    int before = OpenFiles.below(directory()).size();
    List<WalCursor> cursors = new ArrayList<>();
    for (int i = 0; i < 100; i++) cursors.add(log.replay(2 * i));
    for (WalCursor cursor : cursors) assertThat(cursor.next()).isNotNull();
    thenFewAreOpen(before);
    assertThat(lines(log.replay())).isEqualTo(entryLines(1, 300));
    thenFewAreOpen(before);
    for (int i = 1; i <= 300; i++) assertThat(log.read(i)).isPresent();
    thenFewAreOpen(before);
    assertThat(log.stats().readerFiles()).isBetween(1, DESCRIPTORS_MAX);
    cursors.forEach(WalCursor::close);
    log.close();
    assertThat(OpenFiles.below(directory())).as("what a closed log leaves").isEmpty();
  }

  private void thenFewAreOpen(int before) throws IOException {
    assertThat(OpenFiles.below(directory()).size() - before).as("descriptors of readers").isLessThanOrEqualTo(DESCRIPTORS_MAX);
  }

  @Test
  void closedCursorsKeepLittleMemoryHoweverLargeTheRecordsWere() throws Exception {
    WriteAheadLog log = open(options -> options.maxSegmentSize(16 << 20));
    byte[] large = new byte[8 << 20];
    for (int i = 0; i < 2; i++) log.append(large);
    long before = directBytesAfterCollection(Long.MAX_VALUE);
    List<WalCursor> cursors = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      cursors.add(log.replay());
      assertThat(cursors.get(i).next().value()).hasSize(large.length);
    }
    cursors.forEach(WalCursor::close);
    assertThat(directBytesAfterCollection(before + KEPT_BYTES_MAX)).isLessThanOrEqualTo(before + KEPT_BYTES_MAX);
    assertThat(log.read(2)).isPresent();
  }

  /** Buffers outside the heap go some time after a collection has found them. */
  private static long directBytesAfterCollection(long wanted) throws InterruptedException {
    long bytes = Long.MAX_VALUE;
    for (int i = 0; i < 50 && (i < 3 || bytes > wanted); i++) {
      System.gc();
      Thread.sleep(20);
      bytes = directBytes();
    }
    return bytes;
  }

  private static long directBytes() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct")).mapToLong(BufferPoolMXBean::getMemoryUsed).sum();
  }

  @Test
  void aFileThatIsGivenBackIsNotOpenedAgainByAReaderThatComesLate() throws Exception {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    appendEntries(log, 50);
    AtomicBoolean stop = new AtomicBoolean();
    List<Together.Task<Void>> readers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      readers.add(Together.begin(() -> {
        for (long sequence = 1; !stop.get(); sequence++) log.read(sequence % (log.currentSequence() + 1));
        return null;
      }));
    }
    for (int i = 0; i < Effort.of(40, 100); i++) {
      appendEntries(log, 3);
      log.truncate(log.currentSequence() - 10);
    }
    stop.set(true);
    for (Together.Task<Void> reader : readers) reader.get();
    log.close();
    assertThat(OpenFiles.below(directory())).as("what a closed log leaves").isEmpty();
  }

  // Forged bytes. Their checksums are right: whatever they say, it costs its own length.

  /** A closed log of three frames, of which the second one's header says something else. */
  private Path forged(int fieldAt, long value, int bytes) throws IOException {
    givenClosedLog(3);
    Path file = DirectoryBytes.walFiles(directory()).get(0);
    ByteBuffer header = ByteBuffer.wrap(DirectoryBytes.read(file, FRAMES_START_BYTES + BLOCK_BYTES, Layout.FRAME_HEADER_BYTES))
        .order(ByteOrder.LITTLE_ENDIAN);
    if (bytes == Long.BYTES) header.putLong(fieldAt, value);
    else header.putInt(fieldAt, (int) value);
    header.putInt(4, new Crc().of(header, 8, Layout.FRAME_HEADER_BYTES - 8));
    DirectoryBytes.write(file, FRAMES_START_BYTES + BLOCK_BYTES, header.array());
    return file;
  }

  private void thenItIsDamage(String what) throws IOException {
    try (WriteAheadLog log = open(options -> options.verifyOnOpen(Verification.FULL)); WalCursor cursor = log.replay()) {
      assertThat(log.recovery().damage()).as(what).isNotEmpty();
      assertThat(log.currentSequence()).as(what).isBetween(3L, 4L);
      assertThat(cursor.next().sequence()).isEqualTo(1);
      while (cursor.hasNext()) assertThat(line(cursor.next())).as(what).isIn(entryLines(2, 3));
      assertThatThrownBy(cursor::requireComplete).as(what).isInstanceOf(CorruptLogException.class);
      assertThat(log.verify().damage()).as(what).isNotEmpty();
    }
    try (WriteAheadLog log = openReadOnly(directory())) {
      assertThat(log.verify().damage()).as(what).isNotEmpty();
      assertThat(log.recovery().damage()).as(what).isNotEmpty();
    }
  }

  @Test
  void aLengthOfAllThatIsThereIsDamageAndTakesNoMemory() throws IOException {
    Path file = forged(BODY_BYTES_AT, LENGTH_BYTES, Integer.BYTES);
    // With so many bytes there: a hole, which takes no room.
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(LENGTH_BYTES + 64L * BLOCK_BYTES);
    }
    long heapBefore = allocatedBytes();
    long directBefore = directBytes();
    thenItIsDamage("a length of " + LENGTH_BYTES);
    assertThat(allocatedBytes() - heapBefore).as("bytes allocated on the heap by all readings").isLessThan(LENGTH_HEAP_BYTES_MAX);
    assertThat(directBytes() - directBefore).as("bytes allocated beside it").isLessThan(LENGTH_DIRECT_BYTES_MAX);
  }

  private static long allocatedBytes() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  @Test
  void aForgedNumberIsDamageWhateverItIs() throws IOException {
    for (long value : new long[] {Long.MAX_VALUE, Long.MIN_VALUE, -1, 0}) {
      for (int field : new int[] {FIRST_SEQUENCE_AT, LAST_SEQUENCE_AT, PROMISED_AT}) {
        if (field == PROMISED_AT && value == 0) continue;
        forged(field, value, Long.BYTES);
        thenItIsDamage("the field at " + field + " is " + value);
        for (Path left : DirectoryBytes.files(directory(), name -> true)) java.nio.file.Files.delete(left);
      }
    }
    for (int field : new int[] {BODY_BYTES_AT, RECORDS_AT}) {
      for (int value : new int[] {Integer.MAX_VALUE, Integer.MIN_VALUE, -1, 0}) {
        forged(field, value, Integer.BYTES);
        thenItIsDamage("the field at " + field + " is " + value);
        for (Path left : DirectoryBytes.files(directory(), name -> true)) java.nio.file.Files.delete(left);
      }
    }
  }

  @Test
  void aWindowReadsNothingThatCannotBeThere() throws IOException {
    WriteAheadLog log = open();
    RecordingStorage disk = new RecordingStorage(openStorage(directory()));
    appendEntries(log, 20);
    WriteAheadLog reader = WriteAheadLog.openReadOnly(disk, dev.syncline.WalOptions.defaults());
    try (WalCursor tail = reader.tail(10)) {
      awaitDurable(reader, 20);
      for (long sequence = 11; sequence <= 20; sequence++) assertThat(tail.next().sequence()).isEqualTo(sequence);
      disk.reset();
      appendEntries(log, 1);
      while (reader.durableSequence() < 21) Thread.onSpinWait();
      disk.reset();
      assertThat(tail.next().sequence()).isEqualTo(21);
      long read = disk.operations().stream().filter(o -> o.op() == Op.READ).mapToLong(Operation::lengthBytes).max().orElse(0);
      assertThat(read).as("the largest read for one record").isLessThanOrEqualTo(2 * BLOCK_BYTES);
    }
    reader.close();
  }
}
