package dev.syncline;

import dev.syncline.log.commit.Entry;
import dev.syncline.log.read.RecordView;
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

  /** Whether this layer has written the record. */
  static boolean isOurs(RecordView record) {
    return isOurs(record.type(), record.meta(), record.payloadBytes());
  }

  static boolean isOurs(int code, int meta, long payloadBytes) {
    RecordType type = RecordType.ofCode(code);
    if (type == null || meta < 0 || meta > payloadBytes) return false;
    return type.isData() || meta == 0 && payloadBytes == Long.BYTES;
  }

  /** A record as an object of its own; null if it is none that this layer writes. */
  static WalRecord record(RecordView record) {
    if (!isOurs(record)) return null;
    return new WalRecord(record.sequence(), RecordType.ofCode(record.type()), record.payload(), record.meta());
  }
}
