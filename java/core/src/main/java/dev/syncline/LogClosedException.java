package dev.syncline;

/** The log was closed by this process; open it again to go on. */
public final class LogClosedException extends SynclineException {
  private static final long serialVersionUID = 1;

  public LogClosedException(String message) {
    super(message, null);
  }

  public LogClosedException(String message, Throwable cause) {
    super(message, cause);
  }
}
