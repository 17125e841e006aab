package dev.syncline.replicated;

import dev.syncline.Operation;
import dev.syncline.RecordTooLargeException;
import java.util.List;

/** The sizes that are refused before anything is sent. */
final class Limits {
  private Limits() {}

  static void requireRecordSize(ReplicatedLogOptions options, Operation operation) throws RecordTooLargeException {
    long bytes = OperationCodec.payloadBytes(operation);
    if (bytes > options.maxRecordSize())
      throw new RecordTooLargeException(
          "expected at most maxRecordSize of " + options.maxRecordSize() + " bytes of key and value, found " + bytes
              + ". Nothing was appended");
  }

  static void requireBatchSize(ReplicatedLogOptions options, List<Operation> batch) throws RecordTooLargeException {
    long bytes = 0;
    for (Operation operation : batch) {
      requireRecordSize(options, operation);
      bytes += OperationCodec.payloadBytes(operation);
    }
    if (bytes > options.maxBatchSize())
      throw new RecordTooLargeException(
          "expected at most maxBatchSize of " + options.maxBatchSize() + " bytes in a batch, found " + bytes + " in " + batch.size()
              + " operations. Nothing was appended");
  }
}
