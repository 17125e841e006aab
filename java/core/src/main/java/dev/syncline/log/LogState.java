package dev.syncline.log;

import dev.syncline.CorruptLogException;
import dev.syncline.Damage;
import dev.syncline.LogClosedException;
import dev.syncline.LogFailedException;
import dev.syncline.LogFencedException;
import dev.syncline.StorageFullException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;

/** What a log still does: everything, reading only, or nothing. It only ever gets less, but for damage that was truncated away. */
final class LogState {
  private final Path directory;

  /** Set once, by whoever closes. */
  private volatile boolean closed;

  /** Set once, by a successor in this JVM. */
  private volatile boolean fenced;

  /** The first failure of a write or sync; set once. */
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  /** Damage that keeps the log from being written to, or null. Housekeeping thread. */
  private volatile Damage damage;

  private final boolean readOnly;

  LogState(Path directory, boolean readOnly) {
    this.directory = directory;
    this.readOnly = readOnly;
  }

  void close() {
    closed = true;
  }

  void fence() {
    fenced = true;
  }

  void damaged(Damage first) {
    damage = first;
  }

  /** Latches the first failure; later ones change nothing. */
  void fail(Throwable cause) {
    if (!(cause instanceof LogFencedException)) failure.compareAndSet(null, cause);
  }

  boolean closed() {
    return closed;
  }

  boolean fenced() {
    return fenced;
  }

  Throwable failure() {
    return failure.get();
  }

  boolean damaged() {
    return damage != null;
  }

  void requireReadable() throws IOException {
    if (fenced) throw fencedException();
    if (closed) throw closedException();
  }

  void requireWritable() throws IOException {
    requireReadable();
    if (failure() != null) throw failedException(failure());
    if (readOnly) throw new UnsupportedOperationException(directory + " was opened read-only: open it with WriteAheadLog.open to write");
    Damage now = damage;
    if (now != null)
      throw new CorruptLogException(now,
          "The log can be read but not written: truncate past the damage, or reopen with CorruptionPolicy.TRUNCATE");
  }

  /** For work that waited for its thread: that may have met a failure meanwhile, and then nothing is written any more. */
  void requireNotFailed() throws IOException {
    if (failure() != null) throw failedException(failure());
  }

  /** A change of the log's files that cannot be left half done. */
  interface FileChange {
    void run() throws IOException;
  }

  /**
   * Runs such a change: whatever fails in it is final, a full disk too. It is latched at once, by the thread that met it: before who
   * waits for the change hears of it, this thread may turn to its other duties.
   */
  void finalOnFailure(FileChange change) throws IOException {
    try {
      change.run();
    } catch (IOException | RuntimeException | Error e) {
      fail(e);
      throw failedException(e);
    }
  }

  /** Whether something other than damage keeps the log from being written to. */
  boolean stopped() {
    return closed || fenced || failure() != null;
  }

  /** What a caller gets whose outcome is unknown because of {@code cause}: a new object for each, so that none shares another's stack. */
  IOException failedException(Throwable cause) {
    if (fenced || cause instanceof LogFencedException) return fencedException();
    if (cause == null) return closedException();
    return new LogFailedException(
        directory + ": a write or sync failed, so the outcome of what was in flight is unknown: " + cause
            + ". The log takes no more appends; what is durable can be read. Check the disk, then close and reopen",
        cause);
  }

  private LogClosedException closedException() {
    return new LogClosedException(directory + ": the log was closed");
  }

  private LogFencedException fencedException() {
    return new LogFencedException(directory + ": a newer opener in this JVM owns the directory; this instance never touches it again");
  }

  /** Whether an error leaves the log as it was: nothing had been written where records go. */
  static boolean isHarmless(Throwable t) {
    return t instanceof StorageFullException || t instanceof IllegalArgumentException || t instanceof CorruptLogException;
  }
}
