package dev.syncline.log.segment;

import dev.syncline.format.Mark;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import java.io.IOException;

/** Leaves a log's directory as a reader expects one that was closed: see the steps in FORMAT.md. */
public final class CleanClose {
  private CleanClose() {}

  /** Everything appended is durable. The mark comes last, and says so. */
  public static void finish(Storage storage, SegmentSet segments, SegmentPreparer preparer, MarkFile markFile, Segment tail, long floor)
      throws IOException {
    cutPadding(storage, segments.newest(), tail);
    for (Segment segment : segments.retired()) {
      segment.close();
      storage.delete(segment.name);
    }
    preparer.discardSpares();
    storage.syncDirectory();
    Segment newest = segments.newest();
    Mark.DurablePoint end = newest == null
        ? Mark.DurablePoint.NONE
        : newest.endPoint();
    markFile.store(markFile.current().withFloor(floor).withDurable(end, true));
  }

  /** Cuts the newest segment behind its last record's last byte, also where it was recovered and nothing was appended since. */
  private static void cutPadding(Storage storage, Segment newest, Segment tail) throws IOException {
    if (newest == null || newest.sealed()) return;
    try (SegmentFile file = tail == newest ? tail.stopWriting() : storage.open(newest.name, Storage.Access.WRITE)) {
      if (file.size() == newest.usedEndBytes()) return;
      file.truncate(newest.usedEndBytes());
      file.sync();
    }
  }
}
