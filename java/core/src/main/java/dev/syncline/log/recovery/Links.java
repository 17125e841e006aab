package dev.syncline.log.recovery;

import dev.syncline.format.SegmentHeader;
import java.util.List;

/** What segments say of those before them. */
final class Links {
  private Links() {}

  /**
   * Where readers leave segment {@code i}: by the link of the next one, or if that is missing or unreadable, by the first link behind it.
   * What lies above was cut away, and may have been written anew. {@link Long#MAX_VALUE} if nothing tells.
   *
   * @param i one with a readable header
   */
  static long leave(List<SegmentScan> scans, int i) {
    int next = i + 1;
    while (next < scans.size() && scans.get(next).header() == null) next++;
    if (next == scans.size()) return Long.MAX_VALUE;
    return leaves(scans.get(next).header(), next == i + 1, scans.get(i).header());
  }

  /** The same; {@code neighbour} if it is that of the next segment there is. */
  static long leaves(SegmentHeader link, boolean neighbour, SegmentHeader segment) {
    // A link to the very segment is judged with its epoch, too, where the segments are neighbours.
    boolean anotherHistory = !neighbour && link.predecessorOrdinal() == segment.ordinal() && link.predecessorEpoch() != segment.epoch();
    return link.predecessorOrdinal() < segment.ordinal() || anotherHistory ? Long.MAX_VALUE : link.predecessorLastSequence();
  }
}
