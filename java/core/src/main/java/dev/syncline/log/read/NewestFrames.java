package dev.syncline.log.read;

import dev.syncline.format.Crc;
import dev.syncline.format.FrameHeader;
import dev.syncline.format.Layout;
import dev.syncline.format.Mark;
import dev.syncline.log.segment.FileWindow;
import dev.syncline.log.segment.ReaderFiles;
import dev.syncline.log.segment.Segment;
import java.io.IOException;
import java.util.ArrayDeque;

/**
 * Follows the newest segment of a log that somebody else writes, from frame header to frame header, and takes a frame in once something
 * says that it is durable: a later frame's promise, the mark, or the link of a later segment. One thread at a time.
 */
final class NewestFrames {
  private static final int WINDOW_BYTES = 64 << 10;
  private static final long[] ANY_TYPE = {-1, -1, -1, -1};

  private record Found(long first, long last, long offsetBytes, int bodyBytes, int crc) {}

  final Segment segment;
  private final FileWindow window = new FileWindow(WINDOW_BYTES);
  private final Crc crc = new Crc();

  /** Frames behind the segment's end whose headers are there, and that may be on no disk yet. */
  private final ArrayDeque<Found> unproven = new ArrayDeque<>();

  private long nextBytes;
  private int chainCrc;
  private long lastSeen;

  NewestFrames(Segment segment, ReaderFiles files) {
    this.segment = segment;
    window.use(files.bytesOf(segment));
    startAgain();
  }

  /** Forgets what is not proven: another writer may have taken over, and written something else there. */
  void startAgain() {
    unproven.clear();
    nextBytes = segment.endBytes();
    chainCrc = segment.lastCrc();
    lastSeen = segment.lastSequence();
  }

  /**
   * Reads on as far as there are frames, and takes in what they promise. Reads one block behind the last one if there is none, and no more
   * ahead than it has just found.
   */
  void readOn() throws IOException {
    long foundBytes = 0;
    long promised = 0;
    while (true) {
      // What was read ahead may predate the frame.
      window.forget();
      long known = nextBytes + Math.max(segment.header.blockBytes(), Math.min(foundBytes, WINDOW_BYTES));
      long before = nextBytes;
      promised = Math.max(promised, readWhatIsThere(known));
      if (nextBytes == before) break;
      foundBytes += nextBytes - before;
    }
    proveThrough(promised);
  }

  private long readWhatIsThere(long knownBytes) throws IOException {
    long promised = 0;
    do {
      int available = window.load(nextBytes, Layout.FRAME_HEADER_BYTES, knownBytes);
      int at = window.indexOf(nextBytes);
      if (FrameHeader.problem(window.buffer(), at, available, crc, segment.header.epoch(), segment.ordinal, nextBytes) != null) break;
      FrameHeader frame = FrameHeader.decode(window.buffer(), at);
      if (frame.previousCrc() != chainCrc) break;
      promised = Math.max(promised, frame.promisedSequence());
      if (frame.kind() == FrameHeader.SEAL || frame.firstSequence() <= lastSeen) break;
      unproven.add(new Found(frame.firstSequence(), frame.lastSequence(), nextBytes, frame.bodyBytes(), frame.crc()));
      nextBytes = frame.endBytes(segment.header.blockBytes());
      chainCrc = frame.crc();
      lastSeen = frame.lastSequence();
    } while (window.availableBytes(nextBytes) >= Layout.FRAME_HEADER_BYTES);
    return promised;
  }

  /** The mark is evidence for frames of the segment that it names. */
  void prove(Mark mark) {
    if (mark.durable().ordinal() == segment.ordinal) proveThrough(mark.durable().sequence());
  }

  /** Everything up to {@code sequence} is durable, and that is the end of a frame. */
  private void proveThrough(long sequence) {
    while (!unproven.isEmpty() && unproven.peek().last <= sequence) takeIn(unproven.poll());
  }

  /** Everything up to {@code sequence} is durable, which may lie inside a frame: then all of that one is. */
  void readOnAndProve(long sequence) throws IOException {
    readOn();
    while (!unproven.isEmpty() && unproven.peek().first <= sequence) takeIn(unproven.poll());
  }

  private void takeIn(Found frame) {
    segment.noteTypes(ANY_TYPE);
    segment.advance(frame.first, frame.last, frame.offsetBytes, frame.bodyBytes, frame.crc);
  }
}
