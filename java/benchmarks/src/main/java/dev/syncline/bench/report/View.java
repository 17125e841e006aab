package dev.syncline.bench.report;

import dev.syncline.bench.cell.Measurement;
import dev.syncline.bench.run.Results;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The results as they are shown: what the tables and the page are made from. */
record View(
    Map<String, String> conditions,
    Map<String, String> checks,
    List<TargetLine> targets,
    List<Comparison> comparisons,
    List<Table> tables) {

  /** A target as a line of text. */
  record TargetLine(String what, String expected, String found, String verdict, String remark) {}

  /**
   * One cell.
   *
   * @param metrics labels of the columns
   * @param better whether more is better, by column
   * @param absent contenders that have no numbers here, and why
   */
  record Table(String cell, String title, List<String> metrics, List<Boolean> better, List<Row> rows, Map<String, String> absent) {}

  /**
   * One contender.
   *
   * @param values one for each column; null where it has none
   * @param texts the same for people
   * @param curve percentile and microseconds, of the round whose p50 is the median
   * @param series of a long run
   */
  record Row(
      String contender,
      List<Statistics> values,
      List<String> texts,
      List<double[]> curve,
      List<Measurement.Sample> series,
      String description) {}

  static View of(Results results) {
    Measured measured = new Measured(results);
    List<TargetLine> targets =
        Targets.of(measured).stream()
            .map(each -> new TargetLine(each.what(), each.expected(), each.found(), each.verdict(), each.remark()))
            .toList();
    List<Table> tables = measured.cells().stream().map(cell -> table(measured, cell)).toList();
    return new View(results.conditions(), results.checks(), targets, Comparison.of(measured), tables);
  }

  private static Table table(Measured measured, String cell) {
    List<Metric> metrics =
        Metric.of(cell).stream()
            .filter(metric -> measured.contenders(cell).stream().anyMatch(contender -> measured.of(cell, contender, metric).isPresent()))
            .toList();
    List<Row> rows = new ArrayList<>();
    for (String contender : measured.contenders(cell)) rows.add(row(measured, cell, contender, metrics));
    Comparator<Row> byFirst = Comparator.comparingDouble(row -> row.values().get(0) == null ? 0 : row.values().get(0).median());
    rows.sort(metrics.get(0).higherIsBetter() ? byFirst.reversed() : byFirst);
    return new Table(
        cell, Titles.of(cell), metrics.stream().map(Metric::label).toList(), metrics.stream().map(Metric::higherIsBetter).toList(), rows,
        measured.absent(cell));
  }

  private static Row row(Measured measured, String cell, String contender, List<Metric> metrics) {
    List<Statistics> values = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    for (Metric metric : metrics) {
      Optional<Statistics> found = measured.of(cell, contender, metric);
      values.add(found.orElse(null));
      // The interval of the first column only: a table full of them cannot be read.
      boolean first = metric == metrics.get(0);
      texts.add(found.map(each -> first ? each.text(metric.decimals()) : each.medianText(metric.decimals())).orElse("–"));
    }
    Measurement typical = typical(measured, cell, contender);
    List<double[]> curve = typical.latency() == null ? null : typical.latency().curve();
    return new Row(contender, values, texts, curve, typical.series(), typical.description());
  }

  /** The round in the middle, by p50 or by speed. */
  private static Measurement typical(Measured measured, String cell, String contender) {
    List<Measurement> rounds = new ArrayList<>(measured.rounds(cell, contender).values());
    Metric by = rounds.get(0).latency() == null ? Metric.RATE : Metric.P50;
    rounds.sort(Comparator.comparingDouble(by.of()::applyAsDouble));
    return rounds.get(rounds.size() / 2);
  }
}
