package dev.syncline.log;

import java.util.concurrent.locks.LockSupport;

/** A thread that parks until its frame is durable, has failed, or is to be written by that very thread. */
final class Waiter {
  enum Outcome {
    WAITING,
    DURABLE,
    FAILED,
    /** The commit token is this thread's now: it takes the open frame, in which its record lies, and writes it. */
    LEAD
  }

  private final Thread thread;

  /** The next in a list of waiters. Queue's lock, or the thread that wakes the list. */
  Waiter next;

  /** Whom this thread wakes when it is woken, so that the work of waking many is shared. Written before the outcome. */
  private Waiter firstChild;

  private Waiter secondChild;

  /** Written once, by the thread that decides; read by the waiting one. */
  private volatile Outcome outcome = Outcome.WAITING;

  Waiter(Thread thread) {
    this.thread = thread;
  }

  /** Waits however often it is interrupted; an interrupt stays set. */
  Outcome await() {
    boolean interrupted = false;
    while (outcome == Outcome.WAITING) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) Thread.currentThread().interrupt();
    wakeChildren(outcome);
    return outcome;
  }

  void wake(Outcome decided) {
    outcome = decided;
    LockSupport.unpark(thread);
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
    Waiter one = firstChild;
    Waiter other = secondChild;
    firstChild = null;
    secondChild = null;
    if (one != null) one.wake(decided);
    if (other != null) other.wake(decided);
  }
}
