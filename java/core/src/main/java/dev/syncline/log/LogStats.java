package dev.syncline.log;

import dev.syncline.WalStats;
import dev.syncline.log.commit.CommitCounters;
import dev.syncline.log.commit.CommitQueue;
import dev.syncline.log.segment.SegmentPreparer;
import dev.syncline.log.segment.SegmentSet;

/** Gathers what the parts of a log count. */
final class LogStats {
  private LogStats() {}

  /**
   * @param commits null in a read-only log
   * @param files null in a log that is not writable
   */
  static WalStats of(CommitQueue commits, SegmentPreparer files, SegmentSet segments, int segmentCount, int readerFiles, boolean failed) {
    CommitCounters counters = commits == null ? new CommitCounters() : commits.counters();
    return new WalStats(counters.appends, counters.appendedBytes, counters.commits, counters.durableWrites, counters.syncs,
        counters.writtenBytes, files == null ? 0 : files.rotations(), files == null ? 0 : files.recycledFiles(), segmentCount,
        segments.retired().size(), segments.diskBytes() + (files == null ? 0 : files.spareBytes()), readerFiles,
        commits == null ? 0 : commits.pendingBytes(), commits == null ? 0 : commits.ioInProgressNanos(), failed);
  }
}
