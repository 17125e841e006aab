package dev.syncline.log.commit;

import dev.syncline.ResourceShortageException;
import dev.syncline.format.Crc;
import dev.syncline.format.FrameHeader;
import dev.syncline.format.Layout;
import dev.syncline.format.RecordCodec;
import dev.syncline.io.AlignedBuffers;
import dev.syncline.io.SleepWord;
import dev.syncline.log.segment.Segment;
import dev.syncline.log.threads.SharedBuffers;
import dev.syncline.shortage.StackReserve;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * One group commit while it is in memory: a buffer that appenders fill under the queue's lock, and that the holder of the commit token
 * then completes and writes. Reused from commit to commit, and without memory before the first one.
 */
final class Frame {
  private static final int INITIAL_BYTES = SharedBuffers.BUFFER_BYTES;

  /** A buffer that grew beyond this for one large record is not kept. */
  static final int KEPT_BYTES_MAX = 4 << 20;

  private static final byte[] ZEROS = new byte[Layout.BLOCK_BYTES_MAX];

  /** Where in the buffer the frame begins. Before it there is room for one that is written in one piece with it. */
  private static final int START = Layout.BLOCK_BYTES_MAX;

  /** What a frame has that no record was added to yet. */
  private static final ByteBuffer NO_BUFFER = ByteBuffer.allocateDirect(0);

  private final Crc crc = new Crc();

  /** How much room there is at first. */
  private final int firstBytes;

  /** What the buffer comes from and goes back to while the log rests; null if that is its own. */
  private final SharedBuffers shared;

  /**
   * Room for the frame before this one, header space, then records. Appenders write under the queue's lock; once taken, only the token's
   * holder touches it.
   */
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
  private int previousCrc;
  private int headerCrc;
  private long committedMillis;

  /** When its records were committed, if that was before they came here; else -1. */
  private long givenMillis;

  private Segment segment;
  private long offsetBytes;

  /** When its first record was appended, by nanoTime, where somebody wants to know; else 0. */
  private long beganNanos;

  /** The frame behind this one in a {@link FrameChain}. Queue's lock. */
  Frame next;

  /** What those sleep on who wait for this frame; null where the storage has no such thing. */
  private final SleepWord word;

  /** Threads that wait for this frame; null while there are none. Guarded by the queue's lock. */
  private Followers followers;

  /**
   * @param expectedBytes what the frame will probably take: room that is there need not be grown to
   * @param shared what its memory comes from, or null
   */
  Frame(SleepWord word, int expectedBytes, SharedBuffers shared) {
    this.word = word;
    this.shared = shared;
    this.firstBytes = Math.max(INITIAL_BYTES, Math.min(expectedBytes, KEPT_BYTES_MAX));
    useBuffer(NO_BUFFER);
  }

  /**
   * Has room for small records.
   *
   * @throws ResourceShortageException if there is no memory for that; nothing has changed then
   */
  void haveBuffer() throws ResourceShortageException {
    if (buffer != NO_BUFFER) return;
    StackReserve.require(StackReserve.DISK);
    try {
      ensureCapacity(firstBytes);
    } catch (OutOfMemoryError e) {
      throw new ResourceShortageException(
          "no memory to gather records in: " + e.getMessage() + ". Nothing was appended; give the process more (-Xmx,"
              + " -XX:MaxDirectMemorySize) or let it use less, then try again", e);
    }
  }

  /** Gives its memory to other logs. It is empty, and nobody writes it. Queue's lock. */
  void rest() {
    ByteBuffer unused = buffer;
    if (unused == NO_BUFFER) return;
    useBuffer(NO_BUFFER);
    shared.give(unused);
  }

  /**
   * Settles where the frame will lie; before the first record is added.
   *
   * @param millis when its records were committed, if that was before they came here; else -1
   * @param nowNanos the time by nanoTime if somebody wants to know how long the records wait, else 0
   */
  void bind(Segment target, long targetOffsetBytes, long millis, long nowNanos) {
    segment = target;
    beganNanos = nowNanos;
    givenMillis = millis;
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
    int at = START + Layout.FRAME_HEADER_BYTES + bodyBytes;
    // Whoever took a checksum and was broken off has left bounds of its own.
    buffer.clear();
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

  /**
   * Adds records with sequences from {@code first} on, all or none; they count {@code together}, or each by itself.
   *
   * @param bytes what they take
   */
  void addAll(long first, List<Entry> entries, int bytes, boolean together) {
    ensureCapacity(Math.addExact(START + Layout.FRAME_HEADER_BYTES + bodyBytes, bytes));
    int count = recordCount;
    int before = bodyBytes;
    long firstBefore = firstSequence;
    long lastBefore = lastSequence;
    int digestBefore = digest;
    long types0 = types[0];
    long types1 = types[1];
    long types2 = types[2];
    long types3 = types[3];
    try {
      for (int i = 0; i < entries.size(); i++) {
        Entry e = entries.get(i);
        add(first + i, e.type(), together && i < entries.size() - 1, e.meta(), e.head(), e.rest());
      }
    } catch (Throwable t) {
      // Without a call: the stack may have ended, and a record that stayed would be written.
      recordCount = count;
      bodyBytes = before;
      firstSequence = firstBefore;
      lastSequence = lastBefore;
      digest = digestBefore;
      types[0] = types0;
      types[1] = types1;
      types[2] = types2;
      types[3] = types3;
      throw t;
    }
  }

  private void forgetRecords() {
    digest = 0;
    Arrays.fill(types, 0);
  }

  private void useBuffer(ByteBuffer other) {
    ByteBuffer view = other.duplicate();
    buffer = other;
    readable = view;
  }

  private void ensureCapacity(int bytes) {
    int needed = Math.toIntExact(Layout.roundUp(bytes, Layout.BLOCK_BYTES_MAX));
    if (needed <= buffer.capacity()) return;
    long wanted = buffer != NO_BUFFER ? Math.min(2L * buffer.capacity(), KEPT_BYTES_MAX) : firstBytes;
    int largerBytes = (int) Math.max(needed, wanted);
    ByteBuffer larger = shared == null ? AlignedBuffers.allocate(largerBytes) : shared.take(largerBytes);
    if (bodyBytes > 0) larger.put(START, buffer, START, Layout.FRAME_HEADER_BYTES + bodyBytes);
    useBuffer(larger);
  }

  /**
   * Adds header and padding: the bytes that go to disk, between position and limit.
   *
   * @param millis when it is committed
   */
  ByteBuffer complete(long promised, int previousFrameCrc, long millis) {
    int end = START + Layout.FRAME_HEADER_BYTES + bodyBytes;
    committedMillis = millis;
    previousCrc = previousFrameCrc;
    buffer.clear();
    headerCrc = FrameHeader.encode(buffer, START, crc, segment.header.epoch(), segment.ordinal, offsetBytes, firstSequence, lastSequence,
        promised, bodyBytes, recordCount, digest, previousCrc, FrameHeader.DATA, millis);
    int padded = paddedBytes();
    buffer.put(end, ZEROS, 0, START + padded - end);
    return buffer.limit(START + padded).position(START);
  }

  /** The same bytes, once {@link #complete}, with those of the frame before in front of them. */
  ByteBuffer precededBy(ByteBuffer frameBefore) {
    int start = START - frameBefore.remaining();
    buffer.put(start, frameBefore, frameBefore.position(), frameBefore.remaining());
    return buffer.position(start);
  }

  /** Bytes that the frame takes in its file. */
  int paddedBytes() {
    return (int) Layout.roundUp(Layout.FRAME_HEADER_BYTES + bodyBytes, segment.header.blockBytes());
  }

  /** It lies there and not where it was bound to; returns where the frame behind it begins. */
  long placeAt(long newOffsetBytes) {
    offsetBytes = newOffsetBytes;
    return endBytes();
  }

  /** Offset of the frame behind this one. */
  long endBytes() {
    return offsetBytes + paddedBytes();
  }

  /** It is written: from now on readers find it in its segment. */
  void takeIn() {
    segment.noteTypes(types);
    segment.advance(firstSequence, lastSequence, offsetBytes, bodyBytes, headerCrc, committedMillis);
  }

  /** The records as they lie here, for a reader that is ahead of the disk. */
  ByteBuffer copyOfBody() {
    ByteBuffer copy = ByteBuffer.allocate(bodyBytes).order(buffer.order());
    copy.put(0, readable, START + Layout.FRAME_HEADER_BYTES, bodyBytes);
    return copy;
  }

  /** Copies the records to {@code at}. */
  void copyBody(ByteBuffer target, int at) {
    target.put(at, buffer, START + Layout.FRAME_HEADER_BYTES, bodyBytes);
  }

  /** Copies the frame as it is on disk, padding and all, to the beginning of {@code target}, and zeros up to its end. */
  void copyPadded(ByteBuffer target) {
    int padded = paddedBytes();
    target.put(0, buffer, START, padded);
    target.put(padded, ZEROS, 0, target.capacity() - padded);
  }

  /** Makes the frame empty, to be used again. Allocates nothing. */
  void reset() {
    buffer.clear();
    forgetRecords();
    bodyBytes = 0;
    recordCount = 0;
    firstSequence = 0;
    lastSequence = 0;
    segment = null;
    followers = null;
  }

  /** Those who wait for this frame, to be joined. */
  Followers followersToJoin() {
    if (followers == null) followers = new Followers(word);
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

  int digest() {
    return digest;
  }

  /** A bit for each record type. Not to be changed. */
  long[] types() {
    return types;
  }

  int previousCrc() {
    return previousCrc;
  }

  int headerCrc() {
    return headerCrc;
  }

  long committedMillis() {
    return committedMillis;
  }

  long givenMillis() {
    return givenMillis;
  }

  long beganNanos() {
    return beganNanos;
  }

  Segment segment() {
    return segment;
  }
}
