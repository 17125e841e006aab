package dev.syncline;

/** Another live process holds the log; the message names its process id. */
public final class LogLockedException extends SynclineException {
  private static final long serialVersionUID = 1;

  public LogLockedException(String message) {
    super(message, null);
  }

  public LogLockedException(String message, Throwable cause) {
    super(message, cause);
  }
}
