package dev.syncline.cluster;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A temporary directory that is deleted in the end, unless somebody wants to look at it. */
final class DemoDirectory implements Closeable {
  private final Path path;
  private boolean kept;

  DemoDirectory(Path parent) throws IOException {
    Files.createDirectories(parent);
    this.path = Files.createTempDirectory(parent, "syncline-cluster-");
  }

  Path path() {
    return path;
  }

  void keep() {
    kept = true;
  }

  boolean kept() {
    return kept;
  }

  @Override
  public void close() throws IOException {
    if (!kept) delete(path);
  }

  /** Deletes a directory and all in it, if it is there. */
  static void delete(Path directory) throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> all = Files.walk(directory)) {
      deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
    } catch (NoSuchFileException e) {
      return;
    }
    for (Path each : deepestFirst) Files.deleteIfExists(each);
  }
}
