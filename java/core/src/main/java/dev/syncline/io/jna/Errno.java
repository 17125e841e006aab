package dev.syncline.io.jna;

import dev.syncline.ResourceShortageException;
import dev.syncline.StorageFullException;
import dev.syncline.shortage.Advice;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Turns a negated errno into the exception that says what failed, where, and why.
 *
 * <p>The numbers are those of Linux's generic table, which x86, ARM, RISC-V and s390 share.
 */
enum Errno {
  EPERM(1, "operation not permitted"),
  ENOENT(2, "no such file or directory"),
  EINTR(4, "interrupted by a signal"),
  EIO(5, "input/output error"),
  ENXIO(6, "no such device"),
  EBADF(9, "bad file descriptor"),
  EAGAIN(11, "temporarily unavailable"),
  ENOMEM(12, "out of memory"),
  EACCES(13, "permission denied"),
  EFAULT(14, "bad address"),
  EBUSY(16, "device or resource busy"),
  EEXIST(17, "file exists"),
  EXDEV(18, "not on the same file system"),
  ENODEV(19, "no such device"),
  ENOTDIR(20, "not a directory"),
  EISDIR(21, "is a directory"),
  EINVAL(22, "invalid argument"),
  ENFILE(23, "too many open files in the system"),
  EMFILE(24, "too many open files in this process"),
  ETXTBSY(26, "a running program"),
  EFBIG(27, "file too large"),
  ENOSPC(28, "no space left on the device"),
  EROFS(30, "read-only file system"),
  EMLINK(31, "too many links"),
  ENAMETOOLONG(36, "name too long"),
  ENOLCK(37, "no locks available"),
  ENOSYS(38, "not implemented by this kernel"),
  ELOOP(40, "too many symbolic links"),
  EOVERFLOW(75, "value too large"),
  EOPNOTSUPP(95, "not supported by this file system"),
  ETIMEDOUT(110, "timed out"),
  ESTALE(116, "stale file handle"),
  EDQUOT(122, "disk quota exceeded");

  private final int number;
  private final String text;

  Errno(int number, String text) {
    this.number = number;
    this.text = text;
  }

  /** Whether a native result means this error. */
  boolean is(long result) {
    return result == -number;
  }

  /** Whether a native result means that there is no room: the device is full, the quota is used up, or the file as large as it may be. */
  static boolean isFull(long result) {
    return ENOSPC.is(result) || EDQUOT.is(result) || EFBIG.is(result);
  }

  /** Such as {@code EIO (input/output error)}. */
  static String describe(long result) {
    for (Errno known : values()) if (known.is(result)) return known.name() + " (" + known.text + ")";
    return "errno " + -result;
  }

  /**
   * The exception for a failed operation on a name or a whole file.
   *
   * @param operation a verb, such as {@code "sync"}
   */
  static IOException failure(long result, String operation, Path path) {
    return exception(result, operation + " of " + path, path);
  }

  /** The exception for a failed transfer. */
  static IOException failure(long result, String operation, Path path, long offsetBytes, long lengthBytes) {
    return exception(result, operation + " of " + lengthBytes + " bytes at offset " + offsetBytes + " of " + path, path);
  }

  /** The exception for a lock that cannot be had: some systems that have none for a file say that by other errors than ENOLCK. */
  static IOException noLock(long result, Path path) {
    IOException failure = failure(result, "lock", path);
    return ENOSYS.is(result) || EOPNOTSUPP.is(result) ? new IOException(failure.getMessage() + Advice.LOCKS) : failure;
  }

  private static IOException exception(long result, String what, Path path) {
    String message = what + " failed: " + describe(result);
    if (isFull(result)) return new StorageFullException(message + Advice.ROOM);
    if (EMFILE.is(result) || ENFILE.is(result))
      return new ResourceShortageException(message + "; close files or raise the limit of open ones (ulimit -n), then try again", null);
    if (ENOMEM.is(result)) return new ResourceShortageException(message + "; free memory, then try again", null);
    if (ENOLCK.is(result)) return new IOException(message + Advice.LOCKS);
    if (ENOENT.is(result)) return new NoSuchFileException(path.toString(), null, message);
    if (EEXIST.is(result)) return new FileAlreadyExistsException(path.toString(), null, message);
    if (EACCES.is(result)) return new AccessDeniedException(path.toString(), null, message);
    return new IOException(message);
  }
}
