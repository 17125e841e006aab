package dev.syncline.io.nio;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;

/**
 * Runs a file operation where nobody can interrupt it.
 *
 * <p>A {@link java.nio.channels.FileChannel} is closed when a thread is interrupted inside it, and the error that the
 * operation met is then replaced by a {@code ClosedByInterruptException}. A thread that no other code has a reference to is
 * safe from both. It costs some tens of microseconds, so it serves rare operations, and those that an interrupt has already
 * broken once. None is kept in between: an idle log has no thread of its storage.
 *
 * <p>Where no thread can be started, the operation runs on the calling thread, whose interrupt flag is clear meanwhile. What is left is
 * an interrupt that comes during it: an operation that vouches for itself is made again, another one fails and says so.
 */
final class Uninterrupted {
  interface IoCall<T> {
    T run() throws IOException;
  }

  private final ThreadFactory threads;

  Uninterrupted() {
    this(Helper::new);
  }

  /** @param threads makes the helpers; it may throw what the JVM throws where there are none */
  Uninterrupted(ThreadFactory threads) {
    this.threads = threads;
  }

  /** Whoever finds it among all threads of the process does not interrupt it either. */
  private static final class Helper extends Thread {
    Helper(Runnable task) {
      super(null, task, "syncline-io", 0, false);
      setDaemon(true);
    }

    /** Does nothing. */
    @Override
    public void interrupt() {}
  }

  /**
   * Returns or throws what {@code call} does; an interrupt of the calling thread waits until it has ended, and stays set.
   *
   * @param call may be made again from its start: what it returns vouches for itself, whatever an earlier try met
   */
  <T> T repeatable(IoCall<T> call) throws IOException {
    return run(call, true);
  }

  /** The same for a call that must not be made again, since the error of its first try may have been told only once: a sync. */
  <T> T once(IoCall<T> call) throws IOException {
    return run(call, false);
  }

  private <T> T run(IoCall<T> call, boolean repeatable) throws IOException {
    FutureTask<T> task = new FutureTask<>(call::run);
    try {
      threads.newThread(task).start();
    } catch (OutOfMemoryError e) {
      // What a JVM throws that can start no more threads; nothing of the task has run then.
      return onThisThread(call, repeatable);
    }
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          throw rethrown(e.getCause());
        }
      }
    } finally {
      if (interrupted) Thread.currentThread().interrupt();
    }
  }

  private static <T> T onThisThread(IoCall<T> call, boolean repeatable) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          return call.run();
        } catch (ClosedChannelException e) {
          boolean now = Thread.interrupted();
          interrupted |= now;
          if (!now && !(e instanceof ClosedByInterruptException)) throw e;
          if (!repeatable)
            throw new IOException("an interrupt broke a sync that ran on the caller's own thread, since no other could be started:"
                + " whether it succeeded cannot be known; raise the limit of threads", e);
        }
      }
    } finally {
      if (interrupted) Thread.currentThread().interrupt();
    }
  }

  private static IOException rethrown(Throwable cause) {
    if (cause instanceof Error error) throw error;
    if (cause instanceof RuntimeException unchecked) throw unchecked;
    return (IOException) cause;
  }
}
