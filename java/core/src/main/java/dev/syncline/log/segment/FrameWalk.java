package dev.syncline.log.segment;

import dev.syncline.format.Crc;
import dev.syncline.format.FrameHeader;
import dev.syncline.format.Layout;
import dev.syncline.io.SegmentFile;
import java.io.IOException;

/** Steps from frame header to frame header through a segment's readable part; bodies are not looked at. */
public final class FrameWalk {
  private final Segment segment;
  private final FileWindow window = new FileWindow(Layout.INDEX_INTERVAL_BYTES);
  private final Crc crc = new Crc();

  public FrameWalk(Segment segment, SegmentFile file) {
    this.segment = segment;
    window.use(file);
  }

  /** The first frame that holds a sequence at or above {@code sequence}, or null if there is none. */
  public FrameHeader find(long sequence) throws IOException {
    for (Extent extent : segment.extents()) {
      if (extent.lastSequence() < sequence) continue;
      long offset = segment.seekOffset(extent, sequence);
      while (offset < extent.endBytes()) {
        FrameHeader frame = at(offset);
        if (frame.lastSequence() >= sequence) return frame;
        offset = frame.endBytes(segment.header.blockBytes());
      }
    }
    return null;
  }

  private FrameHeader at(long offset) throws IOException {
    int available = window.load(offset, Layout.FRAME_HEADER_BYTES);
    int index = window.indexOf(offset);
    String problem =
        FrameHeader.problem(window.buffer(), index, available, crc, segment.header.epoch(), segment.ordinal, offset);
    if (problem != null) throw new IOException(segment.name + " at offset " + offset + ": " + problem);
    return FrameHeader.decode(window.buffer(), index);
  }
}
