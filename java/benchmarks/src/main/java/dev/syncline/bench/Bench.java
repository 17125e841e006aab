package dev.syncline.bench;

import dev.syncline.bench.jmh.JmhCommand;
import dev.syncline.bench.report.ReportCommand;
import dev.syncline.bench.run.CellCommand;
import dev.syncline.bench.run.RunCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The benchmarks' command line. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = "Measures durable logs side by side.",
    subcommands = {RunCommand.class, ReportCommand.class, JmhCommand.class, CellCommand.class})
public final class Bench {
  private Bench() {}

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Bench()).execute(arguments));
  }
}
