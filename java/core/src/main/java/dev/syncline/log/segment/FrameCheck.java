package dev.syncline.log.segment;

import dev.syncline.format.Crc;
import dev.syncline.format.Layout;
import dev.syncline.format.RecordCodec;
import java.nio.ByteBuffer;

/**
 * Checks the records of one frame and remembers how far they are good: of a damaged frame those before the damage still count, except
 * the beginning of a group whose end is lost.
 */
public final class FrameCheck {
  private final Crc crc = new Crc();

  /** Why the body as a whole is not what its header says, or null. */
  public String problem;

  /** Offset of the problem inside the frame. */
  public int problemAtBytes;

  /** Records that count, all of whole groups. */
  public int goodRecords;

  /** Their bytes. */
  public int goodBytes;

  /** The last one's sequence, or that before the frame if none counts. */
  public long goodLastSequence;

  /** Types of the records that count, 256 bits. */
  public final long[] types = new long[4];

  /**
   * Checks the frame at index {@code at} of {@code in}, of which {@code availableBytes} are there.
   *
   * @param lastBefore sequence that the frame's first record must exceed
   */
  public void check(ByteBuffer in, int at, int availableBytes, FrameFields header, long lastBefore) {
    problem = null;
    problemAtBytes = 0;
    goodRecords = 0;
    goodBytes = 0;
    goodLastSequence = lastBefore;
    java.util.Arrays.fill(types, 0);
    int body = at + Layout.FRAME_HEADER_BYTES;
    int bodyBytes = Math.min(header.bodyBytes, availableBytes - Layout.FRAME_HEADER_BYTES);
    int pos = 0;
    int records = 0;
    int digest = 0;
    long last = lastBefore;
    while (pos < bodyBytes) {
      int recordAt = body + pos;
      boolean sound = RecordCodec.isSound(in, recordAt, bodyBytes - pos, crc, header.epoch);
      if (!sound || !isInOrder(in, recordAt, header, last)) {
        problem = recordProblem(in, recordAt, bodyBytes - pos, header, last);
        problemAtBytes = Layout.FRAME_HEADER_BYTES + pos;
        return;
      }
      last = RecordCodec.sequence(in, recordAt);
      digest = RecordCodec.digest(digest, in.getInt(recordAt));
      pos += RecordCodec.bytes(in, recordAt);
      records++;
      if (!RecordCodec.hasMore(in, recordAt)) accept(in, body, pos, records, last);
    }
    problem = wholeProblem(header, bodyBytes, records, digest, last);
    problemAtBytes = Layout.FRAME_HEADER_BYTES + pos;
  }

  private static boolean isInOrder(ByteBuffer in, int at, FrameFields header, long last) {
    long sequence = RecordCodec.sequence(in, at);
    return sequence > last && sequence <= header.lastSequence;
  }

  private String recordProblem(ByteBuffer in, int at, int availableBytes, FrameFields header, long last) {
    String found = RecordCodec.problem(in, at, availableBytes, crc, header.epoch);
    if (found != null) return found;
    return "expected a sequence in (" + last + ", " + header.lastSequence + "], found " + RecordCodec.sequence(in, at);
  }

  private static String wholeProblem(FrameFields header, int bodyBytes, int records, int digest, long last) {
    if (bodyBytes < header.bodyBytes)
      return "expected a body of " + header.bodyBytes + " bytes, found " + Math.max(0, bodyBytes);
    if (records != header.recordCount) return "expected " + header.recordCount + " records, found " + records;
    if (digest != header.recordsDigest)
      return "records' digest: expected 0x%08x, found 0x%08x".formatted(header.recordsDigest, digest);
    if (last != header.lastSequence)
      return "expected the last sequence " + header.lastSequence + ", found " + last;
    return null;
  }

  private void accept(ByteBuffer in, int body, int pos, int records, long last) {
    for (int at = body + goodBytes; at < body + pos; at += RecordCodec.bytes(in, at)) {
      int type = RecordCodec.type(in, at);
      types[type >> 6] |= 1L << (type & 63);
    }
    goodRecords = records;
    goodBytes = pos;
    goodLastSequence = last;
  }
}
