package dev.syncline.replicated;

/** The client's certificate does not allow what was asked. Nothing was changed. */
public final class NotPermittedException extends ReplicationException {
  private static final long serialVersionUID = 1;

  public NotPermittedException(String message) {
    super(message, null);
  }
}
