package dev.syncline.format;

import static dev.syncline.format.Bytes.assertEveryChangeIsNoticed;
import static dev.syncline.format.Bytes.crcOnDisk;
import static dev.syncline.format.Bytes.hex;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FrameHeaderTest {
  private static final long EPOCH = 0x1112131415161718L;
  private static final long ORDINAL = 0x2122232425262728L;
  private static final long OFFSET = 0x3132333435363738L;
  private static final FrameHeader HEADER = new FrameHeader(
      0, EPOCH, ORDINAL, OFFSET, 0x4142434445464748L, 0x5152535455565758L, 0x2162636465666768L, 0x01727374, 0x02828384, 0x03929394,
      0x04a2a3a4, FrameHeader.SEAL, 0x0000_c6c5_c4c3_c2c1L);

  private final Crc crc = new Crc();
  private final ByteBuffer out = Bytes.unwritten(128);
  private int written;

  /** At 16, to see that every place is relative. */
  private static final int AT = 16;

  @BeforeEach
  void encode() {
    written = HEADER.encode(out, AT, crc);
  }

  @Test
  void beginsWithTheMagicInReadableLetters() {
    assertThat(hex(out, AT, 4)).isEqualTo("53594652");
  }

  @Test
  void hasTheChecksumOfTheRestAtFour() {
    assertThat(hex(out, AT + 4, 4)).isEqualTo(crcOnDisk(out, AT + 8, 72));
    assertThat(out.getInt(AT + 4)).isEqualTo(written);
  }

  @Test
  void hasTheEpochAtEight() {
    assertThat(hex(out, AT + 8, 8)).isEqualTo("1817161514131211");
  }

  @Test
  void hasTheOrdinalAtSixteen() {
    assertThat(hex(out, AT + 16, 8)).isEqualTo("2827262524232221");
  }

  @Test
  void hasItsOwnOffsetAtTwentyFour() {
    assertThat(hex(out, AT + 24, 8)).isEqualTo("3837363534333231");
  }

  @Test
  void hasTheFirstSequenceAtThirtyTwo() {
    assertThat(hex(out, AT + 32, 8)).isEqualTo("4847464544434241");
  }

  @Test
  void hasTheLastSequenceAtForty() {
    assertThat(hex(out, AT + 40, 8)).isEqualTo("5857565554535251");
  }

  @Test
  void hasThePromiseAtFortyEight() {
    assertThat(hex(out, AT + 48, 8)).isEqualTo("6867666564636221");
  }

  @Test
  void hasTheBodysLengthAtFiftySix() {
    assertThat(hex(out, AT + 56, 4)).isEqualTo("74737201");
  }

  @Test
  void hasTheCountOfRecordsAtSixty() {
    assertThat(hex(out, AT + 60, 4)).isEqualTo("84838202");
  }

  @Test
  void hasTheDigestAtSixtyFour() {
    assertThat(hex(out, AT + 64, 4)).isEqualTo("94939203");
  }

  @Test
  void hasTheChecksumOfTheFrameBeforeAtSixtyEight() {
    assertThat(hex(out, AT + 68, 4)).isEqualTo("a4a3a204");
  }

  @Test
  void hasTheKindAtSeventyTwo() {
    assertThat(hex(out, AT + 72, 2)).isEqualTo("0200");
  }

  @Test
  void endsWithTheTimeInFortyEightBits() {
    assertThat(hex(out, AT + 74, 6)).isEqualTo("c1c2c3c4c5c6");
    assertThat(hex(out, AT + 80, 4)).isEqualTo("eeeeeeee");
  }

  @Test
  void isReadBackAsItWasWritten() {
    FrameHeader read = FrameHeader.decode(out, AT);
    assertThat(read.crc()).isEqualTo(written);
    assertThat(read.encode(Bytes.zeros(80), 0, crc)).isEqualTo(written);
    assertThat(read).usingRecursiveComparison().ignoringFields("crc").isEqualTo(HEADER);
  }

  @Test
  void anyChangedBitIsNoticed() {
    assertEveryChangeIsNoticed(out, AT, AT + Layout.FRAME_HEADER_BYTES, in -> problem(EPOCH, ORDINAL, OFFSET) == null);
  }

  @Test
  void aFrameOfAnotherSegmentIsNone() {
    assertThat(problem(EPOCH, ORDINAL + 1, OFFSET)).startsWith("expected a frame of segment");
  }

  @Test
  void aFrameOfAnEarlierLifeOfTheFileIsNone() {
    assertThat(problem(EPOCH + 1, ORDINAL, OFFSET)).startsWith("expected epoch");
  }

  @Test
  void anEpochCountsWhereTheSegmentsOwnIsUnknown() {
    assertThat(problem(0, ORDINAL, OFFSET)).isNull();
  }

  @Test
  void aFrameAtAnotherPlaceIsNone() {
    assertThat(problem(EPOCH, ORDINAL, OFFSET + 512)).startsWith("expected a frame written for offset");
  }

  @Test
  void zerosAreNoFrame() {
    assertThat(FrameHeader.problem(Bytes.zeros(80), 0, 80, crc, 0, 0, 0)).contains("expected the frame magic SYFR");
  }

  @Test
  void aFileCutInsideTheHeaderSaysSo() {
    assertThat(FrameHeader.problem(out, AT, 79, crc, EPOCH, ORDINAL, OFFSET))
        .isEqualTo("expected a frame header of 80 bytes, found 79");
  }

  @Test
  void aBodyLongerThanAnyIsRefusedWhateverItsChecksumSays() {
    for (int bytes : new int[] {-1, Integer.MIN_VALUE, Layout.FRAME_BODY_BYTES_MAX + 1, Integer.MAX_VALUE}) {
      with(bytes, FrameHeader.DATA).encode(out, AT, crc);
      assertThat(problem(EPOCH, ORDINAL, OFFSET)).startsWith("expected a body of 0 to").endsWith("found " + bytes);
    }
  }

  @Test
  void aKindThatNoVersionWritesIsRefused() {
    for (int kind : new int[] {0, 3, 0xffff}) {
      with(10, kind).encode(out, AT, crc);
      assertThat(problem(EPOCH, ORDINAL, OFFSET)).isEqualTo("expected frame kind 1 or 2, found " + kind);
    }
  }

  @Test
  void theNextFrameBeginsAtTheNextBlock() {
    FrameHeader frame = new FrameHeader(0, 1, 1, 4096, 1, 1, 0, 4096 - 80, 1, 0, 0, FrameHeader.DATA, 0);
    assertThat(frame.usedEndBytes()).isEqualTo(8192);
    assertThat(frame.endBytes(4096)).isEqualTo(8192);
    FrameHeader longer = new FrameHeader(0, 1, 1, 4096, 1, 1, 0, 4096 - 79, 1, 0, 0, FrameHeader.DATA, 0);
    assertThat(longer.endBytes(4096)).isEqualTo(12288);
    assertThat(longer.endBytes(512)).isEqualTo(8192 + 512);
  }

  private static FrameHeader with(int bodyBytes, int kind) {
    return new FrameHeader(0, EPOCH, ORDINAL, OFFSET, 1, 1, 0, bodyBytes, 1, 0, 0, kind, 0);
  }

  private String problem(long epoch, long ordinal, long offset) {
    return FrameHeader.problem(out, AT, 112, crc, epoch, ordinal, offset);
  }

  /** Behind the end of a log every block of its segment is asked, thousands of them, while a process starts. */
  @Test
  void whereNoFrameIsNothingIsMadeToSaySo() {
    ByteBuffer nothing = ByteBuffer.allocateDirect(128).order(ByteOrder.LITTLE_ENDIAN);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int found = 0;
    long beforeBytes = threads.getCurrentThreadAllocatedBytes();
    for (int block = 0; block < 10_000; block++) {
      nothing.putInt(0, block % 2 == 0 ? 0 : Layout.FRAME_MAGIC);
      if (FrameHeader.isAt(nothing, 0, 128, crc, EPOCH, ORDINAL, OFFSET)) found++;
    }
    long bytes = threads.getCurrentThreadAllocatedBytes() - beforeBytes;
    assertThat(found).isZero();
    assertThat(bytes).as("bytes allocated for 10,000 blocks").isLessThan(10_000);
  }
}
