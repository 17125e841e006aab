package dev.syncline;

import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;

/**
 * Records in sequence order, each checked as it is read. Belongs to one thread; {@link #close} it, because an open cursor keeps
 * segments from being deleted.
 *
 * <p>As an iterator it throws {@link java.io.UncheckedIOException} with the log's own exception inside: {@link
 * CorruptLogException} for damage that was not known when the log was opened, {@link LogClosedException} and {@link
 * LogFencedException} when the log is gone, {@link RecordsTruncatedException} when what comes next was truncated away.
 */
public interface WalCursor extends Iterator<WalRecord>, AutoCloseable {

  /** Whether a record is there now. For a tail, false says only that nothing newer is durable yet. */
  @Override
  boolean hasNext();

  /**
   * The next record.
   *
   * @throws java.util.NoSuchElementException if there is none now
   */
  @Override
  WalRecord next();

  /**
   * The next record, waiting for it up to {@code timeout} if this cursor is a tail; other cursors do not wait. An interrupt ends
   * the wait early, without a record; it stays set.
   *
   * @return the record, or empty if none came
   */
  Optional<WalRecord> next(Duration timeout) throws IOException;

  /** The damage that this cursor stopped at, if it did: records behind it exist or existed and are not returned. */
  Optional<Damage> damage();

  @Override
  void close();
}
