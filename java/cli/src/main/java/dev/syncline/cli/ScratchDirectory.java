package dev.syncline.cli;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;

/** A fresh directory that disappears when it is closed, and also when the program is interrupted. */
final class ScratchDirectory implements Closeable {
  private static final long GIVE_UP_NANOS = TimeUnit.SECONDS.toNanos(3);
  private final Path path;
  private final AtExit atExit;

  /** @param alsoIfEmpty goes with it when the program is interrupted, unless there is something in it; null for none */
  private ScratchDirectory(Path path, Path alsoIfEmpty) {
    this.path = path;
    this.atExit = AtExit.run("delete " + path.getFileName(), () -> {
      deleteWhatAppears();
      if (alsoIfEmpty != null) Files.deleteIfExists(alsoIfEmpty);
    });
  }

  static ScratchDirectory create(Path parent, String prefix) throws IOException {
    return new ScratchDirectory(Files.createTempDirectory(parent, prefix), null);
  }

  /** In a directory that was made for it. */
  static ScratchDirectory createInOwn(Path parent, String prefix) throws IOException {
    return new ScratchDirectory(Files.createTempDirectory(parent, prefix), parent);
  }

  Path path() {
    return path;
  }

  /** Leaves the directory to whoever wants to look at it. */
  void keep() {
    atExit.forget();
  }

  /** Nothing is done if it was kept, or the program is already ending. */
  @Override
  public void close() throws IOException {
    if (atExit.forget()) delete(path);
  }

  /** At the end of the program other threads still run, and may create a file behind the deletion's back. */
  private void deleteWhatAppears() {
    long deadlineNanos = System.nanoTime() + GIVE_UP_NANOS;
    while (Files.exists(path) && System.nanoTime() - deadlineNanos < 0) {
      try {
        delete(path);
      } catch (IOException e) {
        Thread.onSpinWait();
      }
    }
  }

  static void delete(Path directory) throws IOException {
    Files.walkFileTree(directory, new SimpleFileVisitor<>() {
      @Override
      public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
        Files.deleteIfExists(file);
        return FileVisitResult.CONTINUE;
      }

      @Override
      public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
        if (failure instanceof NoSuchFileException) return FileVisitResult.CONTINUE;
        throw failure;
      }

      @Override
      public FileVisitResult postVisitDirectory(Path visited, IOException failure) throws IOException {
        if (failure != null) throw failure;
        Files.deleteIfExists(visited);
        return FileVisitResult.CONTINUE;
      }
    });
  }
}
