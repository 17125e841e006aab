package dev.syncline.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What {@code log.pid} says of the process that wrote it.
 *
 * @param pid its number where it runs: in another pid namespace it means another process
 * @param namespace {@code /proc/PID/ns/pid} of it, or null if that is not on record
 * @param start field 22 of proc_pid_stat(5): a number is given out again; null if it is not on record
 */
record WriterOnRecord(long pid, String namespace, String start) {
  private static final Path PROCESSES = Path.of("/proc");
  private static final int START_BEHIND_NAME = 19;

  /** Null if nobody is on record, or nobody whose number can be read. */
  static WriterOnRecord in(Path file) {
    try {
      List<String> lines = Files.readAllLines(file);
      if (lines.isEmpty()) return null;
      return new WriterOnRecord(Long.parseLong(lines.get(0).strip()), valueOf(lines, "pid namespace: "), valueOf(lines, "process start: "));
    } catch (IOException | NumberFormatException e) {
      return null;
    }
  }

  private static String valueOf(List<String> lines, String name) {
    return lines.stream().filter(line -> line.startsWith(name)).map(line -> line.substring(name.length()))
        .filter(value -> !value.equals("-")).findFirst().orElse(null);
  }

  boolean isOfAnotherNamespace() {
    String here = namespaceOf(PROCESSES.resolve("self"));
    return namespace != null && here != null && !namespace.equals(here);
  }

  /** By which number it is known here; null if it has ended, or runs where it is not seen from here. */
  Long numberHere() {
    if (isOfAnotherNamespace()) return numberOutside();
    boolean lives = ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    String startOfThat = lives ? startOf(PROCESSES.resolve(Long.toString(pid))) : null;
    boolean another = start != null && startOfThat != null && !start.equals(startOfThat);
    return lives && !another ? (Long) pid : null;
  }

  /** Of what runs in a container everything is seen from the system around it, under another number. */
  private Long numberOutside() {
    try (Stream<Path> processes = Files.list(PROCESSES)) {
      return processes.filter(each -> each.getFileName().toString().matches("\\d+")).filter(this::isIt)
          .map(each -> Long.parseLong(each.getFileName().toString())).findFirst().orElse(null);
    } catch (IOException e) {
      return null;
    }
  }

  private boolean isIt(Path process) {
    if (!namespace.equals(namespaceOf(process))) return false;
    try (Stream<String> lines = Files.lines(process.resolve("status"))) {
      return lines.anyMatch(line -> line.matches("NSpid:.*\\s" + pid));
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  /** Null for another user's process, or one that has ended. */
  private static String namespaceOf(Path process) {
    try {
      return Files.readSymbolicLink(process.resolve("ns/pid")).toString();
    } catch (IOException | UnsupportedOperationException e) {
      return null;
    }
  }

  private static String startOf(Path process) {
    try {
      String stat = Files.readString(process.resolve("stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
      return fields.length > START_BEHIND_NAME ? fields[START_BEHIND_NAME] : null;
    } catch (IOException e) {
      return null;
    }
  }
}
