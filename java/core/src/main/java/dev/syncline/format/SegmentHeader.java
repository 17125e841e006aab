package dev.syncline.format;

import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * The first block of a segment: what it is, and where it hangs on its predecessor.
 *
 * <pre>
 *    0        8     10    12       16               32       40       48              56
 *   +--------+-----+-----+--------+----------------+--------+--------+---------------+
 *   | magic  | ver | 0   | block  | log id (2 x 8) | ordinal| epoch  | base sequence |
 *   +--------+-----+-----+--------+----------------+--------+--------+---------------+
 *    56             64               72                       80        84      124    128
 *   +--------------+----------------+------------------------+---------+-------+------+
 *   | pred ordinal | pred epoch     | pred last sequence     | pred crc| zeros | crc  |   rest of the block: zeros
 *   +--------------+----------------+------------------------+---------+-------+------+
 * </pre>
 *
 * @param blockBytes what frames of this segment are padded to
 * @param ordinal the segment's number, also its file name; never used twice
 * @param epoch random; every checksum in the segment depends on it
 * @param baseSequence records of this segment have higher sequences. Above {@code predecessorLastSequence} where sequences were given up
 * @param predecessorOrdinal the segment before this one, or 0 if this is the first after a start or a reset
 * @param predecessorLastSequence where readers leave the predecessor, even if it holds more: a cut tail stays cut
 * @param predecessorCrc the checksum of the predecessor's last frame, or of its header if it has none
 */
public record SegmentHeader(
    int blockBytes,
    LogId logId,
    long ordinal,
    long epoch,
    long baseSequence,
    long predecessorOrdinal,
    long predecessorEpoch,
    long predecessorLastSequence,
    int predecessorCrc) {
  private static final int CRC_AT = Layout.SEGMENT_HEADER_BYTES - 4;

  /** Writes the header at 0 and returns its checksum, with which the first frame's chain begins. */
  public int encode(ByteBuffer out) {
    for (int i = 0; i < Layout.SEGMENT_HEADER_BYTES; i += 8) out.putLong(i, 0);
    out.putLong(0, Layout.SEGMENT_MAGIC);
    out.putShort(8, (short) Layout.FORMAT_VERSION);
    out.putInt(12, blockBytes);
    out.putLong(16, logId.high());
    out.putLong(24, logId.low());
    out.putLong(32, ordinal);
    out.putLong(40, epoch);
    out.putLong(48, baseSequence);
    out.putLong(56, predecessorOrdinal);
    out.putLong(64, predecessorEpoch);
    out.putLong(72, predecessorLastSequence);
    out.putInt(80, predecessorCrc);
    int crc = new Crc().of(out, 0, CRC_AT);
    out.putInt(CRC_AT, crc);
    return crc;
  }

  public static SegmentHeader decode(ByteBuffer in) {
    return new SegmentHeader(
        in.getInt(12),
        new LogId(in.getLong(16), in.getLong(24)),
        in.getLong(32),
        in.getLong(40),
        in.getLong(48),
        in.getLong(56),
        in.getLong(64),
        in.getLong(72),
        in.getInt(80));
  }

  /** Ordinals and sequences: none of them is negative, and one more than each is a number. */
  private static final int[] NUMBERS_AT = {32, 48, 56, 72};

  /** The stored checksum. */
  public static int crc(ByteBuffer in) {
    return in.getInt(CRC_AT);
  }

  /** The format version; meaningful only if {@link #problem} finds none. Its place is the same in every version. */
  public static int version(ByteBuffer in) {
    return Short.toUnsignedInt(in.getShort(8));
  }

  /** Why the {@code availableBytes} at 0 are no segment header, or null if they are one (of any version). */
  public static String problem(ByteBuffer in, int availableBytes) {
    if (availableBytes < Layout.SEGMENT_HEADER_BYTES)
      return "expected a segment header of " + Layout.SEGMENT_HEADER_BYTES + " bytes, found " + availableBytes;
    if (in.getLong(0) != Layout.SEGMENT_MAGIC)
      return String.format(Locale.ROOT, "expected the magic SYNCLINE, found 0x%016x", Long.reverseBytes(in.getLong(0)));
    int expected = new Crc().of(in, 0, CRC_AT);
    if (expected != crc(in))
      return String.format(Locale.ROOT, "segment header's checksum: expected 0x%08x, found 0x%08x", expected, crc(in));
    if (version(in) != Layout.FORMAT_VERSION) return null;
    int block = in.getInt(12);
    if (Integer.bitCount(block) != 1 || block < Layout.BLOCK_BYTES_MIN || block > Layout.BLOCK_BYTES_MAX)
      return "expected a block size of 512 to 4096 bytes, found " + block;
    for (int field : NUMBERS_AT)
      if (in.getLong(field) < 0 || in.getLong(field) > Layout.SEQUENCE_MAX)
        return "expected a number from 0 to " + Layout.SEQUENCE_MAX + " at byte " + field + " of the header, found " + in.getLong(field);
    return null;
  }
}
