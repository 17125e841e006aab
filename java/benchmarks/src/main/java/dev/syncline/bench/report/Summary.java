package dev.syncline.bench.report;

import dev.syncline.bench.run.Results;
import java.util.Locale;

/** The results in plain text, for the terminal. */
final class Summary {
  private Summary() {}

  static String of(Results results) {
    StringBuilder text = new StringBuilder();
    Measured measured = new Measured(results);
    for (String cell : measured.cells()) {
      text.append(String.format(Locale.ROOT, "%n%-20s %30s %10s %10s %10s %8s %8s  %s%n",
          cell, "ops/s", "p50 µs", "p99 µs", "p99.9 µs", "cpu µs", "B alloc", "ops/s against the first"));
      String first = null;
      for (String contender : measured.contenders(cell)) {
        if (first == null) first = contender;
        text.append(line(measured, cell, contender, first));
      }
    }
    return text.toString();
  }

  private static String line(Measured measured, String cell, String contender, String first) {
    String ratio = measured.ratio(cell, contender, cell, first, Metrics.RATE).map(found -> found.text(2)).orElse("");
    return String.format(Locale.ROOT, "%-20s %30s %10s %10s %10s %8s %8s  %s%n",
        contender,
        measured.of(cell, contender, Metrics.RATE).map(found -> found.text(0)).orElse(""),
        median(measured, cell, contender, Metrics.P50),
        median(measured, cell, contender, Metrics.P99),
        median(measured, cell, contender, Metrics.P999),
        median(measured, cell, contender, Metrics.CPU_MICROS),
        median(measured, cell, contender, Metrics.value("allocatedBytesPerOperation")),
        ratio);
  }

  private static String median(
      Measured measured, String cell, String contender, java.util.function.ToDoubleFunction<dev.syncline.bench.cell.Measurement> metric) {
    return measured.of(cell, contender, metric).map(found -> String.format(Locale.ROOT, "%.1f", found.median())).orElse("");
  }
}
