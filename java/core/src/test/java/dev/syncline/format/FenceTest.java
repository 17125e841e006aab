package dev.syncline.format;

import static dev.syncline.format.Bytes.assertEveryChangeIsNoticed;
import static dev.syncline.format.Bytes.crcOnDisk;
import static dev.syncline.format.Bytes.hex;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class FenceTest {
  private static final long EPOCH = 0x1112131415161718L;
  private static final long ORDINAL = 0x2122232425262728L;
  private static final long OFFSET = 0x3132333435363738L;

  private final Crc crc = new Crc();
  private final ByteBuffer out = encoded();

  private ByteBuffer encoded() {
    ByteBuffer fresh = Bytes.unwritten(Layout.FENCE_BYTES);
    Fence.encode(fresh, 0, crc, EPOCH, ORDINAL, OFFSET);
    return fresh;
  }

  @Test
  void hasItsFieldsWhereTheFormatSays() {
    assertThat(hex(out, 0, 4)).as("magic SYFE").isEqualTo("53594645");
    assertThat(hex(out, 4, 4)).as("checksum").isEqualTo(crcOnDisk(out, 8, 24));
    assertThat(hex(out, 8, 8)).as("epoch").isEqualTo("1817161514131211");
    assertThat(hex(out, 16, 8)).as("ordinal").isEqualTo("2827262524232221");
    assertThat(hex(out, 24, 8)).as("offset").isEqualTo("3837363534333231");
  }

  @Test
  void everyChangedByteIsNoticed() {
    assertEveryChangeIsNoticed(out, 0, Layout.FENCE_BYTES, in -> Fence.isAt(in, 0, Layout.FENCE_BYTES, crc, EPOCH, ORDINAL, OFFSET));
  }

  @Test
  void isNoneOfAnotherLifeSegmentOrPlace() {
    assertThat(Fence.isAt(out, 0, Layout.FENCE_BYTES, crc, EPOCH + 1, ORDINAL, OFFSET)).isFalse();
    assertThat(Fence.isAt(out, 0, Layout.FENCE_BYTES, crc, EPOCH, ORDINAL + 1, OFFSET)).isFalse();
    assertThat(Fence.isAt(out, 0, Layout.FENCE_BYTES, crc, EPOCH, ORDINAL, OFFSET + 512)).isFalse();
    assertThat(Fence.isWhole(out, 0, Layout.FENCE_BYTES, crc)).isTrue();
  }

  @Test
  void isNoneWhereTheFileEndsInIt() {
    assertThat(Fence.isWhole(out, 0, Layout.FENCE_BYTES - 1, crc)).isFalse();
  }

  @Test
  void isNoFrame() {
    ByteBuffer block = Bytes.zeros(Layout.BLOCK_BYTES_MIN);
    Fence.encode(block, 0, crc, EPOCH, ORDINAL, OFFSET);
    assertThat(FrameHeader.problem(block, 0, Layout.BLOCK_BYTES_MIN, crc, EPOCH, ORDINAL, OFFSET)).contains("expected the frame magic");
  }
}
