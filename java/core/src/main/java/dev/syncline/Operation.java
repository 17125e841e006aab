package dev.syncline;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * One thing to append. The arrays are not copied here: the log copies them during the append, and they are free again when that
 * call returns.
 */
public final class Operation {
  static final byte[] NOTHING = new byte[0];
  private final RecordType type;
  private final byte[] key;
  private final byte[] value;

  private Operation(RecordType type, byte[] key, byte[] value) {
    this.type = type;
    this.key = key;
    this.value = value;
  }

  public static Operation put(byte[] key, byte[] value) {
    Objects.requireNonNull(key, "the key of a put must not be null");
    Objects.requireNonNull(value, "the value of a put must not be null; an empty array is a value, delete(key) removes one");
    return new Operation(RecordType.PUT, key, value);
  }

  public static Operation delete(byte[] key) {
    Objects.requireNonNull(key, "the key of a delete must not be null");
    return new Operation(RecordType.DELETE, key, NOTHING);
  }

  public static Operation entry(byte[] payload) {
    Objects.requireNonNull(payload, "the payload of an entry must not be null; an empty array is a payload");
    return new Operation(RecordType.ENTRY, NOTHING, payload);
  }

  public RecordType type() {
    return type;
  }

  /** A read-only view of the key, without a copy; empty for an entry. */
  public ByteBuffer keyBuffer() {
    return ByteBuffer.wrap(key).asReadOnlyBuffer();
  }

  /** A read-only view of the value or payload, without a copy; empty for a delete. */
  public ByteBuffer valueBuffer() {
    return ByteBuffer.wrap(value).asReadOnlyBuffer();
  }

  /** The caller's own array, not a copy; empty for an entry. */
  byte[] key() {
    return key;
  }

  /** The caller's own array, not a copy; empty for a delete. */
  byte[] value() {
    return value;
  }

  @Override
  public String toString() {
    return type + "(" + key.length + " bytes of key, " + value.length + " bytes of value)";
  }
}
