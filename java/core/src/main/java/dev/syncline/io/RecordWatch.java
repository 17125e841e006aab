package dev.syncline.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import java.util.Optional;

/** Looks whether a record is as its holder wrote it; reads it only if its file has changed. Safe for many threads. */
final class RecordWatch {
  /** Of the record when it was last seen to be as it was written. */
  private volatile Stamp seen;

  private record Stamp(Object fileKey, long sizeBytes, FileTime modified) {
    /** Not equals: that of a record makes the JDK (17 to 25 at least) keep the record's class loader, in ObjectMethods. */
    boolean isSameAs(Stamp other) {
      return other != null
          && Objects.equals(fileKey, other.fileKey)
          && sizeBytes == other.sizeBytes
          && modified.equals(other.modified);
    }
  }

  /** What has happened to the record, as a clause; empty if it has the text that was written. */
  Optional<String> loss(Path directory, String text) throws IOException {
    Path file = directory.resolve(DirectoryLock.PID_FILE_NAME);
    try {
      Stamp now = stampOf(file);
      if (now.isSameAs(seen)) return Optional.empty();
      if (!text.equals(SmallFile.read(file)))
        return Optional.of(DirectoryLock.PID_FILE_NAME + " was changed while this log was open: " + LockRecord.holder(directory));
      seen = now;
      return Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.of(DirectoryLock.PID_FILE_NAME + ", which named this process, was removed: another may have come and gone");
    }
  }

  private static Stamp stampOf(Path file) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    return new Stamp(attributes.fileKey(), attributes.size(), attributes.lastModifiedTime());
  }
}
