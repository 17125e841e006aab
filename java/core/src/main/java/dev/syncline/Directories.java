package dev.syncline;

import dev.syncline.io.Refusal;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.stream.Stream;

/** Refuses paths that are no directories, before anything is done there. */
final class Directories {
  private Directories() {}

  /** It may not exist yet. */
  static void requireDirectory(Path directory) throws IOException {
    Objects.requireNonNull(directory, "directory");
    // Asked twice, since "no directory" is also the answer where the disk gives none: that fails here with its reason.
    if (Files.exists(directory)
        && !Files.isDirectory(directory)
        && !Files.readAttributes(directory, BasicFileAttributes.class).isDirectory())
      throw new NotDirectoryException(directory + ": expected a directory to keep the log in, found a file. Nothing was changed");
  }

  /** It must. Where this user may not look, that is said, and not that there is nothing. */
  static void requireExisting(Path directory) throws IOException {
    if (Files.isDirectory(directory)) return;
    try {
      Files.readAttributes(directory, BasicFileAttributes.class);
    } catch (AccessDeniedException e) {
      throw Refusal.explained(e, directory, false);
    } catch (NoSuchFileException e) {
      throw new NoSuchFileException(directory.toString(), null, "expected a log's directory, found nothing");
    }
  }

  /** Undoes the making of a directory, unless something is in it. */
  static void deleteEmpty(Path directory, Throwable because) {
    try {
      Files.deleteIfExists(directory);
    } catch (DirectoryNotEmptyException e) {
      // Not ours.
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }

  /** For a copy. */
  static void requireEmpty(Path target) throws IOException {
    if (!Files.exists(target)) return;
    if (!Files.isDirectory(target)) throw new NotDirectoryException(target + ": expected no file or an empty directory, found a file");
    try (Stream<Path> entries = Files.list(target)) {
      if (entries.findAny().isPresent())
        throw new FileAlreadyExistsException(target.toString(), null, "expected an empty directory for a snapshot, found files in it");
    }
  }
}
