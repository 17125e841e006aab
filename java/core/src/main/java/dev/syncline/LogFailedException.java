package dev.syncline;

/** A write or sync failed (or hung past its limit): the outcome of what was in flight is unknown. Close and reopen the log. */
public final class LogFailedException extends SynclineException {
  private static final long serialVersionUID = 1;

  public LogFailedException(String message) {
    super(message, null);
  }

  public LogFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
