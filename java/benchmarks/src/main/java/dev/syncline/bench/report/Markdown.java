package dev.syncline.bench.report;

import java.util.ArrayList;
import java.util.List;

/** The tables as Markdown, for BENCHMARKS.md. */
final class Markdown {
  private static final List<String> COMPARED = List.of("the first against the second", "", "better", "first", "second", "ratio");

  private Markdown() {}

  static String of(View view) {
    StringBuilder text = new StringBuilder();
    text.append("### Conditions\n\n");
    List<List<String>> conditions = new ArrayList<>();
    view.conditions().forEach((name, value) -> conditions.add(List.of(name, value)));
    table(text, List.of("", ""), conditions);
    text.append("\n### Targets\n\n");
    table(text, List.of("", "target", "measured", "verdict", "remark"), view.targets().stream().map(Markdown::line).toList());
    if (!view.comparisons().isEmpty()) {
      text.append("\n### In turns\n\n");
      table(text, COMPARED, view.comparisons().stream().map(Markdown::line).toList());
    }
    for (View.Table table : view.tables()) {
      text.append("\n### ").append(table.title()).append("\n\n");
      List<String> header = new ArrayList<>(List.of("`" + table.cell() + "`"));
      header.addAll(table.metrics());
      table(text, header, table.rows().stream().map(Markdown::row).toList());
      table.absent().forEach((name, reason) -> text.append("\nNot ").append(name).append(": ").append(reason).append("\n"));
    }
    text.append("\n### Do they sync?\n\n");
    List<List<String>> checks = new ArrayList<>();
    view.checks().forEach((name, words) -> checks.add(List.of(name, words)));
    table(text, List.of("contender", "counted in a run of its own"), checks);
    return text.toString();
  }

  private static List<String> line(View.TargetLine line) {
    return List.of(line.what(), line.expected(), line.found(), line.verdict(), line.remark());
  }

  private static List<String> line(Comparison each) {
    return List.of(each.what(), each.metric(), each.better(), each.ours(), each.theirs(), each.ratio());
  }

  private static List<String> row(View.Row row) {
    List<String> cells = new ArrayList<>(List.of(row.contender()));
    cells.addAll(row.texts());
    return cells;
  }

  private static void table(StringBuilder text, List<String> header, List<List<String>> rows) {
    line(text, header);
    text.append("|---".repeat(header.size())).append("|\n");
    rows.forEach(row -> line(text, row));
  }

  private static void line(StringBuilder text, List<String> cells) {
    cells.forEach(cell -> text.append("| ").append(cell.replace("|", "\\|")).append(' '));
    text.append("|\n");
  }
}
