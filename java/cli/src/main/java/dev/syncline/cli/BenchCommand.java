package dev.syncline.cli;

import dev.syncline.StorageMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code syncline bench DIR}: what a disk gives. */
@Command(
    name = "bench",
    description = {
      "Measures durable appends in a temporary subdirectory that is removed again, for a minute: by one thread, by four, by 16 "
          + "and by 64, and how long they take.",
      "A log that is in the directory is not touched, but shares the disk meanwhile."
    },
    footer = {"", "Example: what a volume gives for records of a kilobyte", "  syncline bench --bytes 1024 /mnt/volume"})
final class BenchCommand extends BaseCommand {
  /** More than a measurement takes on disk: what was appended is truncated again. */
  private static final long DISK_BYTES_MAX = 512L << 20;

  private static final int RECORD_BYTES_MAX = 1 << 20;
  private static final int THREADS_MAX = 1024;
  private static final int BAR_CHARS = 40;

  @Parameters(paramLabel = "DIR", description = "A directory on the disk to measure.")
  Path directory;

  private double seconds = 60;
  private int recordBytes = 256;
  private List<Integer> threads = List.of(1, 4, 16, 64);

  @Option(names = "--seconds", paramLabel = "S", description = "How long to measure in all (60).")
  void seconds(double all) {
    if (!(all > 0 && all <= TimeUnit.DAYS.toSeconds(1)))
      throw new ParameterException(spec.commandLine(), "--seconds is above 0 and up to a day, not " + all);
    seconds = all;
  }

  @Option(names = "--bytes", paramLabel = "N", description = "Size of a record (256).")
  void bytes(int bytes) {
    if (bytes < 0 || bytes > RECORD_BYTES_MAX)
      throw new ParameterException(spec.commandLine(), "--bytes is 0 to " + RECORD_BYTES_MAX + ", not " + bytes);
    recordBytes = bytes;
  }

  @Option(names = "--threads", paramLabel = "N", split = ",", description = "How many threads append, in turns (1,4,16,64).")
  void threads(List<Integer> counts) {
    for (int each : counts)
      if (each < 1 || each > THREADS_MAX)
        throw new ParameterException(spec.commandLine(), "--threads are 1 to " + THREADS_MAX + ", not " + each);
    threads = List.copyOf(counts);
  }

  @Option(
      names = "--storage",
      paramLabel = "NAME",
      defaultValue = "auto",
      description = "auto, native or portable (${DEFAULT-VALUE}).")
  StorageMode storage;

  /** The JSON output. */
  record Benched(String directory, List<BenchRun.Measured> measurements) {}

  @Override
  public Integer call() throws IOException {
    LogCommand.requireDirectory(directory);
    DoctorCommand.requireWritable(directory);
    long free = Files.getFileStore(directory).getUsableSpace();
    if (free < DISK_BYTES_MAX)
      throw new CliException(
          ExitCode.NOT_RUN, directory + ": expected " + Text.size(DISK_BYTES_MAX) + " free to measure with, found " + Text.size(free)
              + ". Nothing was changed");
    List<BenchRun.Measured> measured = new ArrayList<>();
    Progress progress = showProgress();
    try (ScratchDirectory scratch = ScratchDirectory.create(directory, ".syncline-bench-")) {
      long nanos = (long) (seconds * 1e9 / threads.size());
      for (int each : threads) {
        progress.show("measuring", measured.size(), threads.size(), Text.count(threads.size(), "run"));
        measured.add(new BenchRun(storage, each, recordBytes).run(scratch.path().resolve("log-" + measured.size()), nanos));
      }
    } finally {
      progress.end();
    }
    if (json) out().println(Json.pretty(new Benched(directory.toString(), measured)));
    else print(measured);
    return ExitCode.OK;
  }

  private void print(List<BenchRun.Measured> measured) {
    sayLine("durable appends of " + recordBytes + " bytes in " + directory + ", " + measured.get(0).storage() + " storage, "
        + String.format(Locale.ROOT, "%.0f s", seconds) + " in all:");
    List<String> header = List.of(
        ">threads", ">appends/s", ">commits/s", ">MiB/s", ">p50 µs", ">p90 µs", ">p99 µs", ">p99.9 µs", ">max µs");
    out().print(Text.table(header, measured.stream().map(BenchCommand::row).toList()));
    for (BenchRun.Measured each : measured) printHistogram(each);
  }

  private static List<String> row(BenchRun.Measured each) {
    List<String> cells = new ArrayList<>(List.of(Integer.toString(each.threads())));
    cells.add(String.format(Locale.ROOT, "%.0f", each.appendsPerSecond()));
    cells.add(String.format(Locale.ROOT, "%.0f", each.commitsPerSecond()));
    cells.add(String.format(Locale.ROOT, "%.1f", each.mebibytesPerSecond()));
    for (double micros : new double[] {each.p50Micros(), each.p90Micros(), each.p99Micros(), each.p999Micros(), each.maxMicros()})
      cells.add(String.format(Locale.ROOT, "%.0f", micros));
    return cells;
  }

  private void printHistogram(BenchRun.Measured each) {
    out().println();
    sayLine(Text.count(each.threads(), "thread") + ", how long an append took:");
    long most = each.histogram().stream().mapToLong(BenchRun.Bucket::appends).max().orElse(1);
    for (BenchRun.Bucket bucket : each.histogram())
      sayLine(String.format(Locale.ROOT, "  up to %9.0f µs  %9d  %s", bucket.uptoMicros(), bucket.appends(),
          "#".repeat((int) Math.ceil(BAR_CHARS * (double) bucket.appends() / Math.max(1, most)))).stripTrailing());
  }
}
