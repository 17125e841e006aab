package dev.syncline.cli;

import dev.syncline.RecordType;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/**
 * Which batch a record belongs to. Only the COMMIT behind a batch says where it begins; so this reads ahead to the next one, and keeps no
 * more of it than two numbers.
 */
final class BatchFinder implements Closeable {
  /** A batch: where it begins, and its COMMIT. */
  record Batch(long first, long commit) {}

  private final ReadableRecords ahead;
  private long first;
  private long commit;
  private boolean over;

  /** For the records above {@code after} up to {@code last}. */
  BatchFinder(WriteAheadLog log, long after, long last) throws IOException {
    ahead = new ReadableRecords(log, after, last);
  }

  /** The COMMIT that closes the batch of this record; null if it is not part of one. Asked with rising sequences. */
  Long commitOf(long sequence) throws IOException {
    while (!over && sequence > commit) lookAhead();
    return sequence >= first && sequence < commit ? commit : null;
  }

  /** The next batch there is. */
  Optional<Batch> next() throws IOException {
    long known = commit;
    while (!over && commit == known) lookAhead();
    return commit == known ? Optional.empty() : Optional.of(new Batch(first, commit));
  }

  private void lookAhead() throws IOException {
    Optional<WalRecord> record = ahead.next();
    if (record.isEmpty()) {
      over = ahead.damage().isEmpty();
    } else if (record.get().type() == RecordType.COMMIT) {
      first = record.get().marked();
      commit = record.get().sequence();
    }
  }

  @Override
  public void close() {
    ahead.close();
  }
}
