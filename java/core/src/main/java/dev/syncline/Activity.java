package dev.syncline;

/** What may take long, and is told of by {@link WalObserver#progress}. */
public enum Activity {
  /** Mark and segments are read, as far as {@link Verification} says. */
  OPENING,

  /** {@link WriteAheadLog#verify}. */
  VERIFYING,

  /** {@link LogRepair}: what is there is read, a new log is built of it, read back, and compared. */
  REPAIRING
}
