package dev.syncline.format;

import static dev.syncline.format.Bytes.assertEveryChangeIsNoticed;
import static dev.syncline.format.Bytes.crcOnDisk;
import static dev.syncline.format.Bytes.hex;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RecordCodecTest {
  private static final long EPOCH = 0x1112131415161718L;
  private static final byte[] EPOCH_ON_DISK = {0x18, 0x17, 0x16, 0x15, 0x14, 0x13, 0x12, 0x11};
  private static final int AT = 80;

  private final Crc crc = new Crc();
  private final ByteBuffer out = Bytes.unwritten(256);
  private int bytes;

  @BeforeEach
  void encode() {
    bytes = RecordCodec.encode(out, AT, 0x2122232425262728L, 0xfe, RecordCodec.FLAG_MORE, 0x31323334, ascii("key"), ascii("value"));
    RecordCodec.seal(out, AT, crc, EPOCH);
  }

  @Test
  void beginsWithTheChecksumOfTheRestSeededWithTheEpoch() {
    assertThat(hex(out, AT, 4)).isEqualTo(crcOnDisk(out, AT + 4, 28, EPOCH_ON_DISK));
  }

  @Test
  void hasThePayloadsLengthAtFour() {
    assertThat(hex(out, AT + 4, 4)).isEqualTo("08000000");
  }

  @Test
  void hasTheSequenceAtEight() {
    assertThat(hex(out, AT + 8, 8)).isEqualTo("2827262524232221");
  }

  @Test
  void hasTheTypeAtSixteen() {
    assertThat(hex(out, AT + 16, 1)).isEqualTo("fe");
    assertThat(RecordCodec.type(out, AT)).isEqualTo(0xfe);
  }

  @Test
  void hasTheFlagsAtSeventeen() {
    assertThat(hex(out, AT + 17, 1)).isEqualTo("01");
    assertThat(RecordCodec.hasMore(out, AT)).isTrue();
  }

  @Test
  void hasZerosAtEighteen() {
    assertThat(hex(out, AT + 18, 2)).isEqualTo("0000");
  }

  @Test
  void hasTheCallersThirtyTwoBitsAtTwenty() {
    assertThat(hex(out, AT + 20, 4)).isEqualTo("34333231");
    assertThat(RecordCodec.meta(out, AT)).isEqualTo(0x31323334);
  }

  @Test
  void endsWithBothPartsOfThePayload() {
    assertThat(hex(out, AT + 24, 8)).isEqualTo("6b657976616c7565");
    assertThat(bytes).isEqualTo(32);
    assertThat(hex(out, AT + 32, 4)).isEqualTo("eeeeeeee");
  }

  @Test
  void anyChangedBitIsNoticed() {
    assertEveryChangeIsNoticed(out, AT, AT + bytes, in -> problem(bytes, EPOCH) == null);
  }

  @Test
  void aRecordOfAnotherEpochIsNone() {
    assertThat(problem(bytes, EPOCH ^ 1)).startsWith("record's checksum");
    assertThat(problem(bytes, 0)).startsWith("record's checksum");
  }

  @Test
  void aChangeOfEpochInOneChecksumObjectIsNoticed() {
    assertThat(problem(bytes, 1)).isNotNull();
    assertThat(problem(bytes, EPOCH)).isNull();
  }

  @Test
  void zerosAreNoRecord() {
    for (long epoch : new long[] {0, 1, EPOCH})
      assertThat(RecordCodec.problem(Bytes.zeros(24), 0, 24, crc, epoch)).as("epoch %d", epoch).isNotNull();
  }

  @Test
  void aRecordCutInsideItsHeaderSaysSo() {
    assertThat(problem(23, EPOCH)).isEqualTo("expected a record header of 24 bytes, found 23");
  }

  @Test
  void aLengthBeyondWhatIsThereIsNeverFollowed() {
    for (int length : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 9}) {
      out.putInt(AT + 4, length);
      assertThat(problem(bytes, EPOCH)).isEqualTo("expected a payload of 0 to 8 bytes, found " + length);
    }
  }

  @Test
  void anEmptyPayloadTakesAHeaderAndNothingElse() {
    ByteBuffer empty = Bytes.zeros(24);
    assertThat(RecordCodec.encode(empty, 0, 1, 3, 0, 0, new byte[0], new byte[0])).isEqualTo(24);
    RecordCodec.seal(empty, 0, crc, EPOCH);
    assertThat(RecordCodec.problem(empty, 0, 24, crc, EPOCH)).isNull();
    assertThat(RecordCodec.hasMore(empty, 0)).isFalse();
  }

  @Test
  void theDigestDependsOnTheOrderOfTheRecords() {
    int ab = RecordCodec.digest(RecordCodec.digest(0, 1), 2);
    int ba = RecordCodec.digest(RecordCodec.digest(0, 2), 1);
    assertThat(ab).isEqualTo(33);
    assertThat(ba).isEqualTo(63);
  }

  private String problem(int available, long epoch) {
    return RecordCodec.problem(out, AT, available, crc, epoch);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
