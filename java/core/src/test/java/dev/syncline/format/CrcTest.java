package dev.syncline.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class CrcTest {
  private static final int BYTES = 4096;

  private final Random random = new Random(1);
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES);
  private final Crc crc = new Crc();

  @Test
  void aSeededChecksumIsThatOfTheEpochsBytesAndThoseBehindThemWhateverWasAskedBefore() {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    buffer.put(0, bytes);
    int[] lengths = {256, 256, 256, 0, 0, 0, 1, 1, 300, 256, 300, 300, 300, 256, 256};
    for (long epoch : new long[] {0, 1, 1, -1, Long.MIN_VALUE, 0x0102030405060708L, 1})
      for (int length : lengths)
        for (int at : new int[] {0, 7, BYTES - length})
          assertThat(crc.seeded(epoch, buffer, at, length))
              .as("epoch %d, %d bytes at %d", epoch, length, at)
              .isEqualTo(slowly(epoch, bytes, at, length));
  }

  @Test
  void piecesAndUnseededOnesInBetweenChangeNothing() {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    buffer.put(0, bytes);
    for (int i = 0; i < 4; i++) {
      assertThat(crc.seeded(9, buffer, 100 * i, 64)).isEqualTo(slowly(9, bytes, 100 * i, 64));
      crc.of(buffer, 0, 64);
      crc.begin(9);
      crc.add(buffer, 100 * i, 32);
      assertThat(crc.add(buffer, 100 * i + 32, 32)).isEqualTo(slowly(9, bytes, 100 * i, 64));
      crc.begin(10);
    }
  }

  @Test
  void oneWrongBitAnywhereChangesIt() {
    for (int i = 0; i < 3; i++) crc.seeded(5, buffer, 0, 64);
    int whole = crc.seeded(5, buffer, 0, 64);
    for (int bit = 0; bit < 64 * 8; bit++) {
      buffer.put(bit / 8, (byte) (1 << bit % 8));
      assertThat(crc.seeded(5, buffer, 0, 64)).as("bit %d", bit).isNotEqualTo(whole);
      buffer.put(bit / 8, (byte) 0);
    }
  }

  private static int slowly(long epoch, byte[] bytes, int at, int length) {
    CRC32C whole = new CRC32C();
    whole.update(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(epoch).flip());
    whole.update(bytes, at, length);
    return (int) whole.getValue();
  }
}
