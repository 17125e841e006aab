package dev.syncline;

/** How much opening reads. */
public enum Verification {
  /**
   * The mark file, every segment's header and link, and of the newest segment its last frame, if the log was closed: a few blocks, however
   * much it holds. What lies before is checked when it is read, and the last checkpoint is the one that the mark names: in a copy that a
   * read-only log has made beside a writer that may be an earlier one. After a crash as {@link #TAIL}.
   */
  ENDS,
  /** The mark file, every segment's header and link, and the newest segment. The default. */
  TAIL,
  /** Every byte of every segment. */
  FULL
}
