package dev.syncline.lab;

import dev.syncline.WalCursor;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a log holds: its records by sequence, and the sequences that it says it begins after and ends with. */
record CrashContents(SortedMap<Long, CrashRecord> records, long floor, long current) {

  static CrashContents empty() {
    return new CrashContents(new TreeMap<>(), 0, 0);
  }

  static CrashContents of(WriteAheadLog log) throws IOException {
    SortedMap<Long, CrashRecord> records = new TreeMap<>();
    try (WalCursor cursor = log.iterate()) {
      while (cursor.hasNext()) {
        WalRecord record = cursor.next();
        records.put(record.sequence(), CrashRecord.of(record));
      }
      cursor.damage().ifPresent(damage -> {
        throw new AssertionError("a cursor stopped at damage: " + damage);
      });
    }
    return new CrashContents(records, log.firstSequence() - 1, log.currentSequence());
  }

  @Override
  public String toString() {
    return "after " + floor + " up to " + current + ": " + records;
  }
}
