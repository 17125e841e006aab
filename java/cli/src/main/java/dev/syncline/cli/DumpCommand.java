package dev.syncline.cli;

import dev.syncline.CorruptLogException;
import dev.syncline.Damage;
import dev.syncline.WalCursor;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import dev.syncline.log.CommitTimes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code syncline dump DIR}: every record, markers included, one line each. */
@Command(name = "dump", description = "Prints every record, COMMIT and CHECKPOINT included, one line each.")
final class DumpCommand extends LogCommand {

  private static final int LINES_BETWEEN_CHECKS = 1000;

  private long from = 1;
  private long limit = Long.MAX_VALUE;

  @Option(names = "--from", paramLabel = "N", description = "First sequence to print (1).")
  void from(long sequence) {
    if (sequence < 1) throw new ParameterException(spec.commandLine(), "--from is a sequence, 1 or more, not " + sequence);
    from = sequence;
  }

  @Option(names = "--limit", paramLabel = "K", description = "Most records to print (all).")
  void limit(long records) {
    if (records < 0) throw new ParameterException(spec.commandLine(), "--limit is a number of records, not " + records);
    limit = records;
  }

  @Option(names = "--values", description = "Print the start of each value; with --json keys and values whole, in base64.")
  boolean values;

  /** One line of the JSON output. Keys and values are base64, {@code time} is the commit's, {@code marked} is what a marker points at. */
  record Line(long sequence, String time, String type, int keyBytes, int valueBytes, Long marked, byte[] key, byte[] value) {}

  /** The last line of the JSON output if the log is damaged. */
  record DamageLine(DamageView damage) {}

  @Override
  int run(WriteAheadLog log) throws IOException {
    Optional<Damage> damage = dump(log);
    damage.map(DamageView::of).ifPresent(this::report);
    return damage.isEmpty() ? ExitCode.OK : ExitCode.PROBLEM;
  }

  /** Prints what can be read. Damage not known at opening arrives as an exception and ends the dump like any other. */
  private Optional<Damage> dump(WriteAheadLog log) throws IOException {
    try (WalCursor cursor = log.iterate(from - 1); CommitTimes times = Times.of(directory)) {
      for (long printed = 0; printed < limit && cursor.hasNext(); printed++) {
        WalRecord record = cursor.next();
        print(record, Times.text(times.of(record.sequence())));
        // Nobody reads on: what is to be said of that is said at the end.
        if (printed % LINES_BETWEEN_CHECKS == 0 && out().checkError()) return Optional.empty();
      }
      return cursor.damage();
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof CorruptLogException corrupt && corrupt.damage().isPresent()) return corrupt.damage();
      throw e;
    }
  }

  private void print(WalRecord record, String time) {
    int keyBytes = record.keyBuffer().remaining();
    int valueBytes = record.valueBuffer().remaining();
    if (json) {
      Long marked = record.type().isData() ? null : record.marked();
      byte[] key = values ? record.key() : null;
      byte[] value = values ? record.value() : null;
      Line line = new Line(record.sequence(), time, record.type().name(), keyBytes, valueBytes, marked, key, value);
      out().println(Json.line(line));
    } else {
      String content = content(record, keyBytes, valueBytes);
      String when = time == null ? "-" : time;
      out().println(String.format(Locale.ROOT, "%10d  %-24s  %-10s  %s", record.sequence(), when, record.type(), content));
    }
  }

  private String content(WalRecord record, int keyBytes, int valueBytes) {
    String value = values ? " " + Text.preview(record.valueBuffer()) : "";
    return switch (record.type()) {
      case PUT -> "key " + keyBytes + " B " + Text.preview(record.keyBuffer()) + "  value " + valueBytes + " B" + value;
      case DELETE -> "key " + keyBytes + " B " + Text.preview(record.keyBuffer());
      case ENTRY -> "payload " + valueBytes + " B" + value;
      case COMMIT -> "of the batch that starts at " + record.marked();
      case CHECKPOINT -> "covers everything up to " + record.marked();
    };
  }

  private void report(DamageView damage) {
    if (json) out().println(Json.line(new DamageLine(damage)));
    else sayLine("damage: " + damage.describe());
  }
}
