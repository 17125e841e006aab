package dev.syncline.io.nio;

import dev.syncline.StorageFullException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Tells a full disk from a broken one, from the little that {@link java.nio.channels.FileChannel} lets through. */
final class Full {
  /** Texts of ENOSPC, EDQUOT and ERROR_DISK_FULL; a channel's exception carries no number. */
  private static final List<String> TEXTS = List.of("No space left", "Disk quota exceeded", "not enough space");

  private Full() {}

  /** What to throw for a failed change of {@code file}: the same failure with the place, typed where the disk is full. */
  static IOException explained(IOException failure, Path file, long offsetBytes, long lengthBytes) {
    // An interrupt's doing: the caller opens the channel again.
    if (failure instanceof ClosedChannelException) return failure;
    String what =
        "writing %d bytes at offset %d of %s failed: %s".formatted(lengthBytes, offsetBytes, file, failure.getMessage());
    if (!isFull(failure, file, lengthBytes)) return new IOException(what, failure);
    return new StorageFullException(what + "; free space or raise the quota, then try again", failure);
  }

  static boolean isFull(IOException failure, Path file, long lengthBytes) {
    String message = String.valueOf(failure.getMessage());
    if (message.contains("Input/output error")) return false;
    return TEXTS.stream().anyMatch(message::contains) || hasNoRoom(file, lengthBytes);
  }

  /** The texts follow the locale; the room left does not. */
  private static boolean hasNoRoom(Path file, long lengthBytes) {
    try {
      return Files.getFileStore(file.getParent()).getUsableSpace() < lengthBytes;
    } catch (IOException e) {
      return false;
    }
  }
}
