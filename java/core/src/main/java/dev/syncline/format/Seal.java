package dev.syncline.format;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The last frame of a finished segment: lets a reader open it, find a record and skip it by type without reading it whole.
 *
 * <pre>
 *   frame header (kind 2, digest = checksum of the body), then the body:
 *    0            8             12      16              48                            then, in the last 16 bytes of the last block:
 *   +------------+-------------+-------+---------------+---------------------------+   +--------+------------+------+---+
 *   | frames end | last frame  | count | types present | count x (first sq, offset)|   | "SEAL" | seal bytes | crc  | 0 |
 *   |            | crc         |       | 256 bits      |                           |   |        |            |      |   |
 *   +------------+-------------+-------+---------------+---------------------------+   +--------+------------+------+---+
 * </pre>
 *
 * @param framesEndBytes offset behind the last data frame, a multiple of the block size
 * @param lastCrc checksum of the last data frame, or of the segment header if there is none
 * @param types 256 bits, one for each record type present; all of them where not every frame was looked at
 * @param firstSequences first sequences of the indexed frames, ascending: of the first, and of others that need not lie close
 * @param offsetsBytes their offsets
 */
public record Seal(long framesEndBytes, int lastCrc, long[] types, long[] firstSequences, long[] offsetsBytes) {

  /** Bytes of the whole frame, padding and trailer included. */
  public int frameBytes(int blockBytes) {
    int body = bodyBytes();
    return Math.toIntExact(
        Layout.roundUp((long) Layout.FRAME_HEADER_BYTES + body + Layout.SEAL_TRAILER_BYTES, blockBytes));
  }

  public int bodyBytes() {
    return Layout.SEAL_FIXED_BYTES + firstSequences.length * Layout.SEAL_ENTRY_BYTES;
  }

  /** Writes body and trailer into a zeroed buffer of {@link #frameBytes}, and returns the body's checksum for the frame header. */
  public int encode(ByteBuffer out, int blockBytes, Crc crc) {
    int at = Layout.FRAME_HEADER_BYTES;
    out.putLong(at, framesEndBytes);
    out.putInt(at + 8, lastCrc);
    out.putInt(at + 12, firstSequences.length);
    for (int i = 0; i < 4; i++) out.putLong(at + 16 + 8 * i, types[i]);
    for (int i = 0; i < firstSequences.length; i++) {
      out.putLong(at + Layout.SEAL_FIXED_BYTES + i * Layout.SEAL_ENTRY_BYTES, firstSequences[i]);
      out.putLong(at + Layout.SEAL_FIXED_BYTES + i * Layout.SEAL_ENTRY_BYTES + 8, offsetsBytes[i]);
    }
    int trailerAt = frameBytes(blockBytes) - Layout.SEAL_TRAILER_BYTES;
    out.putInt(trailerAt, Layout.SEAL_MAGIC);
    out.putInt(trailerAt + 4, frameBytes(blockBytes));
    out.putInt(trailerAt + 8, crc.of(out, trailerAt, 8));
    return crc.of(out, at, bodyBytes());
  }

  /** Bytes of the seal that ends with the trailer at {@code trailerAt}, or 0 if there is no trailer. */
  public static int bytesFromTrailer(ByteBuffer in, int trailerAt, Crc crc) {
    boolean valid = in.getInt(trailerAt) == Layout.SEAL_MAGIC && in.getInt(trailerAt + 8) == crc.of(in, trailerAt, 8);
    return valid ? in.getInt(trailerAt + 4) : 0;
  }

  /** The seal whose frame begins at {@code at}, or null if body and header do not agree. */
  public static Seal decode(ByteBuffer in, int at, int availableBytes, FrameHeader header, Crc crc) {
    int body = at + Layout.FRAME_HEADER_BYTES;
    if (header.bodyBytes() < Layout.SEAL_FIXED_BYTES || header.bodyBytes() > availableBytes - Layout.FRAME_HEADER_BYTES) return null;
    if (crc.of(in, body, header.bodyBytes()) != header.recordsDigest()) return null;
    int count = in.getInt(body + 12);
    if (count < 0 || (long) count * Layout.SEAL_ENTRY_BYTES != header.bodyBytes() - Layout.SEAL_FIXED_BYTES) return null;
    long[] types = new long[4];
    for (int i = 0; i < 4; i++) types[i] = in.getLong(body + 16 + 8 * i);
    long[] firsts = new long[count];
    long[] offsets = new long[count];
    for (int i = 0; i < count; i++) {
      firsts[i] = in.getLong(body + Layout.SEAL_FIXED_BYTES + i * Layout.SEAL_ENTRY_BYTES);
      offsets[i] = in.getLong(body + Layout.SEAL_FIXED_BYTES + i * Layout.SEAL_ENTRY_BYTES + 8);
    }
    return new Seal(in.getLong(body), in.getInt(body + 8), types, firsts, offsets);
  }

  /** Whether it can end a segment with this header, of which records up to {@code lastSequence} count. */
  public boolean fits(SegmentHeader segment, long lastSequence) {
    long base = segment.baseSequence();
    boolean empty = lastSequence == base;
    return lastSequence >= base && empty == (firstSequences.length == 0) && indexFits(segment.blockBytes(), base, lastSequence);
  }

  /** Whether the index begins with the first frame, rises in both columns, and stays within the frames and the sequences that count. */
  public boolean indexFits(int blockBytes, long baseSequence, long lastSequence) {
    long sequence = baseSequence;
    long offset = Layout.FRAMES_START_BYTES - 1;
    for (int i = 0; i < offsetsBytes.length; i++) {
      boolean fits = firstSequences[i] > sequence && firstSequences[i] <= lastSequence && offsetsBytes[i] > offset
          && offsetsBytes[i] < framesEndBytes && offsetsBytes[i] % blockBytes == 0
          && (i > 0 || offsetsBytes[i] == Layout.FRAMES_START_BYTES);
      if (!fits) return false;
      sequence = firstSequences[i];
      offset = offsetsBytes[i];
    }
    return true;
  }

  /** Whether it ends the frames that {@code found} ends, and names all their types: maybe more, of records that a cut has taken since. */
  public boolean covers(Seal found) {
    long[] both = types.clone();
    for (int i = 0; i < both.length; i++) both[i] |= found.types[i];
    return Arrays.equals(both, types) && framesEndBytes == found.framesEndBytes && lastCrc == found.lastCrc;
  }

  /** Whether both index the same frames. */
  public boolean hasIndexOf(Seal other) {
    return Arrays.equals(firstSequences, other.firstSequences) && Arrays.equals(offsetsBytes, other.offsetsBytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Seal that
        && framesEndBytes == that.framesEndBytes
        && lastCrc == that.lastCrc
        && Arrays.equals(types, that.types)
        && Arrays.equals(firstSequences, that.firstSequences)
        && Arrays.equals(offsetsBytes, that.offsetsBytes);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(framesEndBytes) ^ lastCrc;
  }
}
