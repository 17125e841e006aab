package dev.syncline.replicated;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;

/** Files of the replicated state: copied by hard link where that is safe, written durably, deleted. */
final class StateDirectory {
  /**
   * A segment of a snapshot is either finished, and never written again, or holds nothing but its header, and is. Those of the
   * second kind are smaller than this; they are copied.
   */
  private static final long LINKED_FROM_BYTES = 64 << 10;

  private static final String FINISHED_SUFFIX = ".wal";

  private StateDirectory() {}

  /** Deletes a directory and all in it, if it is there. */
  static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) return;
    Files.walkFileTree(directory, new SimpleFileVisitor<>() {
      @Override
      public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
        Files.delete(file);
        return FileVisitResult.CONTINUE;
      }

      @Override
      public FileVisitResult postVisitDirectory(Path visited, IOException failure) throws IOException {
        if (failure != null) throw failure;
        Files.delete(visited);
        return FileVisitResult.CONTINUE;
      }
    });
  }

  /** Makes {@code target} a log that holds what the snapshot {@code source} holds, and shares no byte that either may change. */
  static void copyLog(Path source, Path target) throws IOException {
    Files.createDirectories(target);
    for (Path file : files(source)) {
      Path copy = target.resolve(file.getFileName());
      boolean finished = file.getFileName().toString().endsWith(FINISHED_SUFFIX) && Files.size(file) >= LINKED_FROM_BYTES;
      if (!finished || !linked(copy, file)) Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static boolean linked(Path copy, Path file) throws IOException {
    try {
      Files.createLink(copy, file);
      return true;
    } catch (UnsupportedOperationException | FileSystemException e) {
      // The file system has no hard links, or no more for this file: whatever else is wrong, copying will say.
      Files.deleteIfExists(copy);
      return false;
    }
  }

  static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  /** The name of the file becomes durable with its directory, which the caller syncs or renames. */
  static void writeDurably(Path file, byte[] bytes) throws IOException {
    try {
      Files.write(file, bytes);
    } catch (IOException e) {
      throw naming(file, e);
    }
    force(file, StandardOpenOption.WRITE);
  }

  static void sync(Path directory) throws IOException {
    force(directory, StandardOpenOption.READ);
  }

  private static void force(Path file, StandardOpenOption access) throws IOException {
    try (FileChannel channel = FileChannel.open(file, access)) {
      channel.force(true);
    } catch (IOException e) {
      throw naming(file, e);
    }
  }

  /** What the kernel says of a file that is open does not name it. */
  private static IOException naming(Path file, IOException error) {
    return error.getClass() == IOException.class ? new IOException(file + ": " + error.getMessage(), error) : error;
  }
}
