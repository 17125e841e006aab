package dev.syncline.tck;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** Looks at a log's directory from outside, as bytes, and damages it. */
public final class DirectoryBytes {
  private DirectoryBytes() {}

  /** Segments, oldest first. */
  public static List<Path> walFiles(Path directory) throws IOException {
    return files(directory, name -> name.endsWith(".wal"));
  }

  /** The plain files directly in the directory whose name matches, by name. */
  public static List<Path> files(Path directory, Predicate<String> name) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.filter(Files::isRegularFile).filter(file -> name.test(file.getFileName().toString())).sorted().toList();
    }
  }

  public static Path newestWalFile(Path directory) throws IOException {
    List<Path> files = walFiles(directory);
    return files.get(files.size() - 1);
  }

  /** Size and checksum of every file below the directory, by name: equal when nothing was changed. */
  public static Map<String, String> fingerprint(Path directory) throws IOException {
    return fingerprint(directory, name -> true);
  }

  public static Map<String, String> fingerprint(Path directory, Predicate<String> name) throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path file : tree.filter(Files::isRegularFile).toList()) {
        String relative = directory.relativize(file).toString();
        if (name.test(relative)) found.put(relative, fingerprintOf(file));
      }
    }
    return found;
  }

  private static String fingerprintOf(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return bytes.length + " bytes, crc " + Long.toHexString(crc.getValue());
  }

  public static long totalBytes(Path directory) throws IOException {
    long total = 0;
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path file : tree.filter(Files::isRegularFile).toList()) total += Files.size(file);
    }
    return total;
  }

  public static void copy(Path source, Path target) throws IOException {
    try (Stream<Path> tree = Files.walk(source)) {
      for (Path from : tree.toList()) {
        Path to = target.resolve(source.relativize(from).toString());
        if (Files.isDirectory(from)) Files.createDirectories(to);
        else Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  public static void flipByte(Path file, long offset) throws IOException {
    byte[] one = read(file, offset, 1);
    one[0] ^= 0x55;
    write(file, offset, one);
  }

  public static void zero(Path file, long offset, int length) throws IOException {
    write(file, offset, new byte[length]);
  }

  /** Zeroes whole blocks that the file already has, and no byte behind its end. */
  public static void zeroBlockAround(Path file, long offset) throws IOException {
    long start = offset / LogTestBase.BLOCK_BYTES * LogTestBase.BLOCK_BYTES;
    zero(file, start, (int) Math.min(LogTestBase.BLOCK_BYTES, Files.size(file) - start));
  }

  public static void write(Path file, long offset, byte[] bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      ByteBuffer source = ByteBuffer.wrap(bytes);
      while (source.hasRemaining()) offset += channel.write(source, offset);
    }
  }

  public static byte[] read(Path file, long offset, int length) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer target = ByteBuffer.allocate(length);
      while (target.hasRemaining()) {
        int transferred = channel.read(target, offset + target.position());
        if (transferred < 0) throw new IOException(file + " ends before offset " + (offset + length));
      }
      return target.array();
    }
  }

  public static void cut(Path file, long size) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(size);
    }
  }

  /** Where in the segments some bytes are, so that no test needs to know how a frame is laid out. */
  public static Place find(Path directory, byte[] wanted) throws IOException {
    List<Place> found = new ArrayList<>();
    for (Path file : walFiles(directory)) {
      byte[] content = Files.readAllBytes(file);
      int at = indexOf(content, wanted);
      if (at >= 0) found.add(new Place(file, at));
    }
    if (found.size() != 1) throw new AssertionError("expected the record in exactly one segment, found " + found);
    return found.get(0);
  }

  /** A byte on disk. */
  public record Place(Path file, long offset) {}

  /** Where {@code wanted} begins first, or -1. */
  public static int indexOf(byte[] content, byte[] wanted) {
    for (int at = 0; at <= content.length - wanted.length; at++) {
      if (matches(content, at, wanted)) return at;
    }
    return -1;
  }

  private static boolean matches(byte[] content, int at, byte[] wanted) {
    for (int i = 0; i < wanted.length; i++) {
      if (content[at + i] != wanted[i]) return false;
    }
    return true;
  }
}
