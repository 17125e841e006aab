package dev.syncline.format;

import static dev.syncline.format.Bytes.assertEveryChangeIsNoticed;
import static dev.syncline.format.Bytes.crcOnDisk;
import static dev.syncline.format.Bytes.hex;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SealTest {
  private static final int BLOCK = 512;
  private static final int BODY = Layout.FRAME_HEADER_BYTES;
  private static final int TRAILER = BLOCK - Layout.SEAL_TRAILER_BYTES;
  private static final Seal SEAL = new Seal(
      0x1112131415161718L,
      0x21222324,
      new long[] {0x3132333435363738L, 0x4142434445464748L, 0x5152535455565758L, 0x6162636465666768L},
      new long[] {0x7172737475767778L, 0x0182838485868788L},
      new long[] {0x0192939495969798L, 0x01a2a3a4a5a6a7a8L});

  private final Crc crc = new Crc();
  private final ByteBuffer out = Bytes.zeros(BLOCK);
  private FrameHeader header;

  @BeforeEach
  void encode() {
    int digest = SEAL.encode(out, BLOCK, crc);
    header = header(SEAL.bodyBytes(), digest);
    header.encode(out, 0, crc);
  }

  private static FrameHeader header(int bodyBytes, int digest) {
    return new FrameHeader(0, 7, 1, 4096, 1, 9, 9, bodyBytes, 0, digest, 3, FrameHeader.SEAL, 0);
  }

  @Test
  void hasTheEndOfTheFramesFirst() {
    assertThat(hex(out, BODY, 8)).isEqualTo("1817161514131211");
  }

  @Test
  void hasTheLastFramesChecksumAtEight() {
    assertThat(hex(out, BODY + 8, 4)).isEqualTo("24232221");
  }

  @Test
  void hasTheCountOfIndexEntriesAtTwelve() {
    assertThat(hex(out, BODY + 12, 4)).isEqualTo("02000000");
  }

  @Test
  void hasTheTypesPresentAtSixteen() {
    assertThat(hex(out, BODY + 16, 32)).isEqualTo("3837363534333231" + "4847464544434241" + "5857565554535251" + "6867666564636261");
  }

  @Test
  void hasTheIndexAtFortyEightSequenceThenOffset() {
    assertThat(hex(out, BODY + 48, 16)).isEqualTo("7877767574737271" + "9897969594939201");
    assertThat(hex(out, BODY + 64, 16)).isEqualTo("8887868584838201" + "a8a7a6a5a4a3a201");
  }

  @Test
  void hasZerosUpToTheTrailer() {
    int end = BODY + SEAL.bodyBytes();
    assertThat(SEAL.bodyBytes()).isEqualTo(80);
    assertThat(hex(out, end, TRAILER - end)).matches("0*");
  }

  @Test
  void theTrailerBeginsWithItsMagic() {
    assertThat(hex(out, TRAILER, 4)).isEqualTo("5345414c");
  }

  @Test
  void theTrailerHasTheSealsLengthAtFour() {
    assertThat(hex(out, TRAILER + 4, 4)).isEqualTo("00020000");
  }

  @Test
  void theTrailerHasItsChecksumAtEightAndThenZeros() {
    assertThat(hex(out, TRAILER + 8, 4)).isEqualTo(crcOnDisk(out, TRAILER, 8));
    assertThat(hex(out, TRAILER + 12, 4)).isEqualTo("00000000");
  }

  @Test
  void theFrameHeadersDigestIsTheBodysChecksum() {
    assertThat(hex(out, 64, 4)).isEqualTo(crcOnDisk(out, BODY, 80));
  }

  @Test
  void isReadBackAsItWasWritten() {
    assertThat(Seal.decode(out, 0, BLOCK, header, crc)).isEqualTo(SEAL);
    assertThat(Seal.bytesFromTrailer(out, TRAILER, crc)).isEqualTo(BLOCK);
  }

  @Test
  void anyChangedBitOfHeaderAndBodyIsNoticed() {
    assertEveryChangeIsNoticed(out, 0, BODY + SEAL.bodyBytes(), this::isReadable);
  }

  @Test
  void anyChangedBitOfTheTrailerIsNoticed() {
    assertEveryChangeIsNoticed(out, TRAILER, TRAILER + 12, in -> Seal.bytesFromTrailer(in, TRAILER, crc) != 0);
  }

  @Test
  void aCountThatDoesNotFillTheBodyIsRefusedBeforeItIsUsed() {
    for (int count : new int[] {-1, 1, 3, Integer.MAX_VALUE, Integer.MIN_VALUE, 0x10000002}) {
      out.putInt(BODY + 12, count);
      FrameHeader agreeing = header(SEAL.bodyBytes(), crc.of(out, BODY, SEAL.bodyBytes()));
      assertThat(Seal.decode(out, 0, BLOCK, agreeing, crc)).as("count %d", count).isNull();
    }
  }

  @Test
  void aBodyBeyondWhatIsThereIsRefused() {
    assertThat(Seal.decode(out, 0, 159, header, crc)).isNull();
    assertThat(Seal.decode(out, 0, BLOCK, header(47, header.recordsDigest()), crc)).isNull();
  }

  @Test
  void aSegmentWithoutRecordsHasASealWithoutEntries() {
    Seal empty = new Seal(512, 1, new long[4], new long[0], new long[0]);
    ByteBuffer in = Bytes.zeros(BLOCK);
    int digest = empty.encode(in, BLOCK, crc);
    assertThat(empty.bodyBytes()).isEqualTo(48);
    assertThat(Seal.decode(in, 0, BLOCK, header(48, digest), crc)).isEqualTo(empty);
  }

  @Test
  void aSealNeverTakesMoreThanWasKeptFreeForIt() {
    for (int block : new int[] {512, 1024, 2048, 4096})
      for (long frames = block; frames < 80L << 20; frames += 977L * block) {
        int entries = (int) (frames / Layout.INDEX_INTERVAL_BYTES) + 1;
        Seal fullest = new Seal(frames, 0, new long[4], new long[entries], new long[entries]);
        assertThat((long) fullest.frameBytes(block)).isLessThanOrEqualTo(Layout.sealBytesMax(frames, block));
      }
  }

  private boolean isReadable(ByteBuffer in) {
    if (FrameHeader.problem(in, 0, BLOCK, crc, 7, 1, 4096) != null) return false;
    return SEAL.equals(Seal.decode(in, 0, BLOCK, FrameHeader.decode(in, 0), crc));
  }
}
