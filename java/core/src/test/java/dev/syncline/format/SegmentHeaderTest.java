package dev.syncline.format;

import static dev.syncline.format.Bytes.assertEveryChangeIsNoticed;
import static dev.syncline.format.Bytes.crcOnDisk;
import static dev.syncline.format.Bytes.hex;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SegmentHeaderTest {
  private static final SegmentHeader HEADER =
      new SegmentHeader(
          4096,
          new LogId(0x1112131415161718L, 0x2122232425262728L),
          0x3132333435363738L,
          0x4142434445464748L,
          0x5152535455565758L,
          0x6162636465666768L,
          0x7172737475767778L,
          0x0182838485868788L,
          0x11929394);

  private final ByteBuffer out = Bytes.unwritten(Layout.BLOCK_BYTES_MIN);
  private int crc;

  @BeforeEach
  void encode() {
    crc = HEADER.encode(out);
  }

  @Test
  void beginsWithTheMagicInReadableLetters() {
    assertThat(hex(out, 0, 8)).isEqualTo("53594e434c494e45");
  }

  @Test
  void hasTheVersionAtEight() {
    assertThat(hex(out, 8, 2)).isEqualTo("0200");
  }

  @Test
  void hasZerosAtTen() {
    assertThat(hex(out, 10, 2)).isEqualTo("0000");
  }

  @Test
  void hasTheBlockSizeAtTwelve() {
    assertThat(hex(out, 12, 4)).isEqualTo("00100000");
  }

  @Test
  void hasTheLogIdAtSixteen() {
    assertThat(hex(out, 16, 16)).isEqualTo("18171615141312112827262524232221");
  }

  @Test
  void hasTheOrdinalAtThirtyTwo() {
    assertThat(hex(out, 32, 8)).isEqualTo("3837363534333231");
  }

  @Test
  void hasTheEpochAtForty() {
    assertThat(hex(out, 40, 8)).isEqualTo("4847464544434241");
  }

  @Test
  void hasTheBaseSequenceAtFortyEight() {
    assertThat(hex(out, 48, 8)).isEqualTo("5857565554535251");
  }

  @Test
  void hasThePredecessorsOrdinalAtFiftySix() {
    assertThat(hex(out, 56, 8)).isEqualTo("6867666564636261");
  }

  @Test
  void hasThePredecessorsEpochAtSixtyFour() {
    assertThat(hex(out, 64, 8)).isEqualTo("7877767574737271");
  }

  @Test
  void hasThePredecessorsLastSequenceAtSeventyTwo() {
    assertThat(hex(out, 72, 8)).isEqualTo("8887868584838201");
  }

  @Test
  void hasThePredecessorsChecksumAtEighty() {
    assertThat(hex(out, 80, 4)).isEqualTo("94939211");
  }

  @Test
  void hasZerosFromEightyFour() {
    assertThat(hex(out, 84, 40)).isEqualTo("00".repeat(40));
  }

  @Test
  void endsWithTheChecksumOfAllBeforeIt() {
    assertThat(hex(out, 124, 4)).isEqualTo(crcOnDisk(out, 0, 124));
    assertThat(SegmentHeader.crc(out)).isEqualTo(crc);
  }

  @Test
  void leavesTheRestOfTheBlockAlone() {
    assertThat(hex(out, 128, 4)).isEqualTo("eeeeeeee");
  }

  @Test
  void isReadBackAsItWasWritten() {
    assertThat(SegmentHeader.problem(out, 512)).isNull();
    assertThat(SegmentHeader.decode(out)).isEqualTo(HEADER);
  }

  @Test
  void anyChangedBitIsNoticed() {
    assertEveryChangeIsNoticed(out, 0, Layout.SEGMENT_HEADER_BYTES, in -> SegmentHeader.problem(in, 512) == null);
  }

  @Test
  void zerosAreNoHeader() {
    assertThat(SegmentHeader.problem(Bytes.zeros(512), 512)).contains("expected the magic SYNCLINE");
  }

  @Test
  void aFileCutInsideTheHeaderSaysSo() {
    assertThat(SegmentHeader.problem(out, 127)).isEqualTo("expected a segment header of 128 bytes, found 127");
  }

  @Test
  void aNewerVersionWithAValidChecksumIsAVersionAndNoDamage() {
    out.putShort(8, (short) 3).putInt(12, 0);
    reseal();
    assertThat(SegmentHeader.problem(out, 512)).isNull();
    assertThat(SegmentHeader.version(out)).isEqualTo(3);
  }

  @Test
  void aVersionAboveTheSignedRangeIsNotNegative() {
    out.putShort(8, (short) 0xffff);
    reseal();
    assertThat(SegmentHeader.version(out)).isEqualTo(65535);
  }

  @Test
  void aBlockSizeThatNoVersionWritesIsRefusedBeforeItIsUsed() {
    for (int block : new int[] {0, -4096, 256, 513, 8192, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
      out.putInt(12, block);
      reseal();
      assertThat(SegmentHeader.problem(out, 512)).isEqualTo("expected a block size of 512 to 4096 bytes, found " + block);
    }
  }

  private void reseal() {
    out.putInt(124, new Crc().of(out, 0, 124));
  }
}
