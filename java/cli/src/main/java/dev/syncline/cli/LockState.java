package dev.syncline.cli;

import dev.syncline.io.DirectoryLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Who has a log open, as far as it can be seen without harm.
 *
 * <p>{@code log.lock} is never opened here: closing it again would take the lock away from a log that this process has open.
 * Its i-node is looked up in Linux's table of locks instead; elsewhere {@code log.pid} is all there is.
 *
 * @param pid the process that took the lock last, or null if none is on record
 * @param alive whether a process of that number runs, or null if there is no number
 * @param held whether somebody holds the lock, or null where that cannot be seen
 */
record LockState(Long pid, Boolean alive, Boolean held) {
  private static final Path LOCK_TABLE = Path.of("/proc/locks");

  static LockState of(Path directory) {
    Long pid = pid(directory.resolve(DirectoryLock.PID_FILE_NAME)).orElse(null);
    Boolean alive = pid == null ? null : ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    return new LockState(pid, alive, held(directory.resolve(DirectoryLock.FILE_NAME)));
  }

  /** One line for people. */
  String describe() {
    if (pid == null && held == null) return "nobody is on record";
    // Who holds a lock and is not seen runs in another pid namespace, where its number means something.
    String unseen = Boolean.TRUE.equals(held) ? " (a number of another container's; it is not seen from here)" : " (which has ended)";
    String who = pid == null ? "" : "process " + pid + (alive ? "" : unseen);
    if (held == null) return "last taken by " + who;
    if (held) return "held" + (who.isEmpty() ? "" : " by " + who);
    return "free" + (who.isEmpty() ? "" : "; last taken by " + who);
  }

  private static Optional<Long> pid(Path file) {
    try {
      List<String> lines = Files.readAllLines(file);
      return lines.isEmpty() ? Optional.empty() : Optional.of(Long.parseLong(lines.get(0).strip()));
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** A line of the table: {@code 1: POSIX  ADVISORY  WRITE 4711 fd:00:655362 0 EOF}; or with {@code OFDLCK} and no process. */
  private static Boolean held(Path lockFile) {
    if (!Files.isReadable(LOCK_TABLE)) return null;
    try (Stream<String> locks = Files.lines(LOCK_TABLE)) {
      if (!Files.exists(lockFile)) return false;
      String inode = ":" + Files.getAttribute(lockFile, "unix:ino");
      return locks
          .map(lock -> lock.strip().split("\\s+"))
          .anyMatch(fields -> isRecordLock(fields) && fields[5].endsWith(inode));
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return null;
    }
  }

  private static boolean isRecordLock(String[] fields) {
    return fields.length == 8 && (fields[1].equals("POSIX") || fields[1].equals("OFDLCK")) && fields[3].equals("WRITE");
  }
}
