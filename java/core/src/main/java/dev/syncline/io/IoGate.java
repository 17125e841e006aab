package dev.syncline.io;

import dev.syncline.LogClosedException;
import dev.syncline.LogFencedException;
import dev.syncline.SynclineException;
import dev.syncline.shortage.StackReserve;
import java.util.Arrays;
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

  /** Whoever enters here enters these as well, so that shutting one of them refuses and waits for what is done here. */
  private volatile IoGate[] outer = {};

  /** Operations inside, plus {@link #SHUT} once the gate is shut. Changed by any thread; the SHUT bit is never cleared. */
  private final AtomicLong state = new AtomicLong();

  /** How often somebody has entered, or a little less: those who enter at the same time may count as one. */
  private final AtomicLong entries = new AtomicLong();

  /** How many bytes were read inside, or a little less. */
  private final AtomicLong readBytes = new AtomicLong();

  /** Whether it was the owner who shut it. Written before the bit is. */
  private volatile boolean closed;

  /** Each storage has one of its own. */
  IoGate() {}

  /** Puts this gate inside another one. Before anybody enters: what is inside already does not count there. */
  void putInside(IoGate enclosing) {
    IoGate[] more = Arrays.copyOf(outer, outer.length + 1);
    more[outer.length] = enclosing;
    outer = more;
  }

  /**
   * Enters; every successful call must be followed by one {@link #leave}.
   *
   * @throws LogFencedException if a successor has shut the gate
   * @throws LogClosedException if the owner has
   */
  public void enter() throws SynclineException {
    // Leaving takes stack too, and who does not leave is waited for by whoever closes.
    StackReserve.require(StackReserve.MEMORY);
    IoGate[] enclosing = outer;
    int entered = 0;
    try {
      while (entered < enclosing.length) {
        enclosing[entered].enter();
        entered++;
      }
      enterHere();
    } catch (SynclineException e) {
      for (int i = 0; i < entered; i++) enclosing[i].leave();
      throw e;
    }
  }

  private void enterHere() throws SynclineException {
    entries.setOpaque(entries.getPlain() + 1);
    if (state.getAndIncrement() >= SHUT) {
      state.decrementAndGet();
      if (closed) throw new LogClosedException("the log was closed: nothing is done in its directory any more");
      throw new LogFencedException("this instance was fenced: a newer opener in this JVM owns the directory now");
    }
  }

  /** The same as {@link #shut}, by the owner: what comes later is told that the log was closed. */
  public boolean close(long timeoutNanos) {
    closed = !isShut() || closed;
    return shut(timeoutNanos);
  }

  public void leave() {
    state.decrementAndGet();
    for (IoGate enclosing : outer) enclosing.leave();
  }

  public boolean isShut() {
    return state.get() >= SHUT;
  }

  /** Grows while things are done inside: for whoever wants to know whether anything moves. */
  public long entries() {
    return entries.getOpaque();
  }

  /** So many bytes were read inside. */
  void read(long bytes) {
    readBytes.setOpaque(readBytes.getPlain() + bytes);
    for (IoGate enclosing : outer) enclosing.read(bytes);
  }

  /** Grows with what is read inside: for whoever wants to know how far that is. Who read at the same time may count as one. */
  public long readBytes() {
    return readBytes.getOpaque();
  }

  /** Operations that have entered and not left, those behind gates inside this one included. */
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
