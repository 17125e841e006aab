package dev.syncline.log.commit;

import java.util.concurrent.TimeUnit;

/**
 * When to try again whether a shortage is over: once an interval, however many wait for it, since each trial makes files and deletes them.
 * Guarded by the queue's lock.
 */
final class RoomTrials {
  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** Whether the last trial found a shortage, or is under way; and when it began. */
  private boolean waiting;

  private long beganNanos;

  boolean areDue() {
    return !waiting || System.nanoTime() - beganNanos >= INTERVAL_NANOS;
  }

  /** After how many nanoseconds to look again. */
  long pauseNanos() {
    return areDue() ? INTERVAL_NANOS : Math.max(1, beganNanos + INTERVAL_NANOS - System.nanoTime());
  }

  /** It counts as failed until {@link #succeeded} is called: others may look while it is under way. */
  void begin() {
    waiting = true;
    beganNanos = System.nanoTime();
  }

  void succeeded() {
    waiting = false;
  }
}
