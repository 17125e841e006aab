package dev.syncline.log.recovery;

import dev.syncline.format.Crc;
import dev.syncline.format.FrameHeader;
import dev.syncline.format.Layout;
import dev.syncline.format.Mark;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import dev.syncline.log.segment.Extent;
import dev.syncline.log.segment.FileBytes;
import dev.syncline.log.segment.FileWindow;
import dev.syncline.log.segment.FrameCheck;
import dev.syncline.log.segment.FrameFields;
import dev.syncline.log.segment.Segment;
import dev.syncline.log.segment.SparseIndex;
import dev.syncline.log.segment.TailSlots;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * The newest segment of a log that was closed, known by its ends: the file is as long as the mark says, its last frame is the one that the
 * mark names, and whole, and its first one follows on the header. What lies between is not read.
 */
final class ClosedSegment {
  private static final int STEP_BYTES = 64 << 10;

  /** A last frame that begins further in front is not looked for: all is read then, which is not much more. */
  private static final int SEARCHED_BYTES = 4 << 20;

  private final Mark.DurablePoint end;
  private final Segment begun;
  private final FileWindow window = new FileWindow(STEP_BYTES);
  private final Crc crc = new Crc();

  private ClosedSegment(Segment begun, Mark.DurablePoint end) {
    this.begun = begun;
    this.end = end;
  }

  /**
   * @param end where the mark says that it was closed
   * @return null if it does not end so: then it is to be read
   */
  static SegmentScan scan(Storage storage, Storage.Access access, long ordinal, Mark.DurablePoint end) throws IOException {
    Segment begun = new SegmentScanner(storage, access).begun(ordinal);
    if (begun == null || end.sequence() == begun.header.baseSequence()) return null;
    try (SegmentFile file = storage.open(begun.name, access)) {
      return new ClosedSegment(begun, end).scan(file);
    }
  }

  private SegmentScan scan(SegmentFile file) throws IOException {
    FileBytes bytes = FileBytes.of(file);
    TailSlots slots = new TailSlots();
    if (file.size() != end.endBytes() || !slots.read(bytes, begun.header).isEmpty() || slots.missed() != null) return null;
    window.use(bytes);
    FrameHeader last = last();
    if (last == null || !isWhole(last)) return null;
    FrameHeader first = last.offsetBytes() == Layout.FRAMES_START_BYTES ? last : at(Layout.FRAMES_START_BYTES);
    if (first == null || first.kind() != FrameHeader.DATA || first.previousCrc() != begun.headerCrc) return null;
    long[] types = new long[4];
    Arrays.fill(types, -1);
    Extent all =
        new Extent(first.offsetBytes(), last.endBytes(begun.header.blockBytes()), first.firstSequence(), last.lastSequence());
    return new SegmentScan(begun.header, begun.headerCrc, null, begun.header.logId(), end.endBytes(), List.of(all), List.of(),
        SparseIndex.ofEnds(first.firstSequence(), first.offsetBytes(), last.firstSequence(), last.offsetBytes()), types,
        last.crc(), last.usedEndBytes(), last.committedMillis(), last.lastSequence(), last.promisedSequence(), null,
        slots.inPlace(bytes, begun.header, last.offsetBytes()), 1, SegmentScan.Counts.NONE);
  }

  /** From the end backwards, the first header that is one: of the frame that the mark means, or null. */
  private FrameHeader last() throws IOException {
    int block = begun.header.blockBytes();
    long lowest = Math.max(Layout.FRAMES_START_BYTES, end.endBytes() - SEARCHED_BYTES);
    for (long at = (end.endBytes() - 1) / block * block; at >= lowest; at -= block) {
      FrameHeader frame = at(at);
      if (frame == null) continue;
      boolean meant = frame.kind() == FrameHeader.DATA && frame.crc() == end.crc() && frame.lastSequence() == end.sequence()
          && frame.usedEndBytes() == end.endBytes();
      return meant ? frame : null;
    }
    return null;
  }

  private FrameHeader at(long offset) throws IOException {
    long step = offset / STEP_BYTES * STEP_BYTES;
    window.load(step, (int) (Math.min(end.endBytes(), step + STEP_BYTES) - step));
    int available = window.availableBytes(offset);
    if (available < Layout.FRAME_HEADER_BYTES || window.refusal(offset, Layout.FRAME_HEADER_BYTES) != null) return null;
    int index = window.indexOf(offset);
    boolean sound = FrameHeader.isAt(window.buffer(), index, available, crc, begun.header.epoch(), begun.ordinal, offset);
    return sound ? FrameHeader.decode(window.buffer(), index) : null;
  }

  private boolean isWhole(FrameHeader frame) throws IOException {
    FrameCheck check = new FrameCheck();
    check.check(window, frame.offsetBytes(), new FrameFields().take(frame), frame.firstSequence() - 1);
    return check.problem == null && window.refusal(frame.offsetBytes(), 1) == null;
  }
}
