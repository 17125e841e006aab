package dev.syncline;

/** What opening a log consists of, in this order; see {@link WalObserver#recovering}. */
public enum RecoveryPhase {
  /** The directory's lock is taken: another opener may have to let go of it first. A read-only log has no such phase. */
  LOCKING,

  /** Mark and segments are read and judged, as far as {@link Verification} says. */
  READING,

  /** A torn tail is cut, what is left over is deleted, the mark is written: nothing of it in a read-only log, or where damage forbids. */
  MENDING
}
