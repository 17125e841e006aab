package dev.syncline.log.segment;

import dev.syncline.format.Mark;
import dev.syncline.io.AlignedBuffers;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** Writes a copy of a log whose segments are finished; its mark comes last, so that half a copy is never taken for a log. */
public final class Snapshot {
  private static final int STEP_BYTES = 1 << 20;

  private Snapshot() {}

  public static void write(Storage source, Storage target, List<Segment> segments, Mark mark) throws IOException {
    for (Segment segment : segments) {
      boolean linked = segment.sealed() && source.link(segment.name, target);
      // Of a segment that was just begun its header is all that counts.
      if (!linked) copy(source, target, segment.name, segment.sealed() ? Long.MAX_VALUE : segment.usedEndBytes());
    }
    Segment newest = segments.isEmpty() ? null : segments.get(segments.size() - 1);
    finish(target, mark.withDurable(newest == null ? Mark.DurablePoint.NONE : newest.endPoint(), true));
  }

  /** Makes what was copied or linked durable, and a log by its mark. */
  public static void finish(Storage target, Mark mark) throws IOException {
    target.syncDirectory();
    MarkFile.create(target, mark).close();
  }

  /** Copies a file up to {@code endBytes}, or to its end if that comes first; durable but for its name. */
  public static void copy(Storage source, Storage target, String name, long endBytes) throws IOException {
    copy(source, target, name, name, endBytes);
  }

  static void copy(Storage source, Storage target, String name, String copyName, long endBytes) throws IOException {
    ByteBuffer buffer = AlignedBuffers.allocate(STEP_BYTES);
    // Past the page cache where the storage can: a page may predate a direct write that came beside the read that has cached it.
    try (SegmentFile from = source.open(name, Storage.Access.READ_UNCACHED);
        SegmentFile to = target.create(copyName, 0)) {
      long end = Math.min(endBytes, from.size());
      for (long at = 0; at < end; at += STEP_BYTES) {
        int wanted = (int) Math.min(STEP_BYTES, end - at);
        // Whole units, as direct reads and writes want them; what is too much is cut off below.
        int padded = (wanted + AlignedBuffers.ALIGNMENT_BYTES - 1) & -AlignedBuffers.ALIGNMENT_BYTES;
        int read = from.read(buffer.clear().limit(padded), at);
        if (read < wanted) throw new ShortFileException(name + ": expected " + end + " bytes, found " + (at + read));
        to.write(buffer.position(0).limit(padded), at);
      }
      to.truncate(end);
      to.sync();
    }
  }
}
