package dev.syncline.tck;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Memory that stands in for a disk, with {@code -Dsyncline.tck.memory=true}: a third of the time that tests take is a disk's. Only what
 * takes direct I/O will do (tmpfs does since Linux 6.6), since the storages are to do what they do on a disk.
 */
final class MemoryDisk {
  private static final Path MEMORY = Path.of("/dev/shm");
  private static final String PREFIX = "syncline-tck-";

  /** What the largest tests take, several at once. */
  private static final long ROOM_BYTES = 4L << 30;

  /** Nothing is as old as that while its process makes anything there. */
  private static final Duration OLD = Duration.ofHours(1);

  /** This process's directory there, or null if there is none that will do. */
  static final Path DIRECTORY = Boolean.getBoolean("syncline.tck.memory") ? make() : null;

  private MemoryDisk() {}

  private static Path make() {
    Path own = MEMORY.resolve(PREFIX + ProcessHandle.current().pid());
    try {
      deleteOld();
      if (Files.getFileStore(MEMORY).getUsableSpace() < ROOM_BYTES) return null;
      delete(own);
      Files.createDirectory(own);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(own)));
      FileChannel.open(own.resolve("probe"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, ExtendedOpenOption.DIRECT).close();
      Files.delete(own.resolve("probe"));
      return own;
    } catch (IOException | UnsupportedOperationException e) {
      return null;
    }
  }

  /** Who was killed has left his. */
  private static void deleteOld() throws IOException {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(MEMORY, PREFIX + "*")) {
      for (Path each : all) if (isLeft(each)) delete(each);
    }
  }

  private static boolean isLeft(Path directory) throws IOException {
    String pid = directory.getFileName().toString().substring(PREFIX.length());
    return pid.matches("[0-9]{1,10}") && ProcessHandle.of(Long.parseLong(pid)).isEmpty()
        && Files.getLastModifiedTime(directory).toInstant().isBefore(Instant.now().minus(OLD));
  }

  private static void delete(Path directory) {
    List<Path> all;
    try (Stream<Path> walk = Files.walk(directory)) {
      all = walk.sorted(Comparator.reverseOrder()).toList();
    } catch (IOException | RuntimeException thereIsNothing) {
      return;
    }
    // A child that is still ending may make something meanwhile; what is left then is found by a later process.
    for (Path each : all) each.toFile().delete();
  }
}
