package dev.syncline.io;

import dev.syncline.LogFencedException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the operations inside a directory so that a successor can shut the door and wait until the room is empty.
 *
 * <p>A log that was abandoned in this JVM may still have a write on its way to the disk. Its successor must not read before
 * that write has landed or failed: {@link #shut} therefore refuses every later {@link #enter}, and returns only when each
 * operation that had entered has left.
 */
public final class IoGate {
  private static final long SHUT = 1L << 62;

  /** Operations inside, plus {@link #SHUT} once the gate is shut. Changed by any thread; the SHUT bit is never cleared. */
  private final AtomicLong state = new AtomicLong();

  /** Enters; every successful call must be followed by one {@link #leave}. */
  public void enter() throws LogFencedException {
    if (state.getAndIncrement() >= SHUT) {
      state.decrementAndGet();
      throw new LogFencedException("this instance was fenced: a newer opener in this JVM owns the directory now");
    }
  }

  public void leave() {
    state.decrementAndGet();
  }

  public boolean isShut() {
    return state.get() >= SHUT;
  }

  /** Operations that have entered and not left. */
  public int inside() {
    return (int) (state.get() & (SHUT - 1));
  }

  /**
   * Refuses every later entry, then waits for those inside, however often the caller is interrupted (the interrupt stays set).
   *
   * @return whether the room was empty within {@code timeoutNanos}; the gate stays shut either way
   */
  public boolean shut(long timeoutNanos) {
    state.accumulateAndGet(SHUT, (now, bit) -> now | bit);
    long deadlineNanos = System.nanoTime() + timeoutNanos;
    boolean interrupted = false;
    try {
      while (inside() > 0) {
        if (System.nanoTime() - deadlineNanos >= 0) return false;
        try {
          TimeUnit.MICROSECONDS.sleep(200);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      return true;
    } finally {
      if (interrupted) Thread.currentThread().interrupt();
    }
  }
}
