package dev.syncline.shortage;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads that wait for something to change under a lock: what a condition is, but that whoever stops waiting, for whatever reason, is not
 * in the list any more, and that the lock is held again then.
 */
public final class WaitList {
  private static final long SHORTAGE_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private static final class Member {
    final Thread thread = Thread.currentThread();
    volatile boolean signalled;

    // Guarded by the lock.
    Member previous;
    Member next;
  }

  private final PatientLock lock;

  /** Guarded by the lock. */
  private Member first;

  /** @param lock held once by whoever calls any method */
  public WaitList(PatientLock lock) {
    this.lock = lock;
  }

  /**
   * Lets the lock go, waits, and has it again. May return early, for no reason or since memory is short; an interrupt does not end it and
   * stays set.
   *
   * @throws StackOverflowError on a virtual thread that cannot be parked; the lock is held then
   */
  public void await(long nanos) {
    waited(nanos, false);
  }

  /** The same, but an interrupt ends it, and stays set. Returns whether that was so. */
  public boolean awaitInterruptibly(long nanos) {
    return waited(nanos, true);
  }

  private boolean waited(long nanos, boolean interruptibly) {
    Member member = newMember();
    if (member != null) enter(member);
    lock.unlock();
    boolean interrupted = false;
    try {
      if (member == null) Parking.pause(this, Math.min(nanos, SHORTAGE_PAUSE_NANOS));
      else interrupted = waited(member, nanos, interruptibly);
    } finally {
      lock.lockAgain();
      if (member != null) leave(member);
    }
    if (interrupted) Thread.currentThread().interrupt();
    return interrupted;
  }

  private static Member newMember() {
    try {
      return new Member();
    } catch (OutOfMemoryError e) {
      return null;
    }
  }

  private boolean waited(Member member, long nanos, boolean interruptibly) {
    boolean interrupted = false;
    long beganNanos = System.nanoTime();
    long leftNanos = nanos;
    while (!member.signalled && leftNanos > 0 && !(interruptibly && interrupted)) {
      Parking.pause(this, leftNanos);
      interrupted |= Thread.interrupted();
      leftNanos = nanos - (System.nanoTime() - beganNanos);
    }
    return interrupted;
  }

  private void enter(Member member) {
    member.next = first;
    if (first != null) first.previous = member;
    first = member;
  }

  private void leave(Member member) {
    if (member.previous == null) first = member.next;
    else member.previous.next = member.next;
    if (member.next != null) member.next.previous = member.previous;
  }

  /** Wakes all of them. Takes no memory, and next to nothing if nobody waits. */
  public void signalAll() {
    for (Member member = first; member != null; member = member.next) {
      if (member.signalled) continue;
      member.signalled = true;
      LockSupport.unpark(member.thread);
    }
  }
}
