package dev.syncline.log.segment;

import dev.syncline.CorruptLogException;
import dev.syncline.Damage;
import dev.syncline.format.Crc;
import dev.syncline.format.FrameHeader;
import dev.syncline.format.Layout;
import dev.syncline.io.SegmentFile;
import java.io.IOException;
import java.nio.file.Path;

/** Steps from frame header to frame header through a segment's readable part; bodies are not looked at. */
public final class FrameWalk {
  private final Path directory;
  private final Segment segment;
  private final FileBytes bytes;
  private final FileWindow window = new FileWindow(Layout.INDEX_INTERVAL_BYTES);
  private final Crc crc = new Crc();

  public FrameWalk(Path directory, Segment segment, SegmentFile file) {
    this(directory, segment, segment.asItCounts(FileBytes.of(file)));
  }

  FrameWalk(Path directory, Segment segment, FileBytes bytes) {
    this.directory = directory;
    this.segment = segment;
    this.bytes = bytes;
    window.use(bytes);
  }

  /**
   * The first frame that holds a sequence at or above {@code sequence}, which the segment reaches.
   *
   * @throws CorruptLogException if it, or one before it, is unreadable
   */
  public FrameHeader find(long sequence) throws IOException {
    for (Extent extent : segment.extents()) {
      if (extent.lastSequence() < sequence) continue;
      long offset = FrameSearch.offset(window, segment, extent, sequence, crc);
      while (offset < extent.endBytes()) {
        FrameHeader frame = at(offset);
        if (frame.lastSequence() >= sequence) return frame;
        offset = frame.endBytes(segment.header.blockBytes());
      }
    }
    throw unreadable(segment.endBytes(), "expected a frame with record " + sequence + " or a later one, found none");
  }

  /**
   * Last sequence of the last frame that was committed at {@code millis} or before, or 0 if none was.
   *
   * @throws CorruptLogException if a frame on the way is unreadable
   */
  long lastCommittedBy(long millis) throws IOException {
    long[] offsets = segment.indexBefore(Long.MAX_VALUE).offsetsBytes();
    int from = 0;
    for (int to = offsets.length; from < to; ) {
      int middle = (from + to) >>> 1;
      if (at(offsets[middle]).committedMillis() <= millis) from = middle + 1;
      else to = middle;
    }
    long last = 0;
    for (Extent extent : segment.extents()) {
      long offset = Math.max(extent.startBytes(), from == 0 ? 0 : offsets[from - 1]);
      while (offset < extent.endBytes()) {
        FrameHeader frame = at(offset);
        if (frame.committedMillis() > millis) return last;
        last = Math.min(frame.lastSequence(), extent.lastSequence());
        offset = frame.endBytes(segment.header.blockBytes());
      }
    }
    return last;
  }

  private FrameHeader at(long offset) throws IOException {
    int available = window.load(offset, Layout.FRAME_HEADER_BYTES);
    int index = window.indexOf(offset);
    String refusal = window.refusal(offset, Layout.FRAME_HEADER_BYTES);
    if (refusal != null) throw unreadable(offset, refusal);
    String problem =
        FrameHeader.problem(window.buffer(), index, available, crc, segment.header.epoch(), segment.ordinal, offset);
    if (problem != null) throw unreadable(offset, problem);
    return FrameHeader.decode(window.buffer(), index);
  }

  private CorruptLogException unreadable(long offset, String problem) throws IOException {
    Damage damage = LostRecords.around(offset, problem, directory.resolve(segment.name), segment, bytes);
    return new CorruptLogException(
        damage, "Nothing was changed. 'syncline repair' on the directory shows what can be kept; or restore a copy");
  }
}
