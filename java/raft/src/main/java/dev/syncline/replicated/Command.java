package dev.syncline.replicated;

import dev.syncline.Operation;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * What one entry of the consensus log says, as bytes, little-endian.
 *
 * <pre>
 *  0         1      2         10       18
 *  +---------+------+---------+--------+--------------------------------------------------+
 *  | version | kind | session | number | operations (APPEND, BATCH) or a sequence (others) |
 *  +---------+------+---------+--------+--------------------------------------------------+
 * </pre>
 *
 * @param request its name, or null if nobody will send it again
 * @param operations of an APPEND (one) or a BATCH
 * @param sequence what a CHECKPOINT covers ({@link #ALL}: everything before it), or up to where a TRUNCATE forgets
 */
record Command(Kind kind, RequestId request, List<Operation> operations, long sequence) {
  static final long ALL = -1;
  private static final byte VERSION = 1;
  private static final int HEADER_BYTES = 2 + 2 * Long.BYTES;

  /** The place of a constant is its code: new ones go to the end. */
  enum Kind {
    OPEN_SESSION, APPEND, BATCH, CHECKPOINT, TRUNCATE;

    boolean appendsOperations() {
      return this == APPEND || this == BATCH;
    }
  }

  private static final Kind[] KINDS = Kind.values();

  static Command openSession() {
    return new Command(Kind.OPEN_SESSION, null, List.of(), 0);
  }

  static Command append(Operation operation, RequestId request) {
    return new Command(Kind.APPEND, request, List.of(operation), 0);
  }

  static Command batch(List<Operation> operations, RequestId request) {
    return new Command(Kind.BATCH, request, operations, 0);
  }

  static Command checkpoint(long covered, RequestId request) {
    return new Command(Kind.CHECKPOINT, request, List.of(), covered);
  }

  static Command truncate(long through, RequestId request) {
    return new Command(Kind.TRUNCATE, request, List.of(), through);
  }

  byte[] encode() {
    int bodyBytes = kind.appendsOperations() ? OperationCodec.size(operations) : Long.BYTES;
    ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + bodyBytes).order(ByteOrder.LITTLE_ENDIAN);
    out.put(VERSION).put((byte) kind.ordinal());
    out.putLong(request == null ? 0 : request.session()).putLong(request == null ? 0 : request.number());
    if (kind.appendsOperations()) OperationCodec.encode(operations, out);
    else out.putLong(sequence);
    return out.array();
  }

  static int headerBytes() {
    return HEADER_BYTES;
  }

  /** How many operations these bytes say that they have, 0 if they are no command with operations. Nothing else is looked at. */
  static int operations(ByteBuffer bytes) {
    ByteBuffer in = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    int at = in.position();
    if (in.remaining() < HEADER_BYTES + Integer.BYTES) return 0;
    byte code = in.get(at + 1);
    boolean has = code >= 0 && code < KINDS.length && KINDS[code].appendsOperations();
    return has ? Math.max(0, in.getInt(at + HEADER_BYTES)) : 0;
  }

  /**
   * The command that these bytes are.
   *
   * @throws IllegalArgumentException if they are none, or one of a newer version
   */
  static Command decode(ByteBuffer bytes) {
    try {
      return read(bytes.slice().order(ByteOrder.LITTLE_ENDIAN)).checked();
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("a command that ends too early, after " + bytes.remaining() + " bytes", e);
    }
  }

  private static Command read(ByteBuffer in) {
    if (in.remaining() < HEADER_BYTES)
      throw new IllegalArgumentException("a command has at least " + HEADER_BYTES + " bytes, found " + in.remaining());
    byte version = in.get();
    if (version != VERSION)
      throw new IllegalArgumentException("expected a command of version " + VERSION + ", found " + version + ": run the same release"
          + " on every node");
    Kind kind = kind(in.get());
    long session = in.getLong();
    long number = in.getLong();
    RequestId request = session == 0 ? null : new RequestId(session, number);
    Command command = kind.appendsOperations()
        ? new Command(kind, request, OperationCodec.decode(in), 0)
        : new Command(kind, request, List.of(), in.getLong());
    if (in.hasRemaining()) throw new IllegalArgumentException("expected the end of a " + kind + ", found " + in.remaining() + " bytes");
    return command;
  }

  private static Kind kind(byte code) {
    if (code < 0 || code >= KINDS.length)
      throw new IllegalArgumentException("expected a kind of command from 0 to " + (KINDS.length - 1) + ", found " + code);
    return KINDS[code];
  }

  private Command checked() {
    if (kind == Kind.APPEND && operations.size() != 1)
      throw new IllegalArgumentException("an append has one operation, found " + operations.size());
    if (kind == Kind.BATCH && operations.isEmpty()) throw new IllegalArgumentException("an empty batch: expected at least one operation");
    if (sequence < (kind == Kind.CHECKPOINT ? ALL : 0)) throw new IllegalArgumentException("a sequence is 0 or more, not " + sequence);
    return this;
  }
}
