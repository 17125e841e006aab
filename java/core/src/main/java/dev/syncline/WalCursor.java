package dev.syncline;

import java.io.IOException;
import java.nio.ByteBuffer;
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
   * The next record, as an object of its own with a copy of key and value together: 48 bytes and those, on a 64-bit JVM. {@link #advance}
   * does without.
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

  /**
   * Moves to the next record without making an object of it: with {@link #sequence}, {@link #type}, {@link #keyView} and {@link #valueView}
   * a loop reads whatever is in files without allocating. After {@link #hasNext} it moves to the record that was found there.
   *
   * @return false if no record is there now
   */
  boolean advance() throws IOException;

  /**
   * Sequence of the record that the cursor stands on after {@link #advance}. How far a replay is, it says beside {@link
   * WriteAheadLog#currentSequence} as that was when the replay began: sequences have no gaps but those on record.
   */
  long sequence();

  /** Its type. */
  RecordType type();

  /**
   * A read-only view of its key in the cursor's own memory, without a copy; empty for ENTRY, COMMIT and CHECKPOINT. The buffer is the
   * cursor's, good until the next record.
   */
  ByteBuffer keyView();

  /** The same of its value or payload; empty for DELETE. */
  ByteBuffer valueView();

  /** The damage that this cursor stopped at, if it did: records behind it exist or existed and are not returned. */
  Optional<Damage> damage();

  /**
   * To be called behind the loop that reads: does nothing if the cursor came to its end, so that a state that was restored from it holds
   * all that the log has.
   *
   * @throws CorruptLogException if reading stopped at {@link #damage}
   */
  void requireComplete() throws CorruptLogException;

  @Override
  void close();
}
