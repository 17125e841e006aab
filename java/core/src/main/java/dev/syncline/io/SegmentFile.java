package dev.syncline.io;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One open file of a log: written at offsets, made durable on request.
 *
 * <p>Public methods check, {@code doX} does; an implementation only transfers bytes. All transfers are whole: a method that
 * returns has moved every byte, one that throws may have moved any part of them. Safe for many threads as long as ranges
 * that are written at the same time do not overlap.
 *
 * <p>Where {@link StorageTraits#alignmentBytes} is above 1, a file opened to write takes only aligned offsets, lengths and
 * buffer addresses (see {@link AlignedBuffers}); a file opened with {@link Storage.Access#READ} takes anything.
 */
public abstract class SegmentFile implements Closeable {
  private final Storage storage;
  private volatile String name;
  private final AtomicBoolean closed = new AtomicBoolean();

  protected SegmentFile(Storage storage, String name) {
    this.storage = storage;
    this.name = name;
  }

  /** The name inside the storage's directory that this file was opened under, or has been given since. */
  public final String name() {
    return name;
  }

  /** Says that {@link Storage#rename} has given the file this name: whatever fails on it from now on is told under it. */
  public final void renamed(String newName) {
    name = newName;
    doRenamed(newName);
  }

  public final Path path() {
    return storage.directory().resolve(name);
  }

  protected final Storage storage() {
    return storage;
  }

  /** Writes all of {@code source} at {@code offsetBytes}; durable only after {@link #sync} returns. */
  public final void write(ByteBuffer source, long offsetBytes) throws IOException {
    requireOffset(offsetBytes);
    requireAligned(source, offsetBytes);
    enter();
    try {
      doWrite(source, offsetBytes);
    } catch (IOException e) {
      throw Storage.naming(e, "writing", path());
    } finally {
      storage.leave();
    }
  }

  /**
   * Writes all of {@code source} and returns when it is on stable storage, together with what is needed to read it back: one
   * operation. It vouches for these bytes alone, not for earlier {@link #write}s.
   */
  public final void writeDurably(ByteBuffer source, long offsetBytes) throws IOException {
    requireOffset(offsetBytes);
    requireAligned(source, offsetBytes);
    enter();
    try {
      doWriteDurably(source, offsetBytes);
    } catch (IOException e) {
      throw Storage.naming(e, "writing", path());
    } finally {
      storage.leave();
    }
  }

  /** Has whatever {@link #writeDurably} needs beyond the open file, a descriptor of its own perhaps: then it cannot be missing later. */
  public final void prepareDurableWrites() throws IOException {
    enter();
    try {
      doPrepareDurableWrites();
    } catch (IOException e) {
      throw Storage.naming(e, "preparing writes of", path());
    } finally {
      storage.leave();
    }
  }

  /** The same for a file that nothing is done with any more but {@link #writeDurably}: what else it takes is given up. */
  public final void prepareDurableWritesOnly() throws IOException {
    enter();
    try {
      doPrepareDurableWritesOnly();
    } catch (IOException e) {
      throw Storage.naming(e, "preparing writes of", path());
    } finally {
      storage.leave();
    }
  }

  /**
   * Writes zeros over a range, extending the file where needed; durable only after {@link #sync}. Same I/O path as writes.
   */
  public final void writeZeros(long offsetBytes, long lengthBytes) throws IOException {
    requireOffset(offsetBytes);
    requireOffset(lengthBytes);
    requireAligned(offsetBytes, lengthBytes);
    enter();
    try {
      doWriteZeros(offsetBytes, lengthBytes);
    } catch (IOException e) {
      throw Storage.naming(e, "writing zeros to", path());
    } finally {
      storage.leave();
    }
  }

  /**
   * Makes every earlier write, truncation and growth of this file durable (fdatasync). An error is final: never retry it.
   */
  public final void sync() throws IOException {
    enter();
    try {
      doSync();
    } catch (IOException e) {
      throw Storage.naming(e, "syncing", path());
    } finally {
      storage.leave();
    }
  }

  /**
   * Reads into {@code target} until it is full or the file ends.
   *
   * @return bytes read, 0 at or past the end of the file; the target's position advances by as much
   */
  public final int read(ByteBuffer target, long offsetBytes) throws IOException {
    requireOffset(offsetBytes);
    enter();
    try {
      int bytes = doRead(target, offsetBytes);
      storage.gate().read(bytes);
      return bytes;
    } catch (IOException e) {
      throw Storage.naming(e, "reading", path());
    } finally {
      storage.leave();
    }
  }

  /** Cuts or extends the file to {@code sizeBytes}; durable after {@link #sync}. */
  public final void truncate(long sizeBytes) throws IOException {
    requireOffset(sizeBytes);
    enter();
    try {
      doTruncate(sizeBytes);
    } catch (IOException e) {
      throw Storage.naming(e, "cutting or extending", path());
    } finally {
      storage.leave();
    }
  }

  /**
   * Reserves device blocks up to {@code sizeBytes} where the storage {@link StorageTraits#preallocates}; else does nothing.
   * Existing bytes stay.
   *
   * @throws dev.syncline.StorageFullException if there is no room or no quota
   */
  public final void reserve(long sizeBytes) throws IOException {
    requireOffset(sizeBytes);
    enter();
    try {
      doReserve(sizeBytes);
    } catch (IOException e) {
      throw Storage.naming(e, "reserving space for", path());
    } finally {
      storage.leave();
    }
  }

  public final long size() throws IOException {
    enter();
    try {
      return doSize();
    } catch (IOException e) {
      throw Storage.naming(e, "asking the size of", path());
    } finally {
      storage.leave();
    }
  }

  /** Closes the descriptor, once; allowed even after the storage was fenced, since it changes no byte. */
  @Override
  public final void close() throws IOException {
    if (closed.compareAndSet(false, true)) doClose();
  }

  protected abstract void doWrite(ByteBuffer source, long offsetBytes) throws IOException;

  protected abstract void doWriteDurably(ByteBuffer source, long offsetBytes) throws IOException;

  /** Nothing, for a storage whose durable writes need no more than the open file. */
  protected void doPrepareDurableWrites() throws IOException {}

  /** The same, for a storage that has nothing to give up. */
  protected void doPrepareDurableWritesOnly() throws IOException {
    doPrepareDurableWrites();
  }

  protected abstract void doWriteZeros(long offsetBytes, long lengthBytes) throws IOException;

  protected abstract void doSync() throws IOException;

  protected abstract int doRead(ByteBuffer target, long offsetBytes) throws IOException;

  protected abstract void doTruncate(long sizeBytes) throws IOException;

  protected abstract void doReserve(long sizeBytes) throws IOException;

  protected abstract long doSize() throws IOException;

  protected abstract void doClose() throws IOException;

  /** For a decorator, which passes it on. */
  protected void doRenamed(String newName) {}

  private void enter() throws IOException {
    storage.enter();
    if (closed.get()) {
      storage.leave();
      throw new IOException(path() + " was used after it was closed");
    }
  }

  /** Here and not in the kernel, whose EINVAL would name neither the rule nor the offender. */
  private void requireAligned(ByteBuffer source, long offsetBytes) {
    int unitBytes = storage.traits().alignmentBytes();
    if (unitBytes == 1) return;
    requireAligned(offsetBytes, source.remaining());
    if (!source.isDirect() || source.alignmentOffset(source.position(), unitBytes) != 0)
      throw new IllegalArgumentException(path() + ": a write needs a direct buffer at a multiple of " + unitBytes);
  }

  private void requireAligned(long offsetBytes, long lengthBytes) {
    int unitBytes = storage.traits().alignmentBytes();
    if (offsetBytes % unitBytes == 0 && lengthBytes % unitBytes == 0) return;
    throw new IllegalArgumentException(
        path() + ": a write of " + lengthBytes + " bytes at offset " + offsetBytes + " is not aligned to " + unitBytes + " bytes");
  }

  private void requireOffset(long bytes) {
    if (bytes < 0) throw new IllegalArgumentException(path() + ": offset or length " + bytes + " is negative");
  }
}
