package dev.syncline.log.commit;

import dev.syncline.shortage.Parking;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.concurrent.locks.LockSupport;

/** A thread that parks until its frame is durable, has failed, or may be written by that very thread. */
final class Waiter {
  enum Outcome {
    WAITING,
    DURABLE,
    FAILED,
    /** The commit token was free: this thread may take it and write its frame, if no other has come first. */
    LEAD,
    /** The thread has found out without being woken, and waits no longer. */
    GONE
  }

  /** A handle of a variable would be linked where it is first used, which takes memory: behind a commit there may be none. */
  private static final AtomicReferenceFieldUpdater<Waiter, Outcome> OUTCOME =
      AtomicReferenceFieldUpdater.newUpdater(Waiter.class, Outcome.class, "outcome");

  private final Thread thread;

  /** The next in a list of waiters. Queue's lock, or the thread that wakes the list. */
  Waiter next;

  /** Whom this thread wakes when it is woken, so that the work of waking many is shared. Written before the outcome. */
  private Waiter firstChild;

  private Waiter secondChild;

  /** May be LEAD any number of times. Then it is woken and leaves, in either order: whichever comes second wakes the children. */
  private volatile Outcome outcome = Outcome.WAITING;

  Waiter(Thread thread) {
    this.thread = thread;
  }

  /** Waits however often it is interrupted; an interrupt stays set. WAITING if the time is over. */
  Outcome await(long timeoutNanos) {
    boolean interrupted = false;
    long deadlineNanos = System.nanoTime() + timeoutNanos;
    Outcome now;
    while ((now = outcome) == Outcome.WAITING) {
      long leftNanos = deadlineNanos - System.nanoTime();
      if (leftNanos <= 0) break;
      Parking.stay(this, leftNanos);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) Thread.currentThread().interrupt();
    return now;
  }

  /** The thread knows the outcome, from here or from elsewhere, and waits no longer. On every path, once. */
  void leave() {
    Outcome before = OUTCOME.getAndSet(this, Outcome.GONE);
    if (before == Outcome.DURABLE || before == Outcome.FAILED) wakeChildren(before);
  }

  /** Lets the thread take the lead, unless the outcome is decided. */
  void offerLead() {
    if (OUTCOME.compareAndSet(this, Outcome.WAITING, Outcome.LEAD)) LockSupport.unpark(thread);
  }

  /** An offer was seen, before the thread looks whether it leads: it goes on waiting for the outcome, which may be there already. */
  void declineLead() {
    OUTCOME.compareAndSet(this, Outcome.LEAD, Outcome.WAITING);
  }

  /** Calls itself for those who have gone, so at most as often as the tree is deep. */
  private void wake(Outcome decided) {
    if (OUTCOME.getAndSet(this, decided) == Outcome.GONE) wakeChildren(decided);
    else LockSupport.unpark(thread);
  }

  /** Wakes this one and all that follow it in its list: itself now, and the others as a tree. */
  void wakeTree(Outcome decided) {
    Waiter parent = this;
    boolean first = true;
    for (Waiter child = next; child != null; child = child.next) {
      if (first) parent.firstChild = child;
      else parent.secondChild = child;
      if (!first) parent = parent.next;
      first = !first;
    }
    wake(decided);
  }

  private void wakeChildren(Outcome decided) {
    if (firstChild != null) firstChild.wake(decided);
    if (secondChild != null) secondChild.wake(decided);
  }
}
