package dev.syncline.replicated;

import dev.syncline.Operation;
import dev.syncline.RecordTooLargeException;
import java.nio.ByteBuffer;
import java.util.List;

/** The sizes that are refused before anything is sent. */
final class Limits {
  /**
   * What an operation takes beside its key and value, at the least: objects on every node, a header and a place in an index in two logs.
   * A limit of payload alone would let through any number of empty ones.
   */
  static final int OPERATION_BYTES = 64;

  private Limits() {}

  static void requireRecordSize(ReplicatedLogOptions options, Operation operation) throws RecordTooLargeException {
    long bytes = OperationCodec.payloadBytes(operation);
    if (bytes > options.maxRecordSize())
      throw new RecordTooLargeException(
          "expected at most maxRecordSize of " + options.maxRecordSize() + " bytes of key and value, found " + bytes
              + ". Nothing was appended");
  }

  static void requireBatchSize(ReplicatedLogOptions options, List<Operation> batch) throws RecordTooLargeException {
    requireCost(options, batch.size(), (long) batch.size() * OPERATION_BYTES);
    long bytes = (long) batch.size() * OPERATION_BYTES;
    for (Operation operation : batch) {
      requireRecordSize(options, operation);
      bytes += OperationCodec.payloadBytes(operation);
    }
    requireCost(options, batch.size(), bytes);
  }

  private static void requireCost(ReplicatedLogOptions options, int operations, long bytes) throws RecordTooLargeException {
    // A batch of one is a record, and may be as large as one.
    long most = operations == 1 ? (long) options.maxBatchSize() + OPERATION_BYTES : options.maxBatchSize();
    if (bytes > most)
      throw new RecordTooLargeException(
          "expected at most maxBatchSize of " + options.maxBatchSize() + " bytes in a batch, found " + bytes + " in " + operations
              + " operations, each of which counts as " + OPERATION_BYTES + " and its key and value. Nothing was appended");
  }

  /** The same for a command in bytes, before an object is made of any of it. */
  static void requireEncodedSize(ReplicatedLogOptions options, ByteBuffer command) throws RecordTooLargeException {
    int operations = Command.operations(command);
    long payloadBytes = command.remaining() - (long) Command.headerBytes() - OperationCodec.headerBytes(operations);
    if (operations > 0) requireCost(options, operations, (long) operations * OPERATION_BYTES + Math.max(0, payloadBytes));
  }
}
