package dev.syncline.bench.report;

import dev.syncline.bench.run.Results;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes what was measured for people to read. */
public final class Report {
  private static final String BEGIN = "<!-- tables: begin -->";
  private static final String END = "<!-- tables: end -->";

  private Report() {}

  public static void write(Results results, Path output) throws IOException {
    results.write(output.resolve("results.json"));
    View view = View.of(results);
    Files.writeString(output.resolve("tables.md"), Markdown.of(view));
    Files.writeString(output.resolve("report.html"), Html.of(view));
  }

  /** Replaces what stands between the marks of a document. */
  static void writeInto(Path document, Results results) throws IOException {
    String text = Files.readString(document);
    int begin = text.indexOf(BEGIN);
    int end = text.indexOf(END);
    if (begin < 0 || end < begin)
      throw new IOException(document + ": expected the marks \"" + BEGIN + "\" and \"" + END + "\" in this order. Nothing was changed");
    String tables = Markdown.of(View.of(results));
    Files.writeString(document, text.substring(0, begin + BEGIN.length()) + "\n\n" + tables + "\n" + text.substring(end));
  }

  /** In plain text, for the terminal. */
  public static String summary(Results results) {
    return Summary.of(View.of(results));
  }
}
