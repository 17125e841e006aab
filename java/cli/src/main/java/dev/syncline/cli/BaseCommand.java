package dev.syncline.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What every command has: a place to print, and whether a program reads it. */
abstract class BaseCommand implements Callable<Integer> {
  @Spec CommandSpec spec;

  @Option(names = "--json", description = "Print JSON.")
  boolean json;

  /** How far the command is, until it prints something. */
  private Progress progress = Progress.silent();

  final Progress progress() {
    return progress;
  }

  /** From now on it is shown, on a terminal. */
  final Progress showProgress() {
    progress = Progress.on(spec.commandLine().getErr());
    return progress;
  }

  /** Prints a line for people: one line, whatever the names in it are. */
  final void sayLine(String line) {
    out().println(Text.oneLine(line));
  }

  /** The same, beside what the command prints. */
  final void note(String line) {
    err().println(Text.oneLine(line));
  }

  final PrintWriter out() {
    progress.end();
    return spec.commandLine().getOut();
  }

  final PrintWriter err() {
    progress.end();
    return spec.commandLine().getErr();
  }
}
