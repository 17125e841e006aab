package dev.syncline.log.threads;

import dev.syncline.ResourceShortageException;
import dev.syncline.shortage.LogLines;

/**
 * A thread of the log's own, which cannot be interrupted: an interrupt would close the channel beneath its write (FileChannel) and take
 * with it what is known about bytes not yet synced.
 */
public final class EngineThread extends Thread {
  public EngineThread(Runnable work, String name) {
    super(work, name);
    setDaemon(true);
  }

  /** Does nothing. */
  @Override
  public void interrupt() {}

  /**
   * Starts a thread.
   *
   * @param toDo what cannot be done without it, for the message
   * @throws ResourceShortageException if the process cannot have another one
   */
  public static void start(Thread thread, String toDo) throws ResourceShortageException {
    try {
      thread.start();
    } catch (OutOfMemoryError e) {
      throw new ResourceShortageException(
          "no thread to " + toDo + ": " + e.getMessage() + ". Nothing was changed; raise the limit of threads (ulimit -u, the container's"
              + " pids.max) or let the process use fewer, then try again", e);
    }
  }

  public static void warn(String what, Throwable cause) {
    LogLines.say(LogLines.LOG, System.Logger.Level.WARNING, what, cause);
  }
}
