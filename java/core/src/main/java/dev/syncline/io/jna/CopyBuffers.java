package dev.syncline.io.jna;

import dev.syncline.io.AlignedBuffers;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;

/** Lends direct buffers to transfers from and to the heap; a pool, since virtual threads make thread-locals many. */
final class CopyBuffers {
  private static final int KEPT = 16;
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final ArrayBlockingQueue<ByteBuffer> FREE = new ArrayBlockingQueue<>(KEPT);

  private CopyBuffers() {}

  static ByteBuffer take() {
    ByteBuffer free = FREE.poll();
    return free != null ? free : AlignedBuffers.allocate(BUFFER_BYTES);
  }

  /** Takes a buffer back; one too many is left to the garbage collector. */
  static void give(ByteBuffer buffer) {
    FREE.offer(buffer);
  }
}
