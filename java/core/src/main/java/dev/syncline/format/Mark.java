package dev.syncline.format;

import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * What the log knows beside its records: how far it was truncated, what it must not reuse, and what it knows to be durable.
 *
 * <pre>
 *    0        8     10   16       32        40          48      56         64      72      80        88
 *   +--------+-----+----+--------+---------+-----------+-------+----------+-------+-------+---------+-------------+
 *   | magic  | ver | 0  | log id | counter | truncated | floor | checkpt  | first | last  | rewind  | rewind      |
 *   |        |     |    |        |         | through   |       |          | ordinal ordinal | to      | ordinal     |
 *   +--------+-----+----+--------+---------+-----------+-------+----------+-------+-------+---------+-------------+
 *    96      100  104       112       120        128    132  136        144                248  252    256
 *   +-------+----+---------+---------+----------+------+----+----------+------------------+----+------+
 *   | flags | 0  | durable | durable | durable  | dur. | 0  | covered  | cuts, see        | 0  | crc  |
 *   |       |    | ordinal | end     | sequence | crc  |    |          | CutHistory       |    |      |
 *   +-------+----+---------+---------+----------+------+----+----------+------------------+----+------+
 * </pre>
 *
 * @param counter counts the marks of this log; the valid slot with the higher one counts
 * @param truncatedThrough records up to here are forgotten
 * @param floorSequence no sequence up to here is ever given out again
 * @param lastCheckpoint sequence of the last durable CHECKPOINT known here, or 0
 * @param covered what that checkpoint covers
 * @param firstOrdinal oldest segment in use
 * @param lastOrdinal newest segment in use; below {@code firstOrdinal} if there is none
 * @param rewinding whether a cut of the tail has been decided and may not be finished
 * @param rewindTo then the highest sequence that stays
 * @param rewindOrdinal then the segment that holds it, or 0 if none does
 * @param closedCleanly whether the durable point is the end of the log
 * @param durable the durable point
 * @param cuts the cuts of the tail so far
 */
public record Mark(
    LogId logId,
    long counter,
    long truncatedThrough,
    long floorSequence,
    long lastCheckpoint,
    long covered,
    long firstOrdinal,
    long lastOrdinal,
    boolean rewinding,
    long rewindTo,
    long rewindOrdinal,
    boolean closedCleanly,
    DurablePoint durable,
    CutHistory cuts) {

  /**
   * Everything up to here is on stable storage.
   *
   * @param ordinal the segment
   * @param endBytes offset behind its last durable frame, unpadded
   * @param sequence last sequence in it
   * @param crc checksum of that frame, or of the segment header
   */
  public record DurablePoint(long ordinal, long endBytes, long sequence, int crc) {
    public static final DurablePoint NONE = new DurablePoint(0, 0, 0, 0);

    /** Not what the JDK derives, see {@link LogId#equals}. */
    @Override
    public boolean equals(Object other) {
      return other instanceof DurablePoint that
          && ordinal == that.ordinal
          && endBytes == that.endBytes
          && sequence == that.sequence
          && crc == that.crc;
    }

    @Override
    public int hashCode() {
      return Long.hashCode(31 * (31 * (31 * ordinal + endBytes) + sequence) + crc);
    }
  }

  private static final int CRC_AT = Layout.MARK_SLOT_BYTES - 4;
  private static final int CUTS_AT = 144;

  /** Counter, sequences, ordinals and offsets: none of them is negative, and one more than each is a number. */
  private static final int[] SEQUENCES_AT = {32, 40, 48, 56, 64, 72, 80, 88, 104, 112, 120, 136};

  private static final int REWINDING = 1;
  private static final int CLOSED = 2;

  /** The mark of a log that has just been created. */
  public static Mark fresh(LogId logId) {
    return new Mark(logId, 1, 0, 0, 0, 0, 1, 0, false, 0, 0, true, DurablePoint.NONE, CutHistory.NONE);
  }

  public boolean hasSegments() {
    return lastOrdinal >= firstOrdinal;
  }

  /** Not what the JDK derives, see {@link LogId#equals}. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Mark that
        && logId.equals(that.logId)
        && counter == that.counter
        && truncatedThrough == that.truncatedThrough
        && floorSequence == that.floorSequence
        && lastCheckpoint == that.lastCheckpoint
        && covered == that.covered
        && firstOrdinal == that.firstOrdinal
        && lastOrdinal == that.lastOrdinal
        && rewinding == that.rewinding
        && rewindTo == that.rewindTo
        && rewindOrdinal == that.rewindOrdinal
        && closedCleanly == that.closedCleanly
        && durable.equals(that.durable)
        && cuts.equals(that.cuts);
  }

  @Override
  public int hashCode() {
    return 31 * logId.hashCode() + Long.hashCode(counter);
  }

  /**
   * Whether damage was given up and nothing was appended since: the floor is behind what is left then, while a decided cut and a reset
   * lower it to where they cut. What was given up was taken away before the mark said so.
   */
  public boolean hasGivenUp() {
    if (rewinding) return floorSequence > rewindTo;
    return !hasSegments() && floorSequence > truncatedThrough && !cuts.endsWithCutBehind(floorSequence);
  }

  public Mark withTruncatedThrough(long sequence, long newFirstOrdinal) {
    return new Mark(logId, counter, sequence, floorSequence, lastCheckpoint, covered, newFirstOrdinal, lastOrdinal, rewinding,
        rewindTo, rewindOrdinal, closedCleanly, durable, cuts);
  }

  /** All records forgotten, and the segments with them; the next record comes after {@code sequence}, wherever the last one was. */
  public Mark withoutRecords(long sequence) {
    return new Mark(logId, counter, sequence, sequence, 0, 0, lastOrdinal + 1, lastOrdinal, false, 0, 0, false, DurablePoint.NONE,
        cuts);
  }

  public Mark withFloor(long sequence) {
    return new Mark(logId, counter, truncatedThrough, sequence, lastCheckpoint, covered, firstOrdinal, lastOrdinal, rewinding,
        rewindTo, rewindOrdinal, closedCleanly, durable, cuts);
  }

  public Mark withCheckpoint(long sequence, long newCovered) {
    return new Mark(logId, counter, truncatedThrough, floorSequence, sequence, newCovered, firstOrdinal, lastOrdinal, rewinding,
        rewindTo, rewindOrdinal, closedCleanly, durable, cuts);
  }

  public Mark withOrdinals(long first, long last) {
    return new Mark(logId, counter, truncatedThrough, floorSequence, lastCheckpoint, covered, first, last, rewinding, rewindTo,
        rewindOrdinal, closedCleanly, durable, cuts);
  }

  public Mark withRewind(long to, long ordinal) {
    return new Mark(logId, counter, truncatedThrough, floorSequence, lastCheckpoint, covered, firstOrdinal, lastOrdinal, true, to,
        ordinal, closedCleanly, durable, cuts);
  }

  public Mark withoutRewind() {
    return new Mark(logId, counter, truncatedThrough, floorSequence, lastCheckpoint, covered, firstOrdinal, lastOrdinal, false, 0,
        0, closedCleanly, durable, cuts);
  }

  public Mark withDurable(DurablePoint point, boolean isEnd) {
    return new Mark(logId, counter, truncatedThrough, floorSequence, lastCheckpoint, covered, firstOrdinal, lastOrdinal, rewinding,
        rewindTo, rewindOrdinal, isEnd, point, cuts);
  }

  /** One cut more of the tail, behind {@code sequence}. */
  public Mark withCut(long sequence, int id) {
    return new Mark(logId, counter, truncatedThrough, floorSequence, lastCheckpoint, covered, firstOrdinal, lastOrdinal, rewinding,
        rewindTo, rewindOrdinal, closedCleanly, durable, cuts.cutAfter(sequence, id));
  }

  public Mark withCounter(long newCounter) {
    return new Mark(logId, newCounter, truncatedThrough, floorSequence, lastCheckpoint, covered, firstOrdinal, lastOrdinal, rewinding,
        rewindTo, rewindOrdinal, closedCleanly, durable, cuts);
  }

  /** Writes the slot at {@code at}. */
  public void encode(ByteBuffer out, int at) {
    for (int i = 0; i < Layout.MARK_SLOT_BYTES; i += 8) out.putLong(at + i, 0);
    out.putLong(at, Layout.MARK_MAGIC);
    out.putShort(at + 8, (short) Layout.FORMAT_VERSION);
    out.putLong(at + 16, logId.high());
    out.putLong(at + 24, logId.low());
    out.putLong(at + 32, counter);
    out.putLong(at + 40, truncatedThrough);
    out.putLong(at + 48, floorSequence);
    out.putLong(at + 56, lastCheckpoint);
    out.putLong(at + 64, firstOrdinal);
    out.putLong(at + 72, lastOrdinal);
    out.putLong(at + 80, rewindTo);
    out.putLong(at + 88, rewindOrdinal);
    out.putInt(at + 96, (rewinding ? REWINDING : 0) | (closedCleanly ? CLOSED : 0));
    out.putLong(at + 104, durable.ordinal());
    out.putLong(at + 112, durable.endBytes());
    out.putLong(at + 120, durable.sequence());
    out.putInt(at + 128, durable.crc());
    out.putLong(at + 136, covered);
    cuts.encode(out, at + CUTS_AT);
    out.putInt(at + CRC_AT, new Crc().of(out, at, CRC_AT));
  }

  public static Mark decode(ByteBuffer in, int at) {
    int flags = in.getInt(at + 96);
    return new Mark(
        new LogId(in.getLong(at + 16), in.getLong(at + 24)),
        in.getLong(at + 32),
        in.getLong(at + 40),
        in.getLong(at + 48),
        in.getLong(at + 56),
        in.getLong(at + 136),
        in.getLong(at + 64),
        in.getLong(at + 72),
        (flags & REWINDING) != 0,
        in.getLong(at + 80),
        in.getLong(at + 88),
        (flags & CLOSED) != 0,
        new DurablePoint(in.getLong(at + 104), in.getLong(at + 112), in.getLong(at + 120), in.getInt(at + 128)),
        CutHistory.decode(in, at + CUTS_AT));
  }

  /** The format version; meaningful only if {@link #problem} finds none. */
  public static int version(ByteBuffer in, int at) {
    return Short.toUnsignedInt(in.getShort(at + 8));
  }

  /** Why the {@code availableBytes} at {@code at} are no slot, or null if they are one (of any version). */
  public static String problem(ByteBuffer in, int at, int availableBytes) {
    if (availableBytes < Layout.MARK_SLOT_BYTES)
      return "expected a slot of " + Layout.MARK_SLOT_BYTES + " bytes, found " + Math.max(0, availableBytes);
    if (in.getLong(at) != Layout.MARK_MAGIC)
      return String.format(Locale.ROOT, "expected the magic SYNCMARK, found 0x%016x", Long.reverseBytes(in.getLong(at)));
    int expected = new Crc().of(in, at, CRC_AT);
    if (expected != in.getInt(at + CRC_AT))
      return String.format(Locale.ROOT, "slot's checksum: expected 0x%08x, found 0x%08x", expected, in.getInt(at + CRC_AT));
    // Of another version nothing is known but that it is one.
    return version(in, at) == Layout.FORMAT_VERSION ? numberProblem(in, at) : null;
  }

  private static String numberProblem(ByteBuffer in, int at) {
    for (int field : SEQUENCES_AT)
      if (in.getLong(at + field) < 0 || in.getLong(at + field) > Layout.SEQUENCE_MAX)
        return "expected a number from 0 to " + Layout.SEQUENCE_MAX + " at byte " + field + " of the slot, found " + in.getLong(at + field);
    return null;
  }
}
