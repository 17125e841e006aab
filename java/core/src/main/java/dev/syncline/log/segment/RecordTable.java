package dev.syncline.log.segment;

import dev.syncline.format.Layout;
import dev.syncline.format.RecordCodec;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Where the records of a frame lie in a buffer and what their headers say, for as many of them as it holds: noted while a frame is checked,
 * so that whoever shows them reads no header again.
 */
public final class RecordTable {
  /** Frames hold fewer as a rule; of others the rest is noted when it is come to. */
  private static final int RECORDS_MAX = 1024;

  private static final int FIRST_RECORDS = 16;

  private int[] indexes = new int[FIRST_RECORDS];
  private int[] payloadBytes = new int[FIRST_RECORDS];
  private long[] sequences = new long[FIRST_RECORDS];
  private long[] rests = new long[FIRST_RECORDS];
  private int count;

  void clear() {
    count = 0;
  }

  /** Notes the next record, if there is room; {@code rest} is {@link RecordCodec#rest}. */
  void note(int index, int itsPayloadBytes, long sequence, long rest) {
    int at = count;
    if (at == indexes.length && !grow()) return;
    indexes[at] = index;
    payloadBytes[at] = itsPayloadBytes;
    sequences[at] = sequence;
    rests[at] = rest;
    count = at + 1;
  }

  private boolean grow() {
    if (count == RECORDS_MAX) return false;
    int larger = Math.min(RECORDS_MAX, 4 * count);
    int[] moreIndexes = Arrays.copyOf(indexes, larger);
    int[] morePayloadBytes = Arrays.copyOf(payloadBytes, larger);
    long[] moreSequences = Arrays.copyOf(sequences, larger);
    // Together: a heap that is full has changed nothing.
    rests = Arrays.copyOf(rests, larger);
    indexes = moreIndexes;
    payloadBytes = morePayloadBytes;
    sequences = moreSequences;
    return true;
  }

  /** Notes the checked records from {@code index} on that end by {@code endIndex}, as many as there is room for, and no others. */
  public void fill(ByteBuffer in, int index, int endIndex) {
    count = 0;
    for (int at = index; at < endIndex && count < RECORDS_MAX; at += RecordCodec.bytes(in, at))
      note(at, RecordCodec.payloadBytes(in, at), RecordCodec.sequence(in, at), RecordCodec.rest(in, at));
  }

  public int count() {
    return count;
  }

  /** How many of the records noted begin before that index. */
  public int countBefore(int endIndex) {
    int before = count;
    while (before > 0 && indexes[before - 1] >= endIndex) before--;
    return before;
  }

  /** Index of the byte behind the first {@code records} noted, of which the first one lies at {@code beginIndex}. */
  public int endIndex(int records, int beginIndex) {
    return records == 0 ? beginIndex : payloadIndex(records - 1) + payloadBytes[records - 1];
  }

  /** Index of the payload in the buffer. */
  public int payloadIndex(int record) {
    return indexes[record] + Layout.RECORD_HEADER_BYTES;
  }

  public int payloadBytes(int record) {
    return payloadBytes[record];
  }

  public long sequence(int record) {
    return sequences[record];
  }

  /** Type, flags and meta in one, see {@link RecordCodec#rest}. */
  public long rest(int record) {
    return rests[record];
  }
}
