package dev.syncline;

/** A newer opener in this JVM has taken the directory over, or another process may have; this instance never touches it again. */
public final class LogFencedException extends SynclineException {
  private static final long serialVersionUID = 1;

  public LogFencedException(String message) {
    super(message, null);
  }

  public LogFencedException(String message, Throwable cause) {
    super(message, cause);
  }
}
