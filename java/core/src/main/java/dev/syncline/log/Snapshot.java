package dev.syncline.log;

import dev.syncline.format.Mark;
import dev.syncline.io.AlignedBuffers;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import dev.syncline.log.segment.MarkFile;
import dev.syncline.log.segment.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** Writes a copy of a log whose segments are finished; its mark comes last, so that half a copy is never taken for a log. */
final class Snapshot {
  private static final int STEP_BYTES = 1 << 20;

  private Snapshot() {}

  static void write(Storage source, Storage target, List<Segment> segments, Mark mark) throws IOException {
    for (Segment segment : segments) {
      boolean linked = segment.sealed() && source.link(segment.name, target);
      if (!linked) copy(source, target, segment);
    }
    target.syncDirectory();
    Segment newest = segments.isEmpty() ? null : segments.get(segments.size() - 1);
    Mark.DurablePoint end = newest == null
        ? Mark.DurablePoint.NONE
        : newest.endPoint();
    MarkFile.create(target, mark.withDurable(end, true)).close();
  }

  /** All of a finished segment; of one that was just begun its header, which is all that counts. */
  private static void copy(Storage source, Storage target, Segment segment) throws IOException {
    ByteBuffer buffer = AlignedBuffers.allocate(STEP_BYTES);
    try (SegmentFile from = source.open(segment.name, Storage.Access.READ);
        SegmentFile to = target.create(segment.name, 0)) {
      long end = segment.sealed() ? from.size() : segment.usedEndBytes();
      for (long at = 0; at < end; at += buffer.limit()) {
        buffer.clear().limit((int) Math.min(STEP_BYTES, end - at));
        int read = from.read(buffer, at);
        if (read < buffer.limit()) throw new IOException(segment.name + ": expected " + end + " bytes, found " + (at + read));
        to.write(buffer.flip(), at);
      }
      to.sync();
    }
  }
}
