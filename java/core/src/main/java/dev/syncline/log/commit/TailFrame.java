package dev.syncline.log.commit;

import dev.syncline.ResourceShortageException;
import dev.syncline.format.Crc;
import dev.syncline.format.FrameHeader;
import dev.syncline.format.Layout;
import dev.syncline.format.RecordCodec;
import dev.syncline.io.AlignedBuffers;
import dev.syncline.log.segment.Segment;
import java.nio.ByteBuffer;

/**
 * The newest frame on disk, as long as commits may join it: a copy in memory, and where the disk has how much of it.
 *
 * <p>No block that holds the only durable copy of an acknowledged record is ever written. So the frame with more records goes to one of the
 * segment's two tail slots, that which does not hold it as it is; its place is written only while a slot holds all of it.
 *
 * <p>The holder of the commit token changes it; what readers see of it ({@link #copyOfBody}) changes under the queue's lock.
 */
final class TailFrame {
  private final long joinMillis;
  private final Crc crc = new Crc();

  /** Header, records, zeros up to the block; null before the first commit that may be joined. */
  private ByteBuffer buffer;

  /** The same memory with bounds of its own, for readers. */
  private ByteBuffer readable;

  /** The segment it is in, or null if there is none that may be joined. */
  private Segment segment;

  private long offsetBytes;
  private int bodyBytes;
  private int recordCount;
  private int digest;
  private long firstSequence;
  private long lastSequence;
  private int previousCrc;
  private int headerCrc;

  /** When its first record was committed. */
  private long beganMillis;

  private long committedMillis;

  /** Last sequence that its place has. */
  private long placedSequence;

  /** The slot that was written last. */
  private int slot;

  // What readers see. Queue's lock.
  private int shownBodyBytes;
  private long shownLast;

  TailFrame(long joinMillis) {
    this.joinMillis = joinMillis;
  }

  /**
   * Has room for what may be joined. Before a record enters a frame.
   *
   * @throws ResourceShortageException if there is no memory for that; nothing has changed then
   */
  void haveBuffer() throws ResourceShortageException {
    if (buffer != null || joinMillis == 0) return;
    try {
      ByteBuffer block = AlignedBuffers.allocate(Layout.BLOCK_BYTES_MAX);
      readable = block.duplicate();
      buffer = block;
    } catch (OutOfMemoryError e) {
      throw new ResourceShortageException(
          "no memory for the newest frame: " + e.getMessage() + ". Nothing was appended; give the process more (-Xmx,"
              + " -XX:MaxDirectMemorySize) or let it use less, then try again", e);
    }
  }

  /** Whether the frame's records may join it now. Those that keep a time of their own join what was committed then. */
  boolean takes(Frame frame, long millis) {
    return segment != null
        && segment == frame.segment()
        && (frame.givenMillis() < 0 || millis == committedMillis)
        && Layout.FRAME_HEADER_BYTES + bodyBytes + frame.bodyBytes() <= segment.header.blockBytes()
        && millis - beganMillis < joinMillis;
  }

  /**
   * Adds the frame's records: {@link #block} goes, durably, to {@link #slotBytes} then, the slot that was not written last. Readers see it
   * as it was until {@link #show}.
   *
   * @param promised highest sequence known durable
   * @param millis when they are committed
   */
  void join(Frame frame, long promised, long millis) {
    int end = Layout.FRAME_HEADER_BYTES + bodyBytes;
    frame.copyBody(buffer, end);
    bodyBytes += frame.bodyBytes();
    recordCount += frame.recordCount();
    digest = digest * RecordCodec.digestShift(frame.recordCount()) + frame.digest();
    lastSequence = frame.lastSequence();
    committedMillis = millis;
    headerCrc = FrameHeader.encode(buffer, 0, crc, segment.header.epoch(), segment.ordinal, offsetBytes, firstSequence, lastSequence,
        promised, bodyBytes, recordCount, digest, previousCrc, FrameHeader.DATA, committedMillis);
    slot = otherSlot();
  }

  private int otherSlot() {
    return 1 - slot;
  }

  /** Offset of the slot that is to hold it. */
  long slotBytes() {
    return Layout.TAIL_SLOTS_BYTES[slot];
  }

  /** The frame as it is, up to its block: between position and limit. */
  ByteBuffer block() {
    return buffer.limit(segment.header.blockBytes()).position(0);
  }

  /** Whether a slot has more of it than its place in {@code tail}. */
  boolean mustBePlaced(Segment tail) {
    return segment != null && segment == tail && placedSequence < lastSequence;
  }

  long offsetBytes() {
    return offsetBytes;
  }

  // Under the queue's lock.

  /** What has joined is durable: readers see it. */
  void show(Frame joined) {
    segment.noteTypes(joined.types());
    segment.grow(offsetBytes, bodyBytes, headerCrc, committedMillis);
    showAll();
  }

  private void showAll() {
    shownBodyBytes = bodyBytes;
    shownLast = lastSequence;
  }

  /** Its place has all of it: readers find it there. */
  void placed() {
    placedSequence = lastSequence;
    segment.growThrough(lastSequence);
  }

  /** A frame was written durably, and taken in: commits may join it, if anything has room in its block. */
  void become(Frame frame) {
    boolean room = Layout.FRAME_HEADER_BYTES + frame.bodyBytes() + Layout.RECORD_HEADER_BYTES <= frame.segment().header.blockBytes();
    if (joinMillis == 0 || !room) {
      forget();
      return;
    }
    if (segment != frame.segment()) slot = 1;
    segment = frame.segment();
    offsetBytes = frame.offsetBytes();
    bodyBytes = frame.bodyBytes();
    recordCount = frame.recordCount();
    digest = frame.digest();
    firstSequence = frame.firstSequence();
    lastSequence = frame.lastSequence();
    previousCrc = frame.previousCrc();
    headerCrc = frame.headerCrc();
    beganMillis = frame.committedMillis();
    committedMillis = beganMillis;
    placedSequence = lastSequence;
    buffer.clear();
    frame.copyPadded(buffer);
    showAll();
  }

  /** Nothing joins it any more. */
  void forget() {
    segment = null;
    shownLast = 0;
  }

  /** A copy of its records if it has any above {@code sequence}, else null. */
  ByteBuffer copyOfBody(long sequence) {
    if (shownLast <= sequence) return null;
    ByteBuffer copy = ByteBuffer.allocate(shownBodyBytes).order(buffer.order());
    copy.put(0, readable, Layout.FRAME_HEADER_BYTES, shownBodyBytes);
    return copy;
  }
}
