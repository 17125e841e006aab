package dev.syncline.replicated;

import java.io.IOException;

/** The parent of what a replicated log throws because of the group, and not because of one node's disk. */
public abstract sealed class ReplicationException extends IOException
    permits NotLeaderException, NotPermittedException, OutcomeUnknownException, SessionExpiredException, UnavailableException {
  private static final long serialVersionUID = 1;

  ReplicationException(String message, Throwable cause) {
    super(message, cause);
  }
}
