package dev.syncline.io.jna;

import dev.syncline.io.DirectoryLock;
import dev.syncline.io.ProcessLock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A lock on the directory itself (flock(2), where the file system has it for directories) and one on {@code log.lock} that belongs to the
 * open file description (fcntl(2), F_OFD_SETLK, Linux 3.15). Neither goes when another descriptor is closed; the second excludes the record
 * locks of portable storages, and the first outlives the removal of the file.
 */
final class NativeLock extends ProcessLock {
  private static final byte[] NAME = (DirectoryLock.FILE_NAME + "\0").getBytes(StandardCharsets.US_ASCII);

  private final Path directory;
  private final int directoryFd;
  private final int fileFd;

  private NativeLock(Path directory, int directoryFd, int fileFd) {
    this.directory = directory;
    this.directoryFd = directoryFd;
    this.fileFd = fileFd;
  }

  /**
   * Empty if somebody else has the lock, or if the file was replaced meanwhile.
   *
   * @param fallback what another storage does where the kernel has no such locks
   */
  static Optional<ProcessLock> tryTake(Path directory, Source fallback) throws IOException {
    Path real = directory.toRealPath();
    requirePlainOrNone(real.resolve(DirectoryLock.FILE_NAME));
    int directoryFd = LibSyncline.syncline_lock_directory(RawPath.of(real));
    if (Errno.EAGAIN.is(directoryFd)) return Optional.empty();
    if (directoryFd < 0) throw Errno.noLock(directoryFd, real);
    int fileFd = LibSyncline.syncline_lock_file(directoryFd, NAME);
    boolean taken = false;
    try {
      if (Errno.EAGAIN.is(fileFd)) return Optional.empty();
      if (fileFd < 0 && !Errno.EINVAL.is(fileFd)) throw Errno.noLock(fileFd, real.resolve(DirectoryLock.FILE_NAME));
      if (fileFd >= 0) {
        NativeLock lock = new NativeLock(real, directoryFd, fileFd);
        taken = lock.isInPlace();
        return taken ? Optional.of(lock) : Optional.empty();
      }
    } finally {
      if (!taken) LibSyncline.syncline_unlock(directoryFd, fileFd);
    }
    return fallback.tryLock();
  }

  /** A lock lies in the directory that it guards: through a link it would be one on another. */
  private static void requirePlainOrNone(Path file) throws IOException {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
      throw new IOException(file + " should be a plain file and is something else: delete it, and the log makes its own");
  }

  @Override
  public boolean endsWithHolderOnly() {
    return true;
  }

  @Override
  protected Optional<String> doLoss() throws IOException {
    return isInPlace() ? Optional.empty() : Optional.of(replaced());
  }

  private boolean isInPlace() throws IOException {
    int result = LibSyncline.syncline_lock_intact(directoryFd, fileFd, NAME);
    if (result < 0) throw Errno.failure(result, "check", directory.resolve(DirectoryLock.FILE_NAME));
    return result > 0;
  }

  @Override
  protected void doClose() {
    LibSyncline.syncline_unlock(directoryFd, fileFd);
  }
}
