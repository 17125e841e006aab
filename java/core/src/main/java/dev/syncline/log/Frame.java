package dev.syncline.log;

import dev.syncline.format.Crc;
import dev.syncline.format.FrameHeader;
import dev.syncline.format.Layout;
import dev.syncline.format.RecordCodec;
import dev.syncline.io.AlignedBuffers;
import dev.syncline.io.SleepWord;
import dev.syncline.log.segment.Segment;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * One group commit while it is in memory: a buffer that appenders fill under the queue's lock, and that the holder of the commit token
 * then completes and writes. Reused from commit to commit.
 */
final class Frame {
  private static final int INITIAL_BYTES = 64 << 10;

  /** A buffer that grew beyond this for one large record is not kept. */
  private static final int KEPT_BYTES_MAX = 4 << 20;

  private static final byte[] ZEROS = new byte[Layout.BLOCK_BYTES_MAX];

  private final Crc crc = new Crc();

  /** Header space, then records. Appenders write under the queue's lock; once taken, only the token's holder touches it. */
  private ByteBuffer buffer;

  /** The same memory with bounds of its own: a reader copies while the token's holder moves the other's to and fro. Queue's lock. */
  private ByteBuffer readable;

  private int bodyBytes;
  private int recordCount;

  /** Digest of the records' checksums. */
  private int digest;

  /** A bit for each record type. */
  private final long[] types = new long[4];

  private long firstSequence;
  private long lastSequence;
  private int headerCrc;
  private Segment segment;
  private long offsetBytes;

  /** What those sleep on who wait for this frame; null where the storage has no such thing. */
  private final SleepWord word;

  /** How often the frame was used. Guarded by the queue's lock. */
  private int turn = 1;

  /** Threads that wait for this frame; null while there are none. Guarded by the queue's lock. */
  private Followers followers;

  /** @param expectedBytes what the frame will probably take: room that is there need not be grown to */
  Frame(SleepWord word, int expectedBytes) {
    this.word = word;
    useBuffer(AlignedBuffers.allocate(Math.max(INITIAL_BYTES, Math.min(expectedBytes, KEPT_BYTES_MAX))));
  }

  /** Settles where the frame will lie; before the first record is added. */
  void bind(Segment target, long targetOffsetBytes) {
    segment = target;
    offsetBytes = targetOffsetBytes;
  }

  boolean isEmpty() {
    return recordCount == 0;
  }

  /**
   * Copies one record in, and adds its checksum while the copy is in the processor's cache. If anything is thrown, the frame is as it was
   * before.
   *
   * @param more whether the group goes on with the next record
   */
  void add(long sequence, int type, boolean more, int meta, byte[] head, byte[] rest) {
    int at = Layout.FRAME_HEADER_BYTES + bodyBytes;
    ensureCapacity(at + Layout.RECORD_HEADER_BYTES + head.length + rest.length);
    int bytes = RecordCodec.encode(buffer, at, sequence, type, more ? RecordCodec.FLAG_MORE : 0, meta, head, rest);
    take(at, type);
    bodyBytes += bytes;
    if (recordCount++ == 0) firstSequence = sequence;
    lastSequence = sequence;
  }

  private void take(int at, int type) {
    digest = RecordCodec.digest(digest, RecordCodec.seal(buffer, at, crc, segment.header.epoch()));
    types[type >> 6] |= 1L << (type & 63);
  }

  /** Drops what was added since the frame had this many records, bytes and this last sequence. */
  void rollBackTo(int count, int bytes, long last) {
    recordCount = count;
    bodyBytes = bytes;
    lastSequence = last;
    forgetRecords();
    int end = Layout.FRAME_HEADER_BYTES + bodyBytes;
    for (int at = Layout.FRAME_HEADER_BYTES; at < end; at += RecordCodec.bytes(buffer, at)) take(at, RecordCodec.type(buffer, at));
  }

  private void forgetRecords() {
    digest = 0;
    Arrays.fill(types, 0);
  }

  private void useBuffer(ByteBuffer other) {
    buffer = other;
    readable = other.duplicate();
  }

  /** Makes room for what is known to come, so that adding it cannot fail half-way. */
  void ensureCapacity(int bytes) {
    int needed = Math.toIntExact(Layout.roundUp(bytes, Layout.BLOCK_BYTES_MAX));
    if (needed <= buffer.capacity()) return;
    ByteBuffer larger = AlignedBuffers.allocate((int) Math.max(needed, Math.min(2L * buffer.capacity(), KEPT_BYTES_MAX)));
    int used = Layout.FRAME_HEADER_BYTES + bodyBytes;
    larger.put(0, buffer, 0, used);
    useBuffer(larger);
  }

  /**
   * Adds header and padding: the bytes that go to disk, between position and limit.
   *
   * @param promised highest sequence known durable
   */
  ByteBuffer complete(long promised, int previousCrc) {
    int end = Layout.FRAME_HEADER_BYTES + bodyBytes;
    headerCrc = FrameHeader.encode(buffer, 0, crc, segment.header.epoch(), segment.ordinal, offsetBytes, firstSequence, lastSequence,
        promised, bodyBytes, recordCount, digest, previousCrc, FrameHeader.DATA);
    int padded = paddedBytes();
    buffer.put(end, ZEROS, 0, padded - end);
    return buffer.limit(padded).position(0);
  }

  /** Bytes that the frame takes in its file. */
  int paddedBytes() {
    return (int) Layout.roundUp(Layout.FRAME_HEADER_BYTES + bodyBytes, segment.header.blockBytes());
  }

  /** Offset of the frame behind this one. */
  long endBytes() {
    return offsetBytes + paddedBytes();
  }

  /** It is written: from now on readers find it in its segment. */
  void takeIn() {
    segment.noteTypes(types);
    segment.advance(firstSequence, lastSequence, offsetBytes, bodyBytes, headerCrc);
  }

  /** The records as they lie here, for a reader that is ahead of the disk. */
  ByteBuffer copyOfBody() {
    ByteBuffer copy = ByteBuffer.allocate(bodyBytes).order(buffer.order());
    copy.put(0, readable, Layout.FRAME_HEADER_BYTES, bodyBytes);
    return copy;
  }

  /** Makes the frame empty, to be used again. */
  void reset() {
    if (buffer.capacity() > KEPT_BYTES_MAX) useBuffer(AlignedBuffers.allocate(INITIAL_BYTES));
    buffer.clear();
    forgetRecords();
    bodyBytes = 0;
    recordCount = 0;
    firstSequence = 0;
    lastSequence = 0;
    segment = null;
    followers = null;
    turn++;
  }

  /** Those who wait for this frame, to be joined. */
  Followers followersToJoin() {
    if (followers == null) followers = new Followers(word, turn);
    return followers;
  }

  /** Those who wait for this frame, or null. */
  Followers followers() {
    return followers;
  }

  int bodyBytes() {
    return bodyBytes;
  }

  /** Bytes that it has room for. */
  int capacityBytes() {
    return buffer.capacity();
  }

  int recordCount() {
    return recordCount;
  }

  long firstSequence() {
    return firstSequence;
  }

  long lastSequence() {
    return lastSequence;
  }

  long offsetBytes() {
    return offsetBytes;
  }

  int headerCrc() {
    return headerCrc;
  }

  Segment segment() {
    return segment;
  }
}
