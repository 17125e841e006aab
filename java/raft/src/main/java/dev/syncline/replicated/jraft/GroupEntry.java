package dev.syncline.replicated.jraft;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/**
 * What an entry of the group's log is, before its own bytes, big-endian: none is applied that another group or a newer release has written.
 *
 * <pre>
 *  0         1      2       18
 *  +---------+------+-------+-----------------------------------------------------+
 *  | version | kind | group | a command, or the lines of a change of the members  |
 *  +---------+------+-------+-----------------------------------------------------+
 * </pre>
 */
record GroupEntry(boolean members, ByteBuffer body) {
  static final int HEADER_BYTES = 2 + 2 * Long.BYTES;
  private static final byte VERSION = 1;
  private static final byte COMMAND = 0;
  private static final byte MEMBERS = 1;

  static ByteBuffer command(UUID group, byte[] command) {
    return encode(COMMAND, group, command);
  }

  static ByteBuffer change(UUID group, List<String> lines) {
    return encode(MEMBERS, group, String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
  }

  private static ByteBuffer encode(byte kind, UUID group, byte[] body) {
    ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + body.length).put(VERSION).put(kind);
    return out.putLong(group.getMostSignificantBits()).putLong(group.getLeastSignificantBits()).put(body).flip();
  }

  /** @throws IOException if it is not one that {@code group} has written, in this version */
  static GroupEntry decode(long index, ByteBuffer bytes, UUID group) throws IOException {
    ByteBuffer in = bytes.duplicate();
    if (in.remaining() < HEADER_BYTES)
      throw new IOException(
          "entry " + index + " of the group's log: expected at least " + HEADER_BYTES + " bytes, found " + in.remaining());
    byte version = in.get();
    byte kind = in.get();
    if (version != VERSION || kind != COMMAND && kind != MEMBERS)
      throw new IOException("entry " + index + " of the group's log: expected version " + VERSION + " and kind 0 or 1, found version "
          + version + " and kind " + kind + ": a newer release has written it. Run the same release on every node, and start this"
          + " one again");
    UUID found = new UUID(in.getLong(), in.getLong());
    if (!found.equals(group))
      throw new IOException("entry " + index + " of the group's log: expected one of the group " + NodeIdentity.publicName(group)
          + ", found one of " + NodeIdentity.publicName(found) + ": a log of another group has been put into this node's directory. "
          + NodeIdentity.ADVICE);
    return new GroupEntry(kind == MEMBERS, in.slice());
  }

  List<String> lines() {
    return List.of(StandardCharsets.UTF_8.decode(body.duplicate()).toString().split("\n"));
  }
}
