package dev.syncline.log;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The thread that changes a log's structure: makes segments ready, rotates, truncates, writes the mark. Callers hand it a task and wait; it
 * also looks after its duties when it is nudged or when one falls due.
 */
final class Housekeeper {

  /** What is to be done without being asked. */
  interface Duties {
    /** Does what is due now; returns after how many nanoseconds to come again, {@link Long#MAX_VALUE} for not until nudged. */
    long attend();
  }

  private static final class Task<T> {
    final Callable<T> work;
    T result;
    Throwable thrown;
    boolean done;

    Task(Callable<T> work) {
      this.work = work;
    }

    void run() {
      try {
        result = work.call();
      } catch (Throwable t) {
        thrown = t;
      }
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Condition done = lock.newCondition();
  private final ArrayDeque<Task<?>> tasks = new ArrayDeque<>();
  private final Thread thread;
  private final Duties duties;

  /** Set by {@link #nudge}, cleared before the duties are attended to: none is lost. */
  private volatile boolean nudged;

  /** Whether the thread waits; read by {@link #nudge} after it has set {@link #nudged}. */
  private volatile boolean idle;

  private boolean stopped;

  Housekeeper(String name, Duties duties) {
    this.duties = duties;
    this.thread = new EngineThread(this::loop, name);
  }

  void start() {
    thread.start();
  }

  /** The time to wait for a task is over; it goes on. */
  static final class StillRunningException extends IOException {
    private static final long serialVersionUID = 1;

    StillRunningException() {
      super("the task is still running");
    }
  }

  /**
   * Runs {@code work} on the thread and waits for it, however often the caller is interrupted.
   *
   * @throws IOException what the work threw
   */
  <T> T run(Callable<T> callable) throws IOException {
    return run(callable, Long.MAX_VALUE);
  }

  /**
   * The same, for a limited time.
   *
   * @throws StillRunningException if the work has not ended by then
   */
  <T> T run(Callable<T> callable, long timeoutNanos) throws IOException {
    Task<T> task = new Task<>(callable);
    if (Thread.currentThread() == thread) task.run();
    else hand(task, timeoutNanos);
    if (task.thrown == null) return task.result;
    if (task.thrown instanceof IOException e) throw e;
    if (task.thrown instanceof RuntimeException e) throw e;
    if (task.thrown instanceof Error e) throw e;
    throw new IOException(task.thrown);
  }

  private void hand(Task<?> task, long timeoutNanos) throws IOException {
    boolean interrupted = false;
    long left = timeoutNanos;
    lock.lock();
    try {
      if (stopped) throw new IOException("the log's housekeeping has stopped");
      tasks.add(task);
      work.signal();
      while (!task.done) {
        if (left <= 0) throw new StillRunningException();
        try {
          left = done.awaitNanos(left);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      lock.unlock();
      if (interrupted) Thread.currentThread().interrupt();
    }
  }

  /** Makes the thread look at its duties soon. Cheap when it is about to anyway. */
  void nudge() {
    if (nudged) return;
    nudged = true;
    if (!idle) return;
    lock.lock();
    try {
      work.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Ends the thread after the task it is at; tasks not begun fail. Does not wait. */
  void stop() {
    lock.lock();
    try {
      stopped = true;
      work.signal();
    } finally {
      lock.unlock();
    }
  }

  private void loop() {
    while (true) {
      Task<?> task;
      lock.lock();
      try {
        task = stopped ? null : tasks.poll();
        if (stopped) {
          failRest();
          return;
        }
      } finally {
        lock.unlock();
      }
      if (task == null) {
        nudged = false;
        long nanos = duties.attend();
        rest(nanos);
      } else {
        task.run();
        finish(task);
      }
    }
  }

  private void finish(Task<?> task) {
    lock.lock();
    try {
      task.done = true;
      done.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void rest(long nanos) {
    lock.lock();
    try {
      idle = true;
      long left = nanos;
      while (tasks.isEmpty() && !stopped && !nudged && left > 0) {
        if (nanos == Long.MAX_VALUE) work.awaitUninterruptibly();
        else left = awaitNanos(left);
      }
    } finally {
      idle = false;
      lock.unlock();
    }
  }

  private long awaitNanos(long nanos) {
    try {
      return work.awaitNanos(nanos);
    } catch (InterruptedException e) {
      // The thread ignores interrupts; a pending one can only be an early wake-up.
      return nanos;
    }
  }

  private void failRest() {
    for (Task<?> task : tasks) {
      task.thrown = new IOException("the log's housekeeping has stopped");
      task.done = true;
    }
    tasks.clear();
    done.signalAll();
  }
}
