package dev.syncline.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file of a few lines, written whole and read as far as such a file goes, whether the thread is interrupted or not. */
final class SmallFile {
  /** More than any of them has: what else lies under its name may be of any size. */
  private static final int BYTES_MAX = 16 << 10;

  private SmallFile() {}

  static String read(Path file) throws IOException {
    return new String(uninterrupted(() -> beginningOf(file)), StandardCharsets.UTF_8);
  }

  private static byte[] beginningOf(Path file) throws IOException {
    try (InputStream bytes = Files.newInputStream(file)) {
      return bytes.readNBytes(BYTES_MAX);
    } catch (IOException e) {
      throw Storage.naming(e, "reading", file);
    }
  }

  /** Puts a new file in place of any old one; what a link of that name leads to stays as it is. On failure there is none. */
  static void replace(Path file, String text) throws IOException {
    uninterrupted(() -> {
      Files.deleteIfExists(file);
      try {
        return Files.write(file, text.getBytes(StandardCharsets.UTF_8), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      } catch (IOException e) {
        Files.deleteIfExists(file);
        throw Storage.naming(e, "writing", file);
      }
    });
  }

  private interface Work<T> {
    T run() throws IOException;
  }

  /** An interrupt closes the channels that files are read and written by; the work is then done again from its beginning. */
  private static <T> T uninterrupted(Work<T> work) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return work.run();
        } catch (ClosedByInterruptException e) {
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) Thread.currentThread().interrupt();
    }
  }
}
