package dev.syncline.cli;

import dev.syncline.Damage;
import dev.syncline.RecordType;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import dev.syncline.log.CommitTimes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code syncline dump DIR}: records, markers included, one line each. */
@Command(
    name = "dump",
    description = "Prints every record, COMMIT and CHECKPOINT included, one line each.",
    footer = {"", "Example: what was put under a key, the values too", "  syncline dump /var/lib/orders --type put --key order-7 --values"})
final class DumpCommand extends LogCommand {
  private long from = 1;
  private long to = Long.MAX_VALUE;
  private long limit = Long.MAX_VALUE;
  private byte[] key;

  @Option(names = "--from", paramLabel = "N", description = "First sequence to print (1).")
  void from(long sequence) {
    if (sequence < 1) throw new ParameterException(spec.commandLine(), "--from is a sequence, 1 or more, not " + sequence);
    from = sequence;
  }

  @Option(names = "--to", paramLabel = "N", description = "Last sequence to print (the last there is).")
  void to(long sequence) {
    if (sequence < 1) throw new ParameterException(spec.commandLine(), "--to is a sequence, 1 or more, not " + sequence);
    to = sequence;
  }

  @Option(names = "--limit", paramLabel = "K", description = "Most records to print (all).")
  void limit(long records) {
    if (records < 0) throw new ParameterException(spec.commandLine(), "--limit is a number of records, not " + records);
    limit = records;
  }

  @Option(names = "--type", paramLabel = "TYPE", split = ",", description = "Only records of these types: ${COMPLETION-CANDIDATES}.")
  Set<RecordType> types = EnumSet.noneOf(RecordType.class);

  @Option(names = "--key", paramLabel = "KEY", description = "Only records with this key: text, or bytes as 0x0102.")
  void key(String given) {
    try {
      key = given.startsWith("0x") ? HexFormat.of().parseHex(given.substring(2)) : given.getBytes(StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--key " + given + " begins like bytes in hexadecimal and is none");
    }
  }

  @Option(names = "--values", description = "Print the start of each value; with --json keys and values whole, in base64.")
  boolean values;

  @Option(names = "--past-damage", description = "Go on behind damage, with what can be read there.")
  boolean pastDamage;

  @Override
  int run(WriteAheadLog log) throws IOException {
    if (to < from) throw new ParameterException(spec.commandLine(), "--from " + from + " is above --to " + to);
    RecordPrinter printer = new RecordPrinter(out(), json, values);
    boolean damaged = false;
    try (ReadableRecords records = new ReadableRecords(log, from - 1, Math.min(to, log.currentSequence()));
        CommitTimes times = Times.of(directory)) {
      while (printer.printed() < limit && !printer.isCutOff()) {
        Optional<WalRecord> record = records.next();
        if (record.isPresent()) {
          if (isWanted(record.get())) printer.print(record.get(), Times.text(times.of(record.get().sequence())));
          continue;
        }
        Optional<Damage> damage = records.damage();
        damage.map(DamageView::of).ifPresent(printer::print);
        damaged |= damage.isPresent();
        if (damage.isEmpty() || !pastDamage) break;
      }
    }
    return damaged ? ExitCode.PROBLEM : ExitCode.OK;
  }

  private boolean isWanted(WalRecord record) {
    boolean ofType = types.isEmpty() || types.contains(record.type());
    return ofType && (key == null || record.type().isData() && Arrays.equals(record.key(), key));
  }
}
