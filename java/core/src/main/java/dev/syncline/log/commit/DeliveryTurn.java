package dev.syncline.log.commit;

import dev.syncline.shortage.PatientLock;
import dev.syncline.shortage.StackReserve;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Who may complete futures: one thread at a time, so that they complete in order. Who does not come back from code of the caller's loses
 * the turn to another, and finds that when he does come back.
 */
final class DeliveryTurn {
  static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final PendingFutures futures;
  private final ReentrantLock lock = new PatientLock(StackReserve.MEMORY);

  /** Others that come back late find another number. Changed under the lock. */
  private volatile long number;

  /** Whether somebody has it. Written under the lock. */
  private volatile boolean isTaken;

  /** When it was taken, or a future was completed last in it. */
  private volatile long progressNanos;

  /** Who runs callbacks right now. */
  private volatile Thread deliverer;

  /** Who is inside the executor, handing it a task, or null. Guarded by the lock. */
  private Thread submitting;

  /** Who does not come back from there, so that nobody else is sent; or null. Written under the lock. */
  private volatile Thread stuck;

  DeliveryTurn(PendingFutures futures) {
    this.futures = futures;
  }

  boolean isTaken() {
    return isTaken;
  }

  boolean isDelivering(Thread caller) {
    return caller == deliverer;
  }

  /** For how long nothing was completed. */
  long quietNanos() {
    return System.nanoTime() - progressNanos;
  }

  /** Whether the executor keeps a thread that hands it a task. */
  boolean isExecutorStuck() {
    return stuck != null;
  }

  boolean isStill(long mine) {
    return number == mine;
  }

  /** Returns its number, or 0 if somebody has it. */
  long take() {
    return take(false);
  }

  /** Takes it from whoever has it. */
  long takeAway() {
    return take(true);
  }

  private long take(boolean anyway) {
    lock.lock();
    try {
      if (isTaken && !anyway) return 0;
      if (anyway) stuck = submitting;
      isTaken = true;
      progressNanos = System.nanoTime();
      return ++number;
    } finally {
      lock.unlock();
    }
  }

  /** The calling thread hands the executor a task. */
  void submits() {
    inside(Thread.currentThread());
  }

  /** It has come back from there. */
  void hasSubmitted() {
    inside(null);
  }

  private void inside(Thread caller) {
    lock.lock();
    try {
      submitting = caller;
      if (stuck == Thread.currentThread()) stuck = null;
    } finally {
      lock.unlock();
    }
  }

  /** The next future to be completed in this turn; null if there is none, or the turn is over. */
  PendingFutures.Pending next(long mine) {
    lock.lock();
    try {
      if (number != mine) return null;
      deliverer = Thread.currentThread();
      progressNanos = System.nanoTime();
      return futures.take();
    } finally {
      lock.unlock();
    }
  }

  /** The same if it is not behind {@code through}, and completing it runs no code of the caller's. */
  PendingFutures.Pending nextUnheard(long mine, long through) {
    lock.lock();
    try {
      if (number != mine || !futures.isNextUnheard(through)) return null;
      return next(mine);
    } finally {
      lock.unlock();
    }
  }

  /** Gives the turn back; whoever finds something settled takes the next one. */
  void giveBack(long mine) {
    lock.lock();
    try {
      if (number != mine) return;
      deliverer = null;
      isTaken = false;
    } finally {
      lock.unlock();
    }
  }

  /** Gives the turn back, unless something has been settled since it was looked for. Returns whether it is over. */
  boolean ended(long mine) {
    lock.lock();
    try {
      if (number != mine) return true;
      deliverer = null;
      isTaken = false;
      // Looked for after that was written: who settles looks at the two in the other order, so one of them sees the other.
      isTaken = futures.waitingCount() > 0;
      return !isTaken;
    } finally {
      lock.unlock();
    }
  }
}
