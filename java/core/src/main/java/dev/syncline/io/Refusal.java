package dev.syncline.io;

import dev.syncline.SynclineException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Says what to do where the operating system lets nobody, or not this user, into a directory: what it says itself is the name of one file
 * and two words.
 */
public final class Refusal {
  private Refusal() {}

  /**
   * The exception to throw instead: of the same kind, with directory, what was wanted and what to do; the same one if it is about something
   * else.
   *
   * @param directory that was to be used; it may not exist yet
   * @param toWrite whether it was to be written in
   */
  public static IOException explained(IOException failed, Path directory, boolean toWrite) {
    if (failed instanceof SynclineException || failed instanceof Told) return failed;
    if (failed instanceof AccessDeniedException denied) return told(new Denied(denied.getFile(), denied(directory, toWrite)), failed);
    if (toWrite && isReadOnly(directory)) return told(new ReadOnly(directory.toString(), readOnly(failed)), failed);
    // That class itself: what is missing, or there already, has one of its own, and its own message.
    boolean unknown = toWrite && failed.getClass() == FileSystemException.class;
    return unknown ? told(new Unwritable((FileSystemException) failed, directory), failed) : failed;
  }

  private static IOException told(IOException told, IOException failed) {
    told.initCause(failed);
    return told;
  }

  private static String denied(Path directory, boolean toWrite) {
    String wanted = toWrite
        ? "may write in " + directory + ", and read and write every file of the log there"
        : "may read " + directory + " and every file of the log there";
    return "permission denied: expected that the user " + System.getProperty("user.name") + " " + wanted + owner(directory)
        + ". Run as the user whose log it is, or give this one the right to (chmod, chown)" + (toWrite ? ". No record was written" : "");
  }

  /** Whose the directory is; where it is not there, or not to be seen, whose the last is that is on the way to it. */
  private static String owner(Path directory) {
    for (Path at = directory.toAbsolutePath(); at != null; at = at.getParent()) {
      try {
        String owner = Files.getOwner(at).getName();
        return at.equals(directory.toAbsolutePath()) ? "; it belongs to " + owner : "; on the way there " + at + " belongs to " + owner;
      } catch (IOException e) {
        // One further up.
      } catch (UnsupportedOperationException | SecurityException e) {
        return "";
      }
    }
    return "";
  }

  private static String readOnly(IOException failed) {
    return "expected a directory that can be written in, found a file system that is mounted read-only (" + failed.getMessage()
        + "). Mount it to be written, or name a directory elsewhere; a log that is there can be read (openReadOnly). No record was written";
  }

  /** Asked of the file system, not of the text of an error, which is in the language of the machine. */
  private static boolean isReadOnly(Path directory) {
    Path existing = directory.toAbsolutePath();
    while (existing != null && !Files.exists(existing)) existing = existing.getParent();
    try {
      return existing != null && Files.getFileStore(existing).isReadOnly();
    } catch (IOException | SecurityException e) {
      return false;
    }
  }

  /** What was explained once is not explained again. */
  private interface Told {}

  private static final class Denied extends AccessDeniedException implements Told {
    private static final long serialVersionUID = 1;

    Denied(String file, String reason) {
      super(file, null, reason);
    }
  }

  private static final class Unwritable extends FileSystemException implements Told {
    private static final long serialVersionUID = 1;

    Unwritable(FileSystemException failed, Path directory) {
      super(failed.getFile(), failed.getOtherFile(), "expected that " + directory + " can be made and written in, found: "
          + failed.getReason() + ". Look at the room and the inodes of its disk (df -h, df -i), at quotas, and at the limits of this"
          + " process (ulimit -a). No record was written");
    }
  }

  private static final class ReadOnly extends FileSystemException implements Told {
    private static final long serialVersionUID = 1;

    ReadOnly(String file, String reason) {
      super(file, null, reason);
    }
  }
}
