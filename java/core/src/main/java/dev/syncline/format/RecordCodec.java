package dev.syncline.format;

import java.nio.ByteBuffer;
import java.util.Locale;

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

  /** Writes all but the checksum, which {@link #seal} adds; the buffer is little-endian. Returns the bytes it takes. */
  public static int encode(ByteBuffer out, int at, long sequence, int type, int flags, int meta, byte[] head, byte[] rest) {
    int payloadBytes = head.length + rest.length;
    // Three stores for seven fields: this is done for each record under the lock of the log.
    out.putLong(at, (long) payloadBytes << 32);
    out.putLong(at + 8, sequence);
    out.putLong(at + 16, type & 0xffL | (flags & 0xffL) << 8 | (long) meta << 32);
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

  /** What a digest is multiplied with when so many records follow, whose own digest is added then. */
  public static int digestShift(int records) {
    int shift = 1;
    for (int i = 0; i < records; i++) shift *= 31;
    return shift;
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

  /** The checksum and the payload's bytes behind it, in one: of these {@link #storedCrc} and {@link #payloadBytesOf} are parts. */
  public static long beginning(ByteBuffer in, int at) {
    return in.getLong(at);
  }

  public static int storedCrc(long beginning) {
    return (int) beginning;
  }

  public static int payloadBytesOf(long beginning) {
    return (int) (beginning >>> 32);
  }

  /** Type, flags and meta in one: of these {@link #typeOf}, {@link #hasMoreOf} and {@link #metaOf} are parts. */
  public static long rest(ByteBuffer in, int at) {
    return in.getLong(at + 16);
  }

  public static int typeOf(long rest) {
    return (int) rest & 0xff;
  }

  public static boolean hasMoreOf(long rest) {
    return (rest & (long) FLAG_MORE << 8) != 0;
  }

  public static int metaOf(long rest) {
    return (int) (rest >>> 32);
  }

  /** Why the {@code availableBytes} at {@code at} do not begin with a record of this epoch, or null if they do. */
  public static String problem(ByteBuffer in, int at, int availableBytes, Crc crc, long epoch) {
    String length = lengthProblem(in, at, availableBytes, availableBytes);
    if (length != null) return length;
    int expected = crc.seeded(epoch, in, at + 4, bytes(in, at) - 4);
    int found = in.getInt(at);
    return expected == found ? null : checksumProblem(expected, found);
  }

  /**
   * Why a header at {@code at} is none whose record fits, or null if it is one.
   *
   * @param availableBytes bytes that can be read here
   * @param roomBytes bytes that the record may take
   */
  public static String lengthProblem(ByteBuffer in, int at, int availableBytes, int roomBytes) {
    if (Math.min(availableBytes, roomBytes) < Layout.RECORD_HEADER_BYTES)
      return "expected a record header of " + Layout.RECORD_HEADER_BYTES + " bytes, found "
          + Math.max(0, Math.min(availableBytes, roomBytes));
    int payloadBytes = payloadBytes(in, at);
    if (payloadBytes < 0 || payloadBytes > roomBytes - Layout.RECORD_HEADER_BYTES)
      return "expected a payload of 0 to " + (roomBytes - Layout.RECORD_HEADER_BYTES) + " bytes, found " + payloadBytes;
    return null;
  }

  /** What is wrong where two checksums of a record differ. */
  public static String checksumProblem(int expected, int found) {
    return String.format(Locale.ROOT, "record's checksum: expected 0x%08x, found 0x%08x", expected, found);
  }
}
