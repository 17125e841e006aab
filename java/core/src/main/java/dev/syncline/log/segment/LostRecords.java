package dev.syncline.log.segment;

import dev.syncline.Damage;
import dev.syncline.format.Crc;
import dev.syncline.format.FrameHeader;
import dev.syncline.format.Layout;
import java.io.IOException;
import java.nio.file.Path;

/** Tells, of a place in a segment that turned out to be unreadable, which records are lost there: what everybody says who reads it all. */
final class LostRecords {
  private static final int WINDOW_BYTES = 1 << 20;

  private LostRecords() {}

  /** @param offsetBytes of the place, which counts to the segment */
  static Damage around(long offsetBytes, String problem, Path path, Segment segment, FileBytes bytes) throws IOException {
    FileWindow window = new FileWindow(WINDOW_BYTES);
    window.use(bytes);
    FrameCheck check = new FrameCheck();
    FrameFields frame = new FrameFields();
    Crc crc = new Crc();
    int block = segment.header.blockBytes();
    long last = segment.header.baseSequence();
    long next = 0;
    // Without the header nothing of a segment is shown.
    boolean broken = offsetBytes < Layout.FRAMES_START_BYTES;
    for (long at = broken ? Long.MAX_VALUE : Layout.FRAMES_START_BYTES; at < segment.endBytes() && next == 0; ) {
      int available = window.load(at, Layout.FRAME_HEADER_BYTES);
      boolean readable = window.refusal(at, Layout.FRAME_HEADER_BYTES) == null
          && FrameHeader.isAt(window.buffer(), window.indexOf(at), available, crc, segment.header.epoch(), segment.ordinal, at);
      if (!readable) {
        broken = true;
        at += block;
        continue;
      }
      frame.take(window.buffer(), window.indexOf(at));
      check.check(window, at, frame, Math.max(last, frame.firstSequence - 1));
      if (broken && check.goodRecords > 0 && at > offsetBytes) {
        next = frame.firstSequence;
      } else {
        if (check.goodRecords > 0) last = check.goodLastSequence;
        broken = check.problem != null || broken && check.goodRecords == 0;
      }
      at = frame.endBytes(block);
    }
    return new Damage(path, offsetBytes, problem, last + 1, Math.max(last + 1, next == 0 ? segment.lastSequence() : next - 1));
  }
}
