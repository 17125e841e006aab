package dev.syncline;

/** What a cursor was about to read has been truncated away. */
public final class RecordsTruncatedException extends SynclineException {
  private static final long serialVersionUID = 1;

  public RecordsTruncatedException(String message) {
    super(message, null);
  }

  public RecordsTruncatedException(String message, Throwable cause) {
    super(message, cause);
  }
}
