package dev.syncline.replicated;

import dev.syncline.RecordType;
import dev.syncline.WalRecord;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A record as a client gets it.
 *
 * @param key empty for ENTRY, COMMIT and CHECKPOINT
 * @param value the value or payload; empty for DELETE
 * @param marked what a COMMIT or a CHECKPOINT marks (see {@link WalRecord#marked}), 0 for a data record
 */
public record ClientRecord(long sequence, RecordType type, byte[] key, byte[] value, long marked) {
  private static final int HEADER_BYTES = 2 * Long.BYTES + 1 + 2 * Integer.BYTES;
  private static final RecordType[] TYPES = RecordType.values();

  static ClientRecord of(WalRecord record) {
    long marked = record.type().isData() ? 0 : record.marked();
    return new ClientRecord(record.sequence(), record.type(), record.key(), record.value(), marked);
  }

  int encodedBytes() {
    return HEADER_BYTES + key.length + value.length;
  }

  static void encode(List<ClientRecord> records, ByteBuffer out) {
    out.putInt(records.size());
    for (ClientRecord record : records) {
      out.putLong(record.sequence).putLong(record.marked).put((byte) record.type.code());
      out.putInt(record.key.length).putInt(record.value.length).put(record.key).put(record.value);
    }
  }

  static List<ClientRecord> decode(ByteBuffer in) {
    int count = in.getInt();
    if (count < 0 || count > in.remaining() / HEADER_BYTES)
      throw new IllegalArgumentException("expected at most " + in.remaining() / HEADER_BYTES + " records, found " + count);
    List<ClientRecord> records = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      long sequence = in.getLong();
      long marked = in.getLong();
      RecordType type = type(in.get());
      int keyBytes = in.getInt();
      int valueBytes = in.getInt();
      byte[] key = OperationCodec.take(in, keyBytes);
      records.add(new ClientRecord(sequence, type, key, OperationCodec.take(in, valueBytes), marked));
    }
    return records;
  }

  private static RecordType type(int code) {
    for (RecordType type : TYPES) if (type.code() == code) return type;
    throw new IllegalArgumentException("expected the type of a record, found " + code);
  }

  @Override
  public String toString() {
    return sequence + " " + type + " (" + key.length + " + " + value.length + " bytes)";
  }
}
