package dev.syncline.log;

import java.io.IOException;

/** What {@link SegmentedLog#scan} shows records to. */
public interface RecordVisitor {
  /** The cursor stands on a record; it is not to be moved or closed. */
  void visit(LogCursor record) throws IOException;
}
