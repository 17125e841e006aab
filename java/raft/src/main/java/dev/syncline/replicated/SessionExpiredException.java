package dev.syncline.replicated;

/**
 * The group no longer remembers what this request did, if it did anything: its session was evicted, or its number lies more than
 * {@link RequestId#WINDOW} below the session's highest. Nothing was appended this time. If the request had not been sent before,
 * it is safe to send it in a new session.
 */
public final class SessionExpiredException extends ReplicationException {
  private static final long serialVersionUID = 1;

  public SessionExpiredException(RequestId request) {
    super("request " + request + ": its session is unknown, or it is too old: expected one of the last " + RequestId.WINDOW
        + " requests of one of the last " + SessionTable.SESSIONS_MAX + " sessions. Nothing was appended this time", null);
  }
}
