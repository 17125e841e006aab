package dev.syncline.replicated;

/**
 * The name of one append, batch, checkpoint or truncation, that makes sending it again harmless: the group applies it once, and
 * answers every further time what it answered the first time. A different command under a name that was used gets that answer too, and
 * is not applied.
 *
 * <p>What the group remembers is bounded: the last {@link #WINDOW} requests by number of each session, and the sessions that were
 * used last. Beyond that a request is refused ({@link SessionExpiredException}) and never applied a second time.
 *
 * @param session from {@link ReplicatedLog#openSession}
 * @param number the caller's choice within the session, from 1; a request must not lie {@link #WINDOW} or more below another one
 *     that has been sent
 */
public record RequestId(long session, long number) {
  /** How many requests of a session are remembered. */
  public static final int WINDOW = 256;

  public RequestId {
    if (session < 1) throw new IllegalArgumentException("a session is 1 or more, not " + session + "; openSession() gives one");
    if (number < 1) throw new IllegalArgumentException("a request's number is 1 or more, not " + number);
  }

  @Override
  public String toString() {
    return session + "/" + number;
  }
}
