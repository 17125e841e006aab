package dev.syncline.bench.run;

import dev.syncline.bench.cell.Marks;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads what strace wrote, and counts what makes data durable between the two marks. */
final class SyscallTrace {
  private static final Pattern CALL = Pattern.compile("^\\d+ +(\\w+)\\((\\d*)(.*)$");
  private static final Pattern OPENED = Pattern.compile("^(\\d+) .*(?:= )(\\d+)(?:<.*)?$");
  private static final Set<String> WRITES = Set.of("write", "writev", "pwrite64", "pwritev", "pwritev2");

  private final Map<String, Integer> counts = new TreeMap<>();
  private final Set<String> durableFiles = new HashSet<>();

  /** Threads whose call to open a file with O_DSYNC was interrupted in the trace by another thread's line. */
  private final Map<String, Boolean> opening = new HashMap<>();

  private boolean counting;

  private SyscallTrace(boolean counting) {
    this.counting = counting;
  }

  /** Counts between the marks. */
  static SyscallTrace read(Path file) throws IOException {
    return read(file, new SyscallTrace(false));
  }

  /** Counts from the beginning to the end. */
  static SyscallTrace readAll(Path file) throws IOException {
    return read(file, new SyscallTrace(true));
  }

  private static SyscallTrace read(Path file, SyscallTrace trace) throws IOException {
    try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) trace.take(line);
    }
    return trace;
  }

  void take(String line) {
    if (line.contains(Marks.BEGIN)) counting = true;
    if (line.contains(Marks.END)) counting = false;
    if (line.contains("open")) takeOpen(line);
    Matcher call = CALL.matcher(line);
    if (!call.matches()) return;
    String name = call.group(1);
    if (name.equals("close")) durableFiles.remove(call.group(2));
    if (counting) count(name, call.group(2), call.group(3));
  }

  private void takeOpen(String line) {
    String thread = line.substring(0, line.indexOf(' '));
    boolean durable = line.contains("O_DSYNC") || line.contains("O_SYNC");
    if (line.endsWith("<unfinished ...>")) {
      opening.put(thread, durable);
      return;
    }
    boolean resumed = line.contains("open") && line.contains("resumed>");
    Matcher opened = OPENED.matcher(line);
    if (!opened.matches()) return;
    if (resumed ? opening.getOrDefault(thread, false) : durable) durableFiles.add(opened.group(2));
    else durableFiles.remove(opened.group(2));
  }

  private void count(String name, String file, String rest) {
    if (name.equals("fsync") || name.equals("fdatasync")) add(name);
    else if (name.equals("msync") && rest.contains("MS_SYNC")) add(name);
    else if (rest.contains("RWF_DSYNC") || rest.contains("RWF_SYNC")) add(name + " with RWF_DSYNC");
    else if (WRITES.contains(name) && durableFiles.contains(file)) add(name + " with O_DSYNC");
  }

  private void add(String name) {
    counts.merge(name, 1, Integer::sum);
  }

  long syncs() {
    return counts.values().stream().mapToLong(Integer::longValue).sum();
  }

  String words() {
    return counts.entrySet().stream().map(count -> count.getValue() + " " + count.getKey()).collect(Collectors.joining(", "));
  }
}
