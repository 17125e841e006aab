package dev.syncline;

import dev.syncline.log.LogCursor;
import dev.syncline.log.SegmentedLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;

/** The public cursor on one of the layer below: shows all records or data records only, to an end or following the durable one. */
final class RecordCursor implements WalCursor {
  private final SegmentedLog log;
  private final LogCursor cursor;
  private final boolean markersToo;
  private final boolean follows;
  private WalRecord ahead;

  RecordCursor(SegmentedLog log, LogCursor cursor, boolean markersToo, boolean follows) {
    this.log = log;
    this.cursor = cursor;
    this.markersToo = markersToo;
    this.follows = follows;
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
    return take();
  }

  @Override
  public Optional<WalRecord> next(Duration timeout) throws IOException {
    Objects.requireNonNull(timeout, "timeout");
    long deadlineNanos = System.nanoTime() + timeout.toNanos();
    while (ahead == null && !lookAhead()) {
      long left = deadlineNanos - System.nanoTime();
      if (!follows || left <= 0 || Thread.currentThread().isInterrupted()) return Optional.empty();
      log.awaitDurableBeyond(cursor.sequence(), left);
    }
    return Optional.of(take());
  }

  private WalRecord take() {
    WalRecord record = ahead;
    ahead = null;
    return record;
  }

  private boolean lookAhead() throws IOException {
    while (cursor.advance()) {
      if (!markersToo && cursor.type() > RecordType.ENTRY.code()) continue;
      ahead = Payloads.record(cursor);
      if (ahead != null) return true;
      throw new IncompatibleLogException(
          "record " + cursor.sequence() + " has type " + cursor.type() + " and " + cursor.meta() + " bytes of key in "
              + cursor.payloadBytes()
              + ": expected a type from 1 to 5; the directory was written through the layer below");
    }
    return false;
  }

  @Override
  public Optional<Damage> damage() {
    return cursor.damage();
  }

  @Override
  public void close() {
    cursor.close();
  }
}
