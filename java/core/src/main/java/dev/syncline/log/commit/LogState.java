package dev.syncline.log.commit;

import dev.syncline.CorruptLogException;
import dev.syncline.Damage;
import dev.syncline.LogClosedException;
import dev.syncline.LogFailedException;
import dev.syncline.LogFencedException;
import dev.syncline.ResourceShortageException;
import dev.syncline.StorageFullException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * What a log still does: everything, reading only, or nothing. It only ever gets less, but for damage that was truncated away.
 *
 * <p>The one place where an end is latched. FAILED: a write or sync failed, or anything else did after a record had entered a frame.
 * FENCED: another opener owns the directory. CLOSED. What fails without having changed anything is no end: that call is refused, and the
 * next one may succeed. Latching stores first and then tells whoever may be waiting; who is not reached looks here at least once a second.
 */
public final class LogState {
  private final Path directory;

  /** Set once, by whoever closes. */
  private volatile boolean closed;

  /** Why this instance may not touch the directory any more, or null. Set once. */
  private volatile String fenced;

  /** The first failure, or null. Two at once may each be taken for the first: either is a cause. */
  private volatile Throwable failure;

  /** Damage that keeps the log from being written to, or null. Housekeeping thread. */
  private volatile Damage damage;

  /** Written before the damage that it belongs to. */
  private volatile String damageCost = "";

  private final boolean readOnly;

  /** What everybody gets when there is no memory for an exception of his own. */
  private final LogFailedException madeAhead;

  /** Called when an end has been latched. An array: to go through it takes no memory, which may be what has run out. */
  private volatile Runnable[] listeners = {};

  public LogState(Path directory, boolean readOnly) {
    this.directory = directory;
    this.readOnly = readOnly;
    // What tells of a failure, or of a shortage, is loaded while there are stack, memory and descriptors for it.
    failedException(new IOException("none"));
    new ResourceShortageException("none", new StorageFullException("none"));
    new Housekeeper.NotRunException();
    new Housekeeper.StillRunningException();
    Timeouts.commitHangs(0, 0);
    madeAhead =
        new LogFailedException(
            directory + ": the log was ended, and there is no memory to say how: the outcome of what was in flight is unknown."
                + " The log takes no more appends; what is durable can be read. Close and reopen", null);
  }

  /**
   * Has {@code listener} called after each end that is latched, on the thread that latches it, which may hold any lock of the engine's. By
   * whoever opens the log.
   */
  void onEnd(Runnable listener) {
    Runnable[] more = Arrays.copyOf(listeners, listeners.length + 1);
    more[listeners.length] = listener;
    listeners = more;
  }

  public void close() {
    closed = true;
    tell();
  }

  /** @param why what has happened, for whoever calls afterwards */
  public void fence(String why) {
    if (fenced == null) fenced = why;
    tell();
  }

  /** @param cost what giving the damage up would take, as the end of a sentence before; empty if nothing */
  public void damaged(Damage first, String cost) {
    damageCost = cost;
    damage = first;
  }

  /** Latches the first failure; later ones change nothing, and that another end has been met is none. */
  public void fail(Throwable cause) {
    boolean ended = cause instanceof LogFencedException || cause instanceof LogClosedException;
    if (failure == null && !ended) failure = cause instanceof LogFailedException && cause.getCause() != null ? cause.getCause() : cause;
    tell();
  }

  private void tell() {
    for (Runnable listener : listeners) {
      try {
        listener.run();
      } catch (Throwable t) {
        // Memory or stack has run out while others were told. The end is latched, and they look at it within a second.
        if (failure != null && t != failure) suppress(t);
      }
    }
  }

  private void suppress(Throwable t) {
    try {
      failure.addSuppressed(t);
    } catch (Throwable again) {
      // No memory to remember it in: it is of the same kind as what is being told.
      return;
    }
  }

  public boolean closed() {
    return closed;
  }

  public boolean fenced() {
    return fenced != null;
  }

  public Throwable failure() {
    return failure;
  }

  public boolean damaged() {
    return damage != null;
  }

  public void requireReadable() throws IOException {
    if (fenced != null) throw fencedException();
    if (closed) throw closedException();
  }

  public void requireWritable() throws IOException {
    if (fenced == null && !closed && failure == null && !readOnly && damage == null) return;
    requireReadable();
    requireNotFailed();
    if (readOnly) throw new UnsupportedOperationException(directory + " was opened read-only: open it with WriteAheadLog.open to write");
    Damage now = damage;
    if (now != null)
      throw new CorruptLogException(now,
          "The log can be read but not written: truncate past the damage, or reopen with CorruptionPolicy.TRUNCATE" + damageCost);
  }

  /** For work that waited for its thread: that may have met a failure meanwhile, and then nothing is written any more. */
  public void requireNotFailed() throws IOException {
    if (failure != null) throw failedException(failure);
  }

  /** A change of the log's files that cannot be left half done. */
  public interface FileChange {
    void run() throws IOException;
  }

  /**
   * Runs such a change: whatever fails in it is final, a full disk too. It is latched at once, by the thread that met it: before who
   * waits for the change hears of it, this thread may turn to its other duties.
   */
  public void finalOnFailure(FileChange change) throws IOException {
    try {
      change.run();
    } catch (Throwable t) {
      fail(t);
      throw failedException(t);
    }
  }

  /** Whether something other than damage keeps the log from being written to. */
  public boolean stopped() {
    return closed || hasEnded();
  }

  /** Whether it has failed or been fenced: then nothing is written any more, not even what was appended before. */
  boolean hasEnded() {
    return fenced != null || failure != null;
  }

  /** What a caller gets whose outcome is unknown because of {@code cause}: a new object for each, so that none shares another's stack. */
  public IOException failedException(Throwable cause) {
    try {
      return newFailedException(cause);
    } catch (OutOfMemoryError e) {
      return madeAhead;
    }
  }

  private IOException newFailedException(Throwable cause) {
    if (fenced != null) return fencedException();
    if (cause == null || cause instanceof LogClosedException) return closedException();
    if (cause instanceof LogFencedException) return new LogFencedException(cause.getMessage());
    boolean disk = cause instanceof IOException;
    String what = disk ? ": an operation on its files failed" : ": a commit was broken off";
    String toDo = disk ? "Check the disk, then close and reopen" : "Close and reopen";
    return new LogFailedException(
        directory + what + ", so the outcome of what was in flight is unknown: " + cause
            + ". The log takes no more appends; what is durable can be read. " + toDo,
        cause);
  }

  /** What a caller gets whose work the housekeeping thread does not come to any more: how the log has ended. */
  public IOException notRunException() {
    if (hasEnded()) return failedException();
    return closed ? closedException() : failedException(new IllegalStateException("the log's own thread has ended"));
  }

  /** What a caller gets if it has failed or was fenced; else null. */
  public IOException ended() {
    return hasEnded() ? failedException() : null;
  }

  /** The same for the failure that was latched. */
  IOException failedException() {
    return failedException(failure);
  }

  private LogClosedException closedException() {
    return new LogClosedException(directory + ": the log was closed");
  }

  private LogFencedException fencedException() {
    return new LogFencedException(directory + ": " + fenced);
  }
}
