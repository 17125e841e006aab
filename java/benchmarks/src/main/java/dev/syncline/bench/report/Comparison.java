package dev.syncline.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Two that were measured in turns, side by side: a build with another one of the same contender, or a log that is followed with one that
 * is not.
 *
 * @param what the two, the first one against the second
 * @param ours the first one's median
 * @param theirs the second one's median
 * @param ratio the first through the second in each round, with its interval
 */
record Comparison(String what, String metric, boolean higherIsBetter, String ours, String theirs, String ratio) {
  /** Cells without readers, and the same with some. */
  private static final Map<String, List<String>> READ =
      Map.of(
          "follow/fast-0", List.of("follow/fast-1", "follow/fast-4"),
          "beside/tails-0", List.of("beside/tails-1", "beside/tails-4", "beside/reads-1", "beside/reads-4"));

  static List<Comparison> of(Measured measured) {
    List<Comparison> found = new ArrayList<>();
    for (String cell : measured.cells()) {
      // A metric that one of the two lacks is left out.
      for (String other : measured.contenders(cell)) if (other.contains("@")) addVariant(found, measured, cell, other);
    }
    for (String alone : new TreeSet<>(READ.keySet()))
      for (String contender : measured.contenders(alone))
        for (String cell : READ.get(alone))
          for (Metric metric : List.of(Metric.RATE, Metric.P50, Metric.P99))
            add(
                found, contender + ": " + cell + " against " + alone, metric, measured.byRound(cell, contender, metric),
                measured.byRound(alone, contender, metric));
    return found;
  }

  private static void addVariant(List<Comparison> found, Measured measured, String cell, String other) {
    String base = other.substring(0, other.indexOf('@'));
    for (Metric metric : Metric.of(cell))
      add(
          found, cell + ": " + base + " against " + other, metric, measured.byRound(cell, base, metric),
          measured.byRound(cell, other, metric));
  }

  private static void add(
      List<Comparison> found, String what, Metric metric, Map<Integer, Double> ours, Map<Integer, Double> theirs) {
    Optional<Statistics> ratio = Measured.ratio(ours, theirs);
    if (ratio.isEmpty()) return;
    found.add(
        new Comparison(
            what, metric.label(), metric.higherIsBetter(), median(ours, metric), median(theirs, metric), ratio.get().text(2)));
  }

  private static String median(Map<Integer, Double> byRound, Metric metric) {
    return Measured.statistics(byRound).orElseThrow().medianText(metric.decimals());
  }

  String better() {
    return higherIsBetter ? "more" : "less";
  }
}
