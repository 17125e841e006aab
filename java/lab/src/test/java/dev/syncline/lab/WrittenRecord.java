package dev.syncline.lab;

import dev.syncline.RecordType;
import dev.syncline.WalCursor;
import dev.syncline.WalRecord;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A record that a followed writer has appended, or tried to. What it holds follows from its sequence, generation and size, and names
 * them: a record that a cut of the tail has replaced is told from the one in its place.
 *
 * @param generation how often the tail had been cut when it was appended
 * @param sizeBytes of the payload; at least as many as the name takes
 * @param marked what a marker marks; 0 for a data record
 * @param unitEnd the last sequence of its batch, COMMIT included; its own if it is in none
 */
record WrittenRecord(long sequence, int generation, RecordType type, int sizeBytes, long marked, long unitEnd) {

  /**
   * What a reader has shown.
   *
   * @param marked of a marker, where the reader can tell; else 0
   */
  record Shown(long sequence, RecordType type, byte[] key, byte[] value, long marked) {
    static Shown of(WalRecord record) {
      long marked = record.type().isData() ? 0 : record.marked();
      return new Shown(record.sequence(), record.type(), record.key(), record.value(), marked);
    }

    /** What the cursor stands on, through its views. */
    static Shown under(WalCursor cursor) {
      return new Shown(cursor.sequence(), cursor.type(), bytes(cursor.keyView()), bytes(cursor.valueView()), 0);
    }

    private static byte[] bytes(ByteBuffer view) {
      byte[] bytes = new byte[view.remaining()];
      view.get(bytes);
      return bytes;
    }

    /** The generation that it names; -1 for a marker, which names none, and -2 if it names no record of its sequence. */
    int generation() {
      if (!type.isData()) return -1;
      byte[] named = key.length > 0 ? key : value;
      String[] name = new String(named, 0, Math.min(named.length, 40), StandardCharsets.ISO_8859_1).split("/", 3);
      return name.length == 3 && name[0].equals(String.valueOf(sequence)) ? Integer.parseInt(name[1]) : -2;
    }

    @Override
    public String toString() {
      String named = type.isData() ? "of generation " + generation() + ", " + value.length + " bytes" : "for " + marked;
      return sequence + " " + type + " " + named;
    }
  }

  /** The type of a data record follows from its sequence. */
  static RecordType typeOf(long sequence) {
    return switch ((int) (sequence % 7)) {
      case 1, 5 -> RecordType.PUT;
      case 3 -> RecordType.DELETE;
      default -> RecordType.ENTRY;
    };
  }

  static WrittenRecord data(long sequence, int generation, int sizeBytes, long unitEnd) {
    return new WrittenRecord(sequence, generation, typeOf(sequence), sizeBytes, 0, unitEnd);
  }

  dev.syncline.Operation operation() {
    return switch (type) {
      case PUT -> dev.syncline.Operation.put(key(), value());
      case DELETE -> dev.syncline.Operation.delete(key());
      default -> dev.syncline.Operation.entry(value());
    };
  }

  private byte[] key() {
    return type == RecordType.ENTRY ? new byte[0] : name();
  }

  private byte[] name() {
    return (sequence + "/" + generation + "/").getBytes(StandardCharsets.ISO_8859_1);
  }

  private byte[] value() {
    if (type == RecordType.DELETE) return new byte[0];
    byte[] name = name();
    byte[] value = Arrays.copyOf(name, Math.max(name.length, sizeBytes));
    int filling = (int) (sequence * 31 + generation * 17L);
    for (int i = name.length; i < value.length; i++) value[i] = (byte) (filling + i + (i >> 8));
    return value;
  }

  /** Whether a reader that shows this shows what was written. */
  boolean is(Shown shown) {
    if (shown.sequence != sequence || shown.type != type) return false;
    if (!type.isData()) return shown.marked == 0 || shown.marked == marked;
    return Arrays.equals(shown.key, key()) && Arrays.equals(shown.value, value());
  }

  @Override
  public String toString() {
    return sequence + " " + type + " " + (type.isData() ? "of generation " + generation + ", " + sizeBytes + " bytes" : "for " + marked);
  }
}
