package dev.syncline.cli;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the demo found; the JSON output.
 *
 * @param nativeProblem why native storage was left out, or null
 */
record DemoReport(
    String input,
    int lines,
    long bytes,
    long seed,
    String nativeProblem,
    List<Run> storages,
    List<HandOver> handOvers) {

  /**
   * One storage. Latencies are those of one durable append by one of the writer's threads.
   *
   * @param killedAt acknowledgements heard when the writer was killed
   * @param acknowledged appends that had returned when it died: those must be there
   * @param matched how many of them were there, byte for byte
   * @param recovered records that were there, with those whose append was under way
   * @param records records that the log held in the end
   * @param difference the first difference found, or null
   */
  record Run(
      String storage,
      String reason,
      int killedAt,
      int acknowledged,
      int matched,
      int recovered,
      double recoveryMillis,
      int records,
      double recordsPerSecond,
      double p50Micros,
      double p99Micros,
      String difference) {

    boolean ok() {
      return difference == null;
    }

    String story() {
      String end = ok() ? "the rest written, closed, all " + records + " read back equal" : "DIFFERENT";
      return String.format(
          Locale.ROOT,
          "%s: killed at acknowledgement %d; of %d acknowledged, %d recovered in %.0f ms (and %d under way); %s",
          storage, killedAt, acknowledged, matched, recoveryMillis, Math.max(0, recovered - acknowledged), end);
    }
  }

  /** A log written by one storage and continued by another; {@code difference} is null if every record is right. */
  record HandOver(String writer, String reader, int records, String difference) {
    String story() {
      return "written by " + writer + ", read and continued by " + reader + ": "
          + (difference == null ? "all " + records + " records equal" : "DIFFERENT");
    }
  }

  /** Whether every comparison found what it must. */
  @JsonProperty
  boolean ok() {
    return differences().isEmpty();
  }

  int exitCode() {
    return ok() ? ExitCode.OK : ExitCode.PROBLEM;
  }

  /** The table, the first difference of each comparison that failed, and what it all comes to. */
  void print(PrintWriter out) {
    out.println();
    List<String> header = List.of("storage", ">records", ">records/s", ">p50 µs", ">p99 µs", "why");
    out.print(Text.table(header, storages.stream().map(DemoReport::row).toList()));
    out.println();
    differences().forEach(out::println);
    out.println(lastLine());
  }

  List<String> differences() {
    List<String> differences = new ArrayList<>();
    for (Run run : storages) if (!run.ok()) differences.add("first difference (" + run.storage + "): " + run.difference);
    for (HandOver each : handOvers)
      if (each.difference != null)
        differences.add("first difference (" + each.writer + " to " + each.reader + "): " + each.difference);
    return differences;
  }

  /** {@code recovered N of N acknowledged records (native), M of M (portable)}. */
  String lastLine() {
    StringBuilder line = new StringBuilder("recovered ");
    for (Run run : storages) {
      boolean first = run == storages.get(0);
      line.append(first ? "" : ", ").append(run.matched).append(" of ").append(run.acknowledged);
      line.append(first ? " acknowledged records (" : " (").append(run.storage).append(")");
    }
    return line.toString();
  }

  private static List<String> row(Run run) {
    return List.of(
        run.storage,
        Integer.toString(run.records),
        rounded(run.recordsPerSecond),
        rounded(run.p50Micros),
        rounded(run.p99Micros),
        run.reason);
  }

  private static String rounded(double value) {
    return String.format(Locale.ROOT, "%.0f", value);
  }
}
