package dev.syncline.log.commit;

import dev.syncline.log.threads.EngineThread;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Futures in sequence order: first until their records are durable or lost, then until somebody completes them. Settling them allocates
 * nothing: what a future needs is allocated when its append begins.
 */
final class PendingFutures {
  private static final long SHORTAGE_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /** One future, on its way. */
  static final class Pending {
    final DurableFuture future;

    /** Whether its record's fate is unknown. Written before it is settled. */
    private boolean failed;

    private volatile Pending next;

    /** @param queue as {@link DurableFuture} has it */
    Pending(DurableFuture.Joined queue) {
      future = new DurableFuture(queue);
    }
  }

  private final LogState state;

  /** The newest one. Queue's lock. */
  private Pending last = new Pending(null);

  /** The newest one that is durable or lost. Queue's lock. */
  private Pending settled = last;

  /** Written under the queue's lock. */
  private volatile long settledCount;

  /** The newest one that somebody has taken to complete it. By one at a time, like {@link #takenCount}. */
  private Pending taken = last;

  private volatile long takenCount;

  PendingFutures(LogState state) {
    this.state = state;
  }

  /** Its record has entered a frame. Queue's lock. */
  void add(Pending append, long sequence) {
    append.future.appended(sequence);
    last.next = append;
    last = append;
  }

  /** The fate of those up to {@code through} is known. Queue's lock. */
  void settle(long through, boolean failed) {
    for (Pending each = settled.next; each != null && each.future.sequence() <= through; each = each.next) {
      each.failed = failed;
      settled = each;
      settledCount++;
    }
  }

  /** Whether all that were added were taken. Queue's lock, and nobody takes one. */
  boolean isEmpty() {
    return last == taken;
  }

  /** How many are settled and not taken. */
  long waitingCount() {
    return settledCount - takenCount;
  }

  /** The next one that is settled, to be completed by the caller, or null. One caller at a time. */
  Pending take() {
    if (waitingCount() == 0) return null;
    taken = taken.next;
    takenCount++;
    return taken;
  }

  /** Whether there is one that is not behind {@code through}, and that nobody waits for or has attached anything to. As {@link #take}. */
  boolean isNextUnheard(long through) {
    if (waitingCount() == 0) return false;
    DurableFuture next = taken.next.future;
    return next.sequence() <= through && next.getNumberOfDependents() == 0;
  }

  /** Completes one that was taken, which runs code of the caller's. */
  void complete(Pending append) {
    while (!append.future.isDone()) {
      try {
        if (append.failed) append.future.completeExceptionally(state.failedException());
        else append.future.complete(append.future.sequence());
      } catch (Throwable t) {
        // Memory or stack ran out before the future had its outcome, which may pass; or the caller's code let something out after it.
        if (!append.future.isDone()) LockSupport.parkNanos(this, SHORTAGE_PAUSE_NANOS);
        else EngineThread.warn("a callback of sequence " + append.future.sequence() + " threw", t);
      }
    }
    append.future.leaveQueue();
  }
}
