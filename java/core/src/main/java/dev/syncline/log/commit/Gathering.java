package dev.syncline.log.commit;

import dev.syncline.shortage.Parking;
import java.util.concurrent.locks.LockSupport;

/**
 * For whom a leader waits before it writes: the threads that have just been seen. Those whose frame has become durable come again at once
 * if they do nothing but append; a leader that does not wait for them has them lie in the frame after its own, and so each of two halves
 * waits for the other's write as well as for its own.
 *
 * <p>What it waits for is counted, not guessed: as many as lay in the last frame and had joined the next when that was durable. It waits
 * for a quarter of a write's time at most, never alone. If most have not come in that time, since they do something else, or if it was
 * over by far when this thread ran again, since more of them run than there are processors, it tries less and less often. Guarded by the
 * queue's lock but for {@link #await}.
 */
final class Gathering {
  /** A quarter of a write for what may be half of the wait. */
  private static final long SHARE = 4;
  private static final int SKIPPED_MAX = 63;
  private static final int OVERDUE = 4;

  /** A disk that hangs is waited for by those who have joined, not by who is to write next. */
  private static final long LIMIT_NANOS = 1_000_000;

  /** Below it a thread is woken later than it wants to be (timer slack of 50 µs, man 2 PR_SET_TIMERSLACK): it lets others run instead. */
  private static final long PARKS_NANOS = 100_000;

  /** Threads whose records lie in the open frame. */
  private int company;

  /** Those of the frame that is being written, or was written last. */
  private int inFlight;

  /** How many are about. */
  private int wanted;

  private long lastNanos;
  private long nanosBefore;

  /** How many leaders do not wait any more, since one has waited in vain. */
  private int toSkip;
  private int skipped;

  private int companyAtFirst;
  private Thread leader;
  private volatile boolean complete;

  /** Whether the wait has taken much longer than it was to: others had the processors. The leader's. */
  private boolean overdue;

  /** A thread's record is in the open frame. */
  void joined() {
    company++;
    if (leader != null && company >= wanted) end();
  }

  /** The open frame takes no more: there is nobody left to wait for. */
  void full() {
    if (leader != null) end();
  }

  private void end() {
    complete = true;
    LockSupport.unpark(leader);
  }

  /** The calling thread is to write the open frame; returns for how long it waits first. */
  long begin() {
    if (company >= wanted || wanted < 2) return 0;
    if (toSkip > 0) {
      toSkip--;
      return 0;
    }
    leader = Thread.currentThread();
    companyAtFirst = company;
    complete = false;
    return Math.min(Math.min(lastNanos, nanosBefore) / SHARE, LIMIT_NANOS);
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

  /** The frame is taken. */
  void taken() {
    if (leader != null) {
      leader = null;
      boolean worthIt = !overdue && 2 * (company - companyAtFirst) >= wanted - companyAtFirst;
      skipped = worthIt ? 0 : Math.min(SKIPPED_MAX, 2 * skipped + 1);
      toSkip = skipped;
    }
    inFlight = company;
    company = 0;
  }

  /** The frame is durable. */
  void written(long nanos) {
    wanted = inFlight + company;
    nanosBefore = lastNanos;
    lastNanos = nanos;
  }
}
