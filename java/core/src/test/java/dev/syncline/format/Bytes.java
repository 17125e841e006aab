package dev.syncline.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Predicate;
import java.util.zip.CRC32C;

/** What the tests of the codecs say about bytes. */
final class Bytes {
  private static final HexFormat HEX = HexFormat.of();

  private Bytes() {}

  /** A little-endian buffer full of 0xee, so that a byte that nobody wrote is seen. */
  static ByteBuffer unwritten(int bytes) {
    byte[] filled = new byte[bytes];
    Arrays.fill(filled, (byte) 0xee);
    return ByteBuffer.wrap(filled).order(ByteOrder.LITTLE_ENDIAN);
  }

  static ByteBuffer zeros(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The bytes at a place in the order in which they lie on disk. */
  static String hex(ByteBuffer in, int at, int length) {
    byte[] bytes = new byte[length];
    in.get(at, bytes);
    return HEX.formatHex(bytes);
  }

  /** A checksum as it lies on disk, computed without the code under test. */
  static String crcOnDisk(ByteBuffer in, int at, int length, byte... seed) {
    byte[] bytes = new byte[length];
    in.get(at, bytes);
    CRC32C crc = new CRC32C();
    crc.update(seed);
    crc.update(bytes);
    return HEX.formatHex(zeros(4).putInt(0, (int) crc.getValue()).array());
  }

  /** Every single bit from {@code from} to {@code to}, and every whole byte, changed alone, makes {@code isValid} false. */
  static void assertEveryChangeIsNoticed(ByteBuffer in, int from, int to, Predicate<ByteBuffer> isValid) {
    assertThat(isValid).as("the unchanged bytes are valid").accepts(in);
    for (int at = from; at < to; at++) {
      byte good = in.get(at);
      for (int bit = 0; bit <= 8; bit++) {
        in.put(at, (byte) (bit == 8 ? ~good : good ^ 1 << bit));
        assertThat(isValid.test(in)).as("byte %d changed from %02x to %02x", at, good, in.get(at)).isFalse();
      }
      in.put(at, good);
    }
  }

  /** Sixteen bytes a line with their offset; runs of zeros longer than a line are one line with a star. */
  static String dump(byte[] bytes) {
    StringBuilder out = new StringBuilder();
    boolean skipping = false;
    for (int at = 0; at < bytes.length; at += 16) {
      int length = Math.min(16, bytes.length - at);
      boolean zeros = length == 16 && Arrays.equals(bytes, at, at + 16, new byte[16], 0, 16);
      if (zeros && skipping) continue;
      out.append(zeros ? "*\n" : line(bytes, at, length));
      skipping = zeros;
    }
    return out.append("%06x\n".formatted(bytes.length)).toString();
  }

  private static String line(byte[] bytes, int at, int length) {
    StringBuilder hex = new StringBuilder();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      byte b = bytes[at + i];
      hex.append(i % 4 == 0 ? " " : "").append("%02x".formatted(b)).append(i % 4 == 3 ? "" : " ");
      text.append(b >= 32 && b < 127 ? (char) b : '.');
    }
    return "%06x %-52s |%s|\n".formatted(at, hex, text);
  }
}
