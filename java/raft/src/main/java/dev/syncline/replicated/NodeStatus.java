package dev.syncline.replicated;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Where a node and its log stand.
 *
 * @param firstSequence the first that can be read; the next one to be appended if there is no record
 * @param currentSequence the highest; 0 in a fresh log
 * @param leader the address of the leader that the node knows of
 */
public record NodeStatus(
    long firstSequence, long currentSequence, long lastCheckpoint, long lastCheckpointCovers, Optional<String> leader) {

  byte[] encode() {
    byte[] name = leader.orElse("").getBytes(StandardCharsets.UTF_8);
    ByteBuffer out = ClientMessage.allocate(4 * Long.BYTES + name.length);
    return out.putLong(firstSequence).putLong(currentSequence).putLong(lastCheckpoint).putLong(lastCheckpointCovers).put(name).array();
  }

  static NodeStatus decode(ByteBuffer in) {
    return new NodeStatus(in.getLong(), in.getLong(), in.getLong(), in.getLong(), ClientMessage.text(in));
  }
}
