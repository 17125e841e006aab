package dev.syncline.cli;

import dev.syncline.StorageMode;
import dev.syncline.VerifyReport;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code syncline import FILE DIR}: makes a log of what {@code syncline export} has written. */
@Command(
    name = "import",
    description = {
      "Makes a new log of a file that 'syncline export' has written: the same sequences, batches, checkpoints and gaps.",
      "A file that was cut off, reordered or edited is refused, and leaves nothing in DIR."
    },
    footer = {"", "Example: from a compressed file", "  gzip -dc orders.jsonl.gz | syncline import - /var/lib/orders"})
final class ImportCommand extends BaseCommand {
  private String source;

  @Parameters(index = "0", paramLabel = "FILE", description = "The exported log, or - for standard input.")
  void source(String given) {
    if (given.isEmpty()) throw new ParameterException(spec.commandLine(), "FILE: " + Arguments.EMPTY);
    source = given;
  }

  @Parameters(index = "1", paramLabel = "DIR", description = "Where the log is made: no directory yet, or an empty one.")
  Path target;

  @Option(
      names = "--storage",
      paramLabel = "NAME",
      defaultValue = "auto",
      description = "auto, native or portable (${DEFAULT-VALUE}): both write the same bytes.")
  StorageMode storage;

  @Option(names = "--accept-loss", description = "Import what is left of a damaged log: what the file says is lost becomes a gap.")
  boolean acceptLoss;

  /** The JSON output. */
  record Imported(String file, String directory, long firstSequence, long lastSequence, long records, int segments) {}

  @Override
  public Integer call() throws IOException {
    try (ExportReader file = new ExportReader(input(), source.equals("-") ? "standard input" : source);
        TargetDirectory made = TargetDirectory.prepare(target)) {
      Importer importer = write(file, made.log());
      VerifyReport checked = check(importer, made.log());
      made.install();
      tell(new Imported(
          source, target.toString(), importer.firstSequence(), importer.lastSequence(), checked.records(), checked.segments()));
    } finally {
      progress().end();
    }
    return ExitCode.OK;
  }

  private InputStream input() throws IOException {
    if (source.equals("-")) return System.in;
    Path path = Path.of(source);
    if (Files.isDirectory(path))
      throw new CliException(ExitCode.NOT_RUN, path + " is a directory; name a file that 'syncline export' has written");
    return Files.newInputStream(path);
  }

  private Importer write(ExportReader file, Path directory) throws IOException {
    try (ImportedLog log = new ImportedLog(directory, storage)) {
      Importer importer = new Importer(file, log, acceptLoss, showProgress());
      importer.run();
      return importer;
    } catch (IllegalArgumentException e) {
      // Sequences that no log can have.
      throw file.bad(e.getMessage());
    }
  }

  /** Reads it all back: what is said to be imported is there. */
  private VerifyReport check(Importer importer, Path directory) throws IOException {
    try (WriteAheadLog log = WriteAheadLog.openReadOnly(directory, showProgress().options().build())) {
      VerifyReport report = log.verify();
      List<Long> expected = List.of(importer.records(), importer.lastSequence(), importer.checkpoint(), importer.checkpointCovers());
      List<Long> found = List.of(report.records(), log.currentSequence(), log.lastCheckpoint(), log.lastCheckpointCovers());
      if (report.ok() && found.equals(expected)) return report;
      throw new CliException(
          ExitCode.PROBLEM,
          "expected to read back records, last sequence, checkpoint and what it covers as " + expected + ", found " + found
              + (report.ok() ? "" : " and " + DamageView.of(report.damage().get(0)).describe()) + ". It was removed; try another disk");
    }
  }

  private void tell(Imported imported) {
    if (json) {
      out().println(Json.pretty(imported));
      return;
    }
    String range = imported.records == 0 ? "" : " (" + imported.firstSequence + ".." + imported.lastSequence + ")";
    sayLine(
        "imported " + Text.count(imported.records, "record") + range + " in " + Text.count(imported.segments, "segment") + " to " + target
            + " and read them back");
  }
}
