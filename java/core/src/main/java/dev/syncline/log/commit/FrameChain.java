package dev.syncline.log.commit;

/** Frames in the order in which they are to be written. Adding one allocates nothing. Guarded by the queue's lock. */
final class FrameChain {
  private Frame first;
  private Frame last;
  private long bodyBytes;

  boolean isEmpty() {
    return first == null;
  }

  /** The one to be written next, or null. */
  Frame first() {
    return first;
  }

  boolean hasOne() {
    return first != null && first.next == null;
  }

  /** Bytes of records in all of them. */
  long bodyBytes() {
    return bodyBytes;
  }

  void add(Frame frame) {
    if (first == null) first = frame;
    else last.next = frame;
    last = frame;
    bodyBytes += frame.bodyBytes();
  }

  void removeFirst() {
    Frame removed = first;
    first = removed.next;
    removed.next = null;
    bodyBytes -= removed.bodyBytes();
  }
}
