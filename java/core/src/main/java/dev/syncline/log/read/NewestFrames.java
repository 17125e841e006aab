package dev.syncline.log.read;

import dev.syncline.format.Crc;
import dev.syncline.format.FrameHeader;
import dev.syncline.format.Layout;
import dev.syncline.format.Mark;
import dev.syncline.log.segment.FileBytes;
import dev.syncline.log.segment.FileWindow;
import dev.syncline.log.segment.NewestFrame;
import dev.syncline.log.segment.ReaderFiles;
import dev.syncline.log.segment.Segment;
import dev.syncline.log.segment.TailSlots;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;

/**
 * Follows the newest segment of a log that somebody else writes, from frame header to frame header, and takes a frame in once something
 * says that it is durable: a later frame's promise, the mark, or the link of a later segment. One thread at a time.
 *
 * <p>The newest frame grows: in the tail slots, and once more when it goes to its place with the frame behind it. What it was after each
 * commit counts as a frame. The slots are read before its place: in the other order a frame could have gone to its place, and the slots to
 * the next one, between the two.
 */
final class NewestFrames {
  private static final int WINDOW_BYTES = 64 << 10;
  private static final long[] ANY_TYPE = {-1, -1, -1, -1};

  /**
   * A frame that is there.
   *
   * @param after the last sequence before what it adds to what was found before it
   * @param grown it as it is, if it takes a block at most
   */
  private record Found(FrameHeader header, long after, NewestFrame grown) {}

  final Segment segment;

  /** The file as it is, whatever of it counts. */
  private final FileBytes file;

  private final FileWindow window = new FileWindow(WINDOW_BYTES);
  private final TailSlots slots = new TailSlots();
  private final Crc crc = new Crc();

  /** Frames behind the segment's end whose headers are there, and that may be on no disk yet. */
  private final ArrayDeque<Found> unproven = new ArrayDeque<>();

  /** Where the last frame that was found begins, if it may grow; else where the next one is expected. */
  private long nextBytes;

  /** The checksum that the frame there follows on. */
  private int chainCrc;

  private long lastSeen;

  /** What looks promise, and nothing was found yet that it is about. */
  private long promised;

  NewestFrames(Segment segment, ReaderFiles files) {
    this.segment = segment;
    this.file = files.rawBytesOf(segment);
    startAgain();
  }

  /** Forgets what is not proven: another writer may have taken over, and written something else there. */
  void startAgain() {
    unproven.clear();
    NewestFrame last = segment.newestFrame;
    boolean grows = last != null && last.header.lastSequence() == segment.lastSequence();
    nextBytes = grows ? last.offsetBytes() : segment.endBytes();
    chainCrc = grows ? last.header.previousCrc() : segment.lastCrc();
    lastSeen = segment.lastSequence();
    promised = 0;
  }

  /**
   * Reads on as far as there are frames, and takes in what they promise. Reads one block behind the last one if there is none, and no more
   * ahead than it has just found.
   */
  void readOn() throws IOException {
    List<NewestFrame> inSlots = slots.read(file, segment.header);
    findGrown(inSlots);
    long foundBytes = 0;
    while (true) {
      // What was read ahead may predate the frame.
      window.use(file);
      long known = nextBytes + Math.max(2L * segment.header.blockBytes(), Math.min(foundBytes, WINDOW_BYTES));
      long before = lastSeen;
      long start = nextBytes;
      readWhatIsThere(known);
      if (lastSeen == before) break;
      foundBytes += Math.max(segment.header.blockBytes(), nextBytes - start);
    }
    findGrown(inSlots);
    proveThrough(promised);
  }

  private void findGrown(List<NewestFrame> inSlots) {
    for (NewestFrame each : inSlots)
      if (each.offsetBytes() == nextBytes && each.header.previousCrc() == chainCrc) find(each.header, each);
  }

  private void readWhatIsThere(long knownBytes) throws IOException {
    int block = segment.header.blockBytes();
    long at = nextBytes;
    int chain = chainCrc;
    boolean first = true;
    do {
      int available = window.load(at, block, knownBytes);
      int index = window.indexOf(at);
      if (!FrameHeader.isAt(window.buffer(), index, available, crc, segment.header.epoch(), segment.ordinal, at)) return;
      FrameHeader frame = FrameHeader.decode(window.buffer(), index);
      if (frame.previousCrc() != chain) return;
      if (frame.kind() == FrameHeader.SEAL) {
        promised = Math.max(promised, frame.promisedSequence());
        return;
      }
      // Only the one that was the newest may be known in part.
      if (!first && frame.firstSequence() <= lastSeen) return;
      boolean small = frame.usedEndBytes() - at <= block;
      NewestFrame whole = small ? slots.frameAt(window.buffer(), index, available, segment.header, at) : null;
      // It is being written just now: the next look finds it.
      if (small && whole == null) return;
      find(frame, whole);
      nextBytes = small ? at : frame.endBytes(block);
      chainCrc = small ? chain : frame.crc();
      // What a slot has more of it no frame follows on.
      chain = frame.crc();
      at = frame.endBytes(block);
      first = false;
    } while (window.availableBytes(at) >= Layout.FRAME_HEADER_BYTES);
  }

  private void find(FrameHeader frame, NewestFrame grown) {
    promised = Math.max(promised, frame.promisedSequence());
    if (frame.lastSequence() <= lastSeen) return;
    unproven.add(new Found(frame, lastSeen, grown));
    lastSeen = frame.lastSequence();
  }

  /** The mark is evidence for frames of the segment that it names. */
  void prove(Mark mark) {
    if (mark.durable().ordinal() == segment.ordinal) proveThrough(mark.durable().sequence());
  }

  /** Everything up to {@code sequence} is durable, and that is the end of a commit. */
  private void proveThrough(long sequence) {
    while (!unproven.isEmpty() && unproven.peek().header.lastSequence() <= sequence) takeIn(unproven.poll());
    Found next = unproven.peek();
    // What that frame was when it ended there was in a slot that holds something else by now, and is the beginning of what it is.
    boolean inPart = next != null && next.grown != null && next.header.firstSequence() <= sequence && sequence > segment.lastSequence();
    if (!inPart) return;
    NewestFrame shown = next.grown.upTo(sequence);
    if (shown.header.lastSequence() > segment.lastSequence()) takeIn(new Found(shown.header, next.after, shown));
  }

  /**
   * Everything up to {@code sequence} is durable, which may lie inside a commit: then all of that is. Of a frame that may have grown nobody
   * knows where a commit ends; a group of records does not end behind it.
   */
  void readOnAndProve(long sequence) throws IOException {
    readOn();
    while (!unproven.isEmpty() && unproven.peek().after < sequence) {
      Found next = unproven.peek();
      long known = next.grown == null ? next.header.lastSequence() : next.grown.endOfGroup(sequence);
      proveThrough(known);
      if (known < next.header.lastSequence()) return;
    }
  }

  private void takeIn(Found found) {
    FrameHeader frame = found.header;
    segment.noteTypes(ANY_TYPE);
    NewestFrame before = segment.newestFrame;
    boolean grows = before != null && before.offsetBytes() == frame.offsetBytes();
    // The frame before is in its place, whole, since this one follows it.
    segment.newestFrame = found.grown;
    if (grows) {
      segment.grow(frame.offsetBytes(), frame.bodyBytes(), frame.crc(), frame.committedMillis());
      segment.growThrough(frame.lastSequence());
    } else {
      segment.advance(
          frame.firstSequence(), frame.lastSequence(), frame.offsetBytes(), frame.bodyBytes(), frame.crc(), frame.committedMillis());
    }
  }
}
