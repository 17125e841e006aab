package dev.syncline;

/** How much opening reads. */
public enum Verification {
  /** The mark file, every segment's header and link, and the newest segment. The default. */
  TAIL,
  /** Every byte of every segment. */
  FULL
}
