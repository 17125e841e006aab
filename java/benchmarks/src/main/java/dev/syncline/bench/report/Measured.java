package dev.syncline.bench.report;

import dev.syncline.bench.cell.Measurement;
import dev.syncline.bench.run.Results;
import dev.syncline.bench.run.Run;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Function;

/** Looks things up in the results. */
final class Measured {
  private final Results results;

  Measured(Results results) {
    this.results = results;
  }

  List<String> cells() {
    return results.runs().stream().map(Run::cell).distinct().toList();
  }

  /** Those that were measured in a cell. */
  List<String> contenders(String cell) {
    return results.runs().stream()
        .filter(run -> run.cell().equals(cell) && run.outcome().measurement() != null)
        .map(Run::contender)
        .distinct()
        .sorted()
        .toList();
  }

  /** Why others were not. */
  Map<String, String> absent(String cell) {
    Map<String, String> reasons = new TreeMap<>();
    for (Run run : results.runs()) {
      if (!run.cell().equals(cell) || run.outcome().measurement() != null) continue;
      String failed = run.outcome().failed();
      reasons.put(run.contender(), failed == null ? run.outcome().skipped() : "failed: " + failed.lines().findFirst().orElse(""));
    }
    return reasons;
  }

  Map<Integer, Measurement> rounds(String cell, String contender) {
    Map<Integer, Measurement> found = new TreeMap<>();
    for (Run run : results.runs())
      if (run.cell().equals(cell) && run.contender().equals(contender) && run.outcome().measurement() != null)
        found.put(run.round(), run.outcome().measurement());
    return found;
  }

  /** A metric by round; without the rounds that do not have it. */
  Map<Integer, Double> byRound(String cell, String contender, Metric metric) {
    Map<Integer, Double> values = new TreeMap<>();
    rounds(cell, contender)
        .forEach(
            (round, found) -> {
              double value = metric.of().applyAsDouble(found);
              if (Double.isFinite(value)) values.put(round, value);
            });
    return values;
  }

  /** The best of several contenders in each round. */
  Map<Integer, Double> bestByRound(String cell, Collection<String> contenders, Metric metric) {
    Map<Integer, Double> best = new TreeMap<>();
    for (String contender : contenders)
      byRound(cell, contender, metric)
          .forEach((round, value) -> best.merge(round, value, metric.higherIsBetter() ? Math::max : Math::min));
    return best;
  }

  Optional<Statistics> of(String cell, String contender, Metric metric) {
    return statistics(byRound(cell, contender, metric));
  }

  static Optional<Statistics> statistics(Map<Integer, Double> byRound) {
    double[] values = byRound.values().stream().mapToDouble(Double::doubleValue).toArray();
    return values.length == 0 ? Optional.empty() : Optional.of(Statistics.of(values));
  }

  /** One through the other in each round that has both. */
  static Optional<Statistics> ratio(Map<Integer, Double> ours, Map<Integer, Double> theirs) {
    Map<Integer, Double> ratios = new TreeMap<>();
    ours.forEach(
        (round, value) -> {
          Double other = theirs.get(round);
          if (other != null && other > 0) ratios.put(round, value / other);
        });
    return statistics(ratios);
  }

  /** The contender with the best median. */
  Optional<String> best(String cell, Collection<String> contenders, Metric metric) {
    Function<String, OptionalDouble> median =
        contender -> of(cell, contender, metric).map(found -> OptionalDouble.of(found.median())).orElse(OptionalDouble.empty());
    return contenders.stream()
        .filter(contender -> median.apply(contender).isPresent())
        .max((a, b) -> (metric.higherIsBetter() ? 1 : -1) * Double.compare(median.apply(a).getAsDouble(), median.apply(b).getAsDouble()));
  }
}
