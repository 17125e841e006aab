package dev.syncline.log.read;

import dev.syncline.Damage;
import dev.syncline.format.CutHistory;
import dev.syncline.log.segment.Segment;
import java.util.List;

/**
 * The structure of a log at one moment. Immutable, but for the end of its newest segment, which grows with every frame.
 *
 * @param segments those that hold records, oldest first; what the link of the next one cuts off is not in them
 * @param truncatedThrough records up to here are forgotten
 * @param cuts the cuts of the tail so far; two views of one log can be compared by them
 * @param damage what opening found unreadable, oldest first
 */
public record ReadView(List<Segment> segments, long truncatedThrough, CutHistory cuts, List<Damage> damage) {
  public static final ReadView EMPTY = new ReadView(List.of(), 0, CutHistory.NONE, List.of());

  public ReadView {
    segments = List.copyOf(segments);
    damage = List.copyOf(damage);
  }

  /** The first segment with a sequence above {@code sequence}, or null. */
  public Segment firstBeyond(long sequence) {
    int low = 0;
    int high = segments.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (segments.get(middle).lastSequence() > sequence) high = middle;
      else low = middle + 1;
    }
    // A segment without records says its base is its last sequence; the next one with records is meant.
    while (low < segments.size() && !segments.get(low).reachesBeyond(sequence)) low++;
    return low < segments.size() ? segments.get(low) : null;
  }

  public Segment newest() {
    return segments.isEmpty() ? null : segments.get(segments.size() - 1);
  }

  /** The first damage that lost records above {@code sequence} and is not truncated away, or null. */
  public Damage damageAbove(long sequence) {
    // Asked for each frame that is read: not even an iterator is made where there is nothing to go through.
    if (damage.isEmpty()) return null;
    long above = Math.max(sequence, truncatedThrough);
    for (Damage each : damage) if (each.losesRecords() && each.lastLost() > above) return each;
    return null;
  }

  /** First sequence that can be read of what is in files, or -1 if there is none. */
  long firstInFiles() {
    Segment first = firstBeyond(truncatedThrough);
    if (first != null)
      for (var extent : first.extents())
        if (extent.lastSequence() > truncatedThrough) return Math.max(truncatedThrough + 1, extent.firstSequence());
    return -1;
  }
}
