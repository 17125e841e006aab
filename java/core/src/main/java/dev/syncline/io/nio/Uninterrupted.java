package dev.syncline.io.nio;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Runs a file operation where nobody can interrupt it.
 *
 * <p>A {@link java.nio.channels.FileChannel} is closed when a thread is interrupted inside it, and the error that the
 * operation met is then replaced by a {@code ClosedByInterruptException}. A thread that no other code has a reference to is
 * safe from both. It costs some tens of microseconds, so it serves rare operations, and those that an interrupt has already
 * broken once.
 */
final class Uninterrupted {
  interface IoCall<T> {
    T run() throws IOException;
  }

  private Uninterrupted() {}

  /**
   * Returns or throws what {@code call} does; an interrupt of the calling thread waits until it has ended, and stays set.
   */
  static <T> T call(IoCall<T> call) throws IOException {
    FutureTask<T> task = new FutureTask<>(call::run);
    Thread helper = new Thread(null, task, "syncline-io", 0, false);
    helper.setDaemon(true);
    helper.start();
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

  private static IOException rethrown(Throwable cause) {
    if (cause instanceof Error error) throw error;
    if (cause instanceof RuntimeException unchecked) throw unchecked;
    return (IOException) cause;
  }
}
