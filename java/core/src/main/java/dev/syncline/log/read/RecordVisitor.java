package dev.syncline.log.read;

import java.io.IOException;

/** What {@link LogReader#scan} shows records to. */
public interface RecordVisitor {
  /** The cursor stands on a record; it is not to be moved or closed. */
  void visit(LogCursor record) throws IOException;
}
