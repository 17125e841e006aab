package dev.syncline.lab;

import dev.syncline.Operation;
import dev.syncline.RecordType;
import dev.syncline.WalRecord;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/** A record as it was asked for, or as it was read: no two that are asked for are alike. */
record CrashRecord(RecordType type, byte[] key, byte[] value, long marked) {

  /** One that begins with its name; {@code valueBytes} more make it large. */
  static CrashRecord data(RecordType type, String name, int valueBytes) {
    byte[] unique = name.getBytes(StandardCharsets.US_ASCII);
    byte[] long_ = Arrays.copyOf(unique, unique.length + valueBytes);
    byte[] filler = new byte[valueBytes];
    new Random(name.hashCode()).nextBytes(filler);
    System.arraycopy(filler, 0, long_, unique.length, valueBytes);
    byte[] nothing = new byte[0];
    return switch (type) {
      case PUT -> new CrashRecord(type, unique, long_, 0);
      case DELETE -> new CrashRecord(type, long_, nothing, 0);
      default -> new CrashRecord(RecordType.ENTRY, nothing, long_, 0);
    };
  }

  static CrashRecord marker(RecordType type, long marked) {
    return new CrashRecord(type, new byte[0], new byte[0], marked);
  }

  static CrashRecord of(WalRecord record) {
    if (record.type().isData()) return new CrashRecord(record.type(), record.key(), record.value(), 0);
    return marker(record.type(), record.marked());
  }

  Operation operation() {
    return switch (type) {
      case PUT -> Operation.put(key, value);
      case DELETE -> Operation.delete(key);
      default -> Operation.entry(value);
    };
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CrashRecord that
        && type == that.type
        && marked == that.marked
        && Arrays.equals(key, that.key)
        && Arrays.equals(value, that.value);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(key) + Arrays.hashCode(value);
  }

  @Override
  public String toString() {
    if (!type.isData()) return type + "(" + marked + ")";
    byte[] named = type == RecordType.ENTRY ? value : key;
    int end = 0;
    while (end < named.length && named[end] != ' ') end++;
    return type + " " + new String(named, 0, end, StandardCharsets.US_ASCII) + " (" + key.length + "+" + value.length + ")";
  }
}
