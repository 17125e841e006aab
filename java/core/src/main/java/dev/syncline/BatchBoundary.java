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
      long first = Payloads.record(cursor).marked();
      throw new IllegalArgumentException("sequence " + sequence + " lies inside the batch of " + first + " to " + commit
          + ": truncateAfter allows " + (first - 1) + " (without the batch) or " + commit + " (with it)");
    }
  }
}
