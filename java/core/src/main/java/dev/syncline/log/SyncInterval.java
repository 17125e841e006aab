package dev.syncline.log;

/** How long ago the oldest append was made that no sync has covered; for INTERVAL mode. Guarded by the queue's lock. */
final class SyncInterval {
  private final long intervalNanos;
  private long beganNanos;

  SyncInterval(long intervalNanos) {
    this.intervalNanos = intervalNanos;
  }

  void begin() {
    beganNanos = System.nanoTime();
  }

  boolean isOver() {
    return System.nanoTime() - beganNanos >= intervalNanos;
  }

  /** Nanoseconds until it is over, at least 1. */
  long leftNanos() {
    return Math.max(1, beganNanos + intervalNanos - System.nanoTime());
  }
}
