package dev.syncline.log.repair;

import dev.syncline.VerifyReport;
import dev.syncline.io.Storage;
import dev.syncline.log.SegmentedLog;
import dev.syncline.log.commit.Entry;
import dev.syncline.log.options.LogOptions;
import dev.syncline.log.read.LogCursor;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** Whether a new log holds, byte for byte, what can be read of the old one, and nothing else. */
final class Comparison {
  private final LogCursor cursor;
  private long records;

  private Comparison(LogCursor cursor) {
    this.cursor = cursor;
  }

  /**
   * Reads both from the disk.
   *
   * @param made where the new one lies; it is closed
   * @throws IOException if they differ, or if the new one is not whole
   */
  static void require(Storage old, Storage made, Findings findings, LogOptions options) throws IOException {
    try (SegmentedLog log = SegmentedLog.openReadOnly(made, options)) {
      VerifyReport report = log.verify();
      if (!report.ok()) throw differs("it cannot be read back: " + report.damage().get(0));
      if (log.currentSequence() != findings.floorSequence())
        throw differs("expected it to end at sequence " + findings.floorSequence() + ", found " + log.currentSequence());
      try (LogCursor cursor = log.cursor(0)) {
        Comparison comparison = new Comparison(cursor);
        new SalvageReader(old, Storage.Access.READ_UNCACHED, comparison::group).read(findings);
        if (cursor.advance()) throw differs("it has record " + cursor.sequence() + ", which the damaged one has not");
        if (report.records() != comparison.records)
          throw differs("expected " + comparison.records + " records, found " + report.records());
      }
    }
  }

  private void group(long first, List<Entry> expected) throws IOException {
    for (int i = 0; i < expected.size(); i++) {
      Entry entry = expected.get(i);
      boolean same = cursor.advance()
          && cursor.sequence() == first + i
          && cursor.type() == entry.type()
          && cursor.meta() == entry.meta()
          && cursor.groupGoesOn() == i < expected.size() - 1
          && Arrays.equals(cursor.payload(), entry.rest());
      if (!same) throw differs("record " + (first + i) + " is missing or another one; it has record " + cursor.sequence());
      records++;
    }
  }

  private static IOException differs(String how) {
    return new IOException(
        "the new log does not hold what was copied into it: " + how + ". Nothing was changed; the disk is not to be trusted");
  }
}
