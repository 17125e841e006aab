package dev.syncline.bench.contender;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.CRC32C;

/** The files of the log by hand: zero-filled ahead by a thread, so that a sync has no file system metadata to write. */
final class ChannelFiles implements Closeable {
  private final Path directory;
  private final long fileBytes;
  private final ExecutorService preparer =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "prepare-files");
            thread.setDaemon(true);
            return thread;
          });
  private final CRC32C crc = new CRC32C();
  private FileChannel current;
  private Future<FileChannel> next;
  private long offset;
  private int prepared;

  ChannelFiles(Path directory, long fileBytes) throws IOException {
    this.directory = directory;
    this.fileBytes = fileBytes;
    current = prepare(prepared++);
    prepareNext();
  }

  private void prepareNext() {
    int number = prepared++;
    next = preparer.submit(() -> prepare(number));
  }

  private FileChannel prepare(int number) throws IOException {
    Path path = directory.resolve(String.format(Locale.ROOT, "%08d.log", number));
    FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 20);
    for (long at = 0; at < fileBytes; at += zeros.capacity()) {
      zeros.clear();
      while (zeros.hasRemaining()) channel.write(zeros, at + zeros.position());
      // In pieces: one sync of everything would hold up the commits of the file before.
      channel.force(false);
    }
    channel.force(true);
    try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
      names.force(true);
    }
    return channel;
  }

  void write(ByteBuffer frame) throws IOException {
    if (offset + frame.remaining() > fileBytes) roll();
    while (frame.hasRemaining()) offset += current.write(frame, offset);
  }

  void sync() throws IOException {
    current.force(false);
  }

  private void roll() throws IOException {
    current.force(false);
    current.close();
    try {
      current = next.get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IOException("the next file was not made ready", e);
    }
    offset = 0;
    prepareNext();
  }

  /** Called under the lock of the log. */
  void putRecord(ByteBuffer into, byte[] record) {
    crc.reset();
    crc.update(record, 0, record.length);
    into.putInt(record.length).putInt((int) crc.getValue()).put(record);
  }

  static void readRecords(FileChannel channel, ByteBuffer buffer, Replayed replayed) throws IOException {
    CRC32C crc = new CRC32C();
    buffer.clear();
    boolean ended = channel.read(buffer) < 0;
    buffer.flip();
    while (true) {
      if (buffer.remaining() < Long.BYTES || buffer.remaining() < Long.BYTES + buffer.getInt(buffer.position())) {
        if (ended) return;
        buffer.compact();
        if (!buffer.hasRemaining()) throw new EOFException("a record does not fit " + buffer.capacity() + " bytes");
        ended = channel.read(buffer) < 0;
        buffer.flip();
        continue;
      }
      int recordBytes = buffer.getInt();
      int expected = buffer.getInt();
      if (recordBytes == 0) return;
      int end = buffer.position() + recordBytes;
      int sample = buffer.get(buffer.position());
      int limit = buffer.limit();
      crc.reset();
      crc.update(buffer.limit(end));
      buffer.limit(limit);
      if ((int) crc.getValue() != expected) throw new IOException("a record's checksum is wrong");
      replayed.add(recordBytes, sample);
    }
  }

  @Override
  public void close() throws IOException {
    preparer.shutdown();
    current.close();
    try {
      next.get().close();
    } catch (InterruptedException | ExecutionException e) {
      throw new IOException("the next file was not made ready", e);
    }
  }
}
