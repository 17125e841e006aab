package dev.syncline.log;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/** A thread that parks until its frame is durable, has failed, or may be written by that very thread. */
final class Waiter {
  enum Outcome {
    WAITING,
    DURABLE,
    FAILED,
    /** The commit token was free: this thread may take it and write its frame, if no other has come first. */
    LEAD
  }

  private static final VarHandle OUTCOME;

  static {
    try {
      OUTCOME = MethodHandles.lookup().findVarHandle(Waiter.class, "outcome", Outcome.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Thread thread;

  /** The next in a list of waiters. Queue's lock, or the thread that wakes the list. */
  Waiter next;

  /** Whom this thread wakes when it is woken, so that the work of waking many is shared. Written before the outcome. */
  private Waiter firstChild;

  private Waiter secondChild;

  /** Becomes DURABLE or FAILED once, by the thread that decides, and may be LEAD any number of times before. */
  private volatile Outcome outcome = Outcome.WAITING;

  Waiter(Thread thread) {
    this.thread = thread;
  }

  /** Waits however often it is interrupted; an interrupt stays set. */
  Outcome await() {
    boolean interrupted = false;
    Outcome now;
    while ((now = outcome) == Outcome.WAITING) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) Thread.currentThread().interrupt();
    // Who may lead is not the last word: the children come with that.
    if (now != Outcome.LEAD) wakeChildren(now);
    return now;
  }

  /** Lets the thread take the lead, unless the outcome is decided. */
  void invite() {
    if (OUTCOME.compareAndSet(this, Outcome.WAITING, Outcome.LEAD)) LockSupport.unpark(thread);
  }

  /** Another leads: the thread goes on waiting for the outcome, which may be there already. */
  void standDown() {
    OUTCOME.compareAndSet(this, Outcome.LEAD, Outcome.WAITING);
  }

  private void wake(Outcome decided) {
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
