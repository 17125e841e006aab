package dev.syncline.log.segment;

import dev.syncline.format.FrameHeader;
import dev.syncline.format.Layout;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import java.io.IOException;

/** Cuts the tail of one segment behind a sequence, the same way when it is asked for and when recovery finishes it. */
public final class Rewind {
  private Rewind() {}

  /**
   * Cuts the file behind the frame that holds {@code sequence}, durably. Records of that frame above it stay on disk; the link of the next
   * segment, and until there is one the mark, says that they do not count.
   *
   * @return the segment as it is now
   */
  public static Segment cutSegment(Storage storage, Segment segment, long sequence) throws IOException {
    int blockBytes = segment.header.blockBytes();
    int crc = segment.headerCrc;
    long usedEnd = blockBytes;
    if (sequence > segment.header.baseSequence() && segment.reachesBeyond(segment.header.baseSequence())) {
      FrameHeader holder;
      try (SegmentFile file = storage.open(segment.name, Storage.Access.READ)) {
        holder = new FrameWalk(segment, file).find(Math.min(sequence, segment.lastSequence()));
      }
      crc = holder.crc();
      usedEnd = holder.usedEndBytes();
    }
    try (SegmentFile file = storage.open(segment.name, Storage.Access.WRITE)) {
      long end = Layout.roundUp(usedEnd, blockBytes);
      if (file.size() > end) file.truncate(end);
      file.sync();
    }
    return segment.cutAfter(sequence, crc, usedEnd, segment.indexBefore(usedEnd));
  }
}
