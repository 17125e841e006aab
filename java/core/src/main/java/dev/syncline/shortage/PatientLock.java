package dev.syncline.shortage;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A lock that can be given back by whoever got it, and is had in any case by whoever asks for it in the middle of something.
 *
 * <p>Whoever takes it has the stack that giving it back takes, or gets a {@link StackOverflowError} and not the lock. Where another holds
 * it, {@link ReentrantLock#lock} takes memory to wait with (JDK 17 to 21), and the stack of a virtual thread may be too long to be put
 * aside while it waits: both are thrown out of it, without the lock. It is then asked for again.
 *
 * <p>Who waits for something under it does that with a {@link WaitList}: a {@link Condition} keeps the place of a waiter that was broken
 * off, and wakes that in place of one that waits.
 */
public final class PatientLock extends ReentrantLock {
  private static final long serialVersionUID = 1;
  private static final long SHORTAGE_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final int stackBytes;

  /**
   * @param stackBytes an amount of {@link StackReserve}: what whoever holds it needs at most, but for what can end half done. {@link
   *     StackReserve#MEMORY} for a lock that is also taken beneath a commit: what that has reserved must last for it
   */
  public PatientLock(int stackBytes) {
    this.stackBytes = stackBytes;
  }

  /** @throws StackOverflowError if the stack may end while the lock is held, or before it is; it is not held then */
  @Override
  public void lock() {
    StackReserve.require(stackBytes);
    while (!isHadNow(true)) Parking.pause(this, SHORTAGE_PAUSE_NANOS);
  }

  /** As {@link #lock}, and false if another holds it. */
  @Override
  public boolean tryLock() {
    StackReserve.require(stackBytes);
    return super.tryLock();
  }

  /** For whoever cannot be refused here, and has looked at his stack before: he gets it. */
  public void lockAgain() {
    while (!isHadNow(false)) Parking.stay(this, SHORTAGE_PAUSE_NANOS);
  }

  private boolean isHadNow(boolean refusable) {
    try {
      super.lock();
      return true;
    } catch (OutOfMemoryError | StackOverflowError e) {
      if (isHeldByCurrentThread()) return true;
      if (refusable && e instanceof StackOverflowError) throw e;
      // It has not been queued, or not any more (JDK 22 and later), so it is asked for again.
      return false;
    }
  }

  @Override
  public Condition newCondition() {
    throw new UnsupportedOperationException("wait with a WaitList");
  }
}
