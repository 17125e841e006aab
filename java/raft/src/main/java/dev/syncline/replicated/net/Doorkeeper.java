package dev.syncline.replicated.net;

/** Decides with whom a node or a client talks. Called by the threads of the network: must not block. */
public interface Doorkeeper {

  /** What this side says of itself to one that it connects to. */
  Hello self();

  /** What this side says of itself to one that has connected to it, after {@link #admit}. */
  Hello answer(Hello other);

  /** Whether one that has connected may stay. */
  void admit(Hello other) throws RefusedException;

  /**
   * Whether one that may stay has shown that it is a node of this side's own group. Everybody else, whatever he calls himself, has no more
   * connections and memory than a client.
   */
  boolean isFellow(Hello other);

  /** Whether the one at {@code address}, to which this side has connected, is who it should be. */
  void met(String address, Hello other) throws RefusedException;

  /** One at {@code address}, to which this side has connected, talks no (more) to it. */
  void refusedBy(String address, RefusedException refusal);
}
