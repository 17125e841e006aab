package dev.syncline.io.nio;

import dev.syncline.StorageFullException;
import dev.syncline.shortage.Advice;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * Tells a full disk from a broken one, from the little that {@link java.nio.channels.FileChannel} lets through: a text of the C library
 * in the language of this process, and no number.
 *
 * <p>A broken disk that is taken for a full one is used on, so whatever is not known for certain is not full: a text counts only if it
 * is, to the last character, what this process says for a full disk, or what some C library says in English for a full disk or an
 * exhausted quota or for a file that is as large as it may be. What is left are the last two in another language, which stop the log
 * although they need not.
 */
final class Full {
  /** ENOSPC, EDQUOT and EFBIG of glibc, musl and macOS; ERROR_DISK_FULL of Windows. No other error has these texts. */
  private static final Set<String> ENGLISH = Set.of("No space left on device", "Disk quota exceeded", "Quota exceeded",
      "Disc quota exceeded", "File too large", "There is not enough space on the disk");

  private static final Path DEVICE_WITHOUT_ROOM = Path.of("/dev/full");

  /** What this process says for a full disk; learnt when the first storage is made, while there are descriptors. */
  private static final Full HERE = new Full(learnt());

  /** Empty where it could not be learnt. */
  private final Optional<String> text;

  Full(Optional<String> text) {
    this.text = text;
  }

  static Full here() {
    return HERE;
  }

  /** A write to Linux's device that is always full meets ENOSPC (full(4)), in the language that every later one has. */
  private static Optional<String> learnt() {
    if (!Files.exists(DEVICE_WITHOUT_ROOM) || Files.isRegularFile(DEVICE_WITHOUT_ROOM)) return Optional.empty();
    // A stream, since an interrupt closes a channel.
    try (FileOutputStream full = new FileOutputStream(DEVICE_WITHOUT_ROOM.toFile())) {
      return refusal(full);
    } catch (IOException e) {
      // It cannot be opened, which tells nothing about full disks.
      return Optional.empty();
    }
  }

  private static Optional<String> refusal(OutputStream full) {
    try {
      full.write(0);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.ofNullable(e.getMessage());
    }
  }

  /** What to throw for a failed change of {@code file}: the same failure with the place, typed where the disk is full. */
  IOException explained(IOException failure, Path file, long offsetBytes, long lengthBytes) {
    // An interrupt's doing: the caller opens the channel again.
    if (failure instanceof ClosedChannelException) return failure;
    return explained(failure, "writing " + lengthBytes + " bytes at offset " + offsetBytes + " of " + file, file, lengthBytes);
  }

  /** What to throw where {@code file} could not be made. */
  IOException notMade(IOException failure, Path file) {
    return explained(failure, "creation of " + file, file, 1);
  }

  private IOException explained(IOException failure, String doing, Path file, long lengthBytes) {
    String what = doing + " failed: " + said(failure);
    if (!isFull(failure, file, lengthBytes)) return new IOException(what, failure);
    return new StorageFullException(what + Advice.ROOM, failure);
  }

  /** Without the name of the file, which whoever failed may have put before it. */
  private static String said(IOException failure) {
    return failure instanceof FileSystemException named && named.getReason() != null ? named.getReason() : failure.getMessage();
  }

  boolean isFull(IOException failure, Path file, long lengthBytes) {
    String said = failure instanceof FileSystemException named ? named.getReason() : failure.getMessage();
    if (said == null) return false;
    if (ENGLISH.contains(said)) return true;
    return text.map(said::equals).orElseGet(() -> hasNoRoom(file, lengthBytes));
  }

  /** Where no text is known, the room that is left is the only evidence. */
  private static boolean hasNoRoom(Path file, long lengthBytes) {
    try {
      return Files.getFileStore(file.getParent()).getUsableSpace() < lengthBytes;
    } catch (IOException e) {
      return false;
    }
  }
}
