package dev.syncline.tck;

import dev.syncline.Operation;
import dev.syncline.SequenceRange;
import dev.syncline.WalCursor;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What every log of this family can do, however it makes records survive: {@link WriteAheadLog}'s operations, for {@link
 * OperationsContract} to run against others that offer them.
 */
public interface LogOperations extends Closeable {
  long append(Operation operation) throws IOException;

  SequenceRange appendBatch(List<Operation> operations) throws IOException;

  CompletableFuture<Long> appendAsync(Operation operation) throws IOException;

  long checkpoint() throws IOException;

  long checkpoint(long covered) throws IOException;

  void truncate(long sequence) throws IOException;

  Optional<WalRecord> read(long sequence) throws IOException;

  WalCursor replay(long afterSequence) throws IOException;

  WalCursor iterate(long afterSequence) throws IOException;

  WalCursor tail(long afterSequence) throws IOException;

  long currentSequence() throws IOException;

  long firstSequence() throws IOException;

  long lastCheckpoint() throws IOException;

  long lastCheckpointCovers() throws IOException;

  /** A log as this interface. */
  static LogOperations of(WriteAheadLog log) {
    return new LogOperations() {
      @Override
      public long append(Operation operation) throws IOException {
        return log.append(operation);
      }

      @Override
      public SequenceRange appendBatch(List<Operation> operations) throws IOException {
        return log.appendBatch(operations);
      }

      @Override
      public CompletableFuture<Long> appendAsync(Operation operation) throws IOException {
        return log.appendAsync(operation).durable();
      }

      @Override
      public long checkpoint() throws IOException {
        return log.checkpoint();
      }

      @Override
      public long checkpoint(long covered) throws IOException {
        return log.checkpoint(covered);
      }

      @Override
      public void truncate(long sequence) throws IOException {
        log.truncate(sequence);
      }

      @Override
      public Optional<WalRecord> read(long sequence) throws IOException {
        return log.read(sequence);
      }

      @Override
      public WalCursor replay(long afterSequence) throws IOException {
        return log.replay(afterSequence);
      }

      @Override
      public WalCursor iterate(long afterSequence) throws IOException {
        return log.iterate(afterSequence);
      }

      @Override
      public WalCursor tail(long afterSequence) throws IOException {
        return log.tail(afterSequence);
      }

      @Override
      public long currentSequence() {
        return log.currentSequence();
      }

      @Override
      public long firstSequence() {
        return log.firstSequence();
      }

      @Override
      public long lastCheckpoint() {
        return log.lastCheckpoint();
      }

      @Override
      public long lastCheckpointCovers() {
        return log.lastCheckpointCovers();
      }

      @Override
      public void close() throws IOException {
        log.close();
      }
    };
  }
}
