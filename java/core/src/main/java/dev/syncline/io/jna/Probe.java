package dev.syncline.io.jna;

import dev.syncline.io.AlignedBuffers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * What a directory turned out to take when real operations were tried in it.
 *
 * @param alignmentBytes what direct I/O wants; 1 where it is not used
 * @param directProblem why direct I/O is not used; empty where it is
 */
record Probe(int alignmentBytes, String directProblem, boolean preallocates, String fileSystem) {
  private static final int SMALLEST_SECTOR_BYTES = 512;

  boolean directIo() {
    return directProblem.isEmpty();
  }

  /** What can be relied on where nothing may be written. */
  static Probe withoutWriting(Path directory) {
    return new Probe(1, "the directory is opened to read only", false, fileSystemOf(directory));
  }

  /** Tries real operations on nameless files in {@code directory}; they have the name {@code probe} for a moment. */
  static Probe of(NativeDirectory directory, String probe, int blockSizeBytes) throws IOException {
    String fileSystem = fileSystemOf(directory.path);
    Path file = directory.path.resolve(probe);
    int fd = create(directory, probe, LibSyncline.OPEN_DIRECT);
    // A full file system tells little about itself, and must still be opened: truncation has to work there.
    if (Errno.isFull(fd)) return new Probe(1, "no file could be made to try it: " + Errno.describe(fd), false, fileSystem);
    if (Errno.EINVAL.is(fd) || Errno.EOPNOTSUPP.is(fd)) {
      String refusal = "this file system refuses O_DIRECT: " + Errno.describe(fd);
      return new Probe(1, refusal, preallocates(directory, probe, blockSizeBytes), fileSystem);
    }
    if (fd < 0) throw Errno.failure(fd, "creation", file);

    int alignmentBytes;
    try {
      alignmentBytes = alignment(fd, blockSizeBytes, file);
    } finally {
      LibSyncline.syncline_close(fd);
    }
    String problem = "";
    if (alignmentBytes == 0)
      problem = "no write of " + blockSizeBytes + " bytes or less gets past the page cache here";
    else if (blockSizeBytes % alignmentBytes != 0)
      problem =
          "direct I/O wants " + alignmentBytes + "-byte alignment here and the log's blocks have " + blockSizeBytes + " bytes";
    return new Probe(problem.isEmpty() ? alignmentBytes : 1, problem, preallocates(directory, probe, blockSizeBytes), fileSystem);
  }

  /** Opens a new file that has no name any more, so that a crash leaves nothing behind; a negated errno on failure. */
  private static int create(NativeDirectory directory, String probe, int flags) throws IOException {
    int fd = directory.openFile(probe, LibSyncline.OPEN_WRITE | LibSyncline.OPEN_CREATE | flags);
    try {
      directory.delete(probe);
    } catch (NoSuchFileException e) {
      // As it should be where no file was made.
    } catch (IOException e) {
      if (fd >= 0) LibSyncline.syncline_close(fd);
      throw e;
    }
    return fd;
  }

  /**
   * The alignment that the kernel names, which need not suit the blocks, or the smallest that a real write proves; 0 if none
   * does.
   */
  private static int alignment(int fd, int blockSizeBytes, Path file) throws IOException {
    int memory = LibSyncline.syncline_memory_alignment(fd);
    int offset = LibSyncline.syncline_offset_alignment(fd);
    if (Errno.EOPNOTSUPP.is(offset)) return 0;
    int named = Math.max(memory, offset);
    if (named > 0 && blockSizeBytes % named != 0) return named;
    for (int tried = named > 0 ? named : SMALLEST_SECTOR_BYTES; tried <= blockSizeBytes; tried *= 2)
      if (takesWritesOf(tried, fd, file)) return tried;
    return 0;
  }

  /** One durable write at an offset, from an address and of a length that are multiples of {@code bytes} and of nothing more. */
  private static boolean takesWritesOf(int bytes, int fd, Path file) throws IOException {
    ByteBuffer memory = AlignedBuffers.allocate(2 * bytes).position(bytes);
    long result = LibSyncline.syncline_write_durable(fd, memory, bytes, bytes);
    if (result == bytes || Errno.isFull(result)) return true;
    if (Errno.EINVAL.is(result)) return false;
    throw Errno.failure(result, "durable write", file, bytes, bytes);
  }

  private static boolean preallocates(NativeDirectory directory, String probe, int bytes) throws IOException {
    Path file = directory.path.resolve(probe);
    int fd = create(directory, probe, 0);
    if (fd < 0) throw Errno.failure(fd, "creation", file);
    try {
      int result = LibSyncline.syncline_reserve(fd, bytes);
      // A file system that has no room understood the question.
      if (result == 0 || Errno.isFull(result)) return true;
      if (Errno.EOPNOTSUPP.is(result) || Errno.ENOSYS.is(result)) return false;
      throw Errno.failure(result, "reservation of space", file);
    } finally {
      LibSyncline.syncline_close(fd);
    }
  }

  private static String fileSystemOf(Path directory) {
    try {
      return Files.getFileStore(directory).type();
    } catch (IOException e) {
      // Only for people to read; a container may hide the mount.
      return "";
    }
  }
}
