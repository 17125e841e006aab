package dev.syncline.log.read;

import dev.syncline.format.RecordCodec;
import dev.syncline.log.segment.RecordTable;
import dev.syncline.log.segment.Segment;
import java.nio.ByteBuffer;

/** The checked records through which a cursor steps: those of a frame, or some that were copied from memory. Belongs to the cursor. */
final class ShownRecords {
  /** Says where the next ones lie. Whoever checks a frame has noted them there. */
  private final RecordTable table;

  private ByteBuffer buffer;
  private int beginIndex;
  private int endIndex;

  /** How many the table has of these, and where in the buffer the others begin. The table is another's to change, while none is left. */
  private int notedRecords;

  private int unnotedIndex;

  /** The record in the table that comes next, and the one under the cursor. */
  private int next;

  private int taken;
  private long takenRest;

  /** A read-only view of {@link #viewed}, which was the buffer when a payload was last asked for. */
  private ByteBuffer payloads;

  private ByteBuffer viewed;

  ShownRecords(RecordTable table) {
    this.table = table;
  }

  /** Goes on with the records between two indexes, of which the table has the first ones. */
  void show(ByteBuffer in, int fromIndex, int toIndex) {
    buffer = in;
    beginIndex = fromIndex;
    endIndex = toIndex;
    next = 0;
    notedRecords = table.countBefore(toIndex);
    unnotedIndex = table.endIndex(notedRecords, fromIndex);
  }

  /** The same with records that the table has not. */
  void showUnnoted(ByteBuffer in, int fromIndex, int toIndex) {
    table.fill(in, fromIndex, toIndex);
    show(in, fromIndex, toIndex);
  }

  boolean hasNext() {
    return next < notedRecords || unnotedIndex < endIndex;
  }

  /** Sequence of the next record, or -1 if it is not in the table. */
  long nextNoted() {
    return next < notedRecords ? table.sequence(next) : -1;
  }

  /** Sequence of the next record, which there is. */
  long nextSequence() {
    if (next == notedRecords) {
      table.fill(buffer, unnotedIndex, endIndex);
      next = 0;
      notedRecords = table.count();
      unnotedIndex = table.endIndex(notedRecords, endIndex);
    }
    return table.sequence(next);
  }

  /** Moves to the next record, whose sequence was asked for before. */
  void take() {
    takenRest = table.rest(next);
    taken = next++;
  }

  /** Passes over it. */
  void skip() {
    next++;
  }

  /** Nothing more of these is shown. */
  void skipAll() {
    next = 0;
    notedRecords = 0;
    unnotedIndex = endIndex;
  }

  /** Forgets the buffer too: who keeps a closed cursor keeps no memory by it. */
  void close() {
    skipAll();
    buffer = null;
    payloads = null;
    viewed = null;
  }

  int type() {
    return RecordCodec.typeOf(takenRest);
  }

  int meta() {
    return RecordCodec.metaOf(takenRest);
  }

  int payloadBytes() {
    return table.payloadBytes(taken);
  }

  boolean hasMore() {
    return RecordCodec.hasMoreOf(takenRest);
  }

  byte[] payload() {
    byte[] copy = new byte[payloadBytes()];
    buffer.get(table.payloadIndex(taken), copy);
    return copy;
  }

  ByteBuffer payloadView() {
    int from = table.payloadIndex(taken);
    return memory().limit(from + table.payloadBytes(taken)).position(from);
  }

  /** What all of them lie in, read-only; one buffer as long as they do. */
  ByteBuffer memory() {
    if (viewed != buffer) {
      viewed = buffer;
      payloads = buffer.asReadOnlyBuffer();
    }
    return payloads;
  }

  int payloadIndex() {
    return table.payloadIndex(taken);
  }

  /** Notes where each of them lies, the first at {@code offsetBytes} of the file. */
  void notePositions(RecordPositions positions, Segment segment, long offsetBytes) {
    for (int at = beginIndex; at < endIndex; at += RecordCodec.bytes(buffer, at))
      positions.note(segment, RecordCodec.sequence(buffer, at), offsetBytes + at - beginIndex);
  }
}
