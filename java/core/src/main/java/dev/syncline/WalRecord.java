package dev.syncline;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A record as it was read and checked: immutable, independent of the log and of the cursor that it came from. */
public final class WalRecord {
  private final long sequence;
  private final RecordType type;
  private final byte[] payload;
  private final int keyBytes;

  WalRecord(long sequence, RecordType type, byte[] payload, int keyBytes) {
    this.sequence = sequence;
    this.type = type;
    this.payload = payload;
    this.keyBytes = keyBytes;
  }

  public long sequence() {
    return sequence;
  }

  public RecordType type() {
    return type;
  }

  /** A copy of the key; empty for ENTRY, COMMIT and CHECKPOINT. */
  public byte[] key() {
    return Arrays.copyOf(payload, keyBytes);
  }

  /** A copy of the value or payload; empty for DELETE. */
  public byte[] value() {
    return Arrays.copyOfRange(payload, keyBytes, payload.length);
  }

  /** A read-only view of the key, without a copy. */
  public ByteBuffer keyBuffer() {
    return ByteBuffer.wrap(payload, 0, keyBytes).slice().asReadOnlyBuffer();
  }

  /** A read-only view of the value or payload, without a copy. */
  public ByteBuffer valueBuffer() {
    return ByteBuffer.wrap(payload, keyBytes, payload.length - keyBytes).slice().asReadOnlyBuffer();
  }

  /**
   * For a CHECKPOINT the sequence up to which it says state is safe elsewhere; for a COMMIT the first sequence of its batch.
   *
   * @throws IllegalStateException for a data record
   */
  public long marked() {
    if (type.isData()) throw new IllegalStateException("record " + sequence + " is a " + type + ": it marks nothing");
    long number = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
    return type == RecordType.CHECKPOINT ? number : sequence - number;
  }

  @Override
  public String toString() {
    return sequence + " " + type + " (" + keyBytes + " + " + (payload.length - keyBytes) + " bytes)";
  }
}
