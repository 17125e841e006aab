package dev.syncline.tck;

import dev.syncline.io.Storage;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A storage that remembers every operation, in the order in which they began, failed ones included.
 *
 * <p>Storages made by {@link #in} record into the same list. Safe for many threads; meant for tests, so it keeps everything.
 */
public final class RecordingStorage extends InterceptedStorage {
  private final List<Operation> operations;

  public RecordingStorage(Storage delegate) {
    this(delegate, new CopyOnWriteArrayList<>());
  }

  private RecordingStorage(Storage delegate, List<Operation> operations) {
    super(delegate);
    this.operations = operations;
  }

  /** All since the beginning or the last {@link #reset}; a copy. */
  public List<Operation> operations() {
    return List.copyOf(operations);
  }

  /** Those of one thread; a copy. */
  public List<Operation> operationsOf(Thread thread) {
    return operations.stream().filter(operation -> operation.thread() == thread).toList();
  }

  public long count(Op op) {
    return operations.stream().filter(operation -> operation.op() == op).count();
  }

  public void reset() {
    operations.clear();
  }

  @Override
  protected <T> T intercept(Operation operation, Call<T> call) throws IOException {
    operations.add(operation);
    return call.run();
  }

  @Override
  protected Storage around(Storage other) {
    return new RecordingStorage(other, operations);
  }
}
