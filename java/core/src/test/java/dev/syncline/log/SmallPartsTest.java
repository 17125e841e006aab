package dev.syncline.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.format.Crc;
import dev.syncline.format.FrameHeader;
import dev.syncline.format.Layout;
import dev.syncline.format.RecordCodec;
import dev.syncline.io.AlignedBuffers;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import dev.syncline.io.nio.NioStorage;
import dev.syncline.log.segment.FileBytes;
import dev.syncline.log.segment.FileWindow;
import dev.syncline.log.segment.FrameCheck;
import dev.syncline.log.segment.FrameFields;
import dev.syncline.log.segment.SparseIndex;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The engine's small parts, each by itself. */
@Timeout(900)
class SmallPartsTest {

  @Nested
  class TheSparseIndex {
    private final SparseIndex index = new SparseIndex();

    @Test
    void knowsNothingAtFirst() {
      assertThat(index.floorOffset(Long.MAX_VALUE)).isEqualTo(-1);
      assertThat(index.sequences()).isEmpty();
    }

    @Test
    void findsTheLastFrameAtOrBeforeASequence() {
      index.offer(10, 4096);
      index.offer(20, 4096 + Layout.INDEX_INTERVAL_BYTES);
      assertThat(index.floorOffset(9)).isEqualTo(-1);
      assertThat(index.floorOffset(10)).isEqualTo(4096);
      assertThat(index.floorOffset(19)).isEqualTo(4096);
      assertThat(index.floorOffset(20)).isEqualTo(4096 + Layout.INDEX_INTERVAL_BYTES);
      assertThat(index.floorOffset(Long.MAX_VALUE)).isEqualTo(4096 + Layout.INDEX_INTERVAL_BYTES);
    }

    @Test
    void leavesOutFramesThatLieCloseToTheLastOneNoted() {
      index.offer(1, 4096);
      index.offer(2, 4096 + Layout.INDEX_INTERVAL_BYTES - 1);
      index.offer(3, 4096 + Layout.INDEX_INTERVAL_BYTES);
      assertThat(index.sequences()).containsExactly(1, 3);
      assertThat(index.offsetsBytes()).containsExactly(4096, 4096 + Layout.INDEX_INTERVAL_BYTES);
    }

    @Test
    void growsBeyondItsFirstArraysAndGoesOnFromASeal() {
      SparseIndex sealed = SparseIndex.of(new long[0], new long[0]);
      for (int i = 0; i < 1000; i++) sealed.offer(i + 1, (long) i * Layout.INDEX_INTERVAL_BYTES);
      assertThat(sealed.sequences()).hasSize(1000);
      assertThat(sealed.floorOffset(777)).isEqualTo(776L * Layout.INDEX_INTERVAL_BYTES);
    }
  }

  @Nested
  class AFileWindow {
    @TempDir Path directory;

    @Test
    void bringsInWhatTheFileHasAndSaysHowMuch() throws IOException {
      byte[] content = new byte[10_000];
      for (int i = 0; i < content.length; i++) content[i] = (byte) (i * 31 >>> 3);
      java.nio.file.Files.write(directory.resolve("data"), content);
      try (Storage storage = NioStorage.open(directory, 4096, false);
          SegmentFile file = storage.open("data", Storage.Access.READ)) {
        FileWindow window = new FileWindow(4096);
        window.use(FileBytes.of(file));
        for (int[] range : new int[][] {{0, 100}, {4090, 20}, {9990, 20}, {5000, 5000}, {0, 10_000}, {20_000, 10}, {4095, 1}}) {
          int available = window.load(range[0], range[1]);
          int there = Math.max(0, Math.min(range[1], content.length - range[0]));
          assertThat(available).as("from %d", range[0]).isGreaterThanOrEqualTo(there);
          for (int i = 0; i < there; i++)
            assertThat(window.buffer().get(window.indexOf(range[0] + i))).isEqualTo(content[range[0] + i]);
          if (there < range[1]) assertThat(available).isEqualTo(there);
        }
      }
    }

    @Test
    void reservesNoMemoryForBytesThatTheFileDoesNotHave() throws IOException {
      java.nio.file.Files.write(directory.resolve("data"), new byte[10_000]);
      try (Storage storage = NioStorage.open(directory, 4096, false);
          SegmentFile file = storage.open("data", Storage.Access.READ)) {
        FileWindow window = new FileWindow(4096);
        window.use(FileBytes.of(file));
        assertThat(window.load(5000, 1 << 30)).isEqualTo(5000);
        assertThat(window.load(20_000, 1 << 30)).isZero();
        assertThat(window.buffer().capacity()).isLessThanOrEqualTo(12_288);
      }
    }

    @Test
    void forgetsWhatItReadWhenToldTo() throws IOException {
      Path data = java.nio.file.Files.write(directory.resolve("data"), new byte[] {1});
      try (Storage storage = NioStorage.open(directory, 4096, false);
          SegmentFile file = storage.open("data", Storage.Access.READ)) {
        FileWindow window = new FileWindow(4096);
        window.use(FileBytes.of(file));
        window.load(0, 1);
        java.nio.file.Files.write(data, new byte[] {2});
        window.use(FileBytes.of(file));
        assertThat(window.load(0, 1)).isEqualTo(1);
        assertThat(window.buffer().get(0)).isEqualTo((byte) 2);
      }
    }
  }

  @Nested
  class AFrameCheck {
    private static final long EPOCH = 77;
    private final Crc crc = new Crc();
    private final ByteBuffer frame = AlignedBuffers.allocate(4096);
    private final FrameCheck check = new FrameCheck();
    private FrameHeader header;

    /** Records 1 to n, those named in {@code more} with the flag. */
    private void given(int records, Integer... more) {
      int at = Layout.FRAME_HEADER_BYTES;
      int digest = 0;
      for (int i = 1; i <= records; i++) {
        int flags = List.of(more).contains(i) ? RecordCodec.FLAG_MORE : 0;
        int bytes = RecordCodec.encode(frame, at, i, 200 + i, flags, 0, new byte[0], new byte[8]);
        digest = RecordCodec.digest(digest, RecordCodec.seal(frame, at, crc, EPOCH));
        at += bytes;
      }
      int body = at - Layout.FRAME_HEADER_BYTES;
      header = new FrameHeader(0, EPOCH, 1, 4096, 1, records, 0, body, records, digest, 0, FrameHeader.DATA, 0);
    }

    private void damage(int record) {
      int at = Layout.FRAME_HEADER_BYTES + (record - 1) * 32 + 28;
      frame.put(at, (byte) (frame.get(at) ^ 1));
    }

    private void check(int availableBytes) {
      check.check(frame, 0, availableBytes, new FrameFields().take(header), 0);
    }

    @Test
    void countsAllRecordsOfAWholeFrame() {
      given(4, 1, 2);
      check(4096);
      assertThat(check.problem).isNull();
      assertThat(check.goodRecords).isEqualTo(4);
      assertThat(check.goodLastSequence).isEqualTo(4);
      assertThat(check.types[3]).isEqualTo(0b11110L << 200 - 192);
    }

    @Test
    void dropsTheBeginningOfAGroupWhoseEndIsDamaged() {
      given(5, 2, 3, 4);
      damage(4);
      check(4096);
      assertThat(check.problem).startsWith("record's checksum");
      assertThat(check.problemAtBytes).isEqualTo(Layout.FRAME_HEADER_BYTES + 3 * 32);
      assertThat(check.goodRecords).isEqualTo(1);
      assertThat(check.goodLastSequence).isEqualTo(1);
      assertThat(check.types[3]).as("types of records that do not count are not noted").isEqualTo(1L << 201 - 192);
    }

    @Test
    void countsNothingWhereTheFirstRecordIsDamaged() {
      given(3);
      damage(1);
      check(4096);
      assertThat(check.goodRecords).isZero();
      assertThat(check.goodLastSequence).isZero();
    }

    @Test
    void noticesAFrameThatTheFileCutsOff() {
      given(3);
      check(Layout.FRAME_HEADER_BYTES + 64);
      assertThat(check.problem).isEqualTo("expected a body of 96 bytes, found 64");
      assertThat(check.goodRecords).isEqualTo(2);
      check(Layout.FRAME_HEADER_BYTES + 70);
      assertThat(check.problem).startsWith("expected a record header");
      assertThat(check.goodRecords).isEqualTo(2);
    }

    @Test
    void noticesValidRecordsThatAreNotTheHeaders() {
      given(3);
      FrameHeader other =
          new FrameHeader(0, EPOCH, 1, 4096, 1, 3, 0, header.bodyBytes(), 3, header.recordsDigest() + 1, 0, FrameHeader.DATA, 0);
      check.check(frame, 0, 4096, new FrameFields().take(other), 0);
      assertThat(check.problem).startsWith("records' digest");
    }

    @Test
    void noticesASequenceThatDoesNotAscend() {
      given(3);
      check.check(frame, 0, 4096, new FrameFields().take(header), 1);
      assertThat(check.problem).isEqualTo("expected a sequence in (1, 3], found 1");
    }
  }
}
