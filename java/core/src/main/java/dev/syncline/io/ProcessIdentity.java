package dev.syncline.io;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What tells a process from every other that has had, has or will have its number.
 *
 * <p>Where there is no {@code /proc}, the boot and the namespace are {@code -} and the start is the instant that Java knows.
 *
 * @param boot {@code /proc/sys/kernel/random/boot_id}: another one after each start of the system
 * @param pidNamespace {@code /proc/self/ns/pid}: numbers mean nothing outside their namespace (pid_namespaces(7))
 * @param start when the process began, in clock ticks since the boot (field 22 of proc_pid_stat(5)); {@code -} if nobody knows
 */
record ProcessIdentity(String boot, String pidNamespace, String start) {
  private static final String UNKNOWN = "-";
  private static final String BOOT_LINE = "boot: ";
  private static final String NAMESPACE_LINE = "pid namespace: ";
  private static final String START_LINE = "process start: ";

  private static final Path PROC = Path.of("/proc");
  private static final boolean HAS_PROC = Files.isReadable(PROC.resolve("self/stat"));

  // Places among the fields of proc_pid_stat(5) behind the command's name, which is field 2.
  private static final int STATE = 0;
  private static final int FLAGS = 6;
  private static final int THREADS = 17;
  private static final int START = 19;

  /** PF_EXITING of the kernel's include/linux/sched.h (Linux 6.12): do_exit has begun. */
  private static final long EXITING = 0x4;

  /** Signal 9 in a mask of proc_pid_status(5), which has signal 1 at bit 0. */
  private static final long KILLED = 1L << 8;

  /** Null until all of it could be read: what failed for want of a descriptor is asked again. */
  private static volatile ProcessIdentity own;

  /** Reads a file below {@code /proc}. */
  interface Proc {
    /** @throws NoSuchFileException if there is none, whatever else if that cannot be told now */
    String read(String name) throws IOException;
  }

  /** @throws IOException if it cannot be told now */
  static ProcessIdentity own() throws IOException {
    ProcessIdentity known = own;
    if (known != null) return known;
    Proc proc = name -> SmallFile.read(PROC.resolve(name));
    ProcessIdentity read = new ProcessIdentity(
        HAS_PROC ? read(proc, "sys/kernel/random/boot_id").map(String::strip).orElse(UNKNOWN) : UNKNOWN,
        HAS_PROC ? namespace() : UNKNOWN,
        startOf(ProcessHandle.current().pid(), proc).orElse(UNKNOWN));
    own = read;
    return read;
  }

  List<String> lines() {
    return List.of(BOOT_LINE + boot, NAMESPACE_LINE + pidNamespace, START_LINE + start);
  }

  static Optional<ProcessIdentity> parse(List<String> lines) {
    List<String> names = List.of(BOOT_LINE, NAMESPACE_LINE, START_LINE);
    if (lines.size() != names.size()) return Optional.empty();
    String[] values = new String[names.size()];
    for (int i = 0; i < values.length; i++) {
      if (!lines.get(i).startsWith(names.get(i))) return Optional.empty();
      values[i] = lines.get(i).substring(names.get(i).length());
    }
    return Optional.of(new ProcessIdentity(values[0], values[1], values[2]));
  }

  /**
   * Whether the process of that number lives and is this one, or may be for all that can be told now. False for what cannot be seen from
   * here: another system or namespace.
   */
  boolean lives(long pid) {
    return lives(pid, name -> SmallFile.read(PROC.resolve(name)));
  }

  boolean lives(long pid, Proc proc) {
    if (start.equals(UNKNOWN)) return false;
    try {
      ProcessIdentity here = own();
      return boot.equals(here.boot) && pidNamespace.equals(here.pidNamespace) && startOf(pid, proc).map(start::equals).orElse(false);
    } catch (IOException e) {
      // For want of a descriptor, say. That is no sign of its end.
      return true;
    }
  }

  /**
   * Whether the process of that number is this one and is on its way out: killed, or exiting, with its descriptors not closed yet. False
   * where that cannot be seen.
   */
  boolean isDying(long pid) {
    return isDying(pid, name -> SmallFile.read(PROC.resolve(name)));
  }

  boolean isDying(long pid, Proc proc) {
    if (!HAS_PROC || !lives(pid, proc)) return false;
    try {
      return read(proc, pid + "/stat").filter(ProcessIdentity::isExiting).isPresent()
          || read(proc, pid + "/status").filter(ProcessIdentity::hasKillPending).isPresent();
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isExiting(String stat) {
    String[] fields = fieldsIn(stat);
    return fields.length > FLAGS && (fields[STATE].equals("Z") || (Long.parseLong(fields[FLAGS]) & EXITING) != 0);
  }

  private static boolean hasKillPending(String status) {
    return status.lines().filter(line -> line.startsWith("SigPnd:") || line.startsWith("ShdPnd:"))
        .anyMatch(line -> (Long.parseUnsignedLong(line.substring(line.indexOf(':') + 1).strip(), 16) & KILLED) != 0);
  }

  /** Whether its number means another process here, since it was given in another pid namespace of this system. */
  boolean isOfAnotherNamespace() {
    try {
      ProcessIdentity here = own();
      return boot.equals(here.boot) && !pidNamespace.equals(here.pidNamespace) && !pidNamespace.equals(UNKNOWN);
    } catch (IOException e) {
      // It cannot be told now.
      return false;
    }
  }

  /** When the process of that number began; empty if there is none that lives, or if that is not told to anybody. */
  private static Optional<String> startOf(long pid, Proc proc) throws IOException {
    if (HAS_PROC) return read(proc, pid + "/stat").flatMap(ProcessIdentity::startIn);
    return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).flatMap(process -> process.info().startInstant()).map(Instant::toString);
  }

  /** The start in a line of proc_pid_stat(5); empty for a process that has ended and is on record until its parent asks. */
  static Optional<String> startIn(String stat) {
    String[] fields = fieldsIn(stat);
    if (fields.length <= START) return Optional.empty();
    boolean ended = fields[STATE].equals("Z") || fields[STATE].equalsIgnoreCase("X");
    // Z is also a process whose first thread has ended while others go on.
    if (ended && (fields[THREADS].equals("0") || fields[THREADS].equals("1"))) return Optional.empty();
    return Optional.of(fields[START]);
  }

  /** Those behind the command's name, which stands in parentheses, and may contain some, and spaces. */
  private static String[] fieldsIn(String stat) {
    return stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
  }

  private static String namespace() throws IOException {
    try {
      return Files.readSymbolicLink(PROC.resolve("self/ns/pid")).toString();
    } catch (NoSuchFileException | AccessDeniedException e) {
      return UNKNOWN;
    }
  }

  private static Optional<String> read(Proc proc, String name) throws IOException {
    try {
      return Optional.of(proc.read(name));
    } catch (NoSuchFileException | AccessDeniedException e) {
      return Optional.empty();
    } catch (IOException e) {
      // A process that ends while it is read (ESRCH): there is no such file any more.
      if (!Files.exists(PROC.resolve(name))) return Optional.empty();
      throw e;
    }
  }
}
