package dev.syncline;

import dev.syncline.log.Entry;
import dev.syncline.log.LogCursor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** How keys, values and markers lie in the opaque records of the layer below: key first, its length in the record's own 32 bits. */
final class Payloads {
  private static final byte[] NOTHING = Operation.NOTHING;

  private Payloads() {}

  static Entry entry(Operation operation) {
    return new Entry(operation.type().code(), operation.key().length, operation.key(), operation.value());
  }

  /** The payload of a marker: how many records a COMMIT closes, or up to where a CHECKPOINT covers. */
  static byte[] marker(long number) {
    return ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(number).array();
  }

  static Entry commit(int records) {
    return new Entry(RecordType.COMMIT.code(), 0, NOTHING, marker(records));
  }

  /** The record under a cursor, as an object of its own; null if it is none that this layer writes. */
  static WalRecord record(LogCursor cursor) {
    RecordType type = RecordType.ofCode(cursor.type());
    if (type == null || cursor.meta() < 0 || cursor.meta() > cursor.payloadBytes()) return null;
    if (!type.isData() && (cursor.meta() != 0 || cursor.payloadBytes() != Long.BYTES)) return null;
    return new WalRecord(cursor.sequence(), type, cursor.payload(), cursor.meta());
  }
}
