package dev.syncline;

import dev.syncline.log.SegmentedLog;
import dev.syncline.log.read.LogCursor;
import java.io.IOException;

/** Where a log may be cut: not inside a batch. */
final class BatchBoundary {
  private BatchBoundary() {}

  /** A batch cannot be told from its beginning, only from its COMMIT, which says where it begins. */
  static void require(SegmentedLog log, long sequence) throws IOException {
    if (sequence >= log.currentSequence() || sequence <= log.truncatedThrough()) return;
    try (LogCursor cursor = log.seek(sequence)) {
      if (!cursor.advance() || cursor.sequence() != sequence || !cursor.groupGoesOn()) return;
      while (cursor.groupGoesOn()) if (!cursor.advance()) return;
      long commit = cursor.sequence();
      WalRecord last = Payloads.record(cursor);
      if (last == null || last.type() != RecordType.COMMIT)
        throw new IllegalArgumentException("sequence " + sequence + " lies inside a group of another layer's records, which ends with "
            + commit + ": truncateAfter allows what lies before the group (without it) or " + commit + " (with it)");
      long first = last.marked();
      throw new IllegalArgumentException("sequence " + sequence + " lies inside the batch of " + first + " to " + commit
          + ": truncateAfter allows " + (first - 1) + " (without the batch) or " + commit + " (with it)");
    }
  }
}
