package dev.syncline.log.segment;

import dev.syncline.format.Crc;
import dev.syncline.format.FrameHeader;
import dev.syncline.format.Layout;
import dev.syncline.format.SegmentHeader;
import java.io.IOException;

/**
 * Finds a frame near a sequence where the index says nothing for long: of a segment that was taken over as it was closed it knows the ends
 * only. By halves: a frame says of itself where it lies, and which records it holds.
 */
public final class FrameSearch {
  /** Further than frames reach as a rule, of which a few larger ones may take more. */
  private static final long FAR_BYTES = 2 << 20;

  /** So near by frames are gone through one after the other. */
  private static final long NEAR_BYTES = 4L * Layout.INDEX_INTERVAL_BYTES;

  private FrameSearch() {}

  /** Offset of a frame at or before the one that holds {@code sequence}, inside {@code extent}. */
  public static long offset(FileWindow window, Segment segment, Extent extent, long sequence, Crc crc) throws IOException {
    long low = segment.seekOffset(extent, sequence);
    long high = segment.searchedUpTo(extent, sequence);
    if (high - low <= FAR_BYTES) return low;
    while (high - low > NEAR_BYTES) {
      long middle = low + Layout.roundUp((high - low) / 2, segment.header.blockBytes());
      FrameHeader found = firstFrom(window, segment, middle, high, crc);
      if (found != null && found.firstSequence() <= sequence) low = found.offsetBytes();
      else high = middle;
    }
    return low;
  }

  /** The first readable frame of records from {@code from} on and before {@code to}, or null. */
  private static FrameHeader firstFrom(FileWindow window, Segment segment, long from, long to, Crc crc) throws IOException {
    for (long at = from; at < to; at += segment.header.blockBytes()) {
      FrameHeader frame = headerAt(window, segment.header, at, crc);
      if (frame != null && frame.kind() == FrameHeader.DATA) return frame;
    }
    return null;
  }

  /** The header that lies there, or null if none can be read. */
  public static FrameHeader headerAt(FileWindow window, SegmentHeader of, long offset, Crc crc) throws IOException {
    int available = window.load(offset, Layout.FRAME_HEADER_BYTES);
    int index = window.indexOf(offset);
    boolean sound = window.refusal(offset, Layout.FRAME_HEADER_BYTES) == null
        && FrameHeader.isAt(window.buffer(), index, available, crc, of.epoch(), of.ordinal(), offset);
    return sound ? FrameHeader.decode(window.buffer(), index) : null;
  }
}
