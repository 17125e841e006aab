package dev.syncline.cli;

import dev.syncline.CorruptLogException;
import dev.syncline.Damage;
import dev.syncline.WalCursor;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * Everything in a log that can be read, markers included, in order, and on behind damage: {@link #next} stops there once, and goes on
 * behind what is lost when it is called again.
 */
final class ReadableRecords implements Closeable {
  private final WriteAheadLog log;
  private final long last;
  private WalCursor cursor;
  private long position;
  private Damage damage;

  /**
   * @param after the first record has a higher sequence
   * @param last records with a higher one are not shown
   */
  ReadableRecords(WriteAheadLog log, long after, long last) throws IOException {
    this.log = log;
    this.last = last;
    this.position = after;
    this.cursor = log.iterate(after);
  }

  /** The next record; empty at the end, and at damage: {@link #damage} tells which. */
  Optional<WalRecord> next() throws IOException {
    if (damage != null) goOnBehindIt();
    try {
      Optional<WalRecord> record = cursor.next(Duration.ZERO).filter(found -> found.sequence() <= last);
      if (record.isPresent()) position = record.get().sequence();
      else damage = cursor.damage().filter(found -> found.firstLost() <= last).orElse(null);
      return record;
    } catch (CorruptLogException e) {
      // Damage that opening has not seen.
      damage = e.damage().orElseThrow(() -> e);
      return Optional.empty();
    }
  }

  /** A range names a single sequence at least, and may end before the next record that can be read. */
  private void goOnBehindIt() throws IOException {
    position = Math.max(position + 1, damage.lastLost());
    damage = null;
    cursor.close();
    cursor = log.iterate(position);
  }

  /** What lies between the last record that was returned and the next one that can be read; empty if nothing does. */
  Optional<Damage> damage() {
    return Optional.ofNullable(damage);
  }

  @Override
  public void close() {
    cursor.close();
  }
}
