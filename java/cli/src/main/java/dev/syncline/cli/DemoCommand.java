package dev.syncline.cli;

import dev.syncline.StorageMode;
import dev.syncline.WalOptions;
import dev.syncline.io.Storages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code syncline demo}: shows that what was acknowledged survives a killed process, on each storage and across both. */
@Command(
    name = "demo",
    description = {
      "Appends real lines from four threads in a process of its own, kills that process with SIGKILL while it writes, reopens "
          + "the log and compares every acknowledged record with its line, byte by byte.",
      "On both storages; then each reads and continues what the other wrote."
    },
    footer = {"", "Example: on a disk of your choice", "  syncline demo --directory /mnt/volume/demo --lines 3000"})
final class DemoCommand extends BaseCommand {
  private static final int LINES_MIN = 20;

  @Option(
      names = "--input",
      paramLabel = "FILE_OR_DIR",
      defaultValue = "${sys:demo.input:-.}",
      description = "A file, or a directory of *.java *.c *.h *.md *.xml (the system property demo.input, else here).")
  Path input;

  @Option(
      names = "--lines",
      paramLabel = "K",
      defaultValue = "20000",
      description = "Most lines to append (${DEFAULT-VALUE}).")
  int maxLines;

  @Option(
      names = "--storage",
      paramLabel = "NAME",
      split = ",",
      description = "native, portable or both (both; native only where it is available).")
  List<StorageMode> wanted = List.of();

  @Option(
      names = "--directory",
      paramLabel = "DIR",
      defaultValue = ".",
      description = "Where a temporary directory is made and removed (here): the disk that is measured.")
  Path parent;

  @Option(names = "--seed", paramLabel = "N", description = "Repeats a run's choice of when to kill (random).")
  long seed = new Random().nextInt(1_000_000);

  @Option(names = "--keep", description = "Keep the logs. They are also kept when records differ.")
  boolean keep;

  @Override
  public Integer call() throws IOException {
    if (maxLines < LINES_MIN) throw usage("--lines is " + LINES_MIN + " or more, not " + maxLines);
    if (wanted.contains(StorageMode.AUTO)) throw usage("--storage is native or portable, not auto");
    List<byte[]> lines = readInput();
    Files.createDirectories(parent);
    ScratchDirectory scratch = ScratchDirectory.create(parent, "syncline-demo-");
    boolean clean = false;
    try {
      DemoReport demo = run(lines, scratch.path());
      if (json) out().println(Json.pretty(demo));
      else demo.print(out());
      clean = demo.ok() && !keep;
      return demo.exitCode();
    } finally {
      end(scratch, clean);
    }
  }

  private void end(ScratchDirectory scratch, boolean clean) throws IOException {
    if (clean) {
      scratch.close();
    } else {
      scratch.keep();
      err().println("the logs are kept in " + scratch.path());
    }
  }

  private List<byte[]> readInput() throws IOException {
    if (!Files.exists(input))
      throw new CliException(ExitCode.NOT_RUN, input + " does not exist; --input takes a file or a directory of sources");
    List<byte[]> lines = DemoInput.read(input, maxLines);
    if (lines.size() >= LINES_MIN) return lines;
    throw new CliException(
        ExitCode.NOT_RUN,
        input + " has only " + Text.count(lines.size(), "line") + " in files that are read, and the demo needs " + LINES_MIN
            + "; name a longer file, or a directory of sources, with --input");
  }

  private DemoReport run(List<byte[]> lines, Path scratch) throws IOException {
    Optional<String> nativeProblem = Storages.nativeProblem(scratch, WalOptions.defaults().blockSize());
    List<StorageMode> storages = storages(nativeProblem);
    long bytes = lines.stream().mapToLong(line -> line.length).sum();
    String size = Text.count(lines.size(), "line") + " (" + Text.size(bytes) + ")";
    say("input: " + size + " of " + input.normalize() + ", seed " + seed);
    nativeProblem.ifPresent(problem -> say("native: not available because " + problem));
    Map<StorageMode, DemoRun> runs = prepare(storages, lines, scratch);
    List<DemoReport.Run> reports = crashAndFinish(runs.values());
    boolean ok = reports.stream().allMatch(DemoReport.Run::ok);
    List<DemoReport.HandOver> handOvers = ok ? handOver(runs) : List.of();
    return new DemoReport(input.toString(), lines.size(), bytes, seed, nativeProblem.orElse(null), reports, handOvers);
  }

  /** With two storages, the last lines are left for the one that did not write the rest. */
  private Map<StorageMode, DemoRun> prepare(List<StorageMode> storages, List<byte[]> lines, Path scratch)
      throws IOException {
    Path saved = scratch.resolve("lines");
    DemoInput.save(lines, saved);
    int handedOver = storages.size() > 1 ? Math.min(100, lines.size() / 10) : 0;
    Progress progress = json ? Progress.silent() : Progress.on(err());
    Map<StorageMode, DemoRun> runs = new EnumMap<>(StorageMode.class);
    for (StorageMode storage : storages)
      runs.put(storage, new DemoRun(scratch.resolve(DemoRun.name(storage)), storage, saved, lines, handedOver, progress));
    return runs;
  }

  private List<DemoReport.Run> crashAndFinish(Collection<DemoRun> runs) throws IOException {
    Random random = new Random(seed);
    List<DemoReport.Run> reports = new ArrayList<>();
    for (DemoRun run : runs) {
      DemoReport.Run report = run.crashAndFinish(0.5 + 0.2 * random.nextDouble());
      reports.add(report);
      say(report.story());
    }
    return reports;
  }

  private List<DemoReport.HandOver> handOver(Map<StorageMode, DemoRun> runs) throws IOException {
    List<DemoReport.HandOver> done = new ArrayList<>();
    for (StorageMode writer : runs.keySet()) {
      for (StorageMode reader : runs.keySet()) {
        if (reader == writer) continue;
        DemoCheck.Result result = runs.get(writer).handOver(reader);
        String difference = result.ok() ? null : result.first().toString();
        done.add(new DemoReport.HandOver(DemoRun.name(writer), DemoRun.name(reader), result.records(), difference));
        say(done.get(done.size() - 1).story());
      }
    }
    return done;
  }

  private List<StorageMode> storages(Optional<String> nativeProblem) {
    if (wanted.contains(StorageMode.NATIVE) && nativeProblem.isPresent())
      throw new CliException(ExitCode.NOT_RUN, "--storage native: not available because " + nativeProblem.get());
    if (!wanted.isEmpty()) return wanted.stream().distinct().toList();
    return nativeProblem.isEmpty() ? List.of(StorageMode.NATIVE, StorageMode.PORTABLE) : List.of(StorageMode.PORTABLE);
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private void say(String line) {
    if (json) return;
    out().println(line);
    out().flush();
  }
}
