package dev.syncline.format;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC32C (Castagnoli; intrinsic in the JVM) over ranges of buffers. One instance belongs to one thread at a time. */
public final class Crc {
  private final CRC32C crc = new CRC32C();
  private final byte[] seed = new byte[8];
  private long seedEpoch;

  /** The checksum of {@code length} bytes at {@code at}, whatever the buffer's position and limit. */
  public int of(ByteBuffer buffer, int at, int length) {
    crc.reset();
    return finish(buffer, at, length);
  }

  /** The same, seeded with a segment's epoch: bytes of another incarnation never match. */
  public int seeded(long epoch, ByteBuffer buffer, int at, int length) {
    begin(epoch);
    return finish(buffer, at, length);
  }

  /** Begins a seeded checksum of bytes that come in pieces; see {@link #add}. */
  public void begin(long epoch) {
    if (epoch != seedEpoch) {
      for (int i = 0; i < 8; i++) seed[i] = (byte) (epoch >>> (8 * i));
      seedEpoch = epoch;
    }
    crc.reset();
    crc.update(seed, 0, 8);
  }

  /** Goes on with the next piece; returns the checksum so far. */
  public int add(ByteBuffer buffer, int at, int length) {
    return finish(buffer, at, length);
  }

  private int finish(ByteBuffer buffer, int at, int length) {
    int position = buffer.position();
    int limit = buffer.limit();
    buffer.limit(at + length).position(at);
    crc.update(buffer);
    buffer.limit(limit).position(position);
    return (int) crc.getValue();
  }
}
