package dev.syncline.log.segment;

import dev.syncline.format.Layout;
import dev.syncline.format.Mark;
import dev.syncline.io.AlignedBuffers;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import java.io.IOException;

/** Leaves a log's directory as a reader expects one that was closed: see the steps in FORMAT.md. */
public final class CleanClose {
  private CleanClose() {}

  /**
   * Has the newest segment open to write, and to read, where it is to be cut: what that takes is had before anything has changed. A file
   * that another log may show is replaced by a copy of what counts.
   */
  public static void openToCut(Storage storage, Segment newest) throws IOException {
    if (newest.writer() == null) open(storage, newest);
    // Some storages read through another descriptor than they write through.
    if (newest.writer() != null) newest.writer().read(AlignedBuffers.allocate(Layout.BLOCK_BYTES_MAX), 0);
  }

  private static void open(Storage storage, Segment newest) throws IOException {
    try (SegmentFile file = storage.open(newest.name, Storage.Access.READ)) {
      if (file.size() == newest.usedEndBytes()) return;
    }
    newest.resumeWriting(new SegmentFiles(storage).openToGoOn(newest, newest.usedEndBytes()), storage.traits().preallocates());
  }

  /** Everything appended is durable. The mark comes last, and says so. */
  public static void finish(Storage storage, SegmentSet segments, SegmentPreparer preparer, MarkFile markFile, Segment tail, long floor)
      throws IOException {
    SegmentFiles files = new SegmentFiles(storage);
    cutPadding(files, segments.newest(), tail);
    for (Segment segment : segments.retired()) {
      segment.close();
      files.delete(segment.name);
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
  private static void cutPadding(SegmentFiles files, Segment newest, Segment tail) throws IOException {
    if (newest == null || newest.sealed()) return;
    files.cutAtLast(newest, tail == newest ? tail.stopWriting() : null);
  }
}
