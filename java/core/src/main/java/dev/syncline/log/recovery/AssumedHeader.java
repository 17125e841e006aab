package dev.syncline.log.recovery;

import dev.syncline.format.Crc;
import dev.syncline.format.FrameHeader;
import dev.syncline.format.Layout;
import dev.syncline.format.LogId;
import dev.syncline.format.Mark;
import dev.syncline.format.SegmentHeader;
import dev.syncline.format.SegmentName;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import dev.syncline.log.segment.Extent;
import dev.syncline.log.segment.FileBytes;
import dev.syncline.log.segment.FileWindow;
import java.io.IOException;

/**
 * What the header of a segment must have said that cannot be read any more, as far as its frames and what lies before it tell. Each frame
 * names its segment, its epoch and its place, so it needs no header to be believed; what a header tells beside that is how far the
 * predecessor went, and for that the strongest that is possible is assumed: what may be lost counts as lost.
 *
 * @param crc what the first frame follows on
 */
record AssumedHeader(SegmentHeader header, int crc) {
  /**
   * Where the segment stands.
   *
   * @param previous what lies before it, or null
   * @param mark the log's, or null if it is unreadable
   */
  record Place(LogId logId, long ordinal, long previousOrdinal, SegmentScan previous, Mark mark) {}

  /** Null if the first frame cannot be read a second time. */
  static AssumedHeader of(Storage storage, Storage.Access access, Place place, SegmentScan found) throws IOException {
    try (SegmentFile file = storage.open(SegmentName.of(place.ordinal), access)) {
      FileWindow window = new FileWindow(Layout.BLOCK_BYTES_MAX);
      FileBytes bytes = FileBytes.of(file);
      window.use(found.newest() == null ? bytes : found.newest().over(bytes));
      return of(window, place, found);
    }
  }

  private static AssumedHeader of(FileWindow window, Place place, SegmentScan found) throws IOException {
    Extent first = found.extents().get(0);
    FrameHeader frame = frameAt(window, place.ordinal, first.startBytes());
    if (frame == null) return null;
    int blockBytes = blockBytes(window, place.ordinal, found);
    // Where it is the first block's, no frame of the segment was lost before it.
    boolean isFirst = first.startBytes() == Layout.FRAMES_START_BYTES;
    long base = predecessorEnd(place, first.firstSequence() - 1, isFirst);
    SegmentScan previous = place.previous;
    SegmentHeader header = new SegmentHeader(
        blockBytes, place.logId, place.ordinal, frame.epoch(), base, place.previousOrdinal,
        previous == null || previous.header() == null ? 0 : previous.header().epoch(), base, previous == null ? 0 : previous.lastCrc());
    return new AssumedHeader(header, isFirst ? frame.previousCrc() : 0);
  }

  private static FrameHeader frameAt(FileWindow window, long ordinal, long offset) throws IOException {
    int available = window.load(offset, Layout.FRAME_HEADER_BYTES);
    int at = window.indexOf(offset);
    if (window.refusal(offset, Layout.FRAME_HEADER_BYTES) != null) return null;
    if (!FrameHeader.isAt(window.buffer(), at, available, new Crc(), 0, ordinal, offset)) return null;
    return FrameHeader.decode(window.buffer(), at);
  }

  /** Every frame begins at a block: what is common to the places of all of them. Those of one run follow each other at the least step. */
  private static int blockBytes(FileWindow window, long ordinal, SegmentScan found) throws IOException {
    long bits = Layout.BLOCK_BYTES_MAX;
    for (Extent extent : found.extents()) {
      long at = extent.startBytes();
      while (at < extent.endBytes() && Long.lowestOneBit(bits) > Layout.BLOCK_BYTES_MIN) {
        bits |= at;
        FrameHeader frame = frameAt(window, ordinal, at);
        at = frame == null ? extent.endBytes() : frame.endBytes(Layout.BLOCK_BYTES_MIN);
      }
    }
    return (int) Math.max(Layout.BLOCK_BYTES_MIN, Long.lowestOneBit(bits));
  }

  /** @param before what the first frame that is readable follows on at most */
  private static long predecessorEnd(Place place, long before, boolean isFirst) {
    SegmentScan previous = place.previous;
    if (previous == null && place.mark == null) return isFirst ? before : 0;
    if (previous == null) return Math.min(before, place.mark.truncatedThrough());
    if (previous.header() != null && previous.seal() != null) return Math.min(before, previous.promisedSequence());
    return Math.max(before, previous.header() == null ? 0 : previous.lastSequence());
  }
}
