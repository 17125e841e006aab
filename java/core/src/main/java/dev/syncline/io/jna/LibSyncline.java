package dev.syncline.io.jna;

import java.nio.ByteBuffer;

/**
 * The signatures of {@code syncline_io.h}, which is their manual; each result is {@code >= 0} or a negated errno.
 *
 * <p>Bound by {@link NativeLoader}. Buffers are passed as direct {@link ByteBuffer}s, whose position JNA adds to the address:
 * unlike asking JNA for the address first, that allocates nothing. A path or a name is its bytes and a NUL.
 */
final class LibSyncline {
  /** The number that {@code syncline_abi_version} must return for the signatures below. */
  static final int ABI_VERSION = 3;

  static final int OPEN_WRITE = 1;
  static final int OPEN_CREATE = 2;
  static final int OPEN_DIRECT = 4;

  private LibSyncline() {}

  static native int syncline_open_directory(byte[] path);

  static native int syncline_open_directory_at(int directory, byte[] name);

  static native int syncline_make_directory_at(int directory, byte[] name);

  static native int syncline_open_at(int directory, byte[] name, int flags);

  static native int syncline_close(int fd);

  static native long syncline_read(int fd, ByteBuffer target, long lengthBytes, long offsetBytes);

  static native long syncline_write(int fd, ByteBuffer source, long lengthBytes, long offsetBytes);

  static native long syncline_write_durable(int fd, ByteBuffer source, long lengthBytes, long offsetBytes);

  static native long syncline_write_zeros(int fd, long lengthBytes, long offsetBytes);

  static native int syncline_sync(int fd);

  static native int syncline_sync_names(int directory);

  static native int syncline_reserve(int fd, long sizeBytes);

  static native int syncline_truncate(int fd, long sizeBytes);

  static native long syncline_size(int fd);

  static native int syncline_drop_cache(int fd, long offsetBytes, long lengthBytes);

  static native int syncline_memory_alignment(int fd);

  static native int syncline_offset_alignment(int fd);

  static native int syncline_rename_at(int directory, byte[] from, byte[] to);

  static native int syncline_unlink_at(int directory, byte[] name);

  static native int syncline_link_at(int directory, byte[] name, int target);

  static native int syncline_link_count_at(int directory, byte[] name);

  static native int syncline_is_file(int fd, long device, long inode);

  static native long syncline_list(int fd, ByteBuffer target, long lengthBytes);

  static native int syncline_sleep(long wordAddress, int seen);

  static native int syncline_sleep_for(long wordAddress, int seen, long timeoutNanos);

  static native int syncline_wake_all(long wordAddress);

  static native int syncline_lock_directory(byte[] path);

  static native int syncline_lock_file(int directoryFd, byte[] name);

  static native int syncline_lock_intact(int directoryFd, int fileFd, byte[] name);

  static native int syncline_unlock(int directoryFd, int fileFd);
}
