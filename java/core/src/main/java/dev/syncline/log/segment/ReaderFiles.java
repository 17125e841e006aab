package dev.syncline.log.segment;

import dev.syncline.LogClosedException;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import dev.syncline.shortage.LogLines;
import dev.syncline.shortage.PatientLock;
import dev.syncline.shortage.StackReserve;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The descriptors that all readers of a log share: a segment's file is opened when it is first read, and of too many one that was not used
 * for long is closed. Nobody holds one across two reads, so any number of cursors takes no more of them than there are segments,
 * and no more than {@link #OPEN_MAX}, but for reads that are under way at the same moment.
 *
 * <p>Any thread. A read of a file that is open takes no lock.
 */
public final class ReaderFiles {
  /** Fewer than the 64 that reading a log may take: what is left is for the mark, and for files that are looked at once. */
  public static final int OPEN_MAX = 48;

  /** One open file. Closed by whoever leaves last after it was retired. */
  static final class Handle {
    private static final int RETIRED = 1 << 30;

    private final Segment segment;
    private final SegmentFile file;
    private final FileBytes bytes;

    /** Reads under way, and the bit {@link #RETIRED} once nobody may begin another. */
    private final AtomicInteger users = new AtomicInteger();

    /** Whether it was used since somebody looked for one to close. Written without a lock: whoever reads most writes it seldom. */
    private volatile boolean used;

    Handle(Segment segment, SegmentFile file) {
      this.segment = segment;
      this.file = file;
      this.bytes = FileBytes.of(file);
    }

    boolean enter() {
      int now = users.get();
      while (now < RETIRED) {
        if (users.compareAndSet(now, now + 1)) return true;
        now = users.get();
      }
      return false;
    }

    void leave() {
      if (users.decrementAndGet() == RETIRED) closeQuietly();
    }

    void retire() {
      int now = users.get();
      while (now < RETIRED) {
        if (users.compareAndSet(now, now + RETIRED)) {
          if (now == 0) closeQuietly();
          return;
        }
        now = users.get();
      }
    }

    /** Nothing was written through it, so nothing is lost if closing it fails. */
    private void closeQuietly() {
      try {
        file.close();
      } catch (IOException e) {
        LogLines.say(LogLines.LOG, System.Logger.Level.DEBUG, "closing a reader's descriptor of " + file.path(), e);
      }
    }
  }

  private final Storage storage;
  private final PatientLock lock = new PatientLock(StackReserve.DISK);

  /** Those that are not retired, those first that are to be closed first. Guarded by the lock. */
  private final List<Handle> open = new ArrayList<>();

  private volatile boolean closed;

  public ReaderFiles(Storage storage) {
    this.storage = storage;
  }

  /** The segment's bytes as they count, read through the shared descriptor. */
  public FileBytes bytesOf(Segment segment) {
    FileBytes raw = rawBytesOf(segment);
    return new FileBytes() {
      @Override
      public int read(ByteBuffer target, long offsetBytes) throws IOException {
        return segment.asItCounts(raw).read(target, offsetBytes);
      }

      @Override
      public long sizeBytes() throws IOException {
        return raw.sizeBytes();
      }
    };
  }

  /** The file's bytes, read through the shared descriptor. */
  public FileBytes rawBytesOf(Segment segment) {
    return new FileBytes() {
      @Override
      public int read(ByteBuffer target, long offsetBytes) throws IOException {
        Handle handle = enter(segment);
        try {
          return handle.bytes.read(target, offsetBytes);
        } finally {
          handle.leave();
        }
      }

      @Override
      public long sizeBytes() throws IOException {
        Handle handle = enter(segment);
        try {
          return handle.file.size();
        } finally {
          handle.leave();
        }
      }
    };
  }

  /**
   * Reads into {@code target} until it is full or the file ends; returns how many bytes.
   *
   * @throws NoSuchFileException if the file was taken away
   * @throws LogClosedException if the log was closed
   */
  public int read(Segment segment, ByteBuffer target, long offsetBytes) throws IOException {
    Handle handle = enter(segment);
    try {
      return segment.asItCounts(handle.bytes).read(target, offsetBytes);
    } finally {
      handle.leave();
    }
  }

  private Handle enter(Segment segment) throws IOException {
    // Leaving takes stack too, and a descriptor that somebody never leaves is never closed.
    StackReserve.require(StackReserve.MEMORY);
    Handle handle = segment.readHandle;
    if (handle == null || !handle.enter()) handle = open(segment);
    if (!handle.used) handle.used = true;
    return handle;
  }

  private Handle open(Segment segment) throws IOException {
    lock.lock();
    try {
      if (closed) throw new LogClosedException(storage.directory() + ": the log was closed");
      if (segment.disposed)
        throw new NoSuchFileException(storage.directory().resolve(segment.name).toString(), null, "it was truncated away");
      Handle handle = segment.readHandle;
      if (handle != null && handle.enter()) return handle;
      if (open.size() >= OPEN_MAX) retireUnused();
      handle = new Handle(segment, storage.open(segment.name, Storage.Access.READ));
      handle.enter();
      open.add(handle);
      segment.readHandle = handle;
      return handle;
    } finally {
      lock.unlock();
    }
  }

  /** The oldest that was not used since the last time, every other one has one more chance: about the one unused for longest. */
  private void retireUnused() {
    while (open.get(0).used) {
      Handle spared = open.remove(0);
      spared.used = false;
      open.add(spared);
    }
    retire(open.get(0));
  }

  private void retire(Handle handle) {
    open.remove(handle);
    handle.segment.readHandle = null;
    handle.retire();
  }

  /** The segment's file is about to be deleted or used for something else: from now on nobody reads it, or opens it again. */
  public void dispose(Segment segment) {
    lock.lock();
    try {
      segment.disposed = true;
      if (segment.readHandle != null) retire(segment.readHandle);
    } finally {
      lock.unlock();
    }
  }

  /** Closes the segment's descriptor; it is opened again when it is read again. */
  public void release(Segment segment) {
    lock.lock();
    try {
      if (segment.readHandle != null) retire(segment.readHandle);
    } finally {
      lock.unlock();
    }
  }

  /** Lets all descriptors go; reads under way finish first, and no other begins. */
  public void close() {
    lock.lock();
    try {
      closed = true;
      for (Handle handle : List.copyOf(open)) retire(handle);
    } finally {
      lock.unlock();
    }
  }

  /** How many descriptors are open now. */
  public int openCount() {
    lock.lock();
    try {
      return open.size();
    } finally {
      lock.unlock();
    }
  }
}
