package dev.syncline.lab;

/**
 * What a storage asks of the operating system, one name for each kind of call.
 *
 * <p>In the order of the C layer's saboteur (see {@code native/src/test-faults/faulty_syscalls.c}).
 */
public enum SystemCall {
  OPEN, CLOSE, UNLINK, LINK, READ,
  /** {@code pwrite}: into the page cache, or past it without a flush. */
  WRITE,
  /** {@code pwritev}: zeros. */
  WRITE_VECTOR,
  /** {@code pwritev2} with RWF_DSYNC, or a write on a channel with O_DSYNC. */
  WRITE_DURABLE,
  /** {@code fdatasync}. */
  SYNC,
  /** {@code fsync}, of a directory. */
  SYNC_DIRECTORY,
  /** {@code fallocate}. */
  RESERVE, TRUNCATE,
  /** {@code lseek} to the end. */
  SIZE,
  /** {@code posix_fadvise}. */
  DROP_CACHE,
  /** {@code statx}. */
  ALIGNMENT, RENAME, LIST,
  /** {@code stat}. */
  ATTRIBUTES;

  /** Whether it moves bytes, so that it can move some of them. */
  public boolean isTransfer() {
    return isWrite() || this == READ;
  }

  public boolean isWrite() {
    return this == WRITE || this == WRITE_VECTOR || this == WRITE_DURABLE;
  }

  /** Whether an error of it means that what lies in a file can no longer be known. */
  public boolean writesOrSyncs() {
    return isWrite() || this == SYNC || this == SYNC_DIRECTORY;
  }
}
