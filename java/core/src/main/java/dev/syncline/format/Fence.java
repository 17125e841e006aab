package dev.syncline.format;

import java.nio.ByteBuffer;

/**
 * What stands in a segment's file where frames may not go yet: while it is there, none was ever written at this place or behind it. So
 * whoever looks behind a torn frame for a later one need look no further.
 *
 * <pre>
 *    0       4      8       16        24       32
 *   +-------+------+-------+---------+--------+---- - -
 *   | magic | crc  | epoch | ordinal | offset | zeros up to the block
 *   +-------+------+-------+---------+--------+---- - -
 * </pre>
 *
 * <p>The checksum covers bytes 8 to 32. A reader that does not know the magic takes it for what any other block is that holds no frame.
 */
public final class Fence {
  private Fence() {}

  /** Writes a fence at {@code at}; the rest of its block is the caller's to be zeros. */
  public static void encode(ByteBuffer out, int at, Crc crc, long epoch, long ordinal, long offsetBytes) {
    out.putInt(at, Layout.FENCE_MAGIC);
    out.putLong(at + 8, epoch);
    out.putLong(at + 16, ordinal);
    out.putLong(at + 24, offsetBytes);
    out.putInt(at + 4, crc.of(out, at + 8, Layout.FENCE_BYTES - 8));
  }

  /** Whether the {@code availableBytes} at {@code at} are a fence of this segment, written for this place. */
  public static boolean isAt(ByteBuffer in, int at, int availableBytes, Crc crc, long epoch, long ordinal, long offsetBytes) {
    return isWhole(in, at, availableBytes, crc)
        && in.getLong(at + 8) == epoch
        && in.getLong(at + 16) == ordinal
        && in.getLong(at + 24) == offsetBytes;
  }

  /** Whether a fence of any segment is there, for any place. */
  public static boolean isWhole(ByteBuffer in, int at, int availableBytes, Crc crc) {
    return availableBytes >= Layout.FENCE_BYTES
        && in.getInt(at) == Layout.FENCE_MAGIC
        && crc.of(in, at + 8, Layout.FENCE_BYTES - 8) == in.getInt(at + 4);
  }
}
