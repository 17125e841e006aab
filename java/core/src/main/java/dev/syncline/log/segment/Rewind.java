package dev.syncline.log.segment;

import dev.syncline.CorruptLogException;
import dev.syncline.format.FrameHeader;
import dev.syncline.format.Layout;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import java.io.IOException;
import java.util.List;

/**
 * Cuts the tail of one segment behind a sequence, the same way when it is asked for and when recovery finishes it. Records of the frame
 * that holds it stay on disk; the link of the next segment, and until there is one the mark, says that they do not count.
 */
public final class Rewind {
  private Rewind() {}

  /** The one of {@code live} that holds {@code sequence}, without what lies above it. */
  public static Segment clipped(Storage storage, List<Segment> live, long sequence) throws IOException {
    Segment holder = live.get(0);
    for (Segment segment : live) if (segment.header.baseSequence() < sequence) holder = segment;
    return clipped(storage, holder, sequence);
  }

  /**
   * The segment without what lies above {@code sequence}, which stays on disk in the frame that holds it. Reads only.
   *
   * @throws CorruptLogException if that frame cannot be found
   */
  public static Segment clipped(Storage storage, Segment segment, long sequence) throws IOException {
    int crc = segment.headerCrc;
    long usedEnd = Layout.FRAMES_START_BYTES;
    if (sequence > segment.header.baseSequence() && segment.reachesBeyond(segment.header.baseSequence())) {
      try (SegmentFile file = storage.open(segment.name, Storage.Access.READ)) {
        FrameHeader holder = new FrameWalk(storage.directory(), segment, file).find(Math.min(sequence, segment.lastSequence()));
        crc = holder.crc();
        usedEnd = holder.usedEndBytes();
      }
    }
    return segment.cutAfter(sequence, crc, usedEnd, segment.indexBefore(usedEnd));
  }

  /**
   * Last sequence of the segment's last frame that was committed at {@code millis} or before, or 0 if none was.
   *
   * @throws CorruptLogException if a frame on the way is unreadable
   */
  public static long lastCommittedBy(Storage storage, Segment segment, long millis) throws IOException {
    try (SegmentFile file = storage.open(segment.name, Storage.Access.READ)) {
      return new FrameWalk(storage.directory(), segment, file).lastCommittedBy(millis);
    }
  }

  /**
   * Whether the file that has the segment's name now has its last frame, as it was known or grown since: another log's, or a restored
   * copy's, has other records there.
   *
   * @throws CorruptLogException if there is no frame of this segment
   */
  public static boolean lastFrameIsThere(Storage storage, Storage.Access access, Segment segment) throws IOException {
    if (!segment.reachesBeyond(segment.header.baseSequence())) return true;
    NewestFrame known = segment.newestFrame;
    try (SegmentFile file = storage.open(segment.name, access)) {
      FileBytes bytes = FileBytes.of(file);
      long last = segment.lastSequence();
      boolean isLast = known != null && known.header.firstSequence() <= last && known.header.lastSequence() >= last;
      if (!isLast) return new FrameWalk(storage.directory(), segment, bytes).find(last).crc() == segment.lastCrc();
      NewestFrame counts = known.upTo(last);
      TailSlots slots = new TailSlots();
      for (NewestFrame each : slots.read(bytes, segment.header)) if (counts.isBeginningOf(each)) return true;
      NewestFrame placed = slots.inPlace(bytes, segment.header, known.offsetBytes());
      return placed != null && counts.isBeginningOf(placed);
    }
  }

  /**
   * The segment up to the end of the frame that holds {@code sequence}: what is known of one record of a frame is known of all, but for the
   * newest one, which may still grow. Reads only.
   *
   * @throws CorruptLogException if that frame cannot be found
   */
  public static Segment upToFrameOf(Storage storage, Segment segment, long sequence) throws IOException {
    if (!segment.reachesBeyond(sequence)) return segment;
    try (SegmentFile file = storage.open(segment.name, Storage.Access.READ)) {
      FrameHeader holder = new FrameWalk(storage.directory(), segment, file).find(sequence);
      NewestFrame newest = segment.newestFrame;
      if (holder.firstSequence() > sequence)
        return segment.cutAfter(sequence, holder.previousCrc(), holder.offsetBytes(), segment.indexBefore(holder.offsetBytes()));
      boolean grows = newest != null && newest.offsetBytes() == holder.offsetBytes();
      NewestFrame shown = grows ? newest.upTo(sequence) : null;
      FrameHeader last = grows ? shown.header : holder;
      Segment cut = segment.cutAfter(Math.min(last.lastSequence(), segment.lastSequence()), last.crc(), last.usedEndBytes(),
          segment.indexBefore(last.usedEndBytes()));
      if (grows) cut.newestFrame = shown;
      return cut;
    }
  }
}
