package dev.syncline.log.commit;

import dev.syncline.ResourceShortageException;
import dev.syncline.log.threads.EngineThread;
import dev.syncline.log.threads.Member;
import dev.syncline.log.threads.SharedThreads;
import dev.syncline.shortage.Parking;
import dev.syncline.shortage.StackReserve;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The thread that changes a log's structure: makes segments ready, rotates, truncates, writes the mark. Callers hand it a task and wait; it
 * also looks after its duties when it is woken or when one falls due. It is the log's own, or whichever of those that many logs share gives
 * this one its next turn: one at a time in either case.
 *
 * <p>Its own bookkeeping takes no lock and allocates nothing, and whatever is thrown it goes on: nothing but {@link #stop} ends it. Whoever
 * waits for a task looks once a second whether the thread is there.
 */
public final class Housekeeper {
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int LOOKS_A_SECOND = 4;
  private static final long SHORTAGE_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private static final LongSupplier NO_PROGRESS = () -> 0;

  /** What is to be done without being asked. */
  public interface Duties {
    /** Does what is due now; returns after how many nanoseconds to come again, {@link Long#MAX_VALUE} for not until woken. */
    long attend();
  }

  /** The time to wait for a task is over; it goes on. */
  static final class StillRunningException extends IOException {
    private static final long serialVersionUID = 1;

    StillRunningException() {
      super("the task is still running");
    }
  }

  /** The task was not begun and will not be. */
  static final class NotRunException extends IOException {
    private static final long serialVersionUID = 1;

    NotRunException() {
      super("the log's housekeeping has stopped");
    }
  }

  private static final class Task<T> {
    private static final int NEW = 0;
    private static final int BEGUN = 1;
    private static final int DONE = 2;
    private static final int CANCELLED = 3;

    final Callable<T> work;
    final Thread caller = Thread.currentThread();
    final AtomicInteger phase = new AtomicInteger();
    T result;
    Throwable thrown;

    /** The one handed over before it. */
    Task<?> earlier;

    Task(Callable<T> work) {
      this.work = work;
    }

    void run() {
      if (!phase.compareAndSet(NEW, BEGUN)) return;
      try {
        result = work.call();
      } catch (Throwable t) {
        thrown = t;
      }
      phase.set(DONE);
      LockSupport.unpark(caller);
    }

    /** Returns whether it will not be run. */
    boolean cancel() {
      boolean cancelled = phase.compareAndSet(NEW, CANCELLED);
      LockSupport.unpark(caller);
      return cancelled;
    }

    boolean isOver() {
      return phase.get() >= DONE;
    }
  }

  /** One step a turn. */
  private final class Turns extends Member {
    @Override
    protected long turn() {
      try {
        if (!stopped) return Math.max(0, step());
      } catch (Throwable t) {
        return SHORTAGE_PAUSE_NANOS;
      }
      cancelAll();
      return LAST;
    }
  }

  private static final int APART = 0;
  private static final int JOINED = 1;
  private static final int LEFT = 2;

  /** The log's own; null if it shares others. */
  private final Thread thread;

  /** What it shares, or null. */
  private final SharedThreads shared;

  private final Turns turns = new Turns();
  private final AtomicInteger membership = new AtomicInteger(APART);
  private final Duties duties;

  /** Tasks handed over and not taken yet, newest first. */
  private final AtomicReference<Task<?>> handed = new AtomicReference<>();

  /** Tasks taken, oldest first. The thread's own. */
  private Task<?> taken;

  /** Set by {@link #wake}, cleared before the duties are attended to: none is lost. */
  private volatile boolean woken;

  private volatile boolean stopped;

  /** When the task or the duties were begun that it is at, by nanoTime; 0 while it rests. Written by the thread. */
  private volatile long beganNanos;

  public Housekeeper(String name, Duties duties) {
    this(name, duties, null);
  }

  /** @param shared threads to share, or null for one of its own */
  public Housekeeper(String name, Duties duties, SharedThreads shared) {
    this.duties = duties;
    this.shared = shared;
    this.thread = shared == null ? new EngineThread(this::loop, name) : null;
  }

  /** @throws ResourceShortageException if the process cannot have another thread */
  public void start() throws ResourceShortageException {
    if (shared == null) {
      EngineThread.start(thread, "look after the log");
    } else {
      shared.join();
      membership.set(JOINED);
    }
  }

  /** Whether its thread also writes what nobody waits for. */
  boolean isShared() {
    return shared != null;
  }

  private boolean isHere() {
    return shared == null ? Thread.currentThread() == thread : turns.isRunHere();
  }

  private boolean isThere() {
    return shared == null ? thread.isAlive() : shared.isAlive() && !turns.isLost();
  }

  private void call() {
    if (shared == null) LockSupport.unpark(thread);
    else shared.call(turns);
  }

  /**
   * Runs {@code work} on the thread and waits for it, however often the caller is interrupted.
   *
   * @param ended how the log has ended, if the thread was stopped before it came to the work
   * @throws IOException what the work threw, or that end
   */
  public <T> T run(Callable<T> work, Supplier<IOException> ended) throws IOException {
    try {
      return run(work, Long.MAX_VALUE, () -> {}, NO_PROGRESS);
    } catch (NotRunException e) {
      throw ended.get();
    }
  }

  /**
   * The same, for as long as something moves.
   *
   * @param progress changes while it does
   * @param ifNotRun called, on the calling thread, if the work has not begun and never will, whatever is thrown then
   * @param hangs what to throw when nothing has moved for {@code timeoutNanos}; the work goes on then, unless it has not begun
   */
  public <T> T runWhileMoving(
      Callable<T> work, LongSupplier progress, long timeoutNanos, Runnable ifNotRun, Supplier<IOException> hangs) throws IOException {
    try {
      return run(work, timeoutNanos, ifNotRun, progress);
    } catch (StillRunningException | NotRunException e) {
      throw hangs.get();
    }
  }

  /**
   * The same, for a limited time.
   *
   * @param ifNotRun called, on the calling thread, if the work has not begun and never will, whatever is thrown then
   * @throws StillRunningException if the work has begun and not ended by then
   * @throws NotRunException if the work has not begun by then, or the thread was stopped
   */
  <T> T run(Callable<T> work, long timeoutNanos, Runnable ifNotRun) throws IOException {
    return run(work, timeoutNanos, ifNotRun, NO_PROGRESS);
  }

  private <T> T run(Callable<T> work, long timeoutNanos, Runnable ifNotRun, LongSupplier progress) throws IOException {
    Task<T> task = null;
    boolean mayRun = false;
    try {
      task = new Task<>(work);
      if (isHere()) task.run();
      else hand(task, timeoutNanos, progress);
      mayRun = true;
    } finally {
      if (task == null || !mayRun && task.cancel() || task.phase.get() == Task.CANCELLED) ifNotRun.run();
    }
    if (task.phase.get() != Task.DONE) throw new NotRunException();
    Rethrown.asIo(task.thrown);
    return task.result;
  }

  private void hand(Task<?> task, long timeoutNanos, LongSupplier progress) throws IOException {
    StackReserve.require(StackReserve.MEMORY);
    do {
      task.earlier = handed.get();
    } while (!handed.compareAndSet(task.earlier, task));
    call();
    boolean interrupted = false;
    long quietNanos = 0;
    long seen = moved(progress);
    long lookedNanos = System.nanoTime();
    try {
      while (!task.isOver()) {
        long leftNanos = timeoutNanos - quietNanos;
        // The thread is gone, or never was, or looked for tasks for the last time before this one came.
        boolean late = leftNanos <= 0 || stopped || !isThere();
        if (late && task.cancel()) return;
        if (leftNanos <= 0 && !task.isOver()) throw new StillRunningException();
        long askedNanos = Math.min(leftNanos, LOOK_NANOS / LOOKS_A_SECOND);
        Parking.stay(this, askedNanos);
        interrupted |= Thread.interrupted();
        long nowNanos = System.nanoTime();
        long now = moved(progress);
        // A process that was stopped for a while has not waited for that while: the thread has its time once more.
        quietNanos = now == seen ? quietNanos + Math.min(nowNanos - lookedNanos, askedNanos) : 0;
        seen = now;
        lookedNanos = nowNanos;
      }
    } finally {
      if (interrupted) Thread.currentThread().interrupt();
    }
  }

  /** Changes while something moves: also while other logs have their turns, and this one waits for its own. */
  private long moved(LongSupplier progress) {
    return progress.getAsLong() + (shared != null && turns.isWaiting() ? shared.turns() : 0);
  }

  /** Makes the thread look at its duties soon. Cheap when it is about to anyway. Never throws. */
  public void wake() {
    if (woken && shared == null) return;
    woken = true;
    call();
  }

  /** Ends the thread after the task it is at; tasks not begun are not run. Does not wait. */
  public void stop() {
    stopped = true;
    if (shared == null) LockSupport.unpark(thread);
    else if (membership.compareAndSet(JOINED, LEFT)) shared.leave(turns);
  }

  private void loop() {
    while (!stopped) {
      try {
        rest(step());
      } catch (Throwable t) {
        // What the duties do about their own failures is their business. This is a shortage of memory on the way there: it may pass.
        LockSupport.parkNanos(this, SHORTAGE_PAUSE_NANOS);
      }
    }
    cancelAll();
  }

  /** Does one thing; returns after how many nanoseconds to do the next. */
  private long step() {
    Task<?> task = nextTask();
    long nanos = 0;
    beganNanos = System.nanoTime() | 1;
    try {
      if (task != null) task.run();
      else nanos = attend();
    } finally {
      beganNanos = 0;
    }
    return nanos;
  }

  private long attend() {
    woken = false;
    return duties.attend();
  }

  /** For how long it has been at one task, if that is longer than any takes on a disk that answers; else 0. Any thread. */
  long hangsNanos() {
    long began = beganNanos;
    long nanos = began == 0 ? 0 : System.nanoTime() - began;
    return nanos < LOOK_NANOS ? 0 : nanos;
  }

  private Task<?> nextTask() {
    if (taken == null) {
      // Oldest first.
      for (Task<?> each = handed.getAndSet(null); each != null; ) {
        Task<?> earlier = each.earlier;
        each.earlier = taken;
        taken = each;
        each = earlier;
      }
    }
    Task<?> first = taken;
    if (first != null) taken = first.earlier;
    return first;
  }

  private void rest(long nanos) {
    long beganNanos = System.nanoTime();
    long leftNanos = nanos;
    while (handed.get() == null && !stopped && !woken && leftNanos > 0) {
      if (nanos == Long.MAX_VALUE) LockSupport.park(this);
      else LockSupport.parkNanos(this, leftNanos);
      leftNanos = nanos == Long.MAX_VALUE ? nanos : nanos - (System.nanoTime() - beganNanos);
    }
  }

  private void cancelAll() {
    for (Task<?> each = nextTask(); each != null; each = nextTask()) each.cancel();
  }
}
