package dev.syncline.log.repair;

import dev.syncline.IncompatibleLogException;
import dev.syncline.format.Layout;
import dev.syncline.format.SegmentName;
import dev.syncline.log.segment.Segment;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** The directory in which a new log is built: whether it may be used, and whether there is room. */
final class RepairDirectory {
  /** A gap takes a segment of its own: header, a frame's padding, seal. */
  private static final long GAP_BYTES = 3L * Layout.BLOCK_BYTES_MAX;

  private RepairDirectory() {}

  /**
   * Refuses to use what a repair has not made.
   *
   * @throws IncompatibleLogException if something else has the name, or files of somebody else's lie in it
   */
  static void requireOwn(Path directory) throws IOException {
    if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) return;
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) throw foreign(directory, "something else than a directory");
    // By path, since a storage lists plain files only: of what is found here nothing is used.
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        boolean own = SegmentName.isOfRepair(name) && Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS);
        if (!own) throw foreign(directory, name + " in it");
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  /**
   * Refuses a quarantine that cannot take the old files, before it is too late to turn back: something else has its name, or one of those
   * that files get in it.
   */
  static void requireQuarantine(Path log) throws IOException {
    Path quarantine = log.resolve(SegmentName.QUARANTINE);
    if (!Files.exists(quarantine, LinkOption.NOFOLLOW_LINKS)) return;
    if (!Files.isDirectory(quarantine, LinkOption.NOFOLLOW_LINKS)) throw obstacle(quarantine, "something else than a directory");
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(quarantine)) {
      for (Path entry : entries)
        if (!Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS))
          throw obstacle(quarantine, entry.getFileName() + ", which is no plain file");
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  private static IncompatibleLogException obstacle(Path quarantine, String found) {
    return new IncompatibleLogException(
        quarantine + ": a repair moves the old files there: expected no such directory, or one with plain files, found " + found
            + ". Move it elsewhere and repair again; nothing was changed");
  }

  /** Whether there is something, and all of it is what a repair has made. */
  static boolean isLeftOver(Path directory) throws IOException {
    if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) return false;
    try {
      requireOwn(directory);
      return true;
    } catch (IncompatibleLogException e) {
      // Nobody needs the name now.
      return false;
    }
  }

  private static IncompatibleLogException foreign(Path directory, String found) {
    return new IncompatibleLogException(
        directory + ": a repair builds the new log in this directory: expected none, or what an earlier repair has left, found " + found
            + ". Move it elsewhere and repair again; nothing was changed");
  }

  /** Frames are packed at least as tightly as they were. */
  static long neededBytes(Findings findings) {
    long bytes = 2L * Layout.MARK_SLOT_SPACING_BYTES;
    long largest = 0;
    for (Segment segment : findings.salvaged().segments()) {
      bytes += segment.fileBytes;
      largest = Math.max(largest, segment.fileBytes);
    }
    // The last one is reserved as a whole, and one is made ready ahead.
    return bytes + 2 * largest + GAP_BYTES * findings.gaps().size();
  }

  static long freeBytes(Path directory) throws IOException {
    return Files.getFileStore(directory).getUsableSpace();
  }
}
