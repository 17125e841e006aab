package dev.syncline.cli;

import dev.syncline.WalRecord;
import java.io.PrintWriter;
import java.util.Locale;

/** Prints records, markers included, one line each. */
final class RecordPrinter {
  private static final int LINES_BETWEEN_CHECKS = 1000;

  private final PrintWriter out;
  private final boolean json;
  private final boolean values;
  private long printed;

  /** @param values whether the start of each value is printed; with JSON keys and values whole, in base64 */
  RecordPrinter(PrintWriter out, boolean json, boolean values) {
    this.out = out;
    this.json = json;
    this.values = values;
  }

  /** One line of the JSON output. Keys and values are base64, {@code time} is the commit's, {@code marked} is what a marker points at. */
  record Line(long sequence, String time, String type, int keyBytes, int valueBytes, Long marked, byte[] key, byte[] value) {}

  /** A line of the JSON output for what cannot be read. */
  record DamageLine(DamageView damage) {}

  long printed() {
    return printed;
  }

  /** Whether nobody reads on, or the disk is full: looked at now and then. What is to be said of that is said at the end. */
  boolean isCutOff() {
    return printed % LINES_BETWEEN_CHECKS == 1 && out.checkError();
  }

  /** @param time as {@link Times#text} has it */
  void print(WalRecord record, String time) {
    printed++;
    int keyBytes = record.keyBuffer().remaining();
    int valueBytes = record.valueBuffer().remaining();
    if (json) {
      Long marked = record.type().isData() ? null : record.marked();
      byte[] key = values ? record.key() : null;
      byte[] value = values ? record.value() : null;
      out.println(Json.line(new Line(record.sequence(), time, record.type().name(), keyBytes, valueBytes, marked, key, value)));
    } else {
      String content = content(record, keyBytes, valueBytes);
      String when = time == null ? "-" : time;
      out.println(String.format(Locale.ROOT, "%10d  %-24s  %-10s  %s", record.sequence(), when, record.type(), content));
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

  void print(DamageView damage) {
    if (json) out.println(Json.line(new DamageLine(damage)));
    else out.println(Text.oneLine("damage: " + damage.describe()));
  }
}
