package dev.syncline.cli;

import dev.syncline.Operation;
import dev.syncline.RecordType;
import dev.syncline.WalRecord;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** How the demo writes a line: a PUT whose key is the line's index and whose value is the line. */
record DemoRecord(long sequence, int index, byte[] line) {

  /** In place of an index where the record is none of the demo's. */
  static final int FOREIGN = -1;

  static Operation operation(int index, byte[] line) {
    return Operation.put(ByteBuffer.allocate(Integer.BYTES).putInt(index).array(), line);
  }

  static DemoRecord of(WalRecord record) {
    ByteBuffer key = record.keyBuffer();
    boolean ours = record.type() == RecordType.PUT && key.remaining() == Integer.BYTES;
    return new DemoRecord(record.sequence(), ours ? key.getInt() : FOREIGN, record.value());
  }

  static int crc(byte[] line) {
    CRC32C crc = new CRC32C();
    crc.update(line);
    return (int) crc.getValue();
  }
}
