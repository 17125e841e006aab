package dev.syncline.replicated;

import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Numbers requests so that none is sent while another one, {@link RequestId#WINDOW} below it, still waits for its answer. */
final class RequestWindow {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition moved = lock.newCondition();
  private final TreeSet<Long> unanswered = new TreeSet<>();
  private long last;

  /** The next number; 0 if none became free in time. */
  long begin(long timeoutNanos) throws InterruptedException {
    long leftNanos = timeoutNanos;
    lock.lockInterruptibly();
    try {
      while (!unanswered.isEmpty() && last + 1 - unanswered.first() >= RequestId.WINDOW) {
        if (leftNanos <= 0) return 0;
        leftNanos = moved.awaitNanos(leftNanos);
      }
      unanswered.add(++last);
      return last;
    } finally {
      lock.unlock();
    }
  }

  void end(long number) {
    lock.lock();
    try {
      unanswered.remove(number);
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
