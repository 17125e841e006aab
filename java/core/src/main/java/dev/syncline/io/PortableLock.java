package dev.syncline.io;

import dev.syncline.LogLockedException;
import dev.syncline.shortage.Advice;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A lock by what Java has: POSIX record locks, on the whole of {@code log.lock}.
 *
 * <p>The system drops them, and tells nobody, when the process closes <em>any</em> descriptor of the file (fcntl(2)), and Java cannot ask
 * whether it holds one. So the file is locked in two ranges, which everybody takes in the same order and holds both. To see that
 * nobody else has them, the holder gives up one and takes it again while the other keeps openers out, and then the other way round:
 * a lock that was dropped is taken anew in passing, and one that somebody else has taken cannot be.
 */
final class PortableLock extends ProcessLock {
  /** In the order of taking. */
  private static final List<Range> RANGES = List.of(new Range(0, 1), new Range(1, Long.MAX_VALUE - 1));

  /**
   * How long a refused range is asked for again: an opener that gets a dropped lock holds it until it has seen that the holder lives, and
   * may be slow on a busy machine.
   */
  private static final long OPENER_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  /** Channels that must not be closed, since that would drop somebody else's locks; used again for the same file. */
  private static final List<Unclosable> UNCLOSABLE = new CopyOnWriteArrayList<>();

  private record Range(long offsetBytes, long lengthBytes) {
    FileLock tryLock(FileChannel channel) throws IOException {
      return channel.tryLock(offsetBytes, lengthBytes, false);
    }
  }

  private record Unclosable(Object fileKey, FileChannel channel) {}

  private final Path file;
  private final Object fileKey;
  private final FileChannel channel;

  /** One for each range; null for one that could not be taken again. */
  private final FileLock[] locks;

  private PortableLock(Path file, Object fileKey, FileChannel channel, FileLock[] locks) {
    this.file = file;
    this.fileKey = fileKey;
    this.channel = channel;
    this.locks = locks;
  }

  /**
   * Empty if another process has the lock, or if the file was replaced meanwhile.
   *
   * @throws LogLockedException if other code of this process has locked the file
   */
  static Optional<ProcessLock> tryTake(Path directory) throws IOException {
    Path file = directory.toRealPath().resolve(DirectoryLock.FILE_NAME);
    try {
      makeIfMissing(file);
      Object key = keyOf(file);
      return tryTake(file, key, channelOf(file, key));
    } catch (NoSuchFileException removedMeanwhile) {
      return Optional.empty();
    }
  }

  private static Optional<ProcessLock> tryTake(Path file, Object key, FileChannel channel) throws IOException {
    FileLock[] locks = new FileLock[RANGES.size()];
    boolean mayClose = true;
    boolean taken = false;
    try {
      taken = tryAll(file, channel, locks) && Objects.equals(key, keyOf(file));
      return taken ? Optional.of(new PortableLock(file, key, channel, locks)) : Optional.empty();
    } catch (OverlappingFileLockException e) {
      mayClose = false;
      for (FileLock lock : locks) if (lock != null) lock.release();
      UNCLOSABLE.add(new Unclosable(key, channel));
      throw lockedByThisProcess(file, e);
    } finally {
      if (!taken && mayClose) channel.close();
    }
  }

  private static boolean tryAll(Path file, FileChannel channel, FileLock[] locks) throws IOException {
    for (int i = 0; i < locks.length; i++) {
      locks[i] = tryOne(file, channel, RANGES.get(i));
      if (locks[i] == null) return false;
    }
    return true;
  }

  private static FileLock tryOne(Path file, FileChannel channel, Range range) throws IOException {
    try {
      return range.tryLock(channel);
    } catch (ClosedChannelException e) {
      throw e;
    } catch (IOException e) {
      // That others have it is no exception.
      throw new IOException(file + " could not be locked: " + e.getMessage() + Advice.LOCKS, e);
    }
  }

  private static LogLockedException lockedByThisProcess(Path file, Exception cause) {
    return new LogLockedException(
        file + " is locked by other code of this process (" + ProcessHandle.current().pid()
            + "), which is not a log that is open here; let it give the lock up",
        cause);
  }

  private static void makeIfMissing(Path file) throws IOException {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) return;
    try {
      Files.createFile(file);
    } catch (FileAlreadyExistsException e) {
      // Another opener was faster; its file is as good.
    }
  }

  private static FileChannel channelOf(Path file, Object key) throws IOException {
    FileChannel[] known = new FileChannel[1];
    UNCLOSABLE.removeIf(kept -> {
      if (known[0] != null || key == null || !key.equals(kept.fileKey)) return false;
      known[0] = kept.channel;
      return true;
    });
    if (known[0] != null) return known[0];
    return FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
  }

  /** Null where files have no keys. */
  private static Object keyOf(Path file) throws IOException {
    return requirePlain(file).fileKey();
  }

  /** A lock lies in the directory that it guards: through a link it would be one on another. */
  private static BasicFileAttributes requirePlain(Path file) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (attributes.isRegularFile()) return attributes;
    String found = attributes.isSymbolicLink() ? "a symbolic link" : attributes.isDirectory() ? "a directory" : "a special file";
    throw new IOException(file + " should be a plain file and is " + found + ": delete it, and the log makes its own");
  }

  @Override
  public boolean endsWithHolderOnly() {
    return false;
  }

  @Override
  protected Optional<String> doLoss() throws IOException {
    if (!isInPlace()) return Optional.of(replaced());
    for (int i = locks.length - 1; i >= 0; i--) if (!isOurs(i)) return Optional.of(takenByAnother());
    return Optional.empty();
  }

  private static String takenByAnother() {
    return "the system has dropped the lock on " + DirectoryLock.FILE_NAME + ", as it does when a process closes any descriptor of a"
        + " file (copying the directory does that), and another process has taken it";
  }

  private boolean isInPlace() throws IOException {
    try {
      return Objects.equals(fileKey, keyOf(file));
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private boolean isOurs(int i) throws IOException {
    FileLock given = locks[i];
    locks[i] = null;
    if (given != null) given.release();
    long startNanos = System.nanoTime();
    do {
      locks[i] = RANGES.get(i).tryLock(channel);
      if (locks[i] != null) return true;
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    } while (System.nanoTime() - startNanos < OPENER_NANOS);
    return false;
  }

  @Override
  protected void doClose() throws IOException {
    channel.close();
  }
}
