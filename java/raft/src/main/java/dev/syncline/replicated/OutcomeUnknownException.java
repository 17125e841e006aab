package dev.syncline.replicated;

/**
 * A command was on its way when the leader changed, the node stopped or the time ran out: it may have been applied, may be applied
 * later, or may be lost. Who gave it a {@link RequestId} may send it again, with the same one; who did not must look.
 */
public final class OutcomeUnknownException extends ReplicationException {
  private static final long serialVersionUID = 1;

  public OutcomeUnknownException(String message) {
    super(message, null);
  }

  public OutcomeUnknownException(String message, Throwable cause) {
    super(message, cause);
  }
}
