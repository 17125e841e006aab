package dev.syncline.log.commit;

import dev.syncline.format.Mark;
import dev.syncline.log.segment.MarkFile;
import java.io.IOException;

/**
 * Sees to it that the mark file comes to witness what was acknowledged last: a busy log proves itself with every later frame, so the
 * durable point is written when nothing has been acknowledged for half an interval, or when for a whole one nothing was but in tail slots,
 * which a disk may lose together. Housekeeping thread, but for {@link #note}.
 */
public final class MarkDuty {
  private final long intervalNanos;

  /** Whether something became durable that neither the mark nor a later frame proves yet. */
  private volatile boolean stale;

  private long seenSequence = -1;
  private long seenNanos;

  /** Up to where every record was in its place when that was seen last, and since when. */
  private long placedSequence = -1;

  private long placedNanos;

  /** Whether nothing was looked at since the mark was written. */
  private boolean stored;

  public MarkDuty(long intervalNanos) {
    this.intervalNanos = intervalNanos;
  }

  /** Something changed that the mark does not say yet; returns whether it is the first since the mark was written. Any thread. */
  public boolean note() {
    boolean first = !stale;
    if (first) stale = true;
    return first;
  }

  /** Writes the mark if it is time; returns after how many nanoseconds to look again. */
  public long attend(DurableEnd end, MarkFile file) throws IOException {
    if (!stale) return Long.MAX_VALUE;
    long now = System.nanoTime();
    long durable = end.sequence();
    if (durable != seenSequence) {
      seenSequence = durable;
      seenNanos = now;
    }
    long placed = end.writtenSequence();
    if (stored || placed != placedSequence || placed >= durable) {
      stored = false;
      placedSequence = placed;
      placedNanos = now;
    }
    long untilQuiet = intervalNanos / 2 - (now - seenNanos);
    long untilDue = Math.min(untilQuiet, intervalNanos - (now - placedNanos));
    if (untilDue > 0) return untilDue;
    stale = false;
    stored = true;
    try {
      store(end.point(), file);
    } catch (IOException | RuntimeException | Error e) {
      // For want of memory, say: it is still to be done.
      stale = true;
      throw e;
    }
    return Long.MAX_VALUE;
  }

  private static void store(Mark.DurablePoint point, MarkFile file) throws IOException {
    Mark mark = file.current();
    file.store(point == null ? mark : mark.withDurable(point, false).withFloor(Math.max(mark.floorSequence(), point.sequence())));
  }
}
