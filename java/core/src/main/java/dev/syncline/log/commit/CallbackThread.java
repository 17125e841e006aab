package dev.syncline.log.commit;

import dev.syncline.ResourceShortageException;
import dev.syncline.log.threads.EngineThread;
import dev.syncline.shortage.PatientLock;
import dev.syncline.shortage.StackReserve;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Delivers futures to the caller's executor, and completes them itself where that does not do it. Holds no lock of the engine's while code
 * of the caller's runs.
 *
 * <p>An executor may reject a task, throw, drop it, be slow, or run it on the thread that submits it; a callback may block. None of these
 * can be told from the next but by time: if nothing was completed for a second, this thread takes over; if it is this thread that does not
 * come back, the housekeeping thread starts another in its place. So while all is well futures complete one at a time, in order, on the
 * caller's executor; and if not, each still completes.
 */
final class CallbackThread {
  private static final long SHORTAGE_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** Threads that do not come back from callbacks, beyond which no other is started in their place. */
  private static final int LOST_MAX = 8;

  private final Executor executor;
  private final PendingFutures futures;
  private final DeliveryTurn turn;
  private final Runnable watch;

  /** Held by who adds a future; null if the thread does not end while there are none. */
  private final PatientLock queueLock;

  private final ReentrantLock lock = new PatientLock(StackReserve.MEMORY);

  /** The thread that sees to deliveries, null before the first asynchronous append. Guarded by the lock; read by anyone. */
  private volatile Thread thread;

  /** Whether {@link #thread} is in code of the caller's. */
  private volatile boolean away;

  /** Whether {@link #thread} rests until it is woken, however long. */
  private volatile boolean resting;

  /** Whether the housekeeping thread will look again by itself. */
  private volatile boolean watched;

  private volatile boolean stopped;

  /** Threads that are in code of the caller's, and in whose place another has come. Guarded by the lock. */
  private int lostThreads;

  private boolean warned;

  /**
   * @param watch has {@link #attend} called soon
   * @param queueLock as {@link AsyncAppends} has it
   */
  CallbackThread(Executor executor, PendingFutures futures, Runnable watch, PatientLock queueLock) {
    this.queueLock = queueLock;
    this.executor = executor;
    this.futures = futures;
    this.turn = new DeliveryTurn(futures);
    this.watch = watch;
  }

  /** Makes sure that the thread is there. */
  void start() throws ResourceShortageException {
    if (thread != null) return;
    lock.lock();
    try {
      if (thread == null) startAnother();
    } finally {
      lock.unlock();
    }
  }

  boolean isThere() {
    return thread != null;
  }

  /** Lock held. */
  private void startAnother() throws ResourceShortageException {
    Thread before = thread;
    Thread fresh = new EngineThread(this::loop, "syncline-callbacks");
    // It looks there whether it is meant.
    thread = fresh;
    boolean started = false;
    try {
      EngineThread.start(fresh, "complete futures of asynchronous appends");
      started = true;
    } finally {
      if (!started) thread = before;
    }
  }

  boolean isDelivering(Thread caller) {
    return turn.isDelivering(caller);
  }

  /** Something was settled. Who is delivering looks again before it ends. */
  void wake() {
    if (resting || !turn.isTaken()) LockSupport.unpark(thread);
  }

  /**
   * Completes on the calling thread what is settled up to {@code through}, up to the first that code of the caller's may hear of. Should
   * something be attached in the moment of completion it runs here too, and if it blocks, another goes on when more is settled.
   */
  void completeUnheard(long through) {
    long mine = turn.take();
    if (mine == 0) return;
    PendingFutures.Pending next;
    while ((next = turn.nextUnheard(mine, through)) != null) futures.complete(next);
    turn.giveBack(mine);
    // Who was woken meanwhile has found the turn taken.
    if (futures.waitingCount() > 0) wake();
  }

  private void loop() {
    while (isCurrent() && !(stopped && futures.waitingCount() == 0)) {
      try {
        if (!step()) return;
      } catch (Throwable t) {
        // Memory ran out in the bookkeeping; what is settled stays settled.
        LockSupport.parkNanos(this, SHORTAGE_PAUSE_NANOS);
      }
    }
    if (!isCurrent()) cameBack();
  }

  private void cameBack() {
    lock.lock();
    try {
      lostThreads--;
    } finally {
      lock.unlock();
    }
  }

  private boolean isCurrent() {
    return thread == Thread.currentThread();
  }

  /** Returns false if the thread has ended, since there was nothing to do. */
  private boolean step() {
    if (futures.waitingCount() == 0) return rest();
    long mine = turn.take();
    if (mine != 0) {
      leave(mine, !turn.isExecutorStuck());
    } else {
      long leftNanos = DeliveryTurn.PATIENCE_NANOS - turn.quietNanos();
      if (leftNanos > 0) LockSupport.parkNanos(this, leftNanos);
      else takeOver();
    }
    return true;
  }

  /** Until something is settled; or for a time, since a callback that is running may wait for what is settled later. */
  private boolean rest() {
    if (turn.isTaken()) {
      LockSupport.parkNanos(this, DeliveryTurn.PATIENCE_NANOS);
      return true;
    }
    long beganNanos = System.nanoTime();
    resting = true;
    // Looked at after that was written: who settles or stops looks at the two in the other order.
    if (futures.waitingCount() == 0 && !stopped) {
      if (queueLock == null) LockSupport.park(this);
      else LockSupport.parkNanos(this, IDLE_NANOS);
    }
    resting = false;
    return queueLock == null || System.nanoTime() - beganNanos < IDLE_NANOS || !endedIdle();
  }

  /** Ends the thread if there is nothing that it may come to do. Whoever adds a future makes sure that there is one, under the lock. */
  private boolean endedIdle() {
    queueLock.lockAgain();
    try {
      lock.lock();
      try {
        if (!isCurrent() || stopped || turn.isTaken() || !futures.isEmpty()) return false;
        thread = null;
        return true;
      } finally {
        lock.unlock();
      }
    } finally {
      queueLock.unlock();
    }
  }

  private void takeOver() {
    long mine = turn.takeAway();
    warnOnce("callbackExecutor has completed nothing for a second, so futures complete on a thread of the log's", null);
    leave(mine, false);
  }

  /** Goes where code of the caller's runs. Somebody watches whether the thread comes back. */
  private void leave(long mine, boolean submits) {
    away = true;
    try {
      // Looked at after that was written: who stops looks at the two in the other order.
      if (stopped) {
        away = false;
        sendAnother(mine, submits);
      } else {
        if (!watched) watch.run();
        go(mine, submits);
      }
    } finally {
      if (isCurrent()) away = false;
    }
  }

  private void go(long mine, boolean submits) {
    if (!submits) {
      deliver(mine);
      return;
    }
    try {
      turn.submits();
      executor.execute(() -> deliver(mine));
    } catch (Throwable t) {
      if (turn.isStill(mine)) warnOnce("callbackExecutor did not take a task, so futures complete on a thread of the log's", t);
      deliver(mine);
    } finally {
      turn.hasSubmitted();
    }
  }

  /** The housekeeping thread has ended: this one watches, and another goes. */
  private void sendAnother(long mine, boolean submits) {
    if (!mayLose()) {
      LockSupport.parkNanos(this, DeliveryTurn.PATIENCE_NANOS);
      return;
    }
    try {
      EngineThread.start(new EngineThread(() -> goAndComeBack(mine, submits), "syncline-callbacks"), "complete futures of a closed log");
    } catch (ResourceShortageException | OutOfMemoryError e) {
      cameBack();
      warnOnce("no thread to complete futures of a closed log: it is tried again", e);
      LockSupport.parkNanos(this, DeliveryTurn.PATIENCE_NANOS);
    }
  }

  private void goAndComeBack(long mine, boolean submits) {
    try {
      go(mine, submits);
    } finally {
      cameBack();
      LockSupport.unpark(thread);
    }
  }

  private boolean mayLose() {
    lock.lock();
    try {
      if (lostThreads >= LOST_MAX) {
        warnOnce(LOST_MAX + " threads do not come back from callbacks: futures complete when they do", null);
        return false;
      }
      lostThreads++;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Completes what is settled, until nothing is or another has taken over. */
  private void deliver(long mine) {
    while (turn.isStill(mine)) {
      PendingFutures.Pending next = turn.next(mine);
      if (next != null) futures.complete(next);
      else if (turn.ended(mine)) return;
      else if (!watched) watch.run();
    }
  }

  /** Looks whether the thread comes on; returns when to look again. Housekeeping thread. */
  long attend() {
    if (isIdle()) {
      watched = false;
      // Between the two something may have been settled, by somebody who still saw the watch.
      if (isIdle()) return Long.MAX_VALUE;
    }
    watched = true;
    long leftNanos = DeliveryTurn.PATIENCE_NANOS - turn.quietNanos();
    if (leftNanos > 0) return leftNanos;
    if (away && futures.waitingCount() > 0) replaceThread();
    return DeliveryTurn.PATIENCE_NANOS;
  }

  /** Nothing is to be delivered, and no callback is running that may wait for what is settled later. */
  private boolean isIdle() {
    return futures.waitingCount() == 0 && !turn.isTaken();
  }

  /** The thread does not come back from code of the caller's: another goes on behind the future that it is at. */
  private void replaceThread() {
    lock.lock();
    try {
      if (!mayLose()) return;
      boolean started = false;
      try {
        startAnother();
        started = true;
      } finally {
        if (!started) lostThreads--;
      }
      away = false;
    } catch (ResourceShortageException e) {
      warnOnce("a callback blocks, and there is no thread to complete other futures", e);
    } finally {
      lock.unlock();
    }
  }

  /** The thread ends when everything is delivered; if it is away then, another watches in its place. */
  void stop() {
    stopped = true;
    if (thread == null) return;
    if (away && futures.waitingCount() > 0) replaceThread();
    wake();
  }

  private void warnOnce(String what, Throwable cause) {
    if (warned) return;
    warned = true;
    EngineThread.warn(what, cause);
  }
}
