package dev.syncline.io.nio;

import dev.syncline.io.AlignedBuffers;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage.Access;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A file as up to three channels: one to read, one for plain writes and syncs, one (O_DSYNC) for durable writes.
 *
 * <p>They are apart because an interrupt of a thread closes the channel that it is in: an interrupted reader must not take
 * a writer's channel along. Every operation clears the interrupt flag, runs, and sets it again. One that loses its channel
 * all the same is done again, whole, on a helper thread: reads and durable writes through a channel that nobody else knows
 * (what they vouch for lies within the one call), plain writes and syncs through a new shared one, unless {@link
 * ReopeningChannel} refuses.
 */
final class NioSegmentFile extends SegmentFile {
  private static final ByteBuffer ZEROS = AlignedBuffers.allocate(256 << 10).asReadOnlyBuffer();

  /** A change of the file through one channel, repeatable from its start. */
  private interface Change {
    void run(FileChannel channel) throws IOException;
  }

  private final NioStorage storage;
  private final Access access;
  private final DirectSupport direct;
  private final ReopeningChannel reads;
  private final ReopeningChannel plain;
  private final ReopeningChannel durable;

  /** Whether a sync has succeeded since this object was made. Only ever set. */
  private volatile boolean syncedOnce;

  /** The file's name now, null once it was deleted. Guarded by the storage's lock. */
  String currentName;

  /** What tells this file from another of the same name; null where unknown. Guarded by the storage's lock. */
  Object fileKey;

  /**
   * Opened before the file was deleted and used by helper threads alone, so no interrupt can close it. Set once, under the
   * storage's lock.
   */
  private volatile FileChannel afterDeletion;

  /** Opens nothing yet; see {@link #openFirst}. */
  NioSegmentFile(NioStorage storage, String name, Access access, DirectSupport direct) {
    super(storage, name);
    this.storage = storage;
    this.access = access;
    this.currentName = name;
    this.direct = direct;
    reads = channel(StandardOpenOption.READ);
    plain = channel(StandardOpenOption.WRITE);
    durable = channel(StandardOpenOption.WRITE, StandardOpenOption.DSYNC);
  }

  private ReopeningChannel channel(OpenOption... options) {
    return new ReopeningChannel(path().toString(), () -> storage.openChannel(this, withDirect(options)));
  }

  /**
   * Reads through the page cache stay there; all else goes past it where that works, so that the two never mix in one file.
   */
  private Set<OpenOption> withDirect(OpenOption... options) {
    Set<OpenOption> all = new HashSet<>(Set.of(options));
    if (isDirect()) all.add(DirectSupport.option());
    return all;
  }

  private boolean isDirect() {
    return direct.usable() && access != Access.READ;
  }

  /** Opens the channel that the access names, so that a missing or forbidden file is met at once. */
  void openFirst() throws IOException {
    (access == Access.WRITE ? plain : reads).get();
  }

  /** Called before the file's name goes away: a reader that is interrupted later could not open it again by name. */
  void keepReadable() throws IOException {
    if (access != Access.WRITE && afterDeletion == null)
      afterDeletion = storage.openChannel(this, withDirect(StandardOpenOption.READ));
  }

  /** Whether reading goes on after the deletion, aside from the shared channel. */
  boolean isKept() {
    return afterDeletion != null;
  }

  @Override
  protected void doPrepareDurableWrites() throws IOException {
    requireWritable();
    durable.get();
  }

  @Override
  protected void doPrepareDurableWritesOnly() throws IOException {
    doPrepareDurableWrites();
    plain.close();
  }

  @Override
  protected void doWriteDurably(ByteBuffer source, long offsetBytes) throws IOException {
    requireWritable();
    int start = source.position();
    boolean interrupted = Thread.interrupted();
    try {
      writeFully(durable.get(), source, offsetBytes);
    } catch (ClosedChannelException e) {
      interrupted |= Thread.interrupted();
      storage.uninterrupted.repeatable(() -> rewritten(source.position(start), offsetBytes));
    } finally {
      if (interrupted) Thread.currentThread().interrupt();
    }
  }

  /** The failed try may have hidden an I/O error, so nothing of it counts: all bytes are written again. */
  private Void rewritten(ByteBuffer source, long offsetBytes) throws IOException {
    Set<OpenOption> options = withDirect(StandardOpenOption.WRITE, StandardOpenOption.DSYNC);
    try (FileChannel own = storage.openChannel(this, options)) {
      writeFully(own, source, offsetBytes);
    }
    return null;
  }

  @Override
  protected void doWrite(ByteBuffer source, long offsetBytes) throws IOException {
    int start = source.position();
    change(channel -> writeFully(channel, source.position(start), offsetBytes));
  }

  @Override
  protected void doWriteZeros(long offsetBytes, long lengthBytes) throws IOException {
    change(channel -> zero(channel, offsetBytes, lengthBytes));
  }

  @Override
  protected void doTruncate(long sizeBytes) throws IOException {
    change(channel -> resize(channel, sizeBytes));
  }

  @Override
  protected void doReserve(long sizeBytes) {}

  private void change(Change change) throws IOException {
    requireWritable();
    boolean interrupted = Thread.interrupted();
    try {
      tryChange(change);
    } catch (ClosedChannelException e) {
      interrupted |= Thread.interrupted();
      storage.uninterrupted.repeatable(() -> repeated(() -> tryChange(change)));
    } finally {
      if (interrupted) Thread.currentThread().interrupt();
    }
  }

  private void tryChange(Change change) throws IOException {
    FileChannel channel = plain.get();
    change.run(channel);
    if (!plain.changed(channel)) throw new ClosedChannelException();
  }

  @Override
  protected void doSync() throws IOException {
    requireWritable();
    // What others wrote before this file was opened may be unsynced too, and its error may be reported only once: the first
    // sync therefore runs where no interrupt can swallow that report.
    if (!syncedOnce) {
      storage.uninterrupted.once(() -> repeated(this::trySync));
      return;
    }
    boolean interrupted = Thread.interrupted();
    try {
      trySync();
    } catch (ClosedChannelException e) {
      interrupted |= Thread.interrupted();
      storage.uninterrupted.once(() -> repeated(this::trySync));
    } finally {
      if (interrupted) Thread.currentThread().interrupt();
    }
  }

  private void trySync() throws IOException {
    long coveredCount = plain.changeCount();
    plain.get().force(false);
    plain.synced(coveredCount);
    syncedOnce = true;
  }

  private interface Step {
    void run() throws IOException;
  }

  /** Where nobody interrupts this thread; those that share its channel may be interrupted all the same. */
  private static Void repeated(Step step) throws IOException {
    while (true) {
      try {
        step.run();
        return null;
      } catch (ClosedChannelException e) {
        if (Thread.currentThread().isInterrupted()) throw e;
        // Around again: get() opens a new channel, or says why it must not.
      }
    }
  }

  @Override
  protected int doRead(ByteBuffer target, long offsetBytes) throws IOException {
    int start = target.position();
    boolean interrupted = Thread.interrupted();
    try {
      return readFully(reads.get(), target, offsetBytes);
    } catch (ClosedChannelException e) {
      interrupted |= Thread.interrupted();
      return aside(channel -> readFully(channel, target.position(start), offsetBytes));
    } finally {
      if (interrupted) Thread.currentThread().interrupt();
    }
  }

  @Override
  protected long doSize() throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      // Whoever writes has a channel that will do: another one might not be had.
      FileChannel writing = plain.openOrNull();
      return (writing != null ? writing : reads.get()).size();
    } catch (ClosedChannelException e) {
      interrupted |= Thread.interrupted();
      return aside(FileChannel::size);
    } finally {
      if (interrupted) Thread.currentThread().interrupt();
    }
  }

  private interface Reading<T> {
    T run(FileChannel channel) throws IOException;
  }

  private <T> T aside(Reading<T> reading) throws IOException {
    return storage.uninterrupted.repeatable(
        () -> {
          FileChannel kept = afterDeletion;
          if (kept != null) return reading.run(kept);
          try (FileChannel own = storage.openChannel(this, withDirect(StandardOpenOption.READ))) {
            return reading.run(own);
          }
        });
  }

  private void writeFully(FileChannel channel, ByteBuffer source, long offsetBytes) throws IOException {
    long at = offsetBytes;
    try {
      while (source.hasRemaining()) {
        int written = channel.write(source, at);
        if (written <= 0) throw new IOException("no progress");
        at += written;
      }
    } catch (IOException e) {
      throw Full.here().explained(e, path(), at, source.remaining());
    }
  }

  private void zero(FileChannel channel, long offsetBytes, long lengthBytes) throws IOException {
    for (long doneBytes = 0; doneBytes < lengthBytes; doneBytes += ZEROS.capacity()) {
      ByteBuffer chunk = ZEROS.duplicate().limit((int) Math.min(ZEROS.capacity(), lengthBytes - doneBytes));
      writeFully(channel, chunk, offsetBytes + doneBytes);
    }
  }

  private void resize(FileChannel channel, long sizeBytes) throws IOException {
    // A channel only cuts. To extend, a unit is written behind the wanted end, clear of every byte that counts, and cut off.
    int unitBytes = direct.alignmentBytes();
    long behindBytes = (sizeBytes + unitBytes - 1) & -unitBytes;
    if (channel.size() < sizeBytes) zero(channel, behindBytes, unitBytes);
    channel.truncate(sizeBytes);
  }

  private int readFully(FileChannel channel, ByteBuffer target, long offsetBytes) throws IOException {
    int unitBytes = isDirect() ? direct.alignmentBytes() : 1;
    requireAligned(target, offsetBytes, unitBytes);
    int start = target.position();
    while (target.hasRemaining()) {
      int read = channel.read(target, offsetBytes + target.position() - start);
      if (read == 0) throw new IOException("no progress reading " + path() + " behind offset " + offsetBytes);
      // Past the page cache a read that ends inside a unit has met the end of the file, and must not go on from there.
      if (read < 0 || read % unitBytes != 0) break;
    }
    return target.position() - start;
  }

  private void requireAligned(ByteBuffer target, long offsetBytes, int unitBytes) {
    if (unitBytes == 1) return;
    boolean aligned = target.isDirect() && target.alignmentOffset(target.position(), unitBytes) == 0;
    if (!aligned || offsetBytes % unitBytes != 0 || target.remaining() % unitBytes != 0)
      throw new IllegalArgumentException(
          path() + ": a read past the page cache of " + target.remaining() + " bytes at offset " + offsetBytes
              + " needs offset, length and buffer address in units of " + unitBytes);
  }

  private void requireWritable() {
    if (access != Access.WRITE) throw new IllegalStateException(path() + " was opened to read");
  }

  @Override
  protected void doClose() throws IOException {
    storage.forget(this);
    List<Closeable> open = new ArrayList<>(List.of(reads, plain, durable));
    if (afterDeletion != null) open.add(afterDeletion);
    IOException failure = null;
    for (Closeable each : open) {
      try {
        each.close();
      } catch (IOException e) {
        if (failure == null) failure = e;
        else failure.addSuppressed(e);
      }
    }
    if (failure != null) throw failure;
  }
}
