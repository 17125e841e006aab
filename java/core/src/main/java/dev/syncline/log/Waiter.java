package dev.syncline.log;

import java.util.concurrent.locks.LockSupport;

/** A thread that waits for its frame, until it is durable, has failed, or is to be written by that very thread. */
final class Waiter {
  enum Outcome {
    WAITING,
    DURABLE,
    FAILED,
    /** The commit token is this thread's now: it takes the open frame, in which its record lies, and writes it. */
    LEAD
  }

  final Thread thread = Thread.currentThread();
  final Waiter next;

  /** Written once, by the thread that decides; read by the waiting one. */
  private volatile Outcome outcome = Outcome.WAITING;

  Waiter(Waiter next) {
    this.next = next;
  }

  /** Waits however often it is interrupted; an interrupt stays set. */
  Outcome await() {
    boolean interrupted = false;
    while (outcome == Outcome.WAITING) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) Thread.currentThread().interrupt();
    return outcome;
  }

  void wake(Outcome decided) {
    outcome = decided;
    LockSupport.unpark(thread);
  }
}
