package dev.syncline.replicated.net;

import java.util.concurrent.atomic.AtomicLong;

/** Bytes that may be held at a time. */
final class MemoryBudget {
  private final AtomicLong left;

  MemoryBudget(long bytes) {
    left = new AtomicLong(bytes);
  }

  boolean take(long bytes) {
    while (true) {
      long now = left.get();
      if (now < bytes) return false;
      if (left.compareAndSet(now, now - bytes)) return true;
    }
  }

  void give(long bytes) {
    left.addAndGet(bytes);
  }

  long left() {
    return left.get();
  }
}
