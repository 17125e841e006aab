package dev.syncline.log;

import dev.syncline.LogClosedException;
import dev.syncline.LogFailedException;
import dev.syncline.ResourceShortageException;
import dev.syncline.SynclineException;
import dev.syncline.io.DirectoryLock;
import dev.syncline.io.Storage;
import dev.syncline.log.commit.CommitQueue;
import dev.syncline.log.commit.Housekeeper;
import dev.syncline.log.commit.LogState;
import dev.syncline.log.commit.Rethrown;
import dev.syncline.log.commit.Rotation;
import dev.syncline.log.commit.Timeouts;
import dev.syncline.log.events.LogEvents;
import dev.syncline.log.segment.CleanClose;
import dev.syncline.log.segment.Closing;
import dev.syncline.log.segment.ReaderFiles;
import dev.syncline.log.segment.Segment;
import dev.syncline.log.segment.SegmentSet;
import dev.syncline.shortage.LogLines;
import dev.syncline.shortage.PatientLock;
import dev.syncline.shortage.StackReserve;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * How a log ends: closed by its owner, or fenced by whoever opens it next. After either nothing enters the directory any more, since its
 * gate is shut; and the directory is let go once, when nothing is inside it any more.
 */
final class Shutdown {
  private static final long LINGERING_LOOK_NANOS = 50_000_000;
  private static final long SHORTAGE_PAUSE_NANOS = 10_000_000;

  private final Storage storage;
  private final LogState state;
  private final long timeoutNanos;
  private final Housekeeper housekeeper;
  private final SegmentSet segments;
  private final Rotation rotation;
  private final ReaderFiles readerFiles;
  private final LogEvents events;

  /** What else is to be closed, with the log's descriptors. */
  private final List<Closeable> others = new ArrayList<>();

  // Set while the log is opened.
  private volatile CommitQueue queue;
  private volatile DirectoryLock lock;

  /** Held by whoever closes: another one waits until that is done. */
  private final PatientLock closing = new PatientLock(StackReserve.CLOSE);

  /** Whether descriptors are closed and the directory is let go. */
  private final AtomicBoolean released = new AtomicBoolean();

  /** Whether closing gave up on an operation that has not returned. */
  private volatile boolean lingering;

  Shutdown(
      Storage storage, LogState state, long timeoutNanos, Housekeeper housekeeper, SegmentSet segments, Rotation rotation,
      ReaderFiles readerFiles, LogEvents events) {
    this.events = events;
    this.storage = storage;
    this.state = state;
    this.timeoutNanos = timeoutNanos;
    this.housekeeper = housekeeper;
    this.segments = segments;
    this.rotation = rotation;
    this.readerFiles = readerFiles;
  }

  /** It is released with the log. Null if somebody else keeps others out. */
  void holds(DirectoryLock directoryLock) {
    lock = directoryLock;
  }

  /** @throws IOException as {@link DirectoryLock#check} */
  void requireLocked() throws IOException {
    DirectoryLock held = lock;
    if (held != null) held.check();
  }

  void uses(CommitQueue commits) {
    queue = commits;
  }

  void closesToo(Closeable other) {
    others.add(other);
  }

  /** As {@link SegmentedLog#close}. */
  void close() throws IOException {
    closing.lock();
    try {
      if (released.get()) return;
      if (lingering) finishLingering();
      else closeFirst();
    } finally {
      closing.unlock();
    }
  }

  private void closeFirst() throws IOException {
    state.close();
    Throwable failed = finished();
    // What is in memory only will not be written any more: whoever waits for it is told.
    if (failed != null && queue != null && queue.appendedSequence() > queue.end().sequence()) giveUp(failed);
    // From here on nothing enters the directory any more, whatever was on its way to it.
    if (storage.gate().close(failed == null ? timeoutNanos : 0)) {
      failed = releasedWith(failed);
    } else {
      lingering = true;
      if (failed == null) failed = hangs();
      giveUp(failed);
      housekeeper.wake();
    }
    if (!state.fenced()) Rethrown.asIo(failed);
  }

  private void giveUp(Throwable failed) {
    state.fail(failed);
    if (queue != null) queue.giveUp();
  }

  /** What closing failed with matters more than that a descriptor, or the lock's record, could not be let go of. */
  private Throwable releasedWith(Throwable failed) {
    try {
      release();
      return failed;
    } catch (IOException e) {
      if (failed == null) return e;
      failed.addSuppressed(e);
      return failed;
    }
  }

  /** Closing again, after it had given up. */
  private void finishLingering() throws IOException {
    if (!storage.gate().close(timeoutNanos)) throw hangs();
    release();
  }

  private LogFailedException hangs() {
    return Timeouts.operationHangs(storage.directory(), timeoutNanos);
  }

  /** Makes everything durable and the files those of a closed log; returns what has kept it from that, or null. */
  private Throwable finished() {
    if (state.fenced() || queue == null || rotation.markFile() == null) return null;
    long beganNanos = System.nanoTime();
    while (state.failure() == null) {
      long leftNanos = timeoutNanos - (System.nanoTime() - beganNanos);
      try {
        queue.exclusively(() -> {
          Segment tail = tailToCut();
          state.finalOnFailure(() -> finish(tail));
        }, Math.max(1, leftNanos));
        return null;
      } catch (OutOfMemoryError e) {
        // Before anything had changed: another part of the program may fill the heap for a moment, and what was appended is still to be
        // made durable.
        if (leftNanos <= 0) return e;
        LockSupport.parkNanos(this, SHORTAGE_PAUSE_NANOS);
      } catch (LogClosedException e) {
        // By nobody but this: the log's thread is at something else that does not end.
        return hangs();
      } catch (Throwable t) {
        return t;
      }
    }
    return state.failedException(state.failure());
  }

  /** What ready space is to be cut from, open to write. Nothing has changed yet, but that readers' descriptors are given up. */
  private Segment tailToCut() throws IOException {
    readerFiles.close();
    Segment newest = segments.newest();
    if (newest != null && !newest.sealed()) orShortage(newest);
    rotation.end();
    return newest;
  }

  private void orShortage(Segment newest) throws IOException {
    try {
      CleanClose.openToCut(storage, newest);
    } catch (SynclineException e) {
      throw e;
    } catch (IOException e) {
      throw new ResourceShortageException(
          storage.directory() + ": " + newest.name + " could not be opened to cut the space behind its last record: " + e
              + ". Everything appended is durable, and the log is closed; opening it again recovers it. If descriptors are short raise"
              + " their limit (ulimit -n)", e);
    }
  }

  private void finish(Segment tail) throws IOException {
    CleanClose.finish(storage, segments, rotation.preparer(), rotation.markFile(), tail, queue.appendedSequence());
  }

  /**
   * Lets go of the directory if closing has given up on an operation that has returned meanwhile. Housekeeping thread.
   *
   * @return after how many nanoseconds to look again; 0 if closing has not given up
   */
  long attend() {
    if (!lingering || released.get()) return 0;
    if (storage.gate().inside() > 0) return LINGERING_LOOK_NANOS;
    try {
      release();
    } catch (IOException e) {
      LogLines.say(LogLines.LOG, System.Logger.Level.WARNING, storage.directory() + ": closing files", e);
    }
    return Long.MAX_VALUE;
  }

  /** Another opener wants the directory; returns whether nothing of this instance is under way in it any more. */
  boolean fence(long waitNanos) {
    state.fence("a newer opener in this JVM owns the directory; this instance never touches it again");
    boolean empty = storage.gate().shut(waitNanos);
    CommitQueue now = queue;
    if (now != null) now.stop();
    housekeeper.stop();
    events.end();
    if (empty) closeFilesQuietly();
    return empty;
  }

  /** An abandoned instance may never be closed: its descriptors go with the directory. */
  private void closeFilesQuietly() {
    try {
      closeFiles();
    } catch (IOException e) {
      LogLines.say(LogLines.LOG, System.Logger.Level.DEBUG, storage.directory() + ": closing a fenced instance's files", e);
    }
  }

  private void closeFiles() throws IOException {
    List<Closeable> open = new ArrayList<>(others);
    open.add(readerFiles::close);
    if (rotation.markFile() != null) open.add(rotation.markFile());
    if (rotation.preparer() != null) open.add(rotation.preparer()::abandon);
    for (Segment segment : segments.live()) open.add(segment::close);
    for (Segment segment : segments.retired()) open.add(segment::close);
    open.add(storage);
    Closing.all(open);
  }

  /** Stops the threads, closes descriptors, and releases the lock; touches no file. Once. */
  private void release() throws IOException {
    if (!released.compareAndSet(false, true)) return;
    IOException failed = null;
    try {
      if (queue != null) queue.stop();
      housekeeper.stop();
      closeFiles();
    } catch (IOException e) {
      failed = e;
    } finally {
      events.end();
      if (lock != null) lock.release();
    }
    if (failed != null && !state.fenced()) throw failed;
  }

  /** The log could not be opened. */
  void releaseAfter(Throwable because) {
    try {
      storage.gate().close(0);
      release();
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }
}
