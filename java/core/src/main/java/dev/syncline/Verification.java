package dev.syncline;

/** How much opening reads. */
public enum Verification {
  /**
   * The mark file, every segment's header and link, and of the newest segment its last frame, if the log was closed: a few blocks, however
   * much it holds. What lies before is checked when it is read. After a crash as {@link #TAIL}.
   */
  ENDS,
  /**
   * The mark file, every segment's header and link, and the newest segment. Of a log that was closed the newest segment is read whole while
   * it takes a mebibyte at most; of a larger one its last frame is, and damage that lies before is found when it is read. After a crash all
   * that was written to it is read. The default.
   */
  TAIL,
  /** Every byte of every segment. */
  FULL
}
