package dev.syncline.bench.report;

import dev.syncline.bench.cell.Measurement;
import dev.syncline.bench.run.Results;
import dev.syncline.bench.run.Run;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** Looks things up in the results. */
final class Measured {
  private final Results results;

  Measured(Results results) {
    this.results = results;
  }

  List<String> cells() {
    return results.runs().stream().map(Run::cell).distinct().toList();
  }

  /** Those that were measured in a cell, in the order of the first round. */
  List<String> contenders(String cell) {
    return results.runs().stream()
        .filter(run -> run.cell().equals(cell) && run.outcome().measurement() != null)
        .map(Run::contender)
        .distinct()
        .sorted()
        .toList();
  }

  Map<Integer, Measurement> rounds(String cell, String contender) {
    Map<Integer, Measurement> found = new LinkedHashMap<>();
    for (Run run : results.runs())
      if (run.cell().equals(cell) && run.contender().equals(contender) && run.outcome().measurement() != null)
        found.put(run.round(), run.outcome().measurement());
    return found;
  }

  Optional<Statistics> of(String cell, String contender, ToDoubleFunction<Measurement> metric) {
    double[] values = rounds(cell, contender).values().stream().mapToDouble(metric).filter(Double::isFinite).toArray();
    return values.length == 0 ? Optional.empty() : Optional.of(Statistics.of(values));
  }

  /** One contender's value through the other's in each round that has both. */
  Optional<Statistics> ratio(
      String cell, String contender, String otherCell, String other, ToDoubleFunction<Measurement> metric) {
    Map<Integer, Measurement> ours = rounds(cell, contender);
    Map<Integer, Measurement> theirs = rounds(otherCell, other);
    double[] ratios =
        ours.entrySet().stream()
            .filter(round -> theirs.containsKey(round.getKey()))
            .mapToDouble(round -> metric.applyAsDouble(round.getValue()) / metric.applyAsDouble(theirs.get(round.getKey())))
            .filter(Double::isFinite)
            .toArray();
    return ratios.length == 0 ? Optional.empty() : Optional.of(Statistics.of(ratios));
  }
}
