package dev.syncline;

/**
 * What a cursor was about to read has been truncated away: at the front, or, if it is a {@link RecordsRewoundException}, by a cut of the
 * tail.
 */
public sealed class RecordsTruncatedException extends SynclineException permits RecordsRewoundException {
  private static final long serialVersionUID = 1;

  public RecordsTruncatedException(String message) {
    super(message, null);
  }

  public RecordsTruncatedException(String message, Throwable cause) {
    super(message, cause);
  }
}
