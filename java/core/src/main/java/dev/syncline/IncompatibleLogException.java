package dev.syncline;

/** The directory holds something this version cannot use: a newer format, another log's segment, a foreign file. */
public final class IncompatibleLogException extends SynclineException {
  private static final long serialVersionUID = 1;

  public IncompatibleLogException(String message) {
    super(message, null);
  }

  public IncompatibleLogException(String message, Throwable cause) {
    super(message, cause);
  }
}
