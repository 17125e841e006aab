package dev.syncline;

/** A record or batch is larger than the options allow; nothing was written. */
public final class RecordTooLargeException extends SynclineException {
  private static final long serialVersionUID = 1;

  public RecordTooLargeException(String message) {
    super(message, null);
  }

  public RecordTooLargeException(String message, Throwable cause) {
    super(message, cause);
  }
}
