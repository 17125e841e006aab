package dev.syncline.bench.run;

import dev.syncline.bench.cell.Cell;
import dev.syncline.bench.cell.Cells;
import dev.syncline.bench.contender.Contenders;
import dev.syncline.bench.report.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures contenders in cells, round after round, and reports. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "Measures contenders in cells: each in a process and a directory of its own, in interleaved rounds.")
public final class RunCommand implements Callable<Integer> {
  @Option(names = "--cells", split = ",", defaultValue = "short", description = "Names of cells, a prefix with *, or short, all, …")
  List<String> cells;

  @Option(names = "--contenders", split = ",", defaultValue = "all", description = "Names, a prefix with *, or all.")
  List<String> contenders;

  @Option(names = "--rounds", defaultValue = "3")
  int rounds;

  @Option(names = "--seconds", defaultValue = "2", description = "How long each cell counts.")
  double seconds;

  @Option(names = "--warmup", defaultValue = "1", description = "Seconds before it counts.")
  double warmupSeconds;

  @Option(names = "--directory", defaultValue = "target/bench", description = "Where to write: the disk that is measured.")
  Path directory;

  @Option(names = "--output", defaultValue = "target/report", description = "Where results.json, report.html and tables.md go.")
  Path output;

  @Option(names = "--floor", description = "The C program; found beside the jar if not given.")
  Path floor;

  @Option(
      names = "--variant",
      description = "NAME=ELEMENT,ELEMENT: another build or settings; contender CONTENDER@NAME has its class path and JVM arguments.")
  List<String> variants = List.of();

  @Option(names = "--scale", defaultValue = "small", description = "small or full: how large the logs are that are read.")
  String scale;

  @Option(names = "--minutes", defaultValue = "10", description = "How long the sustained cell lasts.")
  double minutes;

  @Option(
      names = "--disk-delay-us",
      defaultValue = "0",
      description = "By how much everything that waits for the disk is to wait longer; on tmpfs that is a disk of just this latency.")
  long diskDelayMicros;

  @Option(
      names = "--add",
      description = "Add rounds to the results that the output directory holds: a long run in pieces, on a machine that has other work.")
  boolean add;

  @Override
  public Integer call() throws IOException {
    Map<String, Variant> byName =
        variants.stream().map(Variant::parse).collect(Collectors.toMap(Variant::name, Function.identity()));
    Cells all = new Cells(isFull());
    List<Cell> chosen = all.named(cells).stream().map(this::lasting).toList();
    Files.createDirectories(directory);
    Files.createDirectories(output);
    Child child = new Child(new Floor(floor != null ? floor : besideJar("syncline_floor")), byName, output,
        new SlowDisk(besideJar("libsyncline_slow_disk.so"), diskDelayMicros));
    Path file = output.resolve("results.json");
    boolean adding = add && Files.exists(file);
    Results earlier = adding ? Results.read(file) : Results.none(Conditions.of(directory, this));
    Runner runner = new Runner(child, all, chosen, rounds, directory.toAbsolutePath(), file);
    Results results = runner.run(contenderNames(), earlier);
    Report.write(results, output);
    System.out.println(Report.summary(results));
    System.out.println("Written: " + output.resolve("results.json") + ", report.html, tables.md");
    return results.runs().stream().anyMatch(run -> run.outcome().failed() != null) ? 1 : 0;
  }

  private Cell lasting(Cell cell) {
    return cell.lasting(warmupSeconds, cell.workload().equals("sustained") ? minutes * 60 : seconds);
  }

  private boolean isFull() {
    if (!scale.equals("small") && !scale.equals("full")) throw new IllegalArgumentException("--scale is small or full, not " + scale);
    return scale.equals("full");
  }

  private static Path besideJar(String name) {
    Path classes = Path.of(System.getProperty("java.class.path").split(java.io.File.pathSeparator)[0]).toAbsolutePath();
    return classes.resolveSibling("cmake").resolve(name);
  }

  private List<String> contenderNames() {
    List<String> known = new ArrayList<>(Contenders.names());
    known.addAll(Floor.NAMES);
    List<String> chosen = new ArrayList<>();
    for (String name : contenders) {
      List<String> matching = known.stream().filter(each -> matches(each, name)).toList();
      boolean isVariant = name.contains("@") && known.contains(name.substring(0, name.indexOf('@')));
      if (matching.isEmpty() && !isVariant) throw new IllegalArgumentException("no contender is called " + name + "; there are " + known);
      chosen.addAll(isVariant ? List.of(name) : matching);
    }
    return chosen.stream().distinct().toList();
  }

  private static boolean matches(String name, String pattern) {
    if (pattern.equals("all")) return true;
    return pattern.endsWith("*") ? name.startsWith(pattern.substring(0, pattern.length() - 1)) : name.equals(pattern);
  }
}
