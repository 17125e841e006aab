package dev.syncline.cli;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Tells whether the process that made a directory is at work in it: it has a lock there, which goes with it, however it ends. */
final class InUse implements Closeable {
  static final String FILE = "lock";

  /** Null where the file system has no locks. */
  private final FileChannel channel;

  private InUse(FileChannel channel) {
    this.channel = channel;
  }

  static InUse take(Path directory) throws IOException {
    FileChannel channel = FileChannel.open(directory.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      channel.tryLock();
      return new InUse(channel);
    } catch (IOException e) {
      channel.close();
      return new InUse(null);
    }
  }

  /** Of a directory of this process's own it must not be asked: to look is to let go. */
  static boolean is(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    if (!Files.isRegularFile(file)) return false;
    // Who may not look at another user's cannot tell.
    if (!Files.isWritable(file)) return !Files.getFileStore(file).isReadOnly();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE); FileLock lock = channel.tryLock()) {
      return lock == null;
    } catch (OverlappingFileLockException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    if (channel != null) channel.close();
  }
}
