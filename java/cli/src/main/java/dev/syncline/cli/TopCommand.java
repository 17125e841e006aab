package dev.syncline.cli;

import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code syncline top DIR}: a log as it is written, seen from outside. */
@Command(
    name = "top",
    description = {
      "Shows a log while a program writes to it: how many records become durable a second, the sizes, who writes and who reads.",
      "A line every second, or with --json an object. writes/s are the writer's system calls to write, whatever it writes to. How many "
          + "commits there are and how long they take is known to the writer alone: with --attach its flight recorder is asked. p50 and "
          + "p99 are of how long the first record of each commit waited, from its append until it was durable."
    },
    footer = {"", "Example: every five seconds", "  syncline top --interval 5 /var/lib/orders"})
final class TopCommand extends LogCommand {
  private static final int LINES_BETWEEN_HEADERS = 20;

  private double intervalSeconds = 1;
  private long count = Long.MAX_VALUE;

  @Option(names = "--attach", description = "Attach to the writer's JVM, which must be this user's, and have its flight recorder record "
      + "commits meanwhile (some 100 ns each).")
  boolean attach;

  /** The commits of the process that writes, or null. */
  private WriterRecording recording;

  /** The process that was asked and did not answer. */
  private Long refused;

  @Option(names = "--interval", paramLabel = "S", description = "Seconds between two lines (1).")
  void interval(double seconds) {
    if (!(seconds > 0 && seconds <= TimeUnit.DAYS.toSeconds(1)))
      throw new ParameterException(spec.commandLine(), "--interval is above 0 and up to a day, not " + seconds);
    intervalSeconds = seconds;
  }

  @Option(names = "--count", paramLabel = "K", description = "End after so many lines (never).")
  void count(long lines) {
    if (lines < 1) throw new ParameterException(spec.commandLine(), "--count is a number of lines, not " + lines);
    count = lines;
  }

  /** One object of the JSON output; what cannot be seen is left out. */
  record Line(
      double appendsPerSecond, Double writesPerSecond, double bytesPerSecond, long firstSequence, long durableSequence,
      long checkpointCovers, int segments, long bytes, Long writer, List<Long> readers, WriterRecording.Commits commits) {}

  @Override
  int run(WriteAheadLog log) throws IOException {
    int known = noteDamage(log);
    LogSample before = LogSample.of(directory, log);
    // A mistake is told at once; a writer that comes later is attached to then.
    if (attach && before.writer() != null) recording = attachTo(before.writer());
    try {
      show(log, before);
      return known;
    } finally {
      if (recording != null) recording.close();
    }
  }

  private void show(WriteAheadLog log, LogSample first) throws IOException {
    LogSample before = first;
    for (long i = 0; i < count && paused(); i++) {
      LogSample now = LogSample.of(directory, log);
      Line line = line(before, now, commitsOf(now.writer()));
      if (json) {
        out().println(Json.line(line));
      } else {
        if (i % LINES_BETWEEN_HEADERS == 0)
          out().println(String.format(Locale.ROOT, "%11s %s%9s %10s  %-24s %9s  %8s  %s", "appends/s",
              attach ? String.format(Locale.ROOT, "%9s %8s %8s ", "commits/s", "p50 µs", "p99 µs") : "", "writes/s", "bytes/s",
              "sequences", "size", "segments", "writer and readers"));
        print(line);
      }
      if (out().checkError()) return;
      before = now;
    }
  }

  private WriterRecording attachTo(long writer) throws IOException {
    return WriterRecording.attach(writer, directory, (long) Math.ceil(intervalSeconds));
  }

  /** Null where there are none to be had. */
  private WriterRecording.Commits commitsOf(Long writer) {
    if (!attach) return null;
    if (recording != null && !Long.valueOf(recording.pid()).equals(writer)) {
      recording.close();
      recording = null;
    }
    if (writer == null || writer.equals(refused)) return null;
    try {
      if (recording == null) recording = attachTo(writer);
      recording.keep();
      return recording.take();
    } catch (IOException | RuntimeException e) {
      note("top: " + e.getMessage());
      refused = writer;
      return null;
    }
  }

  private boolean paused() {
    try {
      TimeUnit.NANOSECONDS.sleep((long) (intervalSeconds * 1e9));
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  static Line line(LogSample before, LogSample now, WriterRecording.Commits commits) {
    double seconds = Math.max(1, now.nanos() - before.nanos()) / 1e9;
    boolean sameWriter = now.writes() != null && before.writes() != null && now.writer().equals(before.writer());
    return new Line(
        // A cut of the tail takes sequences back.
        Math.max(0, now.durableSequence() - before.durableSequence()) / seconds,
        sameWriter ? (Double) ((now.writes() - before.writes()) / seconds) : null,
        Math.max(0, now.bytes() - before.bytes()) / seconds,
        now.firstSequence(), now.durableSequence(), now.checkpointCovers(), now.segments(), now.bytes(), now.writer(), now.readers(),
        commits);
  }

  private void print(Line line) {
    String range = line.durableSequence < line.firstSequence ? "none" : line.firstSequence + ".." + line.durableSequence;
    String readers = line.readers.stream().map(String::valueOf).collect(Collectors.joining(","));
    out().println(String.format(Locale.ROOT, "%11.0f %s%9s %10s  %-24s %9s  %8d  %s", line.appendsPerSecond,
        attach ? commits(line.commits) : "",
        line.writesPerSecond == null ? "-" : String.format(Locale.ROOT, "%.0f", line.writesPerSecond),
        Text.size((long) line.bytesPerSecond), range, Text.size(line.bytes), line.segments,
        (line.writer == null ? "nobody writes" : "written by " + line.writer) + (readers.isEmpty() ? "" : ", read by " + readers)));
  }

  private static String commits(WriterRecording.Commits commits) {
    if (commits == null) return String.format(Locale.ROOT, "%9s %8s %8s ", "-", "-", "-");
    return String.format(Locale.ROOT, "%9.0f %8s %8s ", commits.perSecond(), micros(commits.p50Micros()), micros(commits.p99Micros()));
  }

  private static String micros(Double micros) {
    return micros == null ? "-" : String.format(Locale.ROOT, "%.0f", micros);
  }
}
