package dev.syncline.tck;

import dev.syncline.io.Storage;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what a reader costs: files that it opens and holds, reads and their bytes. An open that fails opens nothing. */
public final class CountedFiles extends InterceptedStorage {
  private static final Set<Op> READING =
      EnumSet.of(Op.LIST, Op.OPEN, Op.LINK_COUNT, Op.READ, Op.SIZE, Op.CLOSE);

  private final AtomicInteger held = new AtomicInteger();
  private final AtomicInteger heldMax = new AtomicInteger();
  private final AtomicInteger opens = new AtomicInteger();
  private final AtomicInteger reads = new AtomicInteger();
  private final AtomicLong bytesRead = new AtomicLong();
  private final AtomicInteger changes = new AtomicInteger();

  public CountedFiles(Storage delegate) {
    super(delegate);
  }

  /** Files that are open now. */
  int held() {
    return held.get();
  }

  /** Files that were open at once, at most. */
  int heldMax() {
    return heldMax.get();
  }

  int opens() {
    return opens.get();
  }

  int reads() {
    return reads.get();
  }

  public long bytesRead() {
    return bytesRead.get();
  }

  /** Operations that are not a reader's. */
  int changes() {
    return changes.get();
  }

  /** Begins to count anew what happens; what is held stays. */
  void reset() {
    opens.set(0);
    reads.set(0);
    bytesRead.set(0);
  }

  @Override
  protected <T> T intercept(Operation operation, Call<T> call) throws IOException {
    if (!READING.contains(operation.op())) changes.incrementAndGet();
    if (operation.op() == Op.CLOSE) held.decrementAndGet();
    T result = call.run();
    if (operation.op() == Op.OPEN) {
      opens.incrementAndGet();
      heldMax.accumulateAndGet(held.incrementAndGet(), Math::max);
    } else if (operation.op() == Op.READ) {
      reads.incrementAndGet();
      bytesRead.addAndGet(Math.max(0, (Integer) result));
    }
    return result;
  }

  /** A copy's files are not counted. */
  @Override
  protected Storage around(Storage other) {
    return new CountedFiles(other);
  }
}
