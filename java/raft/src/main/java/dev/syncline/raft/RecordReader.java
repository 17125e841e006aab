package dev.syncline.raft;

import dev.syncline.log.LogCursor;
import dev.syncline.log.SegmentedLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Reads records by index. Whoever asks for one after the other (a node that replays, a follower that catches up) is served by a cursor
 * that stayed behind the last one, so that a frame of many records is read and checked once, not once for each.
 *
 * <p>Safe for many threads; none waits for another's reading, or for a write.
 */
final class RecordReader {
  private static final int PARKED_MAX = 8;

  private final SegmentedLog log;

  /** Held for moments, never while something is read. */
  private final ReentrantLock lock = new ReentrantLock();

  /** Cursors that nobody uses, by the index that comes next; the longest unused one first. Guarded by the lock. */
  private final Map<Long, LogCursor> parked = new LinkedHashMap<>();

  RecordReader(SegmentedLog log) {
    this.log = log;
  }

  /** A copy of the record's payload, or null if there is none with that index. */
  byte[] read(long index) throws IOException {
    LogCursor waiting = takeParked(index);
    if (waiting != null) {
      byte[] payload = advanceOrNull(waiting, index);
      if (payload != null) return payload;
    }
    return advance(log.seek(index), index);
  }

  /** What a parked cursor cannot show (it only goes up to what there was when it was opened) is looked for anew. */
  private byte[] advanceOrNull(LogCursor cursor, long index) {
    try {
      return advance(cursor, index);
    } catch (IOException lookedForAnew) {
      return null;
    }
  }

  private byte[] advance(LogCursor cursor, long index) throws IOException {
    boolean kept = false;
    try {
      if (!cursor.advance() || cursor.sequence() != index) return null;
      byte[] payload = cursor.payload();
      park(cursor, index + 1);
      kept = true;
      return payload;
    } finally {
      if (!kept) cursor.close();
    }
  }

  private LogCursor takeParked(long index) {
    lock.lock();
    try {
      return parked.remove(index);
    } finally {
      lock.unlock();
    }
  }

  private void park(LogCursor cursor, long next) {
    List<LogCursor> ousted = new ArrayList<>(2);
    lock.lock();
    try {
      LogCursor other = parked.put(next, cursor);
      if (other != null) ousted.add(other);
      if (parked.size() > PARKED_MAX) {
        Iterator<LogCursor> oldest = parked.values().iterator();
        ousted.add(oldest.next());
        oldest.remove();
      }
    } finally {
      lock.unlock();
    }
    for (LogCursor cursorToClose : ousted) cursorToClose.close();
  }

  /** Closes the cursors that nobody uses: they would keep files from being used again that are truncated now. */
  void release() {
    List<LogCursor> all;
    lock.lock();
    try {
      all = new ArrayList<>(parked.values());
      parked.clear();
    } finally {
      lock.unlock();
    }
    for (LogCursor cursor : all) cursor.close();
  }
}
