package dev.syncline.log.commit;

import dev.syncline.format.Layout;

/** Which sequences a record may have. */
final class Sequences {
  private Sequences() {}

  /** The first of the next {@code count}. */
  static long next(long appended, int count) {
    if (appended > Layout.SEQUENCE_MAX - count)
      throw new IllegalStateException(
          "the log is at sequence " + appended + ", and " + count + " more would lie beyond the last one, " + Layout.SEQUENCE_MAX
              + ". Nothing was appended; reset the log or begin another one");
    return appended + 1;
  }

  static long requireAhead(long appended, long sequence) {
    if (sequence <= appended) throw new IllegalArgumentException("expected an index above " + appended + ", found " + sequence);
    return sequence;
  }
}
