package dev.syncline.log.recovery;

import dev.syncline.format.FrameHeader;
import dev.syncline.format.Layout;
import dev.syncline.format.RecordCodec;
import dev.syncline.log.segment.FileWindow;
import dev.syncline.log.segment.FrameCheck;
import java.io.IOException;

/** Counts what a scan finds between two sequences. */
final class Counting {
  private final long after;
  private final long through;
  private SegmentScan.Counts counts = SegmentScan.Counts.NONE;

  /** Of records above {@code after}, up to {@code through}. */
  Counting(long after, long through) {
    this.after = after;
    this.through = through;
  }

  /** Forgets what was counted in another segment. */
  void begin() {
    counts = SegmentScan.Counts.NONE;
  }

  SegmentScan.Counts counts() {
    return counts;
  }

  /** Takes in a frame of which {@code check} has found how much counts. */
  void count(FileWindow window, FrameHeader frame, FrameCheck check, int blockBytes) throws IOException {
    boolean all = frame.firstSequence() > after && check.goodLastSequence <= through;
    long counted = all ? check.goodRecords : 0;
    long start = frame.offsetBytes() + Layout.FRAME_HEADER_BYTES;
    for (long at = start; !all && at < start + check.goodBytes; at += RecordCodec.bytes(window.buffer(), window.indexOf(at))) {
      window.load(at, Layout.RECORD_HEADER_BYTES);
      long sequence = RecordCodec.sequence(window.buffer(), window.indexOf(at));
      if (sequence > after && sequence <= through) counted++;
    }
    if (counted == 0) return;
    long bytes = frame.endBytes(blockBytes) - frame.offsetBytes();
    long last = Math.min(check.goodLastSequence, through);
    counts = new SegmentScan.Counts(counts.frames() + 1, counts.records() + counted, counts.bytes() + bytes, last);
  }
}
