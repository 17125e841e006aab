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
      "A line every second, or with --json an object. How long commits take is known to the writer alone: its metrics, or its "
          + "flight recorder, tell that (docs/operations.md). writes/s are the writer's system calls to write, whatever it writes to."
    },
    footer = {"", "Example: every five seconds", "  syncline top --interval 5 /var/lib/orders"})
final class TopCommand extends LogCommand {
  private static final int LINES_BETWEEN_HEADERS = 20;

  private double intervalSeconds = 1;
  private long count = Long.MAX_VALUE;

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
      long checkpointCovers, int segments, long bytes, Long writer, List<Long> readers) {}

  @Override
  int run(WriteAheadLog log) throws IOException {
    int known = noteDamage(log);
    LogSample before = LogSample.of(directory, log);
    for (long i = 0; i < count; i++) {
      if (!paused()) return known;
      LogSample now = LogSample.of(directory, log);
      Line line = line(before, now);
      if (json) {
        out().println(Json.line(line));
      } else {
        if (i % LINES_BETWEEN_HEADERS == 0)
          out().println(String.format(Locale.ROOT, "%11s %9s %10s  %-24s %9s  %8s  %s", "appends/s", "writes/s", "bytes/s", "sequences",
              "size", "segments", "writer and readers"));
        print(line);
      }
      if (out().checkError()) return known;
      before = now;
    }
    return known;
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

  static Line line(LogSample before, LogSample now) {
    double seconds = Math.max(1, now.nanos() - before.nanos()) / 1e9;
    boolean sameWriter = now.writes() != null && before.writes() != null && now.writer().equals(before.writer());
    return new Line(
        // A cut of the tail takes sequences back.
        Math.max(0, now.durableSequence() - before.durableSequence()) / seconds,
        sameWriter ? (Double) ((now.writes() - before.writes()) / seconds) : null,
        Math.max(0, now.bytes() - before.bytes()) / seconds,
        now.firstSequence(), now.durableSequence(), now.checkpointCovers(), now.segments(), now.bytes(), now.writer(), now.readers());
  }

  private void print(Line line) {
    String range = line.durableSequence < line.firstSequence ? "none" : line.firstSequence + ".." + line.durableSequence;
    String readers = line.readers.stream().map(String::valueOf).collect(Collectors.joining(","));
    out().println(String.format(Locale.ROOT, "%11.0f %9s %10s  %-24s %9s  %8d  %s", line.appendsPerSecond,
        line.writesPerSecond == null ? "-" : String.format(Locale.ROOT, "%.0f", line.writesPerSecond),
        Text.size((long) line.bytesPerSecond), range, Text.size(line.bytes), line.segments,
        (line.writer == null ? "nobody writes" : "written by " + line.writer) + (readers.isEmpty() ? "" : ", read by " + readers)));
  }
}
