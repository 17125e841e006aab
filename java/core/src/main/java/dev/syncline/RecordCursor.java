package dev.syncline;

import dev.syncline.log.read.LogCursor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The public cursor on one of the layer below: shows all records or data records only, to an end or following the durable one. */
final class RecordCursor implements WalCursor {
  private final LogCursor cursor;
  private final boolean markersToo;
  private final boolean follows;

  /** Whether the cursor below stands on a record that was not handed out yet. */
  private boolean found;

  private WalRecord ahead;

  /** The last record that was handed out, or where the cursor was opened. */
  private long shown;

  /** What reading has met, or null. */
  private CorruptLogException corrupt;

  /** What the payload lay in that was asked for last, and the windows on it that callers get. */
  private ByteBuffer memory;

  private ByteBuffer key;
  private ByteBuffer value;

  RecordCursor(LogCursor cursor, boolean markersToo, boolean follows) {
    this.cursor = cursor;
    this.markersToo = markersToo;
    this.follows = follows;
    this.shown = cursor.sequence();
  }

  @Override
  public boolean hasNext() {
    try {
      return ahead != null || lookAhead();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public WalRecord next() {
    if (!hasNext()) throw new NoSuchElementException("no record after sequence " + cursor.sequence());
    try {
      return take();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Optional<WalRecord> next(Duration timeout) throws IOException {
    long budgetNanos = Math.max(0, TimeUnit.NANOSECONDS.convert(Objects.requireNonNull(timeout, "timeout")));
    long beganNanos = System.nanoTime();
    boolean promised = ahead != null;
    while (true) {
      while (ahead == null && !lookAhead()) {
        long leftNanos = budgetNanos - (System.nanoTime() - beganNanos);
        if (!follows || leftNanos <= 0 || Thread.currentThread().isInterrupted()) return Optional.empty();
        cursor.await(leftNanos);
      }
      try {
        return Optional.of(take());
      } catch (RecordsRewoundException e) {
        // Of what nobody was told anything need be taken back: it goes on with what lies there now.
        if (promised || !follows || e.lastShared() < shown) throw e;
      }
    }
  }

  /** What was found ahead; a cut of the tail may have taken it since. */
  private WalRecord take() throws IOException {
    try {
      cursor.requireStillThere();
    } catch (IOException e) {
      ahead = null;
      throw e;
    }
    WalRecord record = ahead;
    ahead = null;
    shown = record.sequence();
    return record;
  }

  private boolean lookAhead() throws IOException {
    if (!step()) return false;
    // If there is no memory for it now, it is the next one still.
    ahead = Payloads.record(cursor);
    found = false;
    return true;
  }

  /** Moves to the next record that is to be shown; returns false if there is none now. */
  private boolean step() throws IOException {
    while (found || advanced()) {
      found = true;
      int type = cursor.type();
      if (!markersToo && type > RecordType.DATA_CODE_MAX) {
        found = false;
        continue;
      }
      if (Payloads.isOurs(type, cursor.meta(), cursor.payloadBytes())) return true;
      throw new IncompatibleLogException(
          "record " + cursor.sequence() + " has type " + type + " and " + cursor.meta() + " bytes of key in "
              + cursor.payloadBytes()
              + ": expected a type from 1 to 5; the directory was written through the layer below");
    }
    return false;
  }

  private boolean advanced() throws IOException {
    try {
      return cursor.advance();
    } catch (CorruptLogException e) {
      corrupt = e;
      throw e;
    }
  }

  @Override
  public boolean advance() throws IOException {
    if (ahead != null) {
      take();
      return true;
    }
    boolean another = step();
    found = false;
    if (another) shown = cursor.sequence();
    return another;
  }

  @Override
  public long sequence() {
    return cursor.sequence();
  }

  @Override
  public RecordType type() {
    return RecordType.ofCode(cursor.type());
  }

  @Override
  public ByteBuffer keyView() {
    useMemory();
    int from = cursor.payloadIndex();
    return key.limit(from + cursor.meta()).position(from);
  }

  @Override
  public ByteBuffer valueView() {
    useMemory();
    int from = cursor.payloadIndex();
    return value.limit(from + cursor.payloadBytes()).position(from + cursor.meta());
  }

  private void useMemory() {
    ByteBuffer now = cursor.memory();
    if (now == memory) return;
    memory = now;
    key = now.duplicate();
    value = now.duplicate();
  }

  @Override
  public Optional<Damage> damage() {
    return corrupt != null ? corrupt.damage() : cursor.damage();
  }

  @Override
  public void requireComplete() throws CorruptLogException {
    Optional<Damage> stopped = damage();
    if (stopped.isPresent())
      throw new CorruptLogException(
          stopped.get(), "Reading stopped there, at sequence " + cursor.sequence()
              + ". Nothing was changed; 'syncline repair' on the directory shows what can be kept");
  }

  @Override
  public void close() {
    cursor.close();
  }
}
