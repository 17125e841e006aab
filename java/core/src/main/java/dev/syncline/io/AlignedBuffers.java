package dev.syncline.io;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Direct little-endian buffers whose address suits O_DIRECT. */
public final class AlignedBuffers {
  /** Enough for every file system seen: memory alignment asked for by statx is 4096 or less. */
  public static final int ALIGNMENT_BYTES = 4096;

  private AlignedBuffers() {}

  /** A buffer of at least {@code capacityBytes}, rounded up to whole alignment units; position 0, limit = capacity. */
  public static ByteBuffer allocate(int capacityBytes) {
    int rounded = Math.max(ALIGNMENT_BYTES, Math.addExact(capacityBytes, ALIGNMENT_BYTES - 1) & -ALIGNMENT_BYTES);
    ByteBuffer raw = ByteBuffer.allocateDirect(Math.addExact(rounded, ALIGNMENT_BYTES));
    ByteBuffer aligned = raw.alignedSlice(ALIGNMENT_BYTES);
    return aligned.limit(rounded).slice().order(ByteOrder.LITTLE_ENDIAN);
  }
}
