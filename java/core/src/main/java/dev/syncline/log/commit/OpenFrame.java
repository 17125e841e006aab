package dev.syncline.log.commit;

import dev.syncline.ResourceShortageException;
import dev.syncline.format.Layout;
import dev.syncline.io.SleepWord;
import dev.syncline.log.events.LogEvents;
import dev.syncline.log.segment.Segment;
import dev.syncline.log.threads.SharedBuffers;
import java.util.function.Supplier;

/** The frame that records enter, and where in the tail it lies at the furthest. Guarded by the queue's lock. */
final class OpenFrame {
  /** A frame takes no further record beyond this; one record or group alone may be larger. A disk takes a megabyte faster than quarters. */
  static final int BODY_BYTES_MAX = (1 << 20) - Layout.FRAME_HEADER_BYTES;

  final FramePool pool;
  private Frame frame;

  /** Where in the tail the next frame to be bound begins, if each before it takes a place of its own. */
  private long nextOffsetBytes;

  /** When the records of frames that are bound were committed; -1 for when they are written. */
  private long givenMillis = -1;

  private final LogEvents events;

  /** @param shared what the frames' memory comes from, or null */
  OpenFrame(Supplier<SleepWord> words, SharedBuffers shared, LogEvents events) {
    this.events = events;
    pool = new FramePool(words, shared);
    frame = pool.take(0);
  }

  Frame get() {
    return frame;
  }

  /** From the next frame to be bound on its records were committed then; -1 for when they are written. */
  void committedAt(long millis) {
    givenMillis = millis;
  }

  /** The next frame to be bound begins there. */
  void goOnAt(long offsetBytes) {
    nextOffsetBytes = offsetBytes;
  }

  /** Frames that wait to be written, and this one behind them, lie further in front than was thought, since one has joined another. */
  void moveUp(long offsetBytes, Frame firstWaiting) {
    long at = offsetBytes;
    for (Frame each = firstWaiting; each != null; each = each.next) at = each.placeAt(at);
    if (frame.isEmpty()) nextOffsetBytes = at;
    else frame.placeAt(at);
  }

  /** Whether so many bytes of records fit it, and the space that is ready in the tail. */
  boolean fits(Segment tail, int recordBytes) {
    boolean first = frame.isEmpty();
    long body = (long) frame.bodyBytes() + recordBytes;
    if (!first && body > BODY_BYTES_MAX) return false;
    long start = first ? nextOffsetBytes : frame.offsetBytes();
    long frameEnd = Layout.roundUp(start + Layout.FRAME_HEADER_BYTES + body, tail.header.blockBytes());
    return frameEnd <= tail.limitBytes && frameEnd <= tail.readyBytes;
  }

  /** Has all that records need which fit. */
  void takeRecords(Segment tail) throws ResourceShortageException {
    frame.haveBuffer();
    if (frame.isEmpty()) frame.bind(tail, nextOffsetBytes, givenMillis, events.timesCommits() ? System.nanoTime() : 0);
  }

  /** While none is being written: gives the memory of all frames to other logs; returns false if this one is not empty. */
  boolean rest() {
    if (!frame.isEmpty()) return false;
    frame.rest();
    pool.rest();
    return true;
  }

  /** The open frame, to be written by the caller; an empty one takes its place. If anything is thrown nothing has changed. */
  Frame take() {
    Frame next = pool.take(frame.capacityBytes());
    Frame taken = frame;
    nextOffsetBytes = taken.endBytes();
    frame = next;
    return taken;
  }
}
