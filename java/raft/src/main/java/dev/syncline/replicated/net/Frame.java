package dev.syncline.replicated.net;

import java.nio.charset.StandardCharsets;

/**
 * What crosses a connection, big-endian.
 *
 * <pre>
 *  0        4      5      6    14
 *  +--------+------+------+----+------+
 *  | length | kind | type | id | body |      length: of all behind it
 *  +--------+------+------+----+------+
 * </pre>
 *
 * The first one from the side that connects is a HELLO, the first one back a WELCOME or a REFUSED; both are small. Then requests go one
 * way and replies the other, in any order, told apart by {@code id}.
 *
 * @param type of a REQUEST and a REPLY what the body is, of a REFUSED the {@link RefusedException.Reason}
 */
record Frame(byte kind, byte type, long id, byte[] body) {
  static final byte HELLO = 1;
  static final byte WELCOME = 2;
  static final byte REFUSED = 3;
  static final byte REQUEST = 4;
  static final byte REPLY = 5;

  static final int LENGTH_BYTES = Integer.BYTES;
  static final int HEADER_BYTES = 2 + Long.BYTES;

  /** Until both sides know each other nobody may send more than this. */
  static final int GREETING_BYTES_MAX = 2 << 10;

  static Frame refused(RefusedException refusal) {
    byte[] text = ForeignText.line(refusal.getMessage()).getBytes(StandardCharsets.UTF_8);
    return new Frame(REFUSED, (byte) refusal.reason().ordinal(), 0, text);
  }

  RefusedException refusal(String by) {
    return new RefusedException(RefusedException.Reason.of(type), by + ": " + ForeignText.line(new String(body, StandardCharsets.UTF_8)));
  }
}
