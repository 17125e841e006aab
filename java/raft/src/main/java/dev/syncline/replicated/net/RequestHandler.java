package dev.syncline.replicated.net;

/** Answers requests. Called by the threads of the network: must not block. */
public interface RequestHandler {

  /**
   * Takes a request; {@code replies} gets the answer, once, from any thread.
   *
   * @throws RefusedException if there will be none: the connection ends
   */
  void handle(Session session, byte type, byte[] body, Replies replies) throws RefusedException;

  /** Bytes that a client's request may take beyond its own while it is answered: they are reserved before it is handled. */
  long replyBytes(byte type, byte[] body);

  /** A connection has ended. */
  void closed(Session session);

  /** Where the answer to one request goes. */
  interface Replies {
    void reply(byte type, byte[] body);
  }
}
