package dev.syncline.log.recovery;

import dev.syncline.Damage;
import dev.syncline.format.SegmentName;
import dev.syncline.log.recovery.Verdict.Cut;
import dev.syncline.log.segment.Extent;
import dev.syncline.log.segment.Segment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What a {@link Judge} has found to be damaged so far, and where the log ends if everything from the first of it on is given up. */
final class Losses {
  private static final String MISSING = "expected this segment, found none";

  private final Path directory;
  private final List<Damage> damage = new ArrayList<>();
  private final List<String> notes;
  private long truncatedThrough;
  private Cut cut;

  /** @param notes for what is odd without a record lost */
  Losses(Path directory, List<String> notes) {
    this.directory = directory;
    this.notes = notes;
  }

  /** Records up to here are not looked for from now on. */
  void forget(long through) {
    truncatedThrough = through;
  }

  /** Damage that takes no record and is not in the way of any. */
  void nameMark(String problem) {
    damage.add(new Damage(directory.resolve(SegmentName.MARK), 0, problem, 0, -1));
  }

  /** Notes a loss, unless all of it was truncated away. */
  void lose(long ordinal, long offsetBytes, String problem, long lastBefore, long lastLost, Cut cutBefore) {
    if (lastLost > truncatedThrough) name(ordinal, offsetBytes, problem, lastBefore, lastLost, cutBefore);
  }

  /** The same, also if nothing is lost. */
  void name(long ordinal, long offsetBytes, String problem, long lastBefore, long lastLost, Cut cutBefore) {
    long first = Math.max(lastBefore, truncatedThrough) + 1;
    if (cut == null) cut = orAll(cutBefore);
    damage.add(new Damage(path(ordinal), offsetBytes, problem, first, Math.max(lastLost, first - 1)));
  }

  /**
   * A missing segment. Where the sequences on both sides leave none out, it held no record; or some that lie in another life of the one
   * before, too.
   */
  void loseMissing(long ordinal, long before, long end, boolean otherLife, Cut cutBefore) {
    if (end > before) lose(ordinal, 0, MISSING, before, end, cutBefore);
    else if (otherLife)
      lose(ordinal, 0, MISSING + "; what it held of the records up to " + end + " may be others than those shown", before, end, cutBefore);
    else
      notes.add(SegmentName.of(ordinal) + ": " + MISSING + ". It held no record: none is left out between what lies before and behind it");
  }

  /** Whether it is about this segment. */
  boolean names(long ordinal) {
    return damage.stream().anyMatch(each -> each.file().equals(path(ordinal)));
  }

  boolean isEmpty() {
    return damage.isEmpty();
  }

  /** Oldest first, without what is shown all the same: of several segments that may hold a record one may be there. */
  List<Damage> without(List<Segment> shown) {
    List<Damage> left = new ArrayList<>();
    for (Damage each : damage) {
      int before = left.size();
      long first = each.firstLost();
      for (Segment segment : shown)
        for (Extent extent : segment.extents()) {
          if (extent.lastSequence() < first || extent.firstSequence() > each.lastLost()) continue;
          add(left, each, first, extent.firstSequence() - 1);
          first = extent.lastSequence() + 1;
        }
      add(left, each, first, each.lastLost());
      if (left.size() == before) left.add(of(each, each.firstLost(), each.firstLost() - 1));
    }
    left.sort(Comparator.comparingLong(Damage::firstLost));
    return List.copyOf(left);
  }

  private static void add(List<Damage> left, Damage whole, long first, long last) {
    if (first <= last) left.add(of(whole, first, last));
  }

  private static Damage of(Damage whole, long first, long last) {
    return new Damage(whole.file(), whole.offsetBytes(), whole.problem(), first, last);
  }

  /** Null if there is nothing to be given up. */
  Cut cut() {
    return cut;
  }

  /** What was to stay of a segment goes, too. */
  void moveCut(long ordinal, Cut cutBefore) {
    if (cut != null && cut.ordinal() == ordinal) cut = orAll(cutBefore);
  }

  private Cut orAll(Cut cutBefore) {
    return cutBefore == null ? new Cut(0, 0, 0, 0, truncatedThrough, 0) : cutBefore;
  }

  private Path path(long ordinal) {
    return directory.resolve(SegmentName.of(ordinal));
  }
}
