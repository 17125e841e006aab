package dev.syncline.log.commit;

import dev.syncline.io.SleepWord;
import dev.syncline.log.threads.SharedBuffers;
import java.util.function.Supplier;

/**
 * Frames between one commit and the next. Guarded by the queue's lock.
 *
 * <p>Giving one back allocates nothing, and the last one is always kept: while nothing is being written there is a spare one, so that who
 * takes a frame to write it need not allocate the next.
 */
final class FramePool {
  /**
   * Frames beyond this are given up: what a full disk queue needs is kept, because the pages of fresh memory cost time when they are first
   * touched, but what one burst needed is not kept for ever.
   */
  private static final long KEPT_BYTES_MAX = 16 << 20;

  private final Supplier<SleepWord> words;
  private final SharedBuffers shared;

  /** The one used last comes first: it may still be in the processor's cache. */
  private Frame newest;

  private long keptBytes;

  /** @param shared what the frames' memory comes from, or null */
  FramePool(Supplier<SleepWord> words, SharedBuffers shared) {
    this.words = words;
    this.shared = shared;
    give(newFrame(0));
    give(newFrame(0));
  }

  boolean hasSpare() {
    return newest != null;
  }

  /** An empty frame, with room for about as much if it is a new one. */
  Frame take(int expectedBytes) {
    Frame frame = newest;
    if (frame == null) return newFrame(expectedBytes);
    newest = frame.next;
    frame.next = null;
    keptBytes -= frame.capacityBytes();
    return frame;
  }

  private Frame newFrame(int expectedBytes) {
    return new Frame(words.get(), expectedBytes, shared);
  }

  /** Takes back a frame that nobody looks at any more. */
  void give(Frame frame) {
    frame.reset();
    boolean keep = newest == null || frame.capacityBytes() <= Frame.KEPT_BYTES_MAX && keptBytes + frame.capacityBytes() <= KEPT_BYTES_MAX;
    if (!keep) return;
    if (newest != null && newest.capacityBytes() > Frame.KEPT_BYTES_MAX) dropNewest();
    frame.next = newest;
    newest = frame;
    keptBytes += frame.capacityBytes();
  }

  /** Nothing is written for now: gives the memory of all of them to other logs. */
  void rest() {
    for (Frame frame = newest; frame != null; frame = frame.next) {
      int bytes = frame.capacityBytes();
      frame.rest();
      keptBytes -= bytes;
    }
  }

  /** A buffer that grew for one large record was kept while it was the only one. */
  private void dropNewest() {
    keptBytes -= newest.capacityBytes();
    newest = newest.next;
  }
}
