package dev.syncline.io;

import dev.syncline.shortage.LogLines;
import dev.syncline.shortage.PatientLock;
import dev.syncline.shortage.StackReserve;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/**
 * What keeps other processes out of a directory, once {@link Storage#tryLock} has got it. Closed to give the directory up; all methods
 * are safe for many threads.
 */
public abstract class ProcessLock implements Closeable {
  /** Where the lock of a directory comes from; empty if another process has it. */
  public interface Source {
    Optional<ProcessLock> tryLock() throws IOException;
  }

  private final PatientLock mutex = new PatientLock(StackReserve.MEMORY);
  private volatile boolean closeAsked;

  /** Guarded by the mutex. */
  private boolean closed;

  /** For a lock that is held already. */
  protected ProcessLock() {}

  /**
   * Whether the lock ends with its holder only. If not, code of this process that knows nothing of it may have ended it, and that nobody
   * else has had the directory meanwhile must be seen from something else.
   */
  public abstract boolean endsWithHolderOnly();

  /**
   * What has happened to the lock, as a clause; empty if it still keeps others out. A few system calls, and none that needs a new
   * descriptor.
   *
   * @throws IOException if that cannot be told
   */
  public final Optional<String> loss() throws IOException {
    mutex.lock();
    try {
      return closeAsked ? Optional.of("it was released") : doLoss();
    } finally {
      mutex.unlock();
      closeWhereAskedQuietly();
    }
  }

  /** Gives the directory up; while another thread is inside {@link #loss}, which may hang, leaves it to that thread. */
  @Override
  public final void close() throws IOException {
    closeAsked = true;
    closeWhereAsked();
  }

  /** The clause for a lock whose file is no longer what the others will lock. */
  protected static String replaced() {
    return DirectoryLock.FILE_NAME + " was removed from the directory, or replaced by another file";
  }

  /** Called by one thread at a time, and not after {@link #doClose}. */
  protected abstract Optional<String> doLoss() throws IOException;

  /** Called once. */
  protected abstract void doClose() throws IOException;

  /** Whoever leaves the mutex looks here once more, so that no close is forgotten. */
  private void closeWhereAsked() throws IOException {
    if (!closeAsked || !mutex.tryLock()) return;
    try {
      if (closed) return;
      closed = true;
      doClose();
    } finally {
      mutex.unlock();
    }
  }

  private void closeWhereAskedQuietly() {
    try {
      closeWhereAsked();
    } catch (IOException e) {
      LogLines.say(LogLines.STORAGE, System.Logger.Level.WARNING, "a lock could not be given up: " + e, null);
    }
  }
}
