package dev.syncline.tck;

import dev.syncline.io.Storage;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A storage that stops a log between two of its operations: for a while, so that a test can copy the directory as a dying
 * process leaves it, or for good, as if the process had died there.
 *
 * <p>Only operations that change something count and wait; reads go on.
 */
public final class PausableStorage extends InterceptedStorage {
  private static final int ALL = Integer.MAX_VALUE;
  private static final Set<Op> CHANGES =
      EnumSet.of(
          Op.CREATE_DIRECTORY, Op.CREATE, Op.RENAME, Op.LINK, Op.DELETE,
          Op.WRITE, Op.WRITE_DURABLY, Op.WRITE_ZEROS, Op.TRUNCATE, Op.RESERVE);

  /** One permit per changing operation under way; a pause takes them all. Fair, so that a busy log cannot delay a pause. */
  private final Semaphore permits;

  /** Changes that may still be made. Decremented by each; below zero the log's process counts as dead. */
  private final AtomicLong changesLeft;

  public PausableStorage(Storage delegate) {
    this(delegate, new Semaphore(ALL, true), new AtomicLong(Long.MAX_VALUE));
  }

  private PausableStorage(Storage delegate, Semaphore permits, AtomicLong changesLeft) {
    super(delegate);
    this.permits = permits;
    this.changesLeft = changesLeft;
  }

  /** Lets so many more operations change something; each one after them fails and changes nothing. */
  public void dieAfter(long changes) {
    changesLeft.set(changes);
  }

  /** Whether an operation was refused because the log's process counts as dead. */
  public boolean isDead() {
    return changesLeft.get() < 0;
  }

  /** Returns when no changing operation is under way; none begins until {@link #resume}. */
  public void pause() {
    permits.acquireUninterruptibly(ALL);
  }

  public void resume() {
    permits.release(ALL);
  }

  /** Copies the directory between two changes: what the operating system keeps if the process dies now. */
  public void copyTo(Path target) throws IOException {
    pause();
    try {
      DirectoryBytes.copy(directory(), target);
    } finally {
      resume();
    }
  }

  @Override
  protected <T> T intercept(Operation operation, Call<T> call) throws IOException {
    if (!CHANGES.contains(operation.op())) return call.run();
    permits.acquireUninterruptibly();
    try {
      if (changesLeft.getAndDecrement() <= 0) throw new IOException("the process counts as dead before " + operation);
      return call.run();
    } finally {
      permits.release();
    }
  }

  @Override
  protected Storage around(Storage other) {
    return new PausableStorage(other, permits, changesLeft);
  }
}
