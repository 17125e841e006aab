package dev.syncline.log.read;

import dev.syncline.log.segment.FileWindow;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Windows of closed cursors, kept for the next ones: {@link #KEPT_BYTES_MAX} between them all. One that has grown for a large frame is let
 * go. Any thread.
 */
final class Windows {
  static final int KEPT_BYTES_MAX = 2 << 20;

  private final ConcurrentLinkedQueue<FileWindow> spare = new ConcurrentLinkedQueue<>();
  private final AtomicInteger keptBytes = new AtomicInteger();

  /** A window that reads {@code stepBytes} at a time. */
  FileWindow borrow(int stepBytes) {
    for (FileWindow window : spare)
      if (window.stepBytes() == stepBytes && spare.remove(window)) {
        keptBytes.addAndGet(-stepBytes);
        return window;
      }
    return new FileWindow(stepBytes);
  }

  void giveBack(FileWindow window) {
    window.use(null);
    if (window.hasGrown()) return;
    if (keptBytes.addAndGet(window.stepBytes()) <= KEPT_BYTES_MAX) spare.add(window);
    else keptBytes.addAndGet(-window.stepBytes());
  }
}
