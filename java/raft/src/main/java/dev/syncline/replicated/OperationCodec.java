package dev.syncline.replicated;

import dev.syncline.Operation;
import dev.syncline.RecordType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Operations as bytes, little-endian: their number, then each one.
 *
 * <pre>
 *  0      1          5            9
 *  +------+----------+------------+-----+-------+
 *  | type | keyBytes | valueBytes | key | value |
 *  +------+----------+------------+-----+-------+
 * </pre>
 */
final class OperationCodec {
  private static final int HEADER_BYTES = 1 + 2 * Integer.BYTES;

  private OperationCodec() {}

  static int size(List<Operation> operations) {
    long bytes = Integer.BYTES;
    for (Operation operation : operations) bytes += HEADER_BYTES + payloadBytes(operation);
    return Math.toIntExact(bytes);
  }

  /** Bytes of so many operations without their keys and values. */
  static long headerBytes(int operations) {
    return Integer.BYTES + (long) operations * HEADER_BYTES;
  }

  static long payloadBytes(Operation operation) {
    return (long) operation.keyBuffer().remaining() + operation.valueBuffer().remaining();
  }

  static void encode(List<Operation> operations, ByteBuffer out) {
    out.putInt(operations.size());
    for (Operation operation : operations) {
      ByteBuffer key = operation.keyBuffer();
      ByteBuffer value = operation.valueBuffer();
      out.put((byte) operation.type().code()).putInt(key.remaining()).putInt(value.remaining()).put(key).put(value);
    }
  }

  static List<Operation> decode(ByteBuffer in) {
    int count = in.getInt();
    if (count < 0 || count > in.remaining() / HEADER_BYTES)
      throw new IllegalArgumentException("expected at most " + in.remaining() / HEADER_BYTES + " operations, found " + count);
    List<Operation> operations = new ArrayList<>(count);
    for (int i = 0; i < count; i++) operations.add(decodeOne(in));
    return operations;
  }

  private static Operation decodeOne(ByteBuffer in) {
    int type = in.get();
    int keyBytes = in.getInt();
    int valueBytes = in.getInt();
    byte[] key = take(in, keyBytes);
    byte[] value = take(in, valueBytes);
    if (type == RecordType.PUT.code()) return Operation.put(key, value);
    if (type == RecordType.DELETE.code() && valueBytes == 0) return Operation.delete(key);
    if (type == RecordType.ENTRY.code() && keyBytes == 0) return Operation.entry(value);
    throw new IllegalArgumentException(
        "expected a PUT, a DELETE without a value or an ENTRY without a key, found type " + type + " with " + keyBytes + " and "
            + valueBytes + " bytes");
  }

  /** The next bytes, if there are that many: a length is not believed before it is checked. */
  static byte[] take(ByteBuffer in, int bytes) {
    if (bytes < 0 || bytes > in.remaining())
      throw new IllegalArgumentException("expected at most " + in.remaining() + " bytes, found a length of " + bytes);
    byte[] taken = new byte[bytes];
    in.get(taken);
    return taken;
  }
}
