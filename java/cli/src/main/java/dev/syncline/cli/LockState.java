package dev.syncline.cli;

import dev.syncline.io.DirectoryLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Who has a log open, as far as it can be seen without harm.
 *
 * <p>{@code log.lock} is never opened here: closing it again would take the lock away from a log that this process has open.
 * Its i-node is looked up in Linux's table of locks instead; elsewhere {@code log.pid} is all there is.
 *
 * @param pid the process that took the lock last, by the number that it has here, or null if none is on record
 * @param alive whether that process runs and is seen from here, or null if there is no number
 * @param held whether somebody holds the lock, or null where that cannot be seen
 * @param inside the number that it has in its own pid namespace, a container's, or null if that is this one
 */
record LockState(Long pid, Boolean alive, Boolean held, Long inside) {
  private static final Path LOCK_TABLE = Path.of("/proc/locks");

  LockState(Long pid, Boolean alive, Boolean held) {
    this(pid, alive, held, null);
  }

  static LockState of(Path directory) {
    Boolean held = held(directory.resolve(DirectoryLock.FILE_NAME));
    WriterOnRecord writer = WriterOnRecord.in(directory.resolve(DirectoryLock.PID_FILE_NAME));
    if (writer == null) return new LockState(null, null, held);
    Long here = writer.numberHere();
    boolean elsewhere = writer.isOfAnotherNamespace();
    return new LockState(here != null ? here : writer.pid(), here != null, held, elsewhere && here != null ? writer.pid() : null);
  }

  /** One line for people. */
  String describe() {
    if (pid == null && held == null) return "nobody is on record";
    // Who holds a lock and is not seen runs in another pid namespace, where its number means something.
    String unseen = Boolean.TRUE.equals(held) ? " (a number of another container's; it is not seen from here)" : " (which has ended)";
    String who = pid == null ? "" : "process " + pid + (alive ? inContainer() : unseen);
    if (held == null) return "last taken by " + who;
    if (held) return "held" + (who.isEmpty() ? "" : " by " + who);
    return "free" + (who.isEmpty() ? "" : "; last taken by " + who);
  }

  private String inContainer() {
    return inside == null ? "" : " (" + inside + " in its container)";
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
