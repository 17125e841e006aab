package dev.syncline.io.nio;

import dev.syncline.shortage.PatientLock;
import dev.syncline.shortage.StackReserve;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;

/**
 * A channel that is opened on first use, as well as after an interrupt of some thread has closed it.
 *
 * <p>It also counts what was written through it, because a sync on a new channel says nothing about bytes written through
 * the one before: a write-back error may have been reported to the old descriptor alone, and lost with it. A channel that
 * dies with unsynced bytes is therefore never replaced. Operations that vouch for themselves (reads, durable writes) count
 * nothing.
 */
final class ReopeningChannel implements Closeable {
  interface Opener {
    FileChannel open() throws IOException;
  }

  private final PatientLock lock = new PatientLock(StackReserve.MEMORY);
  private final Opener opener;
  private final String file;

  /** Null before first use. Written under {@link #lock}; read by anyone. */
  private volatile FileChannel current;

  /** Whether {@link #close} was called. Guarded by {@link #lock}. */
  private boolean closed;

  /** Changes made through {@link #current}. Guarded by {@link #lock}; never decreases. */
  private long changeCount;

  /** How many of them a sync has covered; never exceeds {@link #changeCount}. Guarded by {@link #lock}. */
  private long syncedCount;

  ReopeningChannel(String file, Opener opener) {
    this.file = file;
    this.opener = opener;
  }

  /**
   * The open channel. Another thread's interrupt may close it at any moment: the user then meets a {@link
   * ClosedChannelException}.
   *
   * @throws IOException if it was lost with unsynced bytes, cannot be opened again, or {@link #close} was called
   */
  FileChannel get() throws IOException {
    FileChannel channel = openOrNull();
    return channel != null ? channel : reopened();
  }

  /** The channel if it is open by now; else null. */
  FileChannel openOrNull() {
    FileChannel channel = current;
    return channel != null && channel.isOpen() ? channel : null;
  }

  private FileChannel reopened() throws IOException {
    lock.lock();
    try {
      if (closed) throw new IOException(file + " was closed while it was in use");
      if (current != null && current.isOpen()) return current;
      if (changeCount > syncedCount)
        throw new IOException(
            file + ": an interrupt closed the channel before what was written through it was synced, so whether those bytes"
                + " are durable can no longer be known; write them again through a new file");
      current = opener.open();
      return current;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Counts a change made through {@code used}.
   *
   * @return false if that channel has been lost meanwhile: the change must be made again through {@link #get}
   */
  boolean changed(FileChannel used) {
    lock.lock();
    try {
      if (used != current || !used.isOpen()) return false;
      changeCount++;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** What a sync that starts now will cover; for {@link #synced}. */
  long changeCount() {
    lock.lock();
    try {
      return changeCount;
    } finally {
      lock.unlock();
    }
  }

  void synced(long coveredCount) {
    lock.lock();
    try {
      syncedCount = Math.max(syncedCount, coveredCount);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      closed = true;
      if (current != null) current.close();
    } finally {
      lock.unlock();
    }
  }
}
