package dev.syncline.shortage;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Tells that a file could not be opened since the process has no descriptor left, which Java says with a text in the language of the
 * process and by no type: a device that anybody can open cannot be opened then either.
 */
public final class Descriptors {
  private static final Path ANYBODY_OPENS = Path.of("/dev/null");

  private Descriptors() {}

  /** What to say of a failed opening of {@code file} if descriptors are short; null if they are not, or if its type says what failed. */
  public static String areShort(IOException failure, Path file) {
    if (failure.getClass() != FileSystemException.class || !areShort()) return null;
    String reason = ((FileSystemException) failure).getReason();
    return file + " could not be opened: " + reason + "; close files or raise the limit of open ones (ulimit -n), then try again";
  }

  /** To open a directory takes two. */
  private static boolean areShort() {
    if (!Files.exists(ANYBODY_OPENS)) return false;
    // Streams, since an interrupt closes a channel.
    try (FileInputStream one = new FileInputStream(ANYBODY_OPENS.toFile())) {
      new FileInputStream(ANYBODY_OPENS.toFile()).close();
      return !one.getFD().valid();
    } catch (IOException e) {
      return true;
    }
  }
}
