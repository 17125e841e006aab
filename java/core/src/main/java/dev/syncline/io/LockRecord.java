package dev.syncline.io;

import dev.syncline.LogLockedException;
import dev.syncline.ResourceShortageException;
import dev.syncline.shortage.Descriptors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What {@code log.pid} says: which process holds which directory.
 *
 * <p>A line each: the process id, when the lock was taken (ISO 8601), what tells this process from all others, the file key of the
 * directory, {@code end}. The key is there because copies of a directory take the file along.
 *
 * @param pid the process id
 * @param process what tells the process from every other; null if the record does not say
 * @param directory the directory's file key, or its path where there is none; null if the record does not say
 */
record LockRecord(long pid, ProcessIdentity process, String directory) {
  private static final String DIRECTORY = "directory: ";
  private static final String END = "end";
  private static final int LINES = 7;

  /**
   * The text that this process leaves in a directory.
   *
   * @throws IOException if it cannot be told now what tells this process from others
   */
  static String text(Object directoryKey) throws IOException {
    List<String> lines = new ArrayList<>(List.of(ProcessHandle.current().pid() + "", Instant.now().toString()));
    lines.addAll(ProcessIdentity.own().lines());
    lines.addAll(List.of(DIRECTORY + directoryKey, END));
    return String.join("\n", lines) + "\n";
  }

  /**
   * What the directory's record says; empty if there is none, or one that says nothing.
   *
   * @throws IOException if it cannot be read: it may name a process that lives
   */
  static Optional<LockRecord> read(Path directory) throws IOException {
    Path file = directory.resolve(DirectoryLock.PID_FILE_NAME);
    try {
      return parse(SmallFile.read(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      if (Files.isDirectory(file)) return Optional.empty();
      // Who is short of descriptors must not be told to make the file readable, or to delete it.
      String shortage = Descriptors.areShort(e, file);
      if (shortage != null) throw new ResourceShortageException(shortage, e);
      throw new IOException(
          file + " names the process that holds the log, and cannot be read: " + e + ". Nothing was changed; make it readable, or delete"
              + " it if certainly no process has the log open", e);
    }
  }

  /** A record that is not whole, or is of another form, tells the process id at most. */
  static Optional<LockRecord> parse(String text) {
    List<String> lines = text.lines().toList();
    try {
      long pid = Long.parseLong(lines.isEmpty() ? "" : lines.get(0));
      boolean whole = lines.size() == LINES && lines.get(LINES - 1).equals(END) && lines.get(LINES - 2).startsWith(DIRECTORY);
      ProcessIdentity process = whole ? ProcessIdentity.parse(lines.subList(2, LINES - 2)).orElse(null) : null;
      return Optional.of(new LockRecord(pid, process, process == null ? null : lines.get(LINES - 2).substring(DIRECTORY.length())));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Whether this record names a process other than this one, which lives and holds the directory with that key. */
  boolean namesLivingHolder(Object directoryKey) {
    return process != null && directoryKey.toString().equals(directory) && pid != ProcessHandle.current().pid() && process.lives(pid);
  }

  /** Whether the process that the directory's record names was killed and is on its way out: on a busy machine that takes its time. */
  static boolean isHolderDying(Path directory) {
    try {
      return read(directory).filter(record -> record.process != null && record.process.isDying(record.pid)).isPresent();
    } catch (IOException e) {
      // It cannot be told now.
      return false;
    }
  }

  /** What an opener gets who has got the lock of the living holder that this record names. */
  LogLockedException refusal(Path directory) {
    return new LogLockedException(
        directory + " is in use by another process: process " + pid + ", as recorded in " + DirectoryLock.PID_FILE_NAME
            + ", which is alive as far as can be told, although it has lost its lock: code of that process has closed a descriptor of "
            + DirectoryLock.FILE_NAME + " (copying the directory does that), or the file or the directory"
            + " was removed or renamed; close the log there, or open it read-only, and delete " + DirectoryLock.PID_FILE_NAME
            + " only if that process has certainly not opened this log");
  }

  static void write(Path directory, String text) throws IOException {
    SmallFile.replace(directory.resolve(DirectoryLock.PID_FILE_NAME), text);
  }

  /** Deletes the record if it still has this text. */
  static void delete(Path directory, String text) throws IOException {
    Path file = directory.resolve(DirectoryLock.PID_FILE_NAME);
    try {
      if (text.equals(SmallFile.read(file))) Files.delete(file);
    } catch (NoSuchFileException e) {
      // Somebody was faster.
    }
  }

  /** Who holds the directory, for messages. */
  static String holder(Path directory) {
    Optional<LockRecord> record;
    try {
      record = read(directory);
    } catch (IOException e) {
      return e.getMessage();
    }
    if (record.isEmpty()) return "its id is not recorded in " + DirectoryLock.PID_FILE_NAME;
    long pid = record.get().pid();
    ProcessIdentity process = record.get().process();
    // A number means another process in another pid namespace.
    boolean alive = process != null ? process.lives(pid) : ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    String state = alive ? "which is alive" : "which is not seen from here: it may run in another container";
    if (process != null && process.isOfAnotherNamespace())
      state = "a number of another pid namespace: the process runs in another container, or outside of this one, and has another number"
          + " here";
    return "process " + pid + ", as recorded in " + DirectoryLock.PID_FILE_NAME + ", " + state;
  }
}
