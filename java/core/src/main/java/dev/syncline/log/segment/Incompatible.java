package dev.syncline.log.segment;

import dev.syncline.IncompatibleLogException;
import dev.syncline.format.Layout;
import dev.syncline.format.LogId;
import dev.syncline.format.SegmentName;
import dev.syncline.io.Storage;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** The messages for directories that this library must leave alone. */
public final class Incompatible {
  private Incompatible() {}

  /** @param name the file that says so */
  public static IncompatibleLogException version(Storage storage, String name, int version) {
    String remedy = version == 1
        ? "Version 1 was written by Syncline 0.1-SNAPSHOT: read the log with that one ('syncline export DIR'), and give what it prints"
            + " to this one ('syncline import NEW_DIR')"
        : "Use a newer Syncline for this directory";
    return new IncompatibleLogException(
        storage.directory().resolve(name) + " was written in format version " + version + ", this library reads version "
            + Layout.FORMAT_VERSION + ". " + remedy + "; nothing was changed.");
  }

  public static IncompatibleLogException foreignSegment(Storage storage, long ordinal, LogId expected, LogId found) {
    return new IncompatibleLogException(
        storage.directory().resolve(SegmentName.of(ordinal)) + " belongs to another log: expected log id " + expected + ", found " + found
            + ". Move it back to where it came from; nothing was changed.");
  }

  /**
   * Refuses a directory in which something else lies under one of a log's names: what is no plain file, and a file that is named like a
   * segment, and not as a log names one. What is named otherwise is somebody else's, and none of the log's business.
   */
  public static void requireOwnNames(Storage storage) throws IOException {
    if (!Files.isDirectory(storage.directory())) return;
    new SegmentFiles(storage).ordinals();
    // By path, since a storage lists plain files only: of what is found here nothing is used.
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(storage.directory())) {
      for (Path entry : entries) if (SegmentName.isOwn(entry.getFileName().toString())) requirePlainFile(entry);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  private static void requirePlainFile(Path entry) throws IOException {
    BasicFileAttributes found;
    try {
      found = Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return; // Another process's log may be at work here.
    }
    if (found.isRegularFile()) return;
    String kind = found.isDirectory() ? "a directory" : found.isSymbolicLink() ? "a symbolic link" : "no file (a pipe, a socket, a device)";
    throw new IncompatibleLogException(
        entry + " is " + kind + ": expected a plain file of the log's, or nothing, under this name. Move it elsewhere; nothing was"
            + " changed.");
  }

  public static IncompatibleLogException foreignName(Storage storage, String name) {
    return new IncompatibleLogException(
        storage.directory().resolve(name) + " is no name that this log gives: expected twenty digits above 0 and .wal. "
            + "Move the file elsewhere; nothing was changed.");
  }
}
