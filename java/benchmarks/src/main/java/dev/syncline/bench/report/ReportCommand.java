package dev.syncline.bench.report;

import dev.syncline.bench.run.Results;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes the report anew from a file of results. */
@Command(name = "report", mixinStandardHelpOptions = true, description = "Writes report.html and tables.md from results.json.")
public final class ReportCommand implements Callable<Integer> {
  @Option(names = "--output", defaultValue = "target/report", description = "The directory that holds results.json.")
  Path output;

  @Option(names = "--document", description = "A Markdown file whose part between the two marks is replaced by the tables.")
  Path document;

  @Override
  public Integer call() throws IOException {
    Results results = Results.read(output.resolve("results.json"));
    Report.write(results, output);
    if (document != null) Report.writeInto(document, results);
    System.out.println(Report.summary(results));
    return 0;
  }
}
