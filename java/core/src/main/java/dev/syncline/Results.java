package dev.syncline;

import dev.syncline.log.commit.AsyncAppend;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What appends return. The records are in the log by then: where another part of the program fills the heap for a moment, an error would
 * tell the caller that they are not, so it is waited for.
 */
final class Results {
  private static final long SHORTAGE_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private Results() {}

  static SequenceRange range(long first, long last) {
    while (true) {
      try {
        return new SequenceRange(first, last);
      } catch (OutOfMemoryError e) {
        LockSupport.parkNanos(SHORTAGE_PAUSE_NANOS);
      }
    }
  }

  /** @param last of the data records */
  static Appended appended(AsyncAppend append, long last) {
    SequenceRange sequences = range(append.first(), last);
    while (true) {
      try {
        return new Appended(sequences, append.durable());
      } catch (OutOfMemoryError e) {
        LockSupport.parkNanos(SHORTAGE_PAUSE_NANOS);
      }
    }
  }
}
