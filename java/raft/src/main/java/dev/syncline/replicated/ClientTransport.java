package dev.syncline.replicated;

import java.io.Closeable;
import java.io.IOException;

/** Carries a client's requests to nodes. Safe for many threads. */
public interface ClientTransport extends Closeable {

  /**
   * Sends a request and waits for its reply.
   *
   * @throws UnavailableException if it is certain that the request did not arrive
   * @throws OutcomeUnknownException if it may have arrived
   */
  byte[] call(String address, byte[] request, long timeoutNanos) throws IOException;
}
