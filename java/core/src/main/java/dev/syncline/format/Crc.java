package dev.syncline.format;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC32C (Castagnoli; intrinsic in the JVM) over ranges of buffers. One instance belongs to one thread at a time. */
public final class Crc {
  private final CRC32C crc = new CRC32C();
  private final byte[] seed = new byte[8];
  private long seedEpoch;

  // What the seed changes in the checksum of that many bytes, whatever they are: a CRC is affine (RFC 3720 takes it as a remainder of
  // polynomials), so two seeds make a difference that hangs on the length alone. Records are mostly as long as the one before.
  private int usualBytes = -1;
  private int seedEffect;
  private int lastBytes = -1;

  /** The checksum of {@code length} bytes at {@code at}, whatever the buffer's position and limit. */
  public int of(ByteBuffer buffer, int at, int length) {
    crc.reset();
    return finish(buffer, at, length);
  }

  /** The same, seeded with a segment's epoch: bytes of another incarnation never match. */
  public int seeded(long epoch, ByteBuffer buffer, int at, int length) {
    if (length == usualBytes && epoch == seedEpoch) return of(buffer, at, length) ^ seedEffect;
    begin(epoch);
    int value = finish(buffer, at, length);
    if (length == lastBytes) {
      seedEffect = of(buffer, at, length) ^ value;
      usualBytes = length;
    }
    lastBytes = length;
    return value;
  }

  /** Begins a seeded checksum of bytes that come in pieces; see {@link #add}. */
  public void begin(long epoch) {
    if (epoch != seedEpoch) {
      for (int i = 0; i < 8; i++) seed[i] = (byte) (epoch >>> (8 * i));
      seedEpoch = epoch;
      usualBytes = -1;
      lastBytes = -1;
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
