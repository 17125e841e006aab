package dev.syncline.bench.run;

import dev.syncline.bench.cell.Cell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Goes through rounds, cells and contenders. Rounds are outermost, so that what changes on the machine meets all alike. */
final class Runner {
  private final Child child;
  private final List<Cell> cells;
  private final List<String> contenders;
  private final int rounds;
  private final Path directory;
  private final Path output;
  private final List<Run> runs = new ArrayList<>();
  private final Map<String, String> checks = new TreeMap<>();

  Runner(Child child, List<Cell> cells, List<String> contenders, int rounds, Path directory, Path output) {
    this.child = child;
    this.cells = cells;
    this.contenders = contenders;
    this.rounds = rounds;
    this.directory = directory;
    this.output = output;
  }

  Results run(Map<String, String> conditions) throws IOException {
    Results results = new Results(conditions, checks, cells, runs);
    try (Progress progress = Progress.of((long) rounds * cells.size() * contenders.size())) {
      for (int round = 1; round <= rounds; round++)
        for (Cell cell : cells) {
          runCell(round, cell, progress);
          results.write(output.resolve("results.json"));
        }
    }
    return results;
  }

  private void runCell(int round, Cell cell, Progress progress) throws IOException {
    List<String> order = new ArrayList<>(contenders);
    // Nobody is always the first after the others' load.
    Collections.rotate(order, -round);
    for (String contender : order) {
      progress.next("round " + round + "/" + rounds + " " + cell.name() + " " + contender);
      Optional<Outcome> outcome = hopeless(cell, contender) ? Optional.empty() : measure(contender, cell);
      outcome.ifPresent(found -> runs.add(new Run(round, cell.name(), contender, found)));
      outcome.ifPresent(found -> progress.result(cell, contender, found));
    }
  }

  /** What does not work here in the first round does not in the second. */
  private boolean hopeless(Cell cell, String contender) {
    return runs.stream()
        .anyMatch(run -> run.cell().equals(cell.name()) && run.contender().equals(contender) && run.outcome().measurement() == null);
  }

  private Optional<Outcome> measure(String contender, Cell cell) throws IOException {
    Path own = Files.createTempDirectory(directory, contender.replace('@', '-') + "-");
    try {
      return child.run(contender, cell, own);
    } finally {
      delete(own);
    }
  }

  static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(file);
    }
  }
}
