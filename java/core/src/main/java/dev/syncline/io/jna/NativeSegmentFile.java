package dev.syncline.io.jna;

import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One descriptor of the C layer.
 *
 * <p>Nothing is allocated by a write from a direct buffer. An interrupt of the calling thread has no effect.
 */
final class NativeSegmentFile extends SegmentFile {
  private static final int CLOSED = 1 << 30;

  private final int fd;

  /** What transfers must be aligned to; 1 where the descriptor goes through the page cache. */
  private final int alignmentBytes;

  /** Whether cached pages are dropped before each read, so that it is answered by the device. */
  private final boolean dropsCache;

  /**
   * Calls that use {@link #fd}, plus {@link #CLOSED} once it is to be closed; no call enters after that. Whoever takes it to
   * exactly {@code CLOSED} closes the descriptor: a hung sync must not make close hang, and its number must not be reused
   * meanwhile.
   */
  private final AtomicInteger uses = new AtomicInteger();

  NativeSegmentFile(Storage storage, String name, int fd, int alignmentBytes, boolean dropsCache) {
    super(storage, name);
    this.fd = fd;
    this.alignmentBytes = alignmentBytes;
    this.dropsCache = dropsCache;
  }

  @Override
  protected void doWrite(ByteBuffer source, long offsetBytes) throws IOException {
    enter();
    try {
      if (source.isDirect()) moveOut(source, offsetBytes, false);
      else moveOutByCopy(source, offsetBytes);
    } finally {
      leave();
    }
  }

  @Override
  protected void doWriteDurably(ByteBuffer source, long offsetBytes) throws IOException {
    enter();
    try {
      if (source.isDirect()) {
        moveOut(source, offsetBytes, true);
      } else {
        moveOutByCopy(source, offsetBytes);
        check(LibSyncline.syncline_sync(fd), "sync");
      }
    } finally {
      leave();
    }
  }

  @Override
  protected void doWriteZeros(long offsetBytes, long lengthBytes) throws IOException {
    enter();
    try {
      check(LibSyncline.syncline_write_zeros(fd, lengthBytes, offsetBytes), "zeroing", offsetBytes, lengthBytes);
    } finally {
      leave();
    }
  }

  @Override
  protected void doSync() throws IOException {
    enter();
    try {
      check(LibSyncline.syncline_sync(fd), "sync");
    } finally {
      leave();
    }
  }

  @Override
  protected int doRead(ByteBuffer target, long offsetBytes) throws IOException {
    // C would write into it all the same.
    if (target.isReadOnly()) throw new ReadOnlyBufferException();
    requireAligned(target, offsetBytes);
    enter();
    try {
      if (dropsCache) check(LibSyncline.syncline_drop_cache(fd, offsetBytes, target.remaining()), "cache drop");
      return target.isDirect() ? moveIn(target, offsetBytes) : moveInByCopy(target, offsetBytes);
    } finally {
      leave();
    }
  }

  @Override
  protected void doTruncate(long sizeBytes) throws IOException {
    enter();
    try {
      check(LibSyncline.syncline_truncate(fd, sizeBytes), "truncation to " + sizeBytes + " bytes");
    } finally {
      leave();
    }
  }

  @Override
  protected void doReserve(long sizeBytes) throws IOException {
    if (!storage().traits().preallocates()) return;
    enter();
    try {
      check(LibSyncline.syncline_reserve(fd, sizeBytes), "reservation of " + sizeBytes + " bytes");
    } finally {
      leave();
    }
  }

  @Override
  protected long doSize() throws IOException {
    enter();
    try {
      return check(LibSyncline.syncline_size(fd), "size");
    } finally {
      leave();
    }
  }

  /** Returns at once; the descriptor goes with the last call that is still inside. */
  @Override
  protected void doClose() throws IOException {
    if (uses.getAndAccumulate(CLOSED, (now, bit) -> now | bit) == 0) check(LibSyncline.syncline_close(fd), "close");
  }

  private void moveOut(ByteBuffer source, long offsetBytes, boolean durably) throws IOException {
    int lengthBytes = source.remaining();
    long result =
        durably
            ? LibSyncline.syncline_write_durable(fd, source, lengthBytes, offsetBytes)
            : LibSyncline.syncline_write(fd, source, lengthBytes, offsetBytes);
    check(result, durably ? "durable write" : "write", offsetBytes, lengthBytes);
    source.position(source.limit());
  }

  private void moveOutByCopy(ByteBuffer source, long offsetBytes) throws IOException {
    ByteBuffer copy = CopyBuffers.take();
    try {
      long atBytes = offsetBytes;
      while (source.hasRemaining()) {
        copy.clear();
        int lengthBytes = Math.min(copy.capacity(), source.remaining());
        copy.put(0, source, source.position(), lengthBytes).limit(lengthBytes);
        moveOut(copy, atBytes, false);
        source.position(source.position() + lengthBytes);
        atBytes += lengthBytes;
      }
    } finally {
      CopyBuffers.give(copy);
    }
  }

  private int moveIn(ByteBuffer target, long offsetBytes) throws IOException {
    int lengthBytes = target.remaining();
    int moved = (int) check(LibSyncline.syncline_read(fd, target, lengthBytes, offsetBytes), "read", offsetBytes, lengthBytes);
    target.position(target.position() + moved);
    return moved;
  }

  private int moveInByCopy(ByteBuffer target, long offsetBytes) throws IOException {
    ByteBuffer copy = CopyBuffers.take();
    try {
      int movedBytes = 0;
      while (target.hasRemaining()) {
        copy.clear().limit(Math.min(copy.capacity(), target.remaining()));
        int wantedBytes = copy.remaining();
        int gotBytes = moveIn(copy, offsetBytes + movedBytes);
        target.put(copy.flip());
        movedBytes += gotBytes;
        if (gotBytes < wantedBytes) break;
      }
      return movedBytes;
    } finally {
      CopyBuffers.give(copy);
    }
  }

  private void enter() throws IOException {
    int now;
    do {
      now = uses.get();
      if (now >= CLOSED) throw new IOException(path() + " was closed by another thread");
    } while (!uses.compareAndSet(now, now + 1));
  }

  private void leave() {
    // An error here has nobody left to hear it, and vouches for nothing: what must be durable was synced before.
    if (uses.decrementAndGet() == CLOSED) LibSyncline.syncline_close(fd);
  }

  private void requireAligned(ByteBuffer buffer, long offsetBytes) {
    if (alignmentBytes == 1) return;
    requireAligned(offsetBytes, buffer.remaining());
    if (!buffer.isDirect() || buffer.alignmentOffset(buffer.position(), alignmentBytes) != 0)
      throw new IllegalArgumentException(
          path() + ": direct I/O of " + buffer.remaining() + " bytes at offset " + offsetBytes
              + " needs a direct buffer at a multiple of " + alignmentBytes + " bytes (see AlignedBuffers)");
  }

  private void requireAligned(long offsetBytes, long lengthBytes) {
    if (((offsetBytes | lengthBytes) & (alignmentBytes - 1)) != 0)
      throw new IllegalArgumentException(
          path() + ": direct I/O of " + lengthBytes + " bytes at offset " + offsetBytes + " is not aligned to " + alignmentBytes
              + " bytes");
  }

  private long check(long result, String operation) throws IOException {
    if (result < 0) throw Errno.failure(result, operation, path());
    return result;
  }

  private long check(long result, String operation, long offsetBytes, long lengthBytes) throws IOException {
    if (result < 0) throw Errno.failure(result, operation, path(), offsetBytes, lengthBytes);
    return result;
  }
}
