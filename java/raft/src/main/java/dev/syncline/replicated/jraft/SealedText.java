package dev.syncline.replicated.jraft;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Small files of a node: lines to look at, and a checksum of them in the last one. A file is replaced as a whole, durably: after a crash it
 * is the one before or the new one.
 */
final class SealedText {
  private static final String SEAL = "crc32c ";

  private SealedText() {}

  static String seal(List<String> lines) {
    String text = String.join("\n", lines) + "\n";
    return text + SEAL + crc(text) + "\n";
  }

  /**
   * The lines of a file; empty if there is no file.
   *
   * @throws IOException naming the file, if a byte differs from what was written
   */
  static Optional<List<String>> read(Path file, String advice) throws IOException {
    String all;
    try {
      all = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    int at = all.lastIndexOf(SEAL);
    if (at < 0 || !all.substring(at).equals(SEAL + crc(all.substring(0, at)) + "\n"))
      throw new IOException(file + ": its checksum does not fit its " + all.length() + " bytes: the file is damaged. " + advice);
    return Optional.of(List.of(all.substring(0, at).split("\n")));
  }

  /**
   * Writes a file under its name at once, durably.
   *
   * @throws IOException naming the file
   */
  static void write(Path file, List<String> lines) throws IOException {
    try {
      replace(file, lines);
    } catch (IOException e) {
      throw new IOException(file + " could not be written, and is as it was: " + e.getMessage(), e);
    }
  }

  private static void replace(Path file, List<String> lines) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try (FileChannel channel =
        FileChannel.open(fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer bytes = ByteBuffer.wrap(seal(lines).getBytes(StandardCharsets.ISO_8859_1));
      while (bytes.hasRemaining()) channel.write(bytes);
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel directory = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  private static String crc(String text) {
    CRC32C crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.ISO_8859_1));
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }
}
