package dev.syncline.cli;

import dev.syncline.Damage;
import dev.syncline.RecordType;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import dev.syncline.cli.ExportFormat.Header;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code syncline export DIR}: every record that can be read, as JSON lines that {@code syncline import} makes a log of. */
@Command(
    name = "export",
    description = {
      "Writes every record that can be read as JSON, one object a line, going on behind damage; 'syncline import' makes a log "
          + "of it again.",
      "The last line says that the export is complete, and each has a checksum of all before it."
    },
    footer = {"", "Example: as a compressed file", "  syncline export /var/lib/orders | gzip > orders.jsonl.gz"})
final class ExportCommand extends LogCommand {
  private long from = 1;
  private long to = Long.MAX_VALUE;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "A new file; it has its name when it is complete and durable. Without it, or as -, standard output.")
  void file(Path given) {
    file = given.toString().equals("-") ? null : given;
  }

  private Path file;

  @Option(names = "--from", paramLabel = "N", description = "First sequence to export (1).")
  void from(long sequence) {
    if (sequence < 1) throw new ParameterException(spec.commandLine(), "--from is a sequence, 1 or more, not " + sequence);
    from = sequence;
  }

  @Option(names = "--to", paramLabel = "N", description = "Last sequence to export (the last there is); not inside a batch.")
  void to(long sequence) {
    if (sequence < 1) throw new ParameterException(spec.commandLine(), "--to is a sequence, 1 or more, not " + sequence);
    to = sequence;
  }

  /** The JSON output of an export to a file. */
  record Exported(String directory, String file, long firstSequence, long lastSequence, long records, long damaged, long lost) {}

  @Override
  int run(WriteAheadLog log) throws IOException {
    if (to < from) throw new ParameterException(spec.commandLine(), "--from " + from + " is above --to " + to);
    if (file != null) requireOutside(file);
    Header range = range(log);
    try (ExportSink sink = file == null ? ExportSink.to(out()) : ExportSink.toFile(file)) {
      Exporter exporter = new Exporter(log, directory, sink, range);
      exporter.run();
      sink.finish();
      tell(log, exporter);
      return exporter.damage().isEmpty() ? ExitCode.OK : ExitCode.PROBLEM;
    }
  }

  // What is exported.

  /** Where the export begins and ends, beside a writer too: what is said of the last checkpoint was so while nothing was cut. */
  private Header range(WriteAheadLog log) throws IOException {
    long checkpoint;
    long covers;
    long current;
    do {
      checkpoint = log.lastCheckpoint();
      covers = log.lastCheckpointCovers();
      current = log.currentSequence();
    } while (checkpoint != log.lastCheckpoint() || covers != log.lastCheckpointCovers());
    if (from > current + 1)
      throw new CliException(ExitCode.NOT_RUN, "--from " + from + " lies behind the last record of " + directory + ", which is " + current);
    long through = Math.min(to, current);
    if (through < current) requireNotInsideBatch(log, through);
    Header range = new Header(ExportFormat.NAME, ExportFormat.VERSION, from - 1, through, checkpoint, covers);
    return checkpoint <= through ? range : withCheckpointUpTo(log, range);
  }

  /** A batch is imported whole or not at all. */
  private void requireNotInsideBatch(WriteAheadLog log, long sequence) throws IOException {
    try (BatchFinder batches = new BatchFinder(log, sequence, Long.MAX_VALUE)) {
      Optional<BatchFinder.Batch> next = batches.next();
      if (next.isEmpty() || next.get().first() > sequence) return;
      throw new CliException(
          ExitCode.NOT_RUN, "--to " + sequence + " lies inside the batch of " + next.get().first() + " to " + next.get().commit()
              + ", which is exported whole or not at all: --to " + (next.get().first() - 1) + " leaves it out, --to "
              + next.get().commit() + " takes it in. Nothing was exported");
    }
  }

  /** The mark knows the last one of all. */
  private static Header withCheckpointUpTo(WriteAheadLog log, Header range) throws IOException {
    long sequence = 0;
    long covers = 0;
    try (ReadableRecords records = new ReadableRecords(log, 0, range.through())) {
      Optional<WalRecord> record = records.next();
      for (; record.isPresent() || records.damage().isPresent(); record = records.next()) {
        if (record.isEmpty() || record.get().type() != RecordType.CHECKPOINT) continue;
        sequence = record.get().sequence();
        covers = record.get().marked();
      }
    }
    return new Header(range.format(), range.version(), range.after(), range.through(), sequence, covers);
  }

  private void requireOutside(Path output) throws IOException {
    Path parent = output.toAbsolutePath().normalize().getParent();
    if (Files.isDirectory(parent) && parent.toRealPath().startsWith(directory.toRealPath()))
      throw new CliException(
          ExitCode.NOT_RUN,
          output + " is inside the log " + directory + ": nothing but the log's own files belongs there. Name a file outside");
  }

  // What is said of it.

  private void tell(WriteAheadLog log, Exporter exporter) {
    log.recovery().notes().forEach(note -> note("note: " + note));
    for (Damage damage : exporter.damage()) note("damage: " + DamageView.of(damage).describe());
    if (exporter.lost() > 0)
      note("lost: " + Text.count(exporter.lost(), "sequence") + "; the file names the ranges, and what could be read is in it");
    if (file == null) return;
    Header header = exporter.header();
    Exported exported = new Exported(
        directory.toString(), file.toString(), header.after() + 1, header.through(), exporter.records(), exporter.damage().size(),
        exporter.lost());
    if (json) out().println(Json.pretty(exported));
    else sayLine("exported " + Text.count(exported.records, "record") + range(exported) + " to " + file);
  }

  private static String range(Exported exported) {
    return exported.records == 0 ? "" : " (" + exported.firstSequence + ".." + exported.lastSequence + ")";
  }
}
