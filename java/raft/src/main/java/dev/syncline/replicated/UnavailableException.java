package dev.syncline.replicated;

/** The group, or this node of it, cannot answer now. Nothing was changed, and nothing will be: trying again is safe. */
public final class UnavailableException extends ReplicationException {
  private static final long serialVersionUID = 1;

  public UnavailableException(String message) {
    super(message, null);
  }

  public UnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
