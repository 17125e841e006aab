package dev.syncline.log.threads;

import java.util.concurrent.atomic.AtomicInteger;

/** What {@link SharedThreads} do turn by turn. */
public abstract class Member {
  /** What {@link #turn} returns when there are no more. */
  public static final long LAST = -1;

  static final int RESTS = 0;
  static final int WAITS = 1;
  static final int RUNS = 2;
  static final int RUNS_AND_WAS_CALLED = 3;
  static final int GONE = 4;

  final AtomicInteger state = new AtomicInteger(RESTS);

  /** The one behind it in the pile, where its caller has put it, or in the line. */
  Member next;

  /** Where it is in the heap, or -1. Guarded by the lock, like when its time comes. */
  int heapPlace = -1;

  long dueNanos;

  /** Who gives it a turn now, or null. Written by that thread. */
  volatile Thread runner;

  /** Does what is to be done; returns after how many nanoseconds to come again, {@link Long#MAX_VALUE} for not until called. */
  protected abstract long turn();

  /** Whether the calling thread is giving it a turn. */
  public final boolean isRunHere() {
    return runner == Thread.currentThread();
  }

  /** Whether it has been called, and waits for a thread. */
  public final boolean isWaiting() {
    return state.get() == WAITS;
  }

  /** Whether the thread that had begun to give it a turn has ended in that. */
  public final boolean isLost() {
    Thread now = runner;
    return now != null && !now.isAlive();
  }

  boolean isBefore(Member other) {
    return dueNanos - other.dueNanos < 0;
  }
}
