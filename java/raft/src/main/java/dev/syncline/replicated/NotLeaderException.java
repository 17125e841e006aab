package dev.syncline.replicated;

import java.util.Optional;

/** The node that was asked does not lead. Nothing was appended, and nothing will be: asking the leader is safe. */
public final class NotLeaderException extends ReplicationException {
  private static final long serialVersionUID = 1;
  private final String leader;

  /** {@code leader} is the address of the leader that the node knows of, or null. */
  public NotLeaderException(String node, String leader) {
    super(node + " does not lead" + (leader == null ? ", and knows of no leader now" : ": " + leader + " does") + ". Nothing was appended",
        null);
    this.leader = leader;
  }

  /** The address of the leader, as far as the node knew. */
  public Optional<String> leader() {
    return Optional.ofNullable(leader);
  }
}
