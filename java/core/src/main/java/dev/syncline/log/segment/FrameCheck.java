package dev.syncline.log.segment;

import dev.syncline.format.Crc;
import dev.syncline.format.Layout;
import dev.syncline.format.RecordCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;

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

  /** The same, with those of a group that is not complete yet. */
  private final long[] groupTypes = new long[4];

  private boolean inGroup;

  /** Where the records of a frame that is checked in memory are noted, or null. */
  private final RecordTable table;

  public FrameCheck() {
    this(null);
  }

  /** @param table where the records of each frame that is checked in memory are noted, those of a group without an end too */
  public FrameCheck(RecordTable table) {
    this.table = table;
  }

  /**
   * Checks the frame at index {@code at} of {@code in}, of which {@code availableBytes} are there.
   *
   * @param lastBefore sequence that the frame's first record must exceed
   */
  public void check(ByteBuffer in, int at, int availableBytes, FrameFields header, long lastBefore) {
    begin(lastBefore);
    int body = at + Layout.FRAME_HEADER_BYTES;
    int bodyBytes = Math.min(header.bodyBytes, availableBytes - Layout.FRAME_HEADER_BYTES);
    long epoch = header.epoch;
    long lastOfFrame = header.lastSequence;
    int pos = 0;
    int records = 0;
    int digest = 0;
    long last = lastBefore;
    while (pos < bodyBytes) {
      int recordAt = body + pos;
      int leftBytes = bodyBytes - pos - Layout.RECORD_HEADER_BYTES;
      long beginning = leftBytes < 0 ? 0 : RecordCodec.beginning(in, recordAt);
      int payloadBytes = RecordCodec.payloadBytesOf(beginning);
      int stored = RecordCodec.storedCrc(beginning);
      boolean sound = payloadBytes >= 0 && payloadBytes <= leftBytes
          && crc.seeded(epoch, in, recordAt + 4, Layout.RECORD_HEADER_BYTES - 4 + payloadBytes) == stored;
      long sequence = sound ? RecordCodec.sequence(in, recordAt) : 0;
      if (!sound || sequence <= last || sequence > lastOfFrame) {
        problem = recordProblem(in, recordAt, bodyBytes - pos, header, last);
        problemAtBytes = Layout.FRAME_HEADER_BYTES + pos;
        return;
      }
      long rest = RecordCodec.rest(in, recordAt);
      if (table != null) table.note(recordAt, payloadBytes, sequence, rest);
      last = sequence;
      digest = RecordCodec.digest(digest, stored);
      pos += Layout.RECORD_HEADER_BYTES + payloadBytes;
      records++;
      accept(rest, pos, records, last);
    }
    problem = wholeProblem(header, bodyBytes, records, digest, last);
    problemAtBytes = Layout.FRAME_HEADER_BYTES + pos;
  }

  /**
   * The same for a frame of any size, of which no more than the window is in memory at a time: what its length says need not be true.
   *
   * @param offsetBytes where the frame begins in the window's file
   */
  public void check(FileWindow window, long offsetBytes, FrameFields header, long lastBefore) throws IOException {
    if (header.usedBytes() <= window.stepBytes()) {
      int available = window.load(offsetBytes, (int) header.usedBytes());
      check(window.buffer(), window.indexOf(offsetBytes), available, header, lastBefore);
      return;
    }
    begin(lastBefore);
    int pos = 0;
    int records = 0;
    int digest = 0;
    long last = lastBefore;
    while (pos < header.bodyBytes) {
      long recordAt = offsetBytes + Layout.FRAME_HEADER_BYTES + pos;
      int available = window.load(recordAt, Math.min(Layout.RECORD_HEADER_BYTES, header.bodyBytes - pos));
      ByteBuffer in = window.buffer();
      int at = window.indexOf(recordAt);
      problem = RecordCodec.lengthProblem(in, at, available, header.bodyBytes - pos);
      problemAtBytes = Layout.FRAME_HEADER_BYTES + pos;
      if (problem != null) return;
      if (!isInOrder(in, at, header, last)) {
        problem = orderProblem(in, at, header, last);
        return;
      }
      last = RecordCodec.sequence(in, at);
      int bytes = RecordCodec.bytes(in, at);
      int stored = in.getInt(at);
      long rest = RecordCodec.rest(in, at);
      if (!isWhole(window, recordAt, bytes, stored, header.epoch)) return;
      digest = RecordCodec.digest(digest, stored);
      pos += bytes;
      records++;
      accept(rest, pos, records, last);
    }
    problem = wholeProblem(header, header.bodyBytes, records, digest, last);
    problemAtBytes = Layout.FRAME_HEADER_BYTES + pos;
  }

  private boolean isWhole(FileWindow window, long recordAt, int bytes, int stored, long epoch) throws IOException {
    crc.begin(epoch);
    int value = 0;
    for (int done = 4; done < bytes; ) {
      int piece = Math.min(bytes - done, window.stepBytes() / 2);
      if (window.load(recordAt + done, piece) < piece) {
        problem = "expected a record of " + bytes + " bytes, found the end of the file";
        return false;
      }
      value = crc.add(window.buffer(), window.indexOf(recordAt + done), piece);
      done += piece;
    }
    if (value != stored) problem = RecordCodec.checksumProblem(value, stored);
    return value == stored;
  }

  private void begin(long lastBefore) {
    problem = null;
    problemAtBytes = 0;
    goodRecords = 0;
    goodBytes = 0;
    goodLastSequence = lastBefore;
    Arrays.fill(types, 0);
    Arrays.fill(groupTypes, 0);
    inGroup = false;
    if (table != null) table.clear();
  }

  private static boolean isInOrder(ByteBuffer in, int at, FrameFields header, long last) {
    long sequence = RecordCodec.sequence(in, at);
    return sequence > last && sequence <= header.lastSequence;
  }

  private String recordProblem(ByteBuffer in, int at, int availableBytes, FrameFields header, long last) {
    String found = RecordCodec.problem(in, at, availableBytes, crc, header.epoch);
    if (found != null) return found;
    return orderProblem(in, at, header, last);
  }

  private static String orderProblem(ByteBuffer in, int at, FrameFields header, long last) {
    return "expected a sequence in (" + last + ", " + header.lastSequence + "], found " + RecordCodec.sequence(in, at);
  }

  private static String wholeProblem(FrameFields header, int bodyBytes, int records, int digest, long last) {
    if (bodyBytes < header.bodyBytes)
      return "expected a body of " + header.bodyBytes + " bytes, found " + Math.max(0, bodyBytes);
    if (records != header.recordCount) return "expected " + header.recordCount + " records, found " + records;
    if (digest != header.recordsDigest)
      return String.format(Locale.ROOT, "records' digest: expected 0x%08x, found 0x%08x", header.recordsDigest, digest);
    if (last != header.lastSequence)
      return "expected the last sequence " + header.lastSequence + ", found " + last;
    return null;
  }

  /** Takes note of a good record. Its group counts once it has ended. */
  private void accept(long rest, int pos, int records, long last) {
    int type = RecordCodec.typeOf(rest);
    boolean more = RecordCodec.hasMoreOf(rest);
    if (more || inGroup) groupTypes[type >> 6] |= 1L << (type & 63);
    else types[type >> 6] |= 1L << (type & 63);
    if (!more) {
      if (inGroup) for (int i = 0; i < types.length; i++) types[i] |= groupTypes[i];
      goodRecords = records;
      goodBytes = pos;
      goodLastSequence = last;
    }
    inGroup = more;
  }
}
