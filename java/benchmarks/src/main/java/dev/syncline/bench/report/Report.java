package dev.syncline.bench.report;

import dev.syncline.bench.run.Results;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes what was measured for people to read. */
public final class Report {
  private Report() {}

  public static void write(Results results, Path output) throws IOException {
    results.write(output.resolve("results.json"));
    View view = View.of(results);
    Files.writeString(output.resolve("tables.md"), Markdown.of(view));
    Files.writeString(output.resolve("report.html"), Html.of(view));
  }

  /** In plain text, for the terminal. */
  public static String summary(Results results) {
    return Summary.of(View.of(results));
  }
}
