package dev.syncline.cli;

import dev.syncline.CorruptLogException;
import dev.syncline.RecordsRewoundException;
import dev.syncline.RecordsTruncatedException;
import dev.syncline.WalCursor;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import dev.syncline.log.CommitTimes;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code syncline tail DIR}: the last records, and with -f those to come. */
@Command(
    name = "tail",
    description = {
      "Prints the last records of a log, COMMIT and CHECKPOINT included, and with -f goes on with what a writer appends.",
      "A record shows when it is durable and has a witness on disk: with the next commit, or when the writer pauses for 50 ms."
    },
    footer = {"", "Example: the last 20 records and those to come", "  syncline tail -f -n 20 /var/lib/orders"})
final class TailCommand extends LogCommand {
  private static final Duration LOOK = Duration.ofMillis(500);

  private long count = 10;
  private long limit = Long.MAX_VALUE;

  @Option(names = {"-n", "--lines"}, paramLabel = "K", description = "How many records that are there already to print (10).")
  void count(long records) {
    if (records < 0) throw new ParameterException(spec.commandLine(), "-n is a number of records, not " + records);
    count = records;
  }

  @Option(names = {"-f", "--follow"}, description = "Go on with what is appended, until interrupted.")
  boolean follow;

  @Option(names = "--limit", paramLabel = "K", description = "End after so many records (never).")
  void limit(long records) {
    if (records < 1) throw new ParameterException(spec.commandLine(), "--limit is a number of records, not " + records);
    limit = records;
  }

  @Option(names = "--values", description = "Print the start of each value; with --json keys and values whole, in base64.")
  boolean values;

  @Override
  int run(WriteAheadLog log) throws IOException {
    RecordPrinter printer = new RecordPrinter(out(), json, values);
    int known = noteDamage(log);
    // Sequences may have gaps: then fewer are shown than there are.
    long position = Math.max(log.firstSequence() - 1, log.currentSequence() - count);
    while (true) {
      try {
        return Math.max(known, run(log, position, printer));
      } catch (RecordsRewoundException e) {
        note("note: the writer has cut the tail of its log: what follows takes the place of what was printed above "
            + e.lastShared());
        position = e.lastShared();
      } catch (RecordsTruncatedException e) {
        note("note: the writer truncates faster than this prints: goes on at " + log.firstSequence());
        position = log.firstSequence() - 1;
      }
    }
  }

  private int run(WriteAheadLog log, long after, RecordPrinter printer) throws IOException {
    long last = follow ? Long.MAX_VALUE : log.currentSequence();
    try (WalCursor cursor = log.tail(after); CommitTimes times = Times.of(directory)) {
      long shown = after;
      while (printer.printed() < limit && shown < last) {
        Optional<WalRecord> record = cursor.next(follow ? LOOK : Duration.ZERO);
        if (record.isPresent()) {
          shown = record.get().sequence();
          printer.print(record.get(), Times.text(times.of(shown)));
        }
        // Who follows wants to see it now, and hear at once that nobody reads on.
        if (follow && out().checkError() || printer.isCutOff()) return ExitCode.OK;
        if (record.isEmpty() && cursor.damage().isPresent()) throw new CorruptLogException(cursor.damage().get(), "Nothing was changed");
        if (record.isEmpty() && !follow) return ExitCode.OK;
      }
      return ExitCode.OK;
    } catch (CorruptLogException e) {
      e.damage().map(DamageView::of).ifPresent(printer::print);
      return ExitCode.PROBLEM;
    }
  }
}
