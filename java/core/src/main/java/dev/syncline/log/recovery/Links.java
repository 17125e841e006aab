package dev.syncline.log.recovery;

import dev.syncline.format.Mark;
import dev.syncline.format.SegmentHeader;
import dev.syncline.format.SegmentName;
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
  private static long leaves(SegmentHeader link, boolean neighbour, SegmentHeader segment) {
    // A link to the very segment is judged with its epoch, too, where the segments are neighbours.
    boolean anotherHistory = !neighbour && link.predecessorOrdinal() == segment.ordinal() && link.predecessorEpoch() != segment.epoch();
    return link.predecessorOrdinal() < segment.ordinal() || anotherHistory ? Long.MAX_VALUE : link.predecessorLastSequence();
  }

  /** The last sequence that segment {@code i} holds and that counts, readable or not. */
  static long held(List<SegmentScan> scans, int i) {
    SegmentScan scan = scans.get(i);
    return Math.min(scan.seal() == null ? scan.lastSequence() : scan.promisedSequence(), leave(scans, i));
  }

  /** What the first readable link behind segment {@code i} says that was there before: {@link Long#MAX_VALUE} if there is none. */
  static long behind(List<SegmentScan> scans, int i) {
    for (SegmentScan scan : scans.subList(i + 1, scans.size()))
      if (scan.header() != null) return scan.header().predecessorLastSequence();
    return Long.MAX_VALUE;
  }

  /**
   * Where segment {@code i} must have ended: by its successor's link, or if that is unreadable or names an earlier one, by its own seal
   * or the successor's first frame; {@code otherwise} if nothing tells. In every case behind what can be read of it: nothing goes to a
   * segment before all of its predecessor is durable, so a frame that is readable behind a hole says that the hole was a frame.
   */
  static long end(List<SegmentScan> scans, int i, long otherwise) {
    SegmentScan successor = scans.get(i + 1);
    SegmentScan own = scans.get(i);
    boolean elsewhere = successor.header() != null && own.header() != null
        && successor.header().predecessorOrdinal() < own.header().ordinal();
    if (successor.header() != null && !elsewhere) return successor.header().predecessorLastSequence();
    // A seal promises what it ends; frames before it may be damaged.
    if (own.seal() != null) return own.promisedSequence();
    boolean tells = !elsewhere && !successor.extents().isEmpty();
    long told = Math.min(otherwise, tells ? successor.extents().get(0).firstSequence() - 1 : behind(scans, i));
    return Math.max(told, own.lastSequence());
  }

  /** Says what is odd about the end of segment {@code i}, which is not the newest, and is no damage of it. */
  static void note(List<SegmentScan> scans, int i, Mark mark, List<String> notes) {
    SegmentScan scan = scans.get(i);
    String name = SegmentName.of(scan.header().ordinal());
    if (scan.seal() == null) notes.add(name + ": has no readable seal and was read from the front");
    Mark.DurablePoint known = mark.durable();
    long leave = leave(scans, i);
    boolean contradicted = !mark.rewinding() && known.ordinal() == scan.header().ordinal() && known.sequence() > leave
        && scan.lastSequence() > leave;
    if (!contradicted) return;
    String later = SegmentName.of(scans.get(i + 1).header() == null ? scan.header().ordinal() + 1 : scans.get(i + 1).header().ordinal());
    notes.add(name + ": holds records up to " + scan.lastSequence() + ", which the mark knows, and those above " + leave + " are not shown,"
        + " since the link of a later segment says that they were cut away. The mark is older than that, or " + later + " is of another"
        + " life of this log: then move it out of the directory before anything else is done");
  }
}
