package dev.syncline.log.segment;

import dev.syncline.format.Crc;
import dev.syncline.format.FrameHeader;
import dev.syncline.format.Layout;
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
      long found = firstFrom(window, segment, middle, high, crc);
      if (found < high && firstSequence(window, found) <= sequence) low = found;
      else high = middle;
    }
    return low;
  }

  private static long firstSequence(FileWindow window, long offset) {
    return FrameHeader.decode(window.buffer(), window.indexOf(offset)).firstSequence();
  }

  /** Offset of the first readable frame from {@code from} on, or {@code to}. */
  private static long firstFrom(FileWindow window, Segment segment, long from, long to, Crc crc) throws IOException {
    for (long at = from; at < to; at += segment.header.blockBytes()) {
      int available = window.load(at, Layout.FRAME_HEADER_BYTES);
      int index = window.indexOf(at);
      boolean sound = window.refusal(at, Layout.FRAME_HEADER_BYTES) == null
          && FrameHeader.problem(window.buffer(), index, available, crc, segment.header.epoch(), segment.ordinal, at) == null;
      if (sound && FrameHeader.decode(window.buffer(), index).kind() == FrameHeader.DATA) return at;
    }
    return to;
  }
}
