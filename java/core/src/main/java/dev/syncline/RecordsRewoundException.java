package dev.syncline;

/**
 * The tail of the log was cut below what a cursor has shown or was opened for, so the log goes on otherwise than the reader knows it.
 *
 * <p>Up to {@link #lastShared} both histories are the same. A reader that has applied more takes that back. A tail then goes on by itself
 * behind {@link #lastShared} when it is asked again, and hears of every later cut; another cursor has ended.
 */
public final class RecordsRewoundException extends RecordsTruncatedException {
  private static final long serialVersionUID = 1;
  private final long lastShared;

  public RecordsRewoundException(String message, long lastShared) {
    super(message);
    this.lastShared = lastShared;
  }

  /**
   * The last sequence that both histories share. Where more cuts came between than the log remembers, a lower one: records up to there are
   * shared in any case.
   */
  public long lastShared() {
    return lastShared;
  }
}
