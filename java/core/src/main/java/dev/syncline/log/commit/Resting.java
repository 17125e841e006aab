package dev.syncline.log.commit;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Notices that nothing is appended any more to a log that shares its memory with others. Housekeeping thread. */
final class Resting {
  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final LongSupplier appended;
  private final BooleanSupplier rest;
  private long seenSequence = -1;
  private long seenNanos;
  private boolean rests;

  /**
   * @param appended the last sequence given out
   * @param rest gives the memory to others, and returns false while something is still to be written
   */
  Resting(LongSupplier appended, BooleanSupplier rest) {
    this.appended = appended;
    this.rest = rest;
  }

  /** Returns after how many nanoseconds to come again; that something was appended since is told by a commit. */
  long attend() {
    long now = System.nanoTime();
    long sequence = appended.getAsLong();
    if (sequence != seenSequence) {
      seenSequence = sequence;
      seenNanos = now;
      rests = false;
    }
    if (rests) return Long.MAX_VALUE;
    long left = QUIET_NANOS - (now - seenNanos);
    if (left > 0) return left;
    rests = rest.getAsBoolean();
    return rests ? Long.MAX_VALUE : QUIET_NANOS;
  }
}
