package dev.syncline.format;

import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * What stands in front of one group commit's records: enough to judge the frame even where the segment's header is unreadable.
 *
 * <pre>
 *    0       4      8       16        24       32         40        48         56      60      64       68      72     74     80
 *   +-------+------+-------+---------+--------+----------+---------+----------+-------+-------+--------+-------+------+------+
 *   | magic | crc  | epoch | ordinal | offset | first sq | last sq | promised | body  | count | digest | prev  | kind | time |
 *   +-------+------+-------+---------+--------+----------+---------+----------+-------+-------+--------+-------+------+------+
 * </pre>
 *
 * <p>The checksum covers bytes 8 to 80. Body bytes follow, then zeros up to the block.
 *
 * @param offsetBytes the frame's own place in its file, compared when it is read
 * @param firstSequence first record's sequence; for a seal the segment's base + 1
 * @param lastSequence last record's sequence
 * @param promisedSequence every record up to here was durable when this frame was written
 * @param bodyBytes bytes of records, without header and padding
 * @param recordsDigest over the records' checksums in order (see {@link RecordCodec#digest}); for a seal the body's own checksum
 * @param previousCrc checksum of the frame before, or of the segment header
 * @param committedMillis when its last record was committed, since 1970: 48 bits, never less than in the frame before; in a seal that of
 *     the last frame
 */
public record FrameHeader(
    int crc,
    long epoch,
    long ordinal,
    long offsetBytes,
    long firstSequence,
    long lastSequence,
    long promisedSequence,
    int bodyBytes,
    int recordCount,
    int recordsDigest,
    int previousCrc,
    int kind,
    long committedMillis) {
  public static final int DATA = 1;
  public static final int SEAL = 2;

  /** The last time that a header can tell, in the year 10889. */
  public static final long COMMITTED_MILLIS_MAX = (1L << 48) - 1;

  /** Writes this header at {@code at}, whatever {@link #crc} says, and returns the checksum it wrote. */
  public int encode(ByteBuffer out, int at, Crc crc) {
    return encode(out, at, crc, epoch, ordinal, offsetBytes, firstSequence, lastSequence, promisedSequence, bodyBytes, recordCount,
        recordsDigest, previousCrc, kind, committedMillis);
  }

  /** The same without an object, for the path of every append. */
  public static int encode(
      ByteBuffer out, int at, Crc crc, long epoch, long ordinal, long offsetBytes, long firstSequence, long lastSequence,
      long promisedSequence, int bodyBytes, int recordCount, int recordsDigest, int previousCrc, int kind,
      long committedMillis) {
    out.putInt(at, Layout.FRAME_MAGIC);
    out.putLong(at + 8, epoch);
    out.putLong(at + 16, ordinal);
    out.putLong(at + 24, offsetBytes);
    out.putLong(at + 32, firstSequence);
    out.putLong(at + 40, lastSequence);
    out.putLong(at + 48, promisedSequence);
    out.putInt(at + 56, bodyBytes);
    out.putInt(at + 60, recordCount);
    out.putInt(at + 64, recordsDigest);
    out.putInt(at + 68, previousCrc);
    out.putLong(at + 72, committedMillis << 16 | kind & 0xffff);
    int value = crc.of(out, at + 8, Layout.FRAME_HEADER_BYTES - 8);
    out.putInt(at + 4, value);
    return value;
  }

  public static FrameHeader decode(ByteBuffer in, int at) {
    return new FrameHeader(
        in.getInt(at + 4),
        in.getLong(at + 8),
        in.getLong(at + 16),
        in.getLong(at + 24),
        in.getLong(at + 32),
        in.getLong(at + 40),
        in.getLong(at + 48),
        in.getInt(at + 56),
        in.getInt(at + 60),
        in.getInt(at + 64),
        in.getInt(at + 68),
        kind(in, at),
        committedMillis(in, at));
  }

  // What can be wrong with a header, in the order in which it is looked at. To look costs nothing but time, since who searches a file for
  // frames asks at every block; the words are for who tells it.
  private static final int SOUND = 0;
  private static final int SHORT = 1;
  private static final int MAGIC = 2;
  private static final int CHECKSUM = 3;
  private static final int SEGMENT = 4;
  private static final int EPOCH = 5;
  private static final int PLACE = 6;
  private static final int KIND = 7;
  private static final int BODY = 8;
  private static final int SEQUENCES = 9;

  /**
   * Whether the {@code availableBytes} at {@code at} begin with the header of a frame of this segment, written for this place. The body is
   * not looked at.
   *
   * @param epoch the segment's, or 0 if its header is unreadable: then any epoch will do
   */
  public static boolean isAt(ByteBuffer in, int at, int availableBytes, Crc crc, long epoch, long ordinal, long offsetBytes) {
    return flaw(in, at, availableBytes, crc, epoch, ordinal, offsetBytes) == SOUND;
  }

  /** Why {@link #isAt} says no, or null if it says yes. */
  public static String problem(ByteBuffer in, int at, int availableBytes, Crc crc, long epoch, long ordinal, long offsetBytes) {
    return switch (flaw(in, at, availableBytes, crc, epoch, ordinal, offsetBytes)) {
      case SOUND -> null;
      case SHORT -> "expected a frame header of " + Layout.FRAME_HEADER_BYTES + " bytes, found " + availableBytes;
      case MAGIC -> String.format(Locale.ROOT, "expected the frame magic SYFR, found 0x%08x", Integer.reverseBytes(in.getInt(at)));
      case CHECKSUM -> String.format(
          Locale.ROOT, "frame header's checksum: expected 0x%08x, found 0x%08x", checksum(in, at, crc), in.getInt(at + 4));
      case SEGMENT -> "expected a frame of segment " + ordinal + ", found one of segment " + ordinal(in, at);
      case EPOCH -> String.format(Locale.ROOT, "expected epoch 0x%016x, found 0x%016x", epoch, epoch(in, at));
      case PLACE -> "expected a frame written for offset " + offsetBytes + ", found one for " + offsetBytes(in, at);
      case KIND -> "expected frame kind 1 or 2, found " + kind(in, at);
      case BODY -> "expected a body of 0 to " + Layout.FRAME_BODY_BYTES_MAX + " bytes, found " + bodyBytes(in, at);
      default -> "expected sequences from 1 to " + Layout.SEQUENCE_MAX + " and a promise below them, found " + firstSequence(in, at)
          + " to " + lastSequence(in, at) + " and the promise " + in.getLong(at + 48);
    };
  }

  private static int flaw(ByteBuffer in, int at, int availableBytes, Crc crc, long epoch, long ordinal, long offsetBytes) {
    if (availableBytes < Layout.FRAME_HEADER_BYTES) return SHORT;
    if (in.getInt(at) != Layout.FRAME_MAGIC) return MAGIC;
    if (checksum(in, at, crc) != in.getInt(at + 4)) return CHECKSUM;
    if (ordinal(in, at) != ordinal) return SEGMENT;
    if (epoch != 0 && epoch(in, at) != epoch) return EPOCH;
    if (offsetBytes(in, at) != offsetBytes) return PLACE;
    if (kind(in, at) != DATA && kind(in, at) != SEAL) return KIND;
    if (bodyBytes(in, at) < 0 || bodyBytes(in, at) > Layout.FRAME_BODY_BYTES_MAX) return BODY;
    return areInOrder(firstSequence(in, at), lastSequence(in, at), in.getLong(at + 48), kind(in, at)) ? SOUND : SEQUENCES;
  }

  private static int checksum(ByteBuffer in, int at, Crc crc) {
    return crc.of(in, at + 8, Layout.FRAME_HEADER_BYTES - 8);
  }

  /**
   * A frame promises what was durable before it was written, which may be the first of its own records, and a seal what it ends; neither
   * goes beyond the last sequence there is.
   */
  private static boolean areInOrder(long first, long last, long promised, int kind) {
    boolean data = kind == DATA;
    boolean ascending = first > 0 && last >= (data ? first : first - 1) && last <= Layout.SEQUENCE_MAX;
    return ascending && promised >= 0 && promised <= (data ? last - 1 : last);
  }

  // Single fields of a header in which problem() has found nothing: a reader that goes through millions of frames makes no object of each.

  public static int crc(ByteBuffer in, int at) {
    return in.getInt(at + 4);
  }

  public static long epoch(ByteBuffer in, int at) {
    return in.getLong(at + 8);
  }

  public static long ordinal(ByteBuffer in, int at) {
    return in.getLong(at + 16);
  }

  public static long offsetBytes(ByteBuffer in, int at) {
    return in.getLong(at + 24);
  }

  public static long firstSequence(ByteBuffer in, int at) {
    return in.getLong(at + 32);
  }

  public static long lastSequence(ByteBuffer in, int at) {
    return in.getLong(at + 40);
  }

  public static int bodyBytes(ByteBuffer in, int at) {
    return in.getInt(at + 56);
  }

  public static int recordCount(ByteBuffer in, int at) {
    return in.getInt(at + 60);
  }

  public static int recordsDigest(ByteBuffer in, int at) {
    return in.getInt(at + 64);
  }

  public static int previousCrc(ByteBuffer in, int at) {
    return in.getInt(at + 68);
  }

  public static int kind(ByteBuffer in, int at) {
    return Short.toUnsignedInt(in.getShort(at + 72));
  }

  public static long committedMillis(ByteBuffer in, int at) {
    return in.getLong(at + 72) >>> 16;
  }

  /** Why it does not follow on a frame with that checksum, and on that sequence, or null if it does. */
  public String orderProblem(int chainCrc, long lastBefore) {
    if (previousCrc != chainCrc)
      return String.format(Locale.ROOT, "expected a frame that follows on checksum 0x%08x, found one on 0x%08x", chainCrc, previousCrc);
    if (kind == DATA && firstSequence <= lastBefore) return "expected a first sequence above " + lastBefore + ", found " + firstSequence;
    return null;
  }

  /** Offset just behind the last record's last byte. */
  public long usedEndBytes() {
    return offsetBytes + Layout.FRAME_HEADER_BYTES + bodyBytes;
  }

  /** Offset of the next frame. */
  public long endBytes(int blockBytes) {
    return Layout.roundUp(usedEndBytes(), blockBytes);
  }
}
