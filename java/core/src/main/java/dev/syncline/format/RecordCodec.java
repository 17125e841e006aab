package dev.syncline.format;

import java.nio.ByteBuffer;

/**
 * One record inside a frame.
 *
 * <pre>
 *    0      4         8          16     17      18    20     24
 *   +------+---------+----------+------+-------+-----+------+---------+
 *   | crc  | payload | sequence | type | flags | 0   | meta | payload |
 *   |      | bytes   |          |      |       |     |      |         |
 *   +------+---------+----------+------+-------+-----+------+---------+
 * </pre>
 *
 * <p>The checksum is seeded with the segment's epoch and covers byte 4 to the end of the payload. {@code meta} belongs to the caller; the
 * public log keeps the length of the key there, and the payload is key then value.
 */
public final class RecordCodec {
  /** The group goes on: without the records behind it, up to one that lacks this flag, this record does not count. */
  public static final int FLAG_MORE = 1;

  private RecordCodec() {}

  /** Writes all but the checksum, which {@link #seal} adds when the frame's segment is settled. Returns the bytes it takes. */
  public static int encode(ByteBuffer out, int at, long sequence, int type, int flags, int meta, byte[] head, byte[] rest) {
    int payloadBytes = head.length + rest.length;
    out.putInt(at, 0);
    out.putInt(at + 4, payloadBytes);
    out.putLong(at + 8, sequence);
    out.put(at + 16, (byte) type);
    out.put(at + 17, (byte) flags);
    out.putShort(at + 18, (short) 0);
    out.putInt(at + 20, meta);
    out.put(at + Layout.RECORD_HEADER_BYTES, head);
    out.put(at + Layout.RECORD_HEADER_BYTES + head.length, rest);
    return Layout.RECORD_HEADER_BYTES + payloadBytes;
  }

  /** Computes and stores the checksum of the record at {@code at}; returns it. */
  public static int seal(ByteBuffer out, int at, Crc crc, long epoch) {
    int value = crc.seeded(epoch, out, at + 4, bytes(out, at) - 4);
    out.putInt(at, value);
    return value;
  }

  /** Adds one record's checksum to the running digest of a frame, which begins at 0. */
  public static int digest(int running, int recordCrc) {
    return 31 * running + recordCrc;
  }

  /** Bytes of the record at {@code at}, header included. Only to be believed once {@link #problem} has found none. */
  public static int bytes(ByteBuffer in, int at) {
    return Layout.RECORD_HEADER_BYTES + payloadBytes(in, at);
  }

  public static int payloadBytes(ByteBuffer in, int at) {
    return in.getInt(at + 4);
  }

  public static long sequence(ByteBuffer in, int at) {
    return in.getLong(at + 8);
  }

  public static int type(ByteBuffer in, int at) {
    return in.get(at + 16) & 0xff;
  }

  public static boolean hasMore(ByteBuffer in, int at) {
    return (in.get(at + 17) & FLAG_MORE) != 0;
  }

  public static int meta(ByteBuffer in, int at) {
    return in.getInt(at + 20);
  }

  /** Why the {@code availableBytes} at {@code at} do not begin with a record of this epoch, or null if they do. */
  public static String problem(ByteBuffer in, int at, int availableBytes, Crc crc, long epoch) {
    if (availableBytes < Layout.RECORD_HEADER_BYTES)
      return "expected a record header of " + Layout.RECORD_HEADER_BYTES + " bytes, found " + availableBytes;
    int payloadBytes = payloadBytes(in, at);
    if (payloadBytes < 0 || payloadBytes > availableBytes - Layout.RECORD_HEADER_BYTES)
      return "expected a payload of 0 to " + (availableBytes - Layout.RECORD_HEADER_BYTES) + " bytes, found " + payloadBytes;
    int expected = crc.seeded(epoch, in, at + 4, Layout.RECORD_HEADER_BYTES - 4 + payloadBytes);
    if (expected != in.getInt(at)) return "record's checksum: expected 0x%08x, found 0x%08x".formatted(expected, in.getInt(at));
    return null;
  }
}
