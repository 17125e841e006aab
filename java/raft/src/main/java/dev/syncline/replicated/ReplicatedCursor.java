package dev.syncline.replicated;

import dev.syncline.CorruptLogException;
import dev.syncline.Damage;
import dev.syncline.LogClosedException;
import dev.syncline.RecordType;
import dev.syncline.RecordsTruncatedException;
import dev.syncline.WalCursor;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A cursor over a node's local log that goes on when a snapshot takes that log's place: the records are the same, so it opens a
 * new one behind the last record it gave.
 */
final class ReplicatedCursor implements WalCursor {
  private final LogState state;
  private final boolean markers;
  private final boolean follows;

  /** Highest sequence to return; what is appended after opening is for tails alone. */
  private final long end;

  private WriteAheadLog source;
  private WalCursor inner;

  /** The last sequence returned, or where the cursor began. */
  private long position;

  /** Read, not returned yet. */
  private WalRecord ahead;

  /** What {@link #advance} has found. */
  private WalRecord current;

  private ReplicatedCursor(LogState state, long after, boolean markers, boolean follows) throws IOException {
    this.state = state;
    this.markers = markers;
    this.follows = follows;
    this.source = state.log();
    this.position = follows ? after : Math.max(after, source.firstSequence() - 1);
    this.end = follows ? Long.MAX_VALUE : source.currentSequence();
    this.inner = openInner();
  }

  /** What {@link WriteAheadLog#replay(long)} and {@link WriteAheadLog#iterate(long)} give. */
  static WalCursor upToNow(LogState state, long after, boolean markers) throws IOException {
    return state.read(log -> new ReplicatedCursor(state, after, markers, false));
  }

  /** What is applied on this node above {@code after}, markers included, and what will be. */
  static WalCursor following(LogState state, long after) throws IOException {
    return state.read(log -> new ReplicatedCursor(state, after, true, true));
  }

  private WalCursor openInner() throws IOException {
    return markers ? source.iterate(position) : source.replay(position);
  }

  @Override
  public boolean hasNext() {
    try {
      return ahead != null || readAhead();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean readAhead() throws IOException {
    while (true) {
      if (follows) requireNotTruncated();
      try {
        if (inner.hasNext()) return accept(inner.next());
      } catch (UncheckedIOException e) {
        if (!(e.getCause() instanceof LogClosedException) || state.log() == source) throw e;
        reopen();
        continue;
      }
      if (!follows || state.log().currentSequence() <= position) return false;
      reopen();
    }
  }

  private boolean accept(WalRecord record) throws IOException {
    if (record.sequence() > end) return false;
    ahead = record;
    return true;
  }

  private void reopen() throws IOException {
    inner.close();
    source = state.log();
    requireNotTruncated();
    inner = openInner();
  }

  /** A tail misses no record, and neither does a cursor that has to begin again. */
  private void requireNotTruncated() throws IOException {
    long first = state.log().firstSequence();
    if (first > position + 1)
      throw new RecordsTruncatedException(
          "expected record " + (position + 1) + ", found " + first + " to be the first: what is before it was truncated meanwhile");
  }

  @Override
  public WalRecord next() {
    if (!hasNext()) throw new NoSuchElementException("no record behind " + position + " now");
    WalRecord record = ahead;
    ahead = null;
    position = record.sequence();
    return record;
  }

  @Override
  public Optional<WalRecord> next(Duration timeout) throws IOException {
    long deadlineNanos = System.nanoTime() + Math.max(0, TimeUnit.NANOSECONDS.convert(timeout));
    try {
      while (!hasNext()) {
        long leftNanos = deadlineNanos - System.nanoTime();
        if (!follows || leftNanos <= 0 || Thread.currentThread().isInterrupted()) return Optional.empty();
        state.awaitBeyond(position, leftNanos);
      }
      return Optional.of(next());
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Makes an object of each record all the same: the log that its bytes lie in may be replaced before they are looked at. */
  @Override
  public boolean advance() throws IOException {
    current = null;
    if (ahead == null && !readAhead()) return false;
    current = next();
    return true;
  }

  private WalRecord current() {
    if (current == null) throw new NoSuchElementException("the cursor stands on no record: advance() has not found one");
    return current;
  }

  @Override
  public long sequence() {
    return current().sequence();
  }

  @Override
  public RecordType type() {
    return current().type();
  }

  @Override
  public ByteBuffer keyView() {
    return current().keyBuffer();
  }

  @Override
  public ByteBuffer valueView() {
    return current().valueBuffer();
  }

  @Override
  public Optional<Damage> damage() {
    return inner.damage();
  }

  @Override
  public void requireComplete() throws CorruptLogException {
    inner.requireComplete();
  }

  @Override
  public void close() {
    inner.close();
  }
}
