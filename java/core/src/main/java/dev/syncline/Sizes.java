package dev.syncline;

import dev.syncline.log.commit.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Refuses what the options say is too large, before a byte is written. */
final class Sizes {
  private Sizes() {}

  static void require(WalOptions options, byte[] key, byte[] value) throws RecordTooLargeException {
    long bytes = (long) key.length + value.length;
    if (bytes > options.maxRecordSize())
      throw new RecordTooLargeException(
          "expected at most maxRecordSize of " + options.maxRecordSize() + " bytes of key and value, found " + bytes
              + ". Nothing was written");
  }

  /** The records of a batch, its COMMIT the last of them. */
  static List<Entry> batch(WalOptions options, List<Operation> operations) throws RecordTooLargeException {
    Objects.requireNonNull(operations, "operations");
    // Looked at once: the caller may change its list meanwhile.
    List<Operation> batch = new ArrayList<>(operations);
    if (batch.isEmpty()) throw new IllegalArgumentException("an empty batch: expected at least one operation");
    long bytes = 0;
    List<Entry> entries = new ArrayList<>(batch.size() + 1);
    for (Operation operation : batch) {
      Objects.requireNonNull(operation, "an operation of the batch is null");
      require(options, operation.key(), operation.value());
      bytes += (long) operation.key().length + operation.value().length;
      entries.add(Payloads.entry(operation));
    }
    if (bytes > options.maxBatchSize())
      throw new RecordTooLargeException(
          "expected at most maxBatchSize of " + options.maxBatchSize() + " bytes in a batch, found " + bytes + " in " + batch.size()
              + " operations. Nothing was written");
    entries.add(Payloads.commit(batch.size()));
    return entries;
  }
}
