package dev.syncline.log.segment;

import dev.syncline.format.Crc;
import dev.syncline.format.FrameHeader;
import dev.syncline.format.Layout;
import dev.syncline.format.SegmentHeader;
import dev.syncline.io.AlignedBuffers;
import dev.syncline.io.SegmentFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The two blocks behind a segment's header, in which its newest frame grows. A slot counts only if all of the frame in it is whole, and if
 * the frame's place lies within the file: a frame begins its life there, so behind a cut nothing counts.
 */
public final class TailSlots {
  private static final int BYTES = 2 * Layout.BLOCK_BYTES_MAX;

  private static final int ATTEMPTS = 10;

  private final FileWindow window = new FileWindow(BYTES);
  private final FrameCheck check = new FrameCheck();
  private final FrameFields fields = new FrameFields();
  private final Crc crc = new Crc();

  /** Whether a slot that was read last holds part of a frame. */
  private boolean anyInPart;

  /** Why a slot that was read last, and may hold the newest commit, cannot be read; null if none is such. */
  private String missed;

  /** The frames in the slots of the segment with this header that count, that with fewer records first. */
  public List<NewestFrame> read(FileBytes file, SegmentHeader of) throws IOException {
    return read(file, NewestFrame.SegmentIdentity.of(of), file.sizeBytes());
  }

  /** The same of a segment whose header is unreadable: its frames name the ordinal all the same. */
  public List<NewestFrame> read(FileBytes file, long ordinal) throws IOException {
    return read(file, new NewestFrame.SegmentIdentity(0, ordinal, Layout.BLOCK_BYTES_MAX), file.sizeBytes());
  }

  /**
   * A slot that is being written is no frame, and the other one may have been read before it was written last: where a slot holds part of a
   * frame both are read again, until they stay as they are.
   */
  private List<NewestFrame> read(FileBytes file, NewestFrame.SegmentIdentity of, long endBytes) throws IOException {
    List<NewestFrame> found = readOnce(file, of, endBytes);
    for (int attempt = 1; anyInPart && attempt < ATTEMPTS; attempt++) {
      List<NewestFrame> before = found;
      found = readOnce(file, of, endBytes);
      if (crcs(found) == crcs(before)) break;
    }
    if (found.size() == 2 && found.get(0).header.lastSequence() > found.get(1).header.lastSequence()) found.add(found.remove(0));
    return found;
  }

  private static long crcs(List<NewestFrame> frames) {
    long all = frames.size();
    for (NewestFrame each : frames) all = 31 * all + each.header.crc();
    return all;
  }

  private List<NewestFrame> readOnce(FileBytes file, NewestFrame.SegmentIdentity of, long endBytes) throws IOException {
    window.use(file);
    anyInPart = false;
    missed = null;
    boolean used = false;
    List<NewestFrame> found = new ArrayList<>(2);
    for (long at : Layout.TAIL_SLOTS_BYTES) {
      int available = window.load(at, of.blockBytes());
      String refusal = window.refusal(at, of.blockBytes());
      // The first commit that joins goes to the first slot.
      if (refusal != null && (used || at == Layout.TAIL_SLOTS_BYTES[0])) missed = refusal;
      if (refusal != null || available < Layout.FRAME_HEADER_BYTES) continue;
      int index = window.indexOf(at);
      long place = FrameHeader.offsetBytes(window.buffer(), index);
      NewestFrame frame = NewestFrame.at(window.buffer(), index, available, of, place, check, fields, crc);
      boolean inPart = frame == null && isInPart(window.buffer(), index, of);
      anyInPart |= inPart;
      used |= frame != null || inPart;
      boolean fits = frame != null && place >= Layout.FRAMES_START_BYTES && place % of.blockBytes() == 0
          && place + Layout.FRAME_HEADER_BYTES + frame.header.bodyBytes() <= endBytes;
      if (fits) found.add(frame);
    }
    return found;
  }

  /** Why the disk refuses to read a slot, of those read last, that may hold the newest commit; null if it refuses none. */
  public String missed() {
    return missed;
  }

  /** Whether what is no whole frame of the segment may be one that is being written: not what was never written, or of another life. */
  private boolean isInPart(ByteBuffer in, int at, NewestFrame.SegmentIdentity of) {
    if (in.getLong(at) == 0) return false;
    boolean headed = crc.of(in, at + 8, Layout.FRAME_HEADER_BYTES - 8) == FrameHeader.crc(in, at);
    return !headed || FrameHeader.ordinal(in, at) == of.ordinal();
  }

  /**
   * What is to be read in the place of the newest frame: the one in the slots, unless its place has more of it; null if there is none.
   */
  public NewestFrame newest(FileBytes file, SegmentHeader of) throws IOException {
    return atLeastInPlace(file, read(file, of));
  }

  /** The same of a segment whose header is unreadable. */
  public NewestFrame newest(FileBytes file, long ordinal) throws IOException {
    return atLeastInPlace(file, read(file, ordinal));
  }

  private NewestFrame atLeastInPlace(FileBytes file, List<NewestFrame> slots) throws IOException {
    if (slots.isEmpty()) return null;
    NewestFrame last = slots.get(slots.size() - 1);
    long place = last.offsetBytes();
    int available = window.load(place, Layout.FRAME_HEADER_BYTES);
    boolean hasMore = window.refusal(place, Layout.FRAME_HEADER_BYTES) == null
        && FrameHeader.isAt(window.buffer(), window.indexOf(place), available, crc, last.header.epoch(), last.header.ordinal(), place)
        && FrameHeader.lastSequence(window.buffer(), window.indexOf(place)) > last.header.lastSequence();
    return hasMore ? null : last;
  }

  /**
   * The last frame of the segment, if it is small, where the slots still hold the one before: that is in its place since another follows
   * it, unless it was lost there.
   *
   * @param newest what the slots hold, or null
   */
  public NewestFrame newestOrLast(NewestFrame newest, FileBytes file, SegmentHeader of, long lastFrameBytes) throws IOException {
    if (newest != null && (newest.offsetBytes() == lastFrameBytes || !newest.isInPlace(file))) return newest;
    NewestFrame last = inPlace(file, of, lastFrameBytes);
    return last != null ? last : newest;
  }

  /** The frame that lies at {@code offsetBytes} of the segment, if it is whole and takes a block at most; else null. */
  public NewestFrame inPlace(FileBytes file, SegmentHeader of, long offsetBytes) throws IOException {
    window.use(file);
    int available = window.load(offsetBytes, of.blockBytes());
    if (window.refusal(offsetBytes, of.blockBytes()) != null || available < Layout.FRAME_HEADER_BYTES) return null;
    return frameAt(window.buffer(), window.indexOf(offsetBytes), available, of, offsetBytes);
  }

  /** The frame of the segment that was read to {@code at}, if it is whole, and takes a block at most; else null. */
  public NewestFrame frameAt(ByteBuffer in, int at, int availableBytes, SegmentHeader of, long offsetBytes) {
    return NewestFrame.at(in, at, availableBytes, NewestFrame.SegmentIdentity.of(of), offsetBytes, check, fields, crc);
  }

  /**
   * Before the file of a segment is cut within its last block, or goes on behind such a cut, which makes the file system write that block:
   * sees to it that a slot has the newest frame, durably, if that takes a block at most.
   *
   * @param frame the segment's last one, as it counts
   */
  void keep(SegmentFile file, SegmentHeader of, NewestFrame frame) throws IOException {
    if (!hold(FileBytes.of(file), of, frame)) file.writeDurably(aligned(frame.block()), Layout.TAIL_SLOTS_BYTES[0]);
  }

  /** Whether one of them has all of the frame. */
  boolean hold(FileBytes file, SegmentHeader of, NewestFrame frame) throws IOException {
    for (NewestFrame each : read(file, of)) if (frame.isBeginningOf(each)) return true;
    return false;
  }

  /** Writes the frame to its place, durably. A slot has all of it. */
  static void place(SegmentFile file, NewestFrame frame) throws IOException {
    file.writeDurably(aligned(frame.block()), frame.offsetBytes());
  }

  /** Frames of the segment that lie behind {@code endBytes}, where it was cut, count no more, whatever comes there. Durable. */
  void clearBehind(SegmentFile file, SegmentHeader of, long endBytes) throws IOException {
    for (NewestFrame each : read(FileBytes.of(file), NewestFrame.SegmentIdentity.of(of), Long.MAX_VALUE)) {
      if (each.offsetBytes() < endBytes) continue;
      clear(file);
      return;
    }
  }

  /** Whether nothing is in them, of whatever segment; what the disk refuses to read does not count. */
  boolean areEmpty(FileBytes file) throws IOException {
    window.use(file);
    int there = Math.min(BYTES, window.load(Layout.TAIL_SLOTS_BYTES[0], BYTES));
    int at = window.indexOf(Layout.TAIL_SLOTS_BYTES[0]);
    for (int i = 0; i < there; i++) {
      boolean empty = window.buffer().get(at + i) == 0 || window.refusal(Layout.TAIL_SLOTS_BYTES[0] + i, 1) != null;
      if (!empty) return false;
    }
    return true;
  }

  /** Nothing is in them any more; durable. */
  static void clear(SegmentFile file) throws IOException {
    file.writeDurably(AlignedBuffers.allocate(BYTES).limit(BYTES), Layout.TAIL_SLOTS_BYTES[0]);
  }

  private static ByteBuffer aligned(ByteBuffer block) {
    return AlignedBuffers.allocate(block.capacity()).put(0, block, 0, block.capacity()).limit(block.capacity());
  }
}
