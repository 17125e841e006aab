package dev.syncline.replicated;

import dev.syncline.Operation;
import dev.syncline.SequenceRange;
import dev.syncline.WalCursor;
import dev.syncline.WalRecord;
import dev.syncline.tck.LogOperations;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** A replicated log for the contract kit: what changes it goes to one node, what reads it to another, or to the same. */
record ReplicatedOperations(Supplier<ReplicatedLog> writer, Supplier<ReplicatedLog> reader, Closeable nodes) implements LogOperations {

  @Override
  public long append(Operation operation) throws IOException {
    return writer.get().append(operation);
  }

  @Override
  public SequenceRange appendBatch(List<Operation> operations) throws IOException {
    return writer.get().appendBatch(operations);
  }

  @Override
  public CompletableFuture<Long> appendAsync(Operation operation) throws IOException {
    return writer.get().appendAsync(operation);
  }

  @Override
  public long checkpoint() throws IOException {
    return writer.get().checkpoint();
  }

  @Override
  public long checkpoint(long covered) throws IOException {
    return writer.get().checkpoint(covered);
  }

  @Override
  public void truncate(long sequence) throws IOException {
    writer.get().truncate(sequence);
    reader.get().barrier(); // A tail shows what its own node has applied.
  }

  @Override
  public Optional<WalRecord> read(long sequence) throws IOException {
    return reader.get().read(sequence);
  }

  @Override
  public WalCursor replay(long afterSequence) throws IOException {
    return reader.get().replay(afterSequence);
  }

  @Override
  public WalCursor iterate(long afterSequence) throws IOException {
    return reader.get().iterate(afterSequence);
  }

  @Override
  public WalCursor tail(long afterSequence) throws IOException {
    return reader.get().tail(afterSequence);
  }

  @Override
  public long currentSequence() throws IOException {
    return reader.get().currentSequence();
  }

  @Override
  public long firstSequence() throws IOException {
    return reader.get().firstSequence();
  }

  @Override
  public long lastCheckpoint() throws IOException {
    return reader.get().lastCheckpoint();
  }

  @Override
  public long lastCheckpointCovers() throws IOException {
    return reader.get().lastCheckpointCovers();
  }

  @Override
  public void close() throws IOException {
    nodes.close();
  }
}
