package dev.syncline.log.read;

import dev.syncline.log.segment.Segment;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Where single records lie, as far as readers have met them: four bytes a record, 64 MiB at most.
 *
 * <p>A hint only: whoever follows one checks the record that it finds there, its sequence and its segment's epoch included, and else looks
 * for it from the frame's beginning. So entries are written without a lock, and a table slot that two chunks want belongs to the last.
 */
public final class RecordPositions {
  private static final int CHUNK_RECORDS = 1024;
  private static final int CHUNKS = 1 << 14;

  /** The records of one segment whose sequences share all but the last bits. Zero is unknown: a segment begins with its header. */
  private record Chunk(Segment segment, long number, int[] offsetsBytes) {}

  /** Null until a record is noted: most logs are never read so. Of two that are made at once one is enough. */
  private volatile AtomicReferenceArray<Chunk> chunks;

  /** The offset that was noted for a record of {@code segment}, or 0. */
  public long find(Segment segment, long sequence) {
    Chunk chunk = chunkOf(segment, sequence);
    return chunk == null ? 0 : Integer.toUnsignedLong(chunk.offsetsBytes[indexOf(sequence)]);
  }

  public void note(Segment segment, long sequence, long offsetBytes) {
    if (offsetBytes > 0xffff_ffffL) return;
    Chunk chunk = chunkOf(segment, sequence);
    if (chunk == null) {
      chunk = new Chunk(segment, sequence / CHUNK_RECORDS, new int[CHUNK_RECORDS]);
      table().set(slotOf(segment, sequence), chunk);
    }
    chunk.offsetsBytes[indexOf(sequence)] = (int) offsetBytes;
  }

  private AtomicReferenceArray<Chunk> table() {
    AtomicReferenceArray<Chunk> now = chunks;
    if (now == null) {
      now = new AtomicReferenceArray<>(CHUNKS);
      chunks = now;
    }
    return now;
  }

  private Chunk chunkOf(Segment segment, long sequence) {
    AtomicReferenceArray<Chunk> now = chunks;
    Chunk chunk = now == null ? null : now.get(slotOf(segment, sequence));
    return chunk != null && chunk.segment == segment && chunk.number == sequence / CHUNK_RECORDS ? chunk : null;
  }

  /** The ordinal keeps apart the two chunks of a number that a rotation has cut in two. */
  private static int slotOf(Segment segment, long sequence) {
    return (int) (sequence / CHUNK_RECORDS + segment.ordinal) & CHUNKS - 1;
  }

  private static int indexOf(long sequence) {
    return (int) (sequence % CHUNK_RECORDS);
  }
}
