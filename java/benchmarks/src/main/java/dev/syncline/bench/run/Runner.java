package dev.syncline.bench.run;

import dev.syncline.bench.cell.Cell;
import dev.syncline.bench.cell.Cells;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Goes through rounds, cells and contenders. Rounds are outermost, so that what changes on the machine meets all alike. */
final class Runner {
  private final Child child;
  private final Cells catalogue;
  private final List<Cell> cells;
  private final int rounds;
  private final Path directory;
  private final Path file;
  private Results results;

  /** Logs that cells read, by preparation and contender: written once, as reading them does not wear them out. */
  private final Map<String, Path> prepared = new HashMap<>();

  Runner(Child child, Cells catalogue, List<Cell> cells, int rounds, Path directory, Path file) {
    this.child = child;
    this.catalogue = catalogue;
    this.cells = cells;
    this.rounds = rounds;
    this.directory = directory;
    this.file = file;
  }

  /** Adds to what was measured earlier, and writes the file after every cell. */
  Results run(List<String> contenders, Results earlier) throws IOException {
    results = earlier;
    cells.stream().filter(cell -> !results.cells().contains(cell)).forEach(results.cells()::add);
    int first = results.lastRound() + 1;
    long steps = cells.stream().mapToLong(cell -> takingPart(contenders, cell).size()).sum();
    try (Progress progress = Progress.of(steps * rounds + contenders.size())) {
      List<String> honest = check(contenders, progress);
      for (int round = first; round < first + rounds; round++)
        for (Cell cell : cells) {
          runCell(round, cell, takingPart(honest, cell), progress);
          results.write(file);
        }
    } finally {
      for (Path path : prepared.values()) delete(path);
    }
    return results;
  }

  private static List<String> takingPart(List<String> contenders, Cell cell) {
    return contenders.stream().filter(contender -> Parts.takesPart(contender, cell)).toList();
  }

  private List<String> check(List<String> contenders, Progress progress) throws IOException {
    SyncCheck check = new SyncCheck(child, file.getParent());
    List<String> honest = new ArrayList<>();
    for (String contender : contenders) {
      progress.next("does it sync? " + contender);
      if (SyncCheck.isHonest(results.checks().get(contender))) {
        honest.add(contender);
        continue;
      }
      Path own = Files.createTempDirectory(directory, contender.replace('@', '-') + "-");
      try {
        SyncCheck.Finding finding = check.check(contender, own);
        results.checks().put(contender, finding.words());
        if (finding.honest()) honest.add(contender);
        progress.say(contender + ": " + finding.words());
      } finally {
        delete(own);
      }
    }
    return honest;
  }

  private void runCell(int round, Cell cell, List<String> contenders, Progress progress) throws IOException {
    List<String> order = new ArrayList<>(contenders);
    // Nobody is always the first after the others' load.
    Collections.rotate(order, -round);
    for (String contender : order) {
      progress.next("round " + round + " " + cell.name() + " " + contender);
      if (isHopeless(cell, contender)) continue;
      Outcome outcome = cell.preparation() == null ? measure(contender, cell) : measureReading(contender, cell);
      results.runs().add(new Run(round, cell.name(), contender, outcome));
      progress.say(Progress.line(cell, contender, outcome));
    }
  }

  /** What does not work here in the first round does not in the second. */
  private boolean isHopeless(Cell cell, String contender) {
    return results.runs().stream()
        .anyMatch(run -> run.cell().equals(cell.name()) && run.contender().equals(contender) && run.outcome().measurement() == null);
  }

  private Outcome measure(String contender, Cell cell) throws IOException {
    Path own = Files.createTempDirectory(directory, contender.replace('@', '-') + "-");
    try {
      return child.run(contender, cell, own);
    } finally {
      delete(own);
    }
  }

  private Outcome measureReading(String contender, Cell cell) throws IOException {
    String key = cell.preparation() + "-" + contender.replace('@', '-');
    if (!prepared.containsKey(key)) {
      Path path = Files.createTempDirectory(directory, key + "-");
      prepared.put(key, path);
      Outcome written = child.run(contender, catalogue.preparation(cell), path);
      if (written.measurement() == null) return written;
    }
    return child.run(contender, cell, prepared.get(key));
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(file);
    }
  }
}
