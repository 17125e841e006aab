package dev.syncline.bench.run;

import dev.syncline.bench.cell.Cells;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Sees to it that nobody is called durable who is not: counts the syncs of a run of durable appends. */
final class SyncCheck {
  private static final int APPENDS = 100;
  private static final String NOT_CHECKED = "not checked: ";
  private static final String DISHONEST = "DOES NOT SYNC each append: ";
  private static final String CALLS =
      "trace=openat,open,close,fsync,fdatasync,msync,pwrite64,pwritev,pwritev2,write,writev,io_submit,io_uring_enter";

  private final Child child;
  private final Path scratch;

  SyncCheck(Child child, Path scratch) {
    this.child = child;
    this.scratch = scratch;
  }

  /**
   * What was found.
   *
   * @param honest false if a contender did not sync; true if it did, or if nobody could look
   * @param words for the report
   */
  record Finding(boolean honest, String words) {}

  /** Whether an earlier finding says that it syncs; {@code words} may be null. */
  static boolean isHonest(String words) {
    return words != null && !words.startsWith(NOT_CHECKED) && !words.startsWith(DISHONEST);
  }

  Finding check(String contender, Path directory) throws IOException {
    Optional<String> strace = strace();
    return strace.isPresent() ? traced(strace.get(), contender, directory) : counted(contender, directory);
  }

  private static Optional<String> strace() {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .map(folder -> Path.of(folder, "strace"))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst();
  }

  private Finding traced(String strace, String contender, Path directory) throws IOException {
    Path trace = scratch.resolve("strace.txt");
    List<String> prefix = List.of(strace, "-f", "-qq", "-s", "0", "-e", CALLS, "-e", "signal=none", "-o", trace.toString());
    if (Floor.isFloor(contender)) return tracedFloor(prefix, trace, contender, directory);
    Outcome outcome = child.runJava(prefix, contender, Cells.check(APPENDS), directory);
    if (outcome.measurement() == null) return new Finding(true, NOT_CHECKED + reason(outcome));
    SyscallTrace counted = SyscallTrace.read(trace);
    Files.delete(trace);
    return finding(counted.syncs(), counted.words());
  }

  /** The C program has no marks in its trace: all of it is looked at, and it counts what it writes by itself. */
  private Finding tracedFloor(List<String> prefix, Path trace, String contender, Path directory) throws IOException {
    Outcome outcome = child.runFloor(prefix, contender, Floor.checkCell(contender), directory);
    if (outcome.measurement() == null) return new Finding(true, NOT_CHECKED + reason(outcome));
    SyscallTrace counted = SyscallTrace.readAll(trace);
    Files.delete(trace);
    long expected = outcome.measurement().values().get("durableWrites").longValue();
    String words = counted.syncs() + " syncs for at least " + expected + " that it says it made (" + counted.words() + ")";
    return new Finding(counted.syncs() >= expected, counted.syncs() >= expected ? words : DISHONEST + words);
  }

  /** Without a tracer the disk's own counter must do, which others on the machine move too. */
  private Finding counted(String contender, Path directory) throws IOException {
    if (Floor.isFloor(contender)) return new Finding(true, NOT_CHECKED + "strace is not installed");
    Outcome outcome = child.runJava(List.of(), contender, Cells.check(APPENDS), directory);
    if (outcome.measurement() == null) return new Finding(true, NOT_CHECKED + reason(outcome));
    Map<String, Double> values = outcome.measurement().values();
    if (!values.containsKey("deviceFlushes")) return new Finding(true, NOT_CHECKED + "there is neither strace nor a disk that counts");
    return finding(values.get("deviceFlushes").longValue(), "flushes of the disk, as strace is not installed");
  }

  private static String reason(Outcome outcome) {
    return outcome.skipped() != null ? outcome.skipped() : outcome.failed();
  }

  private static Finding finding(long syncs, String words) {
    String counts = syncs + " syncs for " + APPENDS + " appends (" + words + ")";
    return syncs >= APPENDS ? new Finding(true, counts) : new Finding(false, DISHONEST + counts);
  }
}
