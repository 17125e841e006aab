package dev.syncline.log.commit;

import dev.syncline.shortage.Parking;
import java.util.concurrent.locks.LockSupport;

/**
 * How long whoever is to write the open frame waits for those who are expected in it: a quarter of a write's time at most. If most have not
 * come in that time, since they do something else, or if it was over by far when this thread ran again, since more of them run than there
 * are processors, it tries less and less often. Guarded by the queue's lock but for {@link #await}.
 */
final class Patience {
  /** A quarter of a write for what may be half of the wait. */
  private static final long SHARE = 4;
  private static final int SKIPPED_MAX = 63;
  private static final int OVERDUE = 4;

  /** A disk that hangs is waited for by those who have joined, not by who is to write next. */
  private static final long LIMIT_NANOS = 1_000_000;

  /** Below it a thread is woken later than it wants to be (timer slack of 50 µs, man 2 PR_SET_TIMERSLACK): it lets others run instead. */
  private static final long PARKS_NANOS = 100_000;

  /** What is not worth waiting, since it takes as long to wait at all. */
  private final long shortestNanos;

  private long lastNanos;
  private long nanosBefore;

  /** How many leaders do not wait any more, since one has waited in vain. */
  private int toSkip;
  private int skipped;

  private int present;
  private int expected;
  private Thread leader;

  /** The leader's, from its beginning. */
  private long limitNanos;

  private volatile boolean complete;

  /** Whether the wait has taken much longer than it was to: others had the processors. The leader's. */
  private boolean overdue;

  Patience(long shortestNanos) {
    this.shortestNanos = shortestNanos;
  }

  /** The calling thread is to write the open frame, in which so many are of those expected; returns for how long it waits first. */
  long begin(int here, int expected) {
    long limit = Math.min(Math.min(lastNanos, nanosBefore) / SHARE, LIMIT_NANOS);
    if (here >= expected || expected < 2 || limit < shortestNanos) return 0;
    if (toSkip > 0) {
      toSkip--;
      return 0;
    }
    leader = Thread.currentThread();
    present = here;
    this.expected = expected;
    complete = false;
    overdue = false;
    limitNanos = limit;
    return limit;
  }

  /** So many are there. */
  void joined(int here) {
    if (here >= expected) end();
  }

  /** There is nobody left to wait for. */
  void end() {
    if (leader == null) return;
    complete = true;
    LockSupport.unpark(leader);
  }

  /** Waits for the time that was said last. */
  void await() {
    await(limitNanos);
  }

  /** Waits, without the lock, until all have come or the time is over. */
  void await(long limitNanos) {
    long began = System.nanoTime();
    long waited = 0;
    while (!complete && waited < limitNanos) {
      long left = limitNanos - waited;
      if (left > PARKS_NANOS) Parking.stay(this, left - PARKS_NANOS / 2);
      else Thread.yield();
      waited = System.nanoTime() - began;
    }
    overdue = waited > OVERDUE * limitNanos;
  }

  /** The frame is taken, with so many. */
  void over(int here) {
    over(2 * (here - present) >= expected - present);
  }

  /** The frame is taken: whether that was worth waiting for. */
  void over(boolean worthIt) {
    if (leader == null) return;
    leader = null;
    skipped = worthIt && !overdue ? 0 : Math.min(SKIPPED_MAX, 2 * skipped + 1);
    toSkip = skipped;
  }

  /** A frame is durable, which took so long. */
  void written(long nanos) {
    nanosBefore = lastNanos;
    lastNanos = nanos;
  }
}
