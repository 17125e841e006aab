package dev.syncline.log;

import dev.syncline.io.SleepWord;
import java.util.ArrayDeque;
import java.util.function.Supplier;

/** Frames between one commit and the next. Guarded by the queue's lock. */
final class FramePool {
  /**
   * Frames beyond this are given up: what a full disk queue needs is kept, because the pages of fresh memory cost time when they are first
   * touched, but what one burst needed is not kept for ever.
   */
  private static final long KEPT_BYTES_MAX = 16 << 20;

  private final Supplier<SleepWord> words;

  /** The one used last comes first: it may still be in the processor's cache. */
  private final ArrayDeque<Frame> frames = new ArrayDeque<>();

  private long keptBytes;

  FramePool(Supplier<SleepWord> words) {
    this.words = words;
    give(take(0));
  }

  /** An empty frame, with room for about as much if it is a new one. */
  Frame take(int expectedBytes) {
    if (frames.isEmpty()) return new Frame(words.get(), expectedBytes);
    Frame frame = frames.pop();
    keptBytes -= frame.capacityBytes();
    return frame;
  }

  /** Takes back a frame that nobody looks at any more. */
  void give(Frame frame) {
    frame.reset();
    if (keptBytes + frame.capacityBytes() > KEPT_BYTES_MAX) return;
    frames.push(frame);
    keptBytes += frame.capacityBytes();
  }
}
