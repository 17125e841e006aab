package dev.syncline.lab;

import dev.syncline.lab.SystemFault.Effect;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/**
 * A channel each of whose operations {@link FaultyFiles} may spoil.
 *
 * <p>What is injected is injected between {@code begin} and {@code end}, as the JDK's own channel makes its system calls: an interrupt
 * that comes meanwhile closes the channel, and the error is replaced by a {@code ClosedByInterruptException}.
 */
final class FaultyChannel extends FileChannel {
  private static final int BLOCK_BYTES = 4096;
  private static final int SECTOR_BYTES = 512;

  private final FaultyFiles files;
  private volatile Path file;
  private final FileChannel channel;
  private final boolean durable;
  private final boolean direct;

  FaultyChannel(FaultyFiles files, Path file, FileChannel channel, boolean durable, boolean direct) {
    this.direct = direct;
    this.files = files;
    this.file = file;
    this.channel = channel;
    this.durable = durable;
  }

  void renamed(Path from, Path to) {
    if (file.toString().equals(from.toString())) file = to;
  }

  private interface Call<T> {
    T run() throws IOException;
  }

  private FaultyFiles.Meeting meet(SystemCall call) throws IOException {
    boolean completed = false;
    try {
      begin();
      FaultyFiles.Meeting met = files.meet(call, file, this);
      if (met.is(Effect.FAIL)) throw met.channelError();
      completed = true;
      return met;
    } finally {
      end(completed);
    }
  }

  /** What closes the channel beneath closes this one. */
  private <T> T beneath(Call<T> call) throws IOException {
    try {
      return call.run();
    } catch (ClosedChannelException e) {
      close();
      throw e;
    }
  }

  private <T> T meeting(SystemCall call, Call<T> made) throws IOException {
    FaultyFiles.Meeting met = meet(call);
    T result = beneath(made);
    if (met.is(Effect.FAIL_AFTER)) throw met.channelError();
    return result;
  }

  /** Whole blocks where there are several, else whole sectors, else all. The JDK refuses direct transfers of less than a block. */
  private int partOf(int lengthBytes) {
    if (lengthBytes > BLOCK_BYTES) return Math.max(BLOCK_BYTES, lengthBytes / 2 / BLOCK_BYTES * BLOCK_BYTES);
    if (direct) return lengthBytes;
    int sectors = lengthBytes / 2 / SECTOR_BYTES * SECTOR_BYTES;
    return sectors == 0 ? lengthBytes : sectors;
  }

  private static ByteBuffer firstOf(ByteBuffer buffer, int lengthBytes) {
    return buffer.duplicate().limit(buffer.position() + lengthBytes);
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    FaultyFiles.Meeting met = meet(SystemCall.READ);
    // Inside a block, a direct read only stops at the end of the file: the kernel has no other reason to.
    boolean shortened = met.is(Effect.SHORT) && target.remaining() > BLOCK_BYTES;
    ByteBuffer into = shortened ? firstOf(target, partOf(target.remaining())) : target;
    int moved = beneath(() -> channel.read(into, position));
    if (shortened && moved > 0) target.position(target.position() + moved);
    if (met.is(Effect.FAIL_AFTER)) throw met.channelError();
    return moved;
  }

  @Override
  public int write(ByteBuffer source, long position) throws IOException {
    FaultyFiles.Meeting met = meet(durable ? SystemCall.WRITE_DURABLE : SystemCall.WRITE);
    boolean part = met.is(Effect.SHORT) || met.is(Effect.FAIL_MIDWAY);
    ByteBuffer from = part ? firstOf(source, partOf(source.remaining())) : source;
    int moved = beneath(() -> channel.write(from, position));
    if (met.is(Effect.FAIL_AFTER) || met.is(Effect.FAIL_MIDWAY)) throw met.channelError();
    if (part) source.position(source.position() + moved);
    return moved;
  }

  @Override
  public void force(boolean metaData) throws IOException {
    meeting(metaData ? SystemCall.SYNC_DIRECTORY : SystemCall.SYNC, () -> {
      channel.force(metaData);
      return null;
    });
  }

  @Override
  public long size() throws IOException {
    return meeting(SystemCall.SIZE, channel::size);
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    meeting(SystemCall.TRUNCATE, () -> channel.truncate(size));
    return this;
  }

  /** The descriptor is gone, whatever is said. */
  @Override
  protected void implCloseChannel() throws IOException {
    FaultyFiles.Meeting met = files.meet(SystemCall.CLOSE, file, this);
    files.closed(this);
    channel.close();
    if (!met.is(Effect.NONE)) throw met.channelError();
  }

  @Override
  public FileLock tryLock(long position, long size, boolean shared) throws IOException {
    return channel.tryLock(position, size, shared);
  }

  @Override
  public FileLock lock(long position, long size, boolean shared) throws IOException {
    return channel.lock(position, size, shared);
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    return channel.read(target);
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
    return channel.read(targets, offset, length);
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    return channel.write(source);
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    return channel.write(sources, offset, length);
  }

  @Override
  public long position() throws IOException {
    return channel.position();
  }

  @Override
  public FileChannel position(long newPosition) throws IOException {
    channel.position(newPosition);
    return this;
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
    return channel.transferTo(position, count, target);
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long position, long count) throws IOException {
    return channel.transferFrom(source, position, count);
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
    return channel.map(mode, position, size);
  }
}
