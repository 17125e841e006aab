package dev.syncline.log;

import dev.syncline.CorruptLogException;
import dev.syncline.log.segment.Segment;
import java.io.IOException;
import java.util.List;

/** Goes through the records of one type, past the segments that hold none. */
final class TypeScan {
  private final SegmentedLog log;
  private final int type;
  private final RecordVisitor visitor;

  TypeScan(SegmentedLog log, int type, RecordVisitor visitor) {
    this.log = log;
    this.type = type;
    this.visitor = visitor;
  }

  /** Shows what lies above {@code after} and up to {@code limit}, in {@code segments} or in no file yet. */
  void run(List<Segment> segments, long after, long limit) throws IOException {
    long position = after;
    for (Segment segment : segments) {
      // The end before the types: a frame that comes in between brings a type too many then, never one too few.
      long last = segment.lastSequence();
      if (!segment.reachesBeyond(position)) continue;
      if (segment.hasType(type)) show(position, Math.min(last, limit));
      position = Math.max(position, last);
    }
    if (position < limit) show(position, limit);
  }

  private void show(long after, long last) throws IOException {
    if (after >= last) return;
    try (LogCursor cursor = log.cursor(after)) {
      while (cursor.sequence() < last && cursor.advance() && cursor.sequence() <= last)
        if (cursor.type() == type) visitor.visit(cursor);
      if (cursor.damage().isPresent()) throw new CorruptLogException(cursor.damage().get(), "Nothing was changed");
    }
  }
}
