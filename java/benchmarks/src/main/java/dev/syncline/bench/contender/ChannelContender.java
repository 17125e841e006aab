package dev.syncline.bench.contender;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * What a careful engineer writes by hand in an afternoon: {@link FileChannel} on preallocated files, a length and a CRC32C before
 * each record, and group commit. No recovery beyond the checksum, no truncation, no protection from interrupts.
 */
public final class ChannelContender implements Contender {
  private static final int HEADER_BYTES = 8;
  private static final int BUFFER_BYTES = 8 << 20;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition committed = lock.newCondition();
  private ByteBuffer filling = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private ByteBuffer writing = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private long appended;
  private long durable;
  private boolean commitInFlight;
  private ChannelFiles files;
  private Path directory;

  @Override
  public void open(Path directory, Setup setup) throws IOException {
    this.directory = directory;
    files = new ChannelFiles(directory, setup.segmentBytes());
  }

  @Override
  public void openToReplay(Path directory, Setup setup) {
    this.directory = directory;
  }

  @Override
  public void append(byte[] record) throws IOException {
    lock.lock();
    try {
      while (filling.remaining() < HEADER_BYTES + record.length) committed.awaitUninterruptibly();
      long mine = put(record);
      while (durable < mine) {
        if (commitInFlight) committed.awaitUninterruptibly();
        else commit();
      }
    } finally {
      lock.unlock();
    }
  }

  private long put(byte[] record) {
    files.putRecord(filling, record);
    return ++appended;
  }

  private void commit() throws IOException {
    ByteBuffer frame = filling;
    filling = writing;
    writing = frame;
    long upTo = appended;
    commitInFlight = true;
    lock.unlock();
    try {
      files.write(frame.flip());
      files.sync();
    } finally {
      frame.clear();
      lock.lock();
      commitInFlight = false;
    }
    durable = upTo;
    committed.signalAll();
  }

  @Override
  public void appendDeferred(byte[] record) throws IOException {
    if (filling.remaining() < HEADER_BYTES + record.length) flush();
    put(record);
  }

  private void flush() throws IOException {
    files.write(filling.flip());
    filling.clear();
  }

  @Override
  public void sync() throws IOException {
    flush();
    files.sync();
  }

  /** The hand-written loop: read a length, check the CRC32C, go on. */
  @Override
  public void replay(Replayed replayed) throws IOException {
    List<Path> paths = new ArrayList<>();
    try (Stream<Path> found = Files.list(directory)) {
      found.filter(path -> path.toString().endsWith(".log")).sorted().forEach(paths::add);
    }
    ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
    for (Path path : paths) {
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
        ChannelFiles.readRecords(channel, buffer, replayed);
      } catch (EOFException e) {
        throw new IOException(path + " ends within a record", e);
      }
    }
  }

  @Override
  public void close() throws IOException {
    if (files != null) files.close();
  }
}
