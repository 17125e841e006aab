package dev.syncline.replicated.net;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * Who one side of a connection says it is.
 *
 * @param node whether it is a node; else a client, or somebody who does not say more
 * @param group the group it belongs to; {@link #NONE} if it belongs to none yet, or does not mind
 * @param address where a node listens; empty for a client
 * @param incarnation what a node's directory was named when it was made; {@link #NONE} if that is not told
 * @param founders a digest of the nodes with which a node is to found a group, 0 if it is not
 * @param frameBytes the largest frame that a node takes; 0 if that is not told
 */
public record Hello(boolean node, UUID group, String address, UUID incarnation, long founders, int frameBytes) {
  public static final UUID NONE = new UUID(0, 0);
  private static final int MAGIC = 0x53594e57; // "SYNW"
  private static final byte VERSION = 1;
  private static final int ADDRESS_BYTES_MAX = 300;

  public Hello(boolean node, UUID group, String address, UUID incarnation, long founders) {
    this(node, group, address, incarnation, founders, 0);
  }

  /** What a client says that takes any group. */
  public static Hello client(UUID group) {
    return new Hello(false, group, "", NONE, 0);
  }

  Hello taking(int itsFrameBytes) {
    return new Hello(node, group, address, incarnation, founders, itsFrameBytes);
  }

  public boolean belongsToNone() {
    return group.equals(NONE);
  }

  byte[] encode() {
    byte[] name = address.getBytes(StandardCharsets.UTF_8);
    ByteBuffer out = ByteBuffer.allocate(Integer.BYTES + 2 + 5 * Long.BYTES + Integer.BYTES + Short.BYTES + name.length);
    out.putInt(MAGIC).put(VERSION).put((byte) (node ? 1 : 0));
    put(out, group);
    put(out, incarnation);
    return out.putLong(founders).putInt(frameBytes).putShort((short) name.length).put(name).array();
  }

  static Hello decode(byte[] bytes) throws RefusedException {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      if (in.getInt() != MAGIC) throw invalid("this port speaks Syncline's own protocol, and that was something else");
      byte version = in.get();
      if (version != VERSION)
        throw invalid("expected version " + VERSION + " of the protocol, found " + version + ": run the same release");
      boolean node = in.get() == 1;
      UUID group = uuid(in);
      UUID incarnation = uuid(in);
      long founders = in.getLong();
      int frameBytes = in.getInt();
      int length = in.getShort();
      if (length < 0 || length > ADDRESS_BYTES_MAX || length > in.remaining()) throw invalid("an address of " + length + " bytes");
      byte[] name = new byte[length];
      in.get(name);
      String address = new String(name, StandardCharsets.UTF_8);
      if (!address.chars().allMatch(each -> ForeignText.isHarmless(each) && !Character.isWhitespace(each)))
        throw invalid("an address with spaces or control characters");
      return new Hello(node, group, address, incarnation, founders, frameBytes);
    } catch (BufferUnderflowException e) {
      throw invalid("a greeting that ends too early");
    }
  }

  private static RefusedException invalid(String message) {
    return new RefusedException(RefusedException.Reason.INVALID, message);
  }

  private static void put(ByteBuffer out, UUID uuid) {
    out.putLong(uuid.getMostSignificantBits()).putLong(uuid.getLeastSignificantBits());
  }

  private static UUID uuid(ByteBuffer in) {
    return new UUID(in.getLong(), in.getLong());
  }
}
