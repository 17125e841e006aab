package dev.syncline.log.commit;

/**
 * The right to write to the tail, to move its end, and to replace it. One thread has it at a time, so frames are written in order.
 *
 * <p>Taken under the queue's lock, and moved to whoever does the work: the number that {@link #take} gives goes with it. The work ends in
 * one of two ways. It calls {@link #release}, under the lock, if it is finished or has changed nothing. Whatever else happens, {@link
 * #close} follows on every path: if the token was not released by then, nobody knows what became of the work, and the log has failed.
 */
final class CommitToken {
  private final LogState state;

  /** How often it was taken. Queue's lock. */
  private long turns;

  /** The turn of whoever has it, 0 while it is free. Becomes other than 0 under the queue's lock. */
  private volatile long holder;

  CommitToken(LogState state) {
    this.state = state;
  }

  boolean isOut() {
    return holder != 0;
  }

  /** Takes the token, which is free; returns the turn. Queue's lock. */
  long take() {
    return holder = ++turns;
  }

  /** The work is finished, or has changed nothing. Queue's lock. */
  void release(long turn) {
    if (holder == turn) holder = 0;
  }

  /**
   * Does nothing if the turn is over. Else latches the failure and frees the token, without the queue's lock: that the lock could not be
   * had may be the failure.
   */
  void close(long turn, Throwable cause) {
    if (holder != turn) return;
    try {
      state.fail(cause);
    } finally {
      holder = 0;
    }
  }
}
