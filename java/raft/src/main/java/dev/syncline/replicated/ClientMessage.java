package dev.syncline.replicated;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The frame of what clients and nodes say to each other: a version, a code, a body; little-endian.
 *
 * @param code of a request what is asked, of a reply how it ended
 */
record ClientMessage(byte code, ByteBuffer body) {
  private static final byte VERSION = 1;
  private static final int HEADER_BYTES = 2;

  // Requests.
  /** A {@link Command}; answered by a {@link CommandResult}. */
  static final byte PROPOSE = 1;
  /** After a read barrier: {@code after} (8 bytes), the most bytes wanted (4); answered by {@link #RECORDS}. */
  static final byte SCAN = 2;
  /** After a read barrier; answered by a {@link NodeStatus}. */
  static final byte STATUS = 3;
  /** The same at once, from what the node has applied. */
  static final byte LOCAL_STATUS = 4;
  /** A sequence (8 bytes), after a read barrier; answered by {@link #RECORDS} with one record or none. */
  static final byte READ = 5;
  /** A name, in UTF-8; what an operator asks for: see {@link ClientService}. Answered by {@link #DONE}. */
  static final byte ADD_VOTER = 6;
  static final byte ADD_LEARNER = 7;
  static final byte REMOVE = 8;
  static final byte TRANSFER = 9;
  static final byte COMPACT = 10;
  /** At once; answered by {@link #TEXT}, lines of a name, a tab and a value. */
  static final byte DETAILS = 11;
  /** After a read barrier; answered by {@link #TEXT}: see {@link Backups#begin}. */
  static final byte BEGIN_BACKUP = 12;
  /** A backup's number (8 bytes), an offset (8), the name of a file; answered by {@link #PART}. */
  static final byte READ_BACKUP = 13;
  /** A backup's number (8 bytes); answered by {@link #DONE}. */
  static final byte END_BACKUP = 14;

  // Replies.
  static final byte RESULT = 64;
  static final byte RECORDS = 65;
  static final byte STATE = 66;
  /** The address of the leader, or nothing. */
  static final byte NOT_LEADER = 67;
  /** A text: nothing was changed. */
  static final byte UNAVAILABLE = 68;
  /** A text: the command may have been applied. */
  static final byte UNKNOWN = 69;
  /** A text: what was asked will never be done. */
  static final byte INVALID = 70;
  static final byte TOO_LARGE = 71;
  /** A text: the client's certificate does not allow it. */
  static final byte NOT_PERMITTED = 72;
  static final byte DONE = 73;
  static final byte TEXT = 74;
  static final byte PART = 75;

  static ByteBuffer allocate(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  static byte[] encode(byte code, byte[] body) {
    return allocate(HEADER_BYTES + body.length).put(VERSION).put(code).put(body).array();
  }

  static byte[] encode(byte code, String body) {
    return encode(code, body.getBytes(StandardCharsets.UTF_8));
  }

  static ClientMessage decode(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length < HEADER_BYTES) throw new IllegalArgumentException("expected a message, found " + bytes.length + " bytes");
    byte version = in.get();
    if (version != VERSION) throw new IllegalArgumentException("expected a message of version " + VERSION + ", found " + version);
    byte code = in.get();
    return new ClientMessage(code, in.slice().order(ByteOrder.LITTLE_ENDIAN));
  }

  /** The rest of a body as text; empty if nothing is left. */
  static Optional<String> text(ByteBuffer in) {
    if (!in.hasRemaining()) return Optional.empty();
    return Optional.of(StandardCharsets.UTF_8.decode(in).toString());
  }
}
