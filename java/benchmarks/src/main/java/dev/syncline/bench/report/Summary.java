package dev.syncline.bench.report;

import java.util.List;
import java.util.Locale;

/** The results in plain text, for the terminal. */
final class Summary {
  private Summary() {}

  static String of(View view) {
    StringBuilder text = new StringBuilder();
    for (View.Table table : view.tables()) {
      text.append('\n').append(table.cell()).append(": ").append(table.title()).append('\n');
      line(text, "", table.metrics());
      for (View.Row row : table.rows()) line(text, row.contender(), row.texts());
    }
    text.append('\n');
    for (Comparison each : view.comparisons())
      text.append(
          String.format(
              Locale.ROOT, "%-84s %-28s %12s %12s  %-20s %s is better%n", each.what(), each.metric(), each.ours(), each.theirs(),
              each.ratio(), each.better()));
    for (View.TargetLine line : view.targets())
      if (!line.verdict().equals("not measured"))
        text.append(
            String.format(
                Locale.ROOT, "%-60s %9s  %-28s %-20s %s%n", line.what(), line.expected(), line.found(), line.verdict(), line.remark()));
    return text.toString();
  }

  private static void line(StringBuilder text, String first, List<String> others) {
    text.append(String.format(Locale.ROOT, "  %-24s", first));
    for (int i = 0; i < others.size(); i++) text.append(String.format(Locale.ROOT, i == 0 ? " %32s" : " %16s", others.get(i)));
    text.append('\n');
  }
}
