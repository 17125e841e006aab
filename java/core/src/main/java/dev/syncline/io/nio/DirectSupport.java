package dev.syncline.io.nio;

import dev.syncline.ResourceShortageException;
import dev.syncline.io.AlignedBuffers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;

/**
 * Whether O_DIRECT works in one directory, found by writing and reading one block there.
 *
 * @param alignmentBytes what offsets, lengths and addresses must be multiples of; 1 where transfers are buffered
 * @param reason one sentence without its full stop, for people
 */
record DirectSupport(boolean usable, int alignmentBytes, String reason) {

  /**
   * {@code ExtendedOpenOption.DIRECT}, looked up by name: its module (jdk.unsupported) may be missing from a trimmed
   * run-time image, and a hard link would keep this package from loading there.
   */
  private static final Optional<OpenOption> DIRECT = findDirect();

  static DirectSupport none(String reason) {
    return new DirectSupport(false, 1, "buffered I/O, because " + reason);
  }

  /**
   * Tries it with a file of the name {@code probe}; leaves no file behind.
   *
   * @throws ResourceShortageException if that says nothing about the directory, since the process has no descriptor left
   */
  static DirectSupport probe(HeldDirectory directory, String probe, int blockSizeBytes, Uninterrupted uninterrupted)
      throws ResourceShortageException {
    if (DIRECT.isEmpty()) return none("this Java runtime has no ExtendedOpenOption.DIRECT (module jdk.unsupported)");
    try {
      return uninterrupted.repeatable(() -> tried(directory, probe, blockSizeBytes));
    } catch (ResourceShortageException e) {
      throw e;
    } catch (IOException | UnsupportedOperationException e) {
      return none(directory.path + " refuses O_DIRECT: " + e);
    }
  }

  /** The option that opens a channel past the page cache. Only asked where {@link #usable}. */
  static OpenOption option() {
    return DIRECT.orElseThrow();
  }

  private static DirectSupport tried(HeldDirectory directory, String probe, int blockSizeBytes) throws IOException {
    FileStore store = Files.getFileStore(directory.path);
    long alignmentBytes = store.getBlockSize();
    if (alignmentBytes > Math.min(blockSizeBytes, AlignedBuffers.ALIGNMENT_BYTES) || Long.bitCount(alignmentBytes) != 1)
      return none(directory.path + " wants O_DIRECT in units of " + alignmentBytes + " bytes and a block has " + blockSizeBytes);
    // Created without O_DIRECT first: an open that the file system refuses may have created the file all the same.
    directory.openChannel(probe, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)).close();
    try {
      roundTrip(directory, probe, (int) alignmentBytes);
    } finally {
      directory.delete(probe);
    }
    return new DirectSupport(true, (int) alignmentBytes, "direct I/O in units of " + alignmentBytes + " bytes");
  }

  private static void roundTrip(HeldDirectory directory, String probe, int lengthBytes) throws IOException {
    ByteBuffer written = AlignedBuffers.allocate(lengthBytes).limit(lengthBytes);
    while (written.hasRemaining()) written.put((byte) 0x5A);
    try (FileChannel channel = directory.openChannel(probe, Set.of(StandardOpenOption.WRITE, option()))) {
      channel.write(written.flip(), 0);
    } catch (IOException e) {
      // A full disk says nothing about O_DIRECT: that the open was accepted has to do.
      if (Full.here().isFull(e, directory.path.resolve(probe), lengthBytes)) return;
      throw e;
    }
    ByteBuffer read = AlignedBuffers.allocate(lengthBytes).limit(lengthBytes);
    try (FileChannel channel = directory.openChannel(probe, Set.of(StandardOpenOption.READ, option()))) {
      channel.read(read, 0);
    }
    if (!read.flip().equals(written.flip())) throw new IOException("a block did not come back as it was written");
  }

  private static Optional<OpenOption> findDirect() {
    try {
      for (Object constant : Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants())
        if (constant.toString().equals("DIRECT")) return Optional.of((OpenOption) constant);
    } catch (ClassNotFoundException | LinkageError e) {
      return Optional.empty();
    }
    return Optional.empty();
  }
}
