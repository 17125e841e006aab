package dev.syncline.log.threads;

import dev.syncline.io.AlignedBuffers;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Memory outside the heap that many logs use by turns: one that rests gives its buffers back, and the next one that appends takes them. Any
 * thread.
 */
public final class SharedBuffers {
  /** What a log asks for that has nothing large to append. */
  public static final int BUFFER_BYTES = 64 << 10;

  /** Those that are given beyond these are left to the collector. */
  private static final int KEPT_MAX = 32;

  private final AtomicReferenceArray<ByteBuffer> kept = new AtomicReferenceArray<>(KEPT_MAX);

  /** A buffer of that size or more, with whatever bytes are in it. */
  public ByteBuffer take(int bytes) {
    if (bytes <= BUFFER_BYTES) {
      for (int i = 0; i < KEPT_MAX; i++) {
        ByteBuffer buffer = kept.get(i);
        if (buffer != null && kept.compareAndSet(i, buffer, null)) return buffer.clear();
      }
    }
    return AlignedBuffers.allocate(Math.max(bytes, BUFFER_BYTES));
  }

  /** Takes one back that nobody looks at any more. */
  public void give(ByteBuffer buffer) {
    if (buffer.capacity() != BUFFER_BYTES) return;
    for (int i = 0; i < KEPT_MAX; i++) if (kept.get(i) == null && kept.compareAndSet(i, null, buffer)) return;
  }
}
