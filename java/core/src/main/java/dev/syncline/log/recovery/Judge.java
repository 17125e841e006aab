package dev.syncline.log.recovery;

import dev.syncline.Damage;
import dev.syncline.SequenceRange;
import dev.syncline.Verification;
import dev.syncline.format.LogId;
import dev.syncline.format.Mark;
import dev.syncline.format.SegmentName;
import dev.syncline.io.Storage;
import dev.syncline.log.recovery.SegmentScan.Break;
import dev.syncline.log.recovery.Verdict.Cut;
import dev.syncline.log.segment.Segment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Tells a torn tail from damage, by evidence on disk. Reads only.
 *
 * <p>The rules, in the order in which they are asked of a place where a frame was expected and is not readable; the whole table, by row,
 * is in {@code FORMAT.md}:
 *
 * <pre>
 *   is the segment the newest?    what ends its records for certain          and the place lies       so it is
 *   no                            the successor's link                       before that end          damage
 *   no                            the successor's link                       at or behind it          kept: a cut or a lost seal
 *   no, the successor's header    the segment's own seal; else what the      before that end          damage
 *   and link are unreadable       successor's first frame follows on; else
 *                                 the highest of: the segment's own last
 *                                 readable frame, the evidence below
 *   the same                      the same                                   at or behind it          lost with the successor
 *   yes                           the highest of: a promise in any frame     before that end          damage
 *                                 or seal, the mark's durable point, a
 *                                 link; a decided cut of the tail lowers it
 *   yes                           the same                                   at or behind it          a torn tail: trimmed
 * </pre>
 *
 * <p>A torn frame goes as a whole; of a damaged one the records before the damage can still be read. What a decided cut of the tail takes
 * is neither. A newest segment that is whole, and ends otherwise than the mark remembers, is of another history: damage.
 *
 * <p>Whatever lies at or below the truncation mark is not looked for. A missing or unreadable segment counts as unreadable from its first
 * record to where its successor's link, or the evidence, says that it ended.
 */
public final class Judge {
  private final Storage storage;
  private final DirectoryScan scan;
  private final List<SegmentScan> scans;
  private final List<Long> ordinals;
  private final List<String> notes;
  private final Losses losses;
  private final List<Segment> segments = new ArrayList<>();
  private Mark mark;
  private boolean markNeedsHealing;
  private long proven;
  private Cut tornAt;

  public Judge(Storage storage, Storage.Access access, Verification verification) {
    this(storage, access, verification, new HashMap<>());
  }

  /** @param finished scans of finished segments, by ordinal, that need not be read again; those that are read now are added */
  Judge(Storage storage, Storage.Access access, Verification verification, Map<Long, SegmentScan> finished) {
    this.storage = storage;
    this.scan = new DirectoryScan(storage, access, verification, finished);
    this.scans = scan.scans;
    this.ordinals = scan.ordinals;
    this.notes = scan.notes;
    this.losses = new Losses(storage.directory(), notes);
  }

  /**
   * A judge who also takes in what can be read and not be shown in its place: frames of a segment whose header is unreadable, and a segment
   * behind one that does not belong there. For who builds a log anew from what is left.
   */
  public static Judge salvaging(Storage storage, Storage.Access access) {
    Judge judge = new Judge(storage, access, Verification.FULL);
    judge.scan.salvage();
    return judge;
  }

  /** Segments whose header was unreadable and that {@link #salvaging} has taken in all the same. */
  public Set<Long> assumed() {
    return scan.assumed;
  }

  public Verdict judge() throws IOException {
    if (!scan.read()) return Verdict.none();
    mark = scan.mark();
    markNeedsHealing = scan.markNeedsHealing();
    if (mark == null) rebuildMark();
    losses.forget(mark.truncatedThrough());
    if (scan.oldCut() != null) judgeOldCut(scan.oldCut());
    gatherEvidence();
    judgeStart();
    for (int i = 0; i < scans.size(); i++) judgeSegment(i);
    judgeEnd();
    judgeStrays();
    return verdict();
  }

  /** The strongest mark that the segments alone justify. */
  private void rebuildMark() {
    losses.nameMark(scan.markProblem());
    markNeedsHealing = true;
    LogId id = scan.logId() == null ? new LogId(0, 0) : scan.logId();
    Mark rebuilt = Mark.fresh(id);
    if (!ordinals.isEmpty()) rebuilt = rebuilt.withOrdinals(ordinals.get(0), ordinals.get(ordinals.size() - 1));
    if (!scans.isEmpty() && scans.get(0).header() != null)
      rebuilt = rebuilt.withTruncatedThrough(scans.get(0).header().predecessorLastSequence(), ordinals.get(0));
    mark = rebuilt.withDurable(Mark.DurablePoint.NONE, false);
  }

  /** Nothing that the mark says about the tail counts, and nothing is lost by that. */
  private void judgeOldCut(Mark old) {
    long last = 0;
    for (SegmentScan each : scans) last = Math.max(last, each.lastSequence());
    String later = SegmentName.of(ordinals.get(ordinals.size() - 1));
    String told = old.hasGivenUp()
        ? "expected no segment behind record " + (old.rewinding() ? old.rewindTo() : old.truncatedThrough()) + ", since what lay there was"
            + " given up (CorruptionPolicy.TRUNCATE), found " + later + ": it was put back since. What the segments hold, up to record "
            + last + ", is shown, and nothing is deleted. Put the mark of their time back, too, or go on"
        : "expected the mark of a log that has " + later + ", found an older one, which cuts the tail behind record " + old.rewindTo()
            + ": what was written since, up to record " + last + ", is not cut. Put the newer mark back, or go on";
    losses.nameMark(told + " with what the segments hold: truncate(n), CorruptionPolicy.TRUNCATE, or a repair writes the mark anew");
  }

  private void gatherEvidence() {
    proven = mark.durable().sequence();
    for (int i = 0; i < scans.size(); i++) {
      SegmentScan scan = scans.get(i);
      // What frames behind the link promise is of another life: they were cut away, or somebody else's copy went on with them.
      long end = scan.header() == null ? Long.MAX_VALUE : Links.leave(scans, i);
      proven = Math.max(proven, Math.min(scan.promisedSequence(), end));
      if (scan.header() != null) proven = Math.max(proven, scan.header().predecessorLastSequence());
    }
    if (mark.rewinding()) proven = Math.min(proven, Math.min(mark.rewindTo(), mark.durable().sequence()));
  }

  private void judgeStart() {
    if (mark.rewinding() && mark.rewindOrdinal() == 0) return;
    if (!mark.hasSegments() && !followsOnOneAtStart()) return;
    if (scans.isEmpty()) {
      long end = mark.rewinding() ? mark.rewindTo() : mark.closedCleanly() ? proven : atLeastOne(proven, mark.truncatedThrough(), -1);
      losses.name(mark.lastOrdinal(), 0,
          "expected segments " + mark.firstOrdinal() + " to " + mark.lastOrdinal() + ", found none", mark.truncatedThrough(), end, null);
    } else if (ordinals.get(0) > mark.firstOrdinal()) {
      losses.loseMissing(mark.firstOrdinal(), mark.truncatedThrough(), scans.get(0).header() == null
          ? atLeastOne(proven, mark.truncatedThrough(), -1) : Links.behind(scans, -1), false, null);
    }
  }

  /** A mark of an earlier time may name no segment: the oldest one there says whether it was the first. */
  private boolean followsOnOneAtStart() {
    return !scans.isEmpty() && scans.get(0).header() != null && scans.get(0).header().predecessorOrdinal() >= mark.firstOrdinal();
  }

  private void judgeSegment(int i) {
    SegmentScan scan = scans.get(i);
    boolean newest = i == scans.size() - 1;
    long before = lastReadable();
    if (scan.header() == null) {
      long seen = Math.max(proven, scan.lastSequence());
      long end = atLeastOne(newest ? seen : Links.end(scans, i, seen), before, i);
      losses.lose(ordinals.get(i), 0, scan.headerProblem(), before, end, cutAfterWhole(i - 1));
      return;
    }
    if (i > 0 && !judgeLink(i, before)) return;
    long base = scan.header().baseSequence();
    if (base < lastHeld()) {
      loseNotShown(i, "expected records behind " + lastHeld() + ", found a segment that goes on behind " + base, lastHeld());
      return;
    }
    if (newest && isOfAnotherHistory(scan)) {
      losses.lose(ordinals.get(i), 0,
          "expected record " + scan.lastSequence() + " in a frame with " + checksums(mark.durable().crc(), scan.lastCrc()),
          scan.header().baseSequence(), scan.lastSequence(), cutAfterWhole(i - 1));
      return;
    }
    if (!newest) Links.note(scans, i, mark, notes);
    long clip = mark.rewinding() && ordinals.get(i) == mark.rewindOrdinal() ? mark.rewindTo() : Long.MAX_VALUE;
    clip = Math.min(clip, Links.leave(scans, i));
    long end = newest ? Math.min(proven, clip) : Math.min(clip, Links.end(scans, i, Math.min(proven, clip)));
    // A segment behind which another is missing is not short itself; the missing one is reported in its own name.
    boolean endIsItsOwn = newest ? !newestIsMissing() : linksTo(i + 1, ordinals.get(i));
    judgeBreaks(i, newest, end, clip, endIsItsOwn);
  }

  /** At least one record counts as lost of what is unreadable, unless the first link behind segment {@code i} says otherwise. */
  private long atLeastOne(long end, long before, int i) {
    return Math.min(Math.max(end, before + 1), Links.behind(scans, i));
  }

  /** Records of this segment are there and are not shown; up to the next link only those are missing that no other segment shows. */
  private void loseNotShown(int i, String problem, long before) {
    long behind = Links.behind(scans, i);
    losses.lose(ordinals.get(i), 0, problem + ": not shown", before, behind == Long.MAX_VALUE ? scans.get(i).lastSequence() : behind,
        cutAfterWhole(i - 1));
  }

  /** A copy of the log may have lived on with the same ids: whether the newest segment ends as the mark remembers, but otherwise. */
  private boolean isOfAnotherHistory(SegmentScan scan) {
    Mark.DurablePoint point = mark.durable();
    return !mark.rewinding()
        && point.ordinal() == scan.header().ordinal()
        && point.sequence() == scan.lastSequence()
        && point.crc() != scan.lastCrc();
  }

  private boolean linksTo(int i, long ordinal) {
    return scans.get(i).header() != null && scans.get(i).header().predecessorOrdinal() == ordinal;
  }

  /** Last sequence of the segments taken in so far. */
  private long lastReadable() {
    return segments.isEmpty() ? mark.truncatedThrough() : segments.get(segments.size() - 1).lastSequence();
  }

  /** The same, readable or not, as if opening read all of it. 0 for who salvages: two lives are not for him to choose between. */
  private long lastHeld() {
    if (segments.isEmpty() || scan.isSalvaging()) return 0;
    int last = Collections.binarySearch(ordinals, segments.get(segments.size() - 1).ordinal);
    return Math.max(lastReadable(), Links.held(scans, last));
  }

  /** Whether the segment belongs behind the one before it: records of one that does not are not shown. */
  private boolean judgeLink(int i, long before) {
    SegmentScan scan = scans.get(i);
    SegmentScan previous = scans.get(i - 1);
    long predecessor = scan.header().predecessorOrdinal();
    long predecessorLast = scan.header().predecessorLastSequence();
    if (predecessor > ordinals.get(i - 1)) {
      // A segment that was cut says nothing of what came behind the cut: that may have had the same sequences.
      boolean cut = previous.header() != null && previous.lastSequence() > predecessorLast;
      losses.loseMissing(predecessor, before, predecessorLast, cut, cutAfterWhole(i - 1));
    } else if (predecessor < ordinals.get(i - 1)) {
      loseNotShown(i, "expected a segment that follows on segment " + ordinals.get(i - 1) + ", found one that follows on " + predecessor,
          before);
      return false;
    } else if (previous.header() != null && previous.header().epoch() != scan.header().predecessorEpoch()) {
      loseAnotherHistory(i - 1, predecessorLast,
          String.format(Locale.ROOT, "expected the segment with epoch 0x%016x, found 0x%016x",
              scan.header().predecessorEpoch(), previous.header().epoch()));
    } else if (previous.header() != null
        && previous.breaks().isEmpty()
        && previous.lastSequence() == predecessorLast
        && previous.lastCrc() != scan.header().predecessorCrc()) {
      loseAnotherHistory(i - 1, predecessorLast,
          "expected to end with " + checksums(scan.header().predecessorCrc(), previous.lastCrc()));
    }
    return true;
  }

  private static String checksums(int expected, int found) {
    return String.format(Locale.ROOT, "checksum 0x%08x, found 0x%08x", expected, found);
  }

  /** A segment is whole and not the one that its successor follows on: none of its records is this log's. */
  private void loseAnotherHistory(int i, long lastLost, String problem) {
    segments.removeIf(segment -> segment.ordinal == ordinals.get(i));
    losses.moveCut(ordinals.get(i), cutAfterWhole(i - 1));
    losses.lose(
        ordinals.get(i), 0, problem, Math.max(lastReadable(), scans.get(i).header().baseSequence()), lastLost, cutAfterWhole(i - 1));
  }

  /** The end of segment {@code i}, or of the nearest one before it that was taken in; null if there is none. */
  private Cut cutAfterWhole(int i) {
    int at = i;
    while (at >= 0 && !isTakenIn(ordinals.get(at))) at--;
    if (at < 0) return null;
    SegmentScan scan = scans.get(at);
    return new Cut(ordinals.get(at), scan.usedEndBytes(), scan.usedEndBytes(), scan.usedEndBytes(), scan.lastSequence(), scan.lastCrc());
  }

  private boolean isTakenIn(long ordinal) {
    return Segment.withOrdinal(segments, ordinal) != null;
  }

  /** Goes through the places where frames stop, and takes in the segment up to where it counts. */
  private void judgeBreaks(int i, boolean newest, long end, long clip, boolean endIsItsOwn) {
    SegmentScan scan = scans.get(i);
    long readable = Math.min(clip, scan.lastSequence());
    Break torn = null;
    long named = 0;
    for (Break b : scan.breaks()) {
      if (b.lastBefore() >= clip) break;
      // A crash leaves torn bytes, and no block that the disk refuses: what was there may have been acknowledged.
      boolean damaged = b.refused() && !isBehindACleanClose(scan, b) || (newest ? end > b.wholeBefore() : end > b.lastBefore());
      if (damaged) {
        // What lies behind the clip does not count, readable or not.
        long lastLost = Math.min(clip, b.firstAfter() > 0 ? b.firstAfter() - 1 : Math.max(end, b.lastBefore() + 1));
        losses.lose(ordinals.get(i), b.offsetBytes(), b.problem(), b.lastBefore(), lastLost, cutInside(i, b));
        named = Math.max(named, lastLost);
      } else if (newest) {
        torn = b;
        break;
      }
    }
    if (torn != null) {
      readable = Math.min(readable, torn.wholeBefore());
      segments.add(tornSegment(scan, torn, readable));
      tornAt = cutBefore(i, torn);
      return;
    }
    segments.add(scan.toSegment(readable));
    if (end > Math.max(scan.lastSequence(), named) && endIsItsOwn)
      losses.lose(ordinals.get(i), scan.fileBytes(), "expected records up to sequence " + end + ", found the end of the file",
          scan.lastSequence(), end, cutAfterWhole(i));
  }

  /** Of a log that was closed the mark says where its last record is: behind it lies a seal, or nothing. */
  private boolean isBehindACleanClose(SegmentScan scan, Break b) {
    Mark.DurablePoint point = mark.durable();
    return mark.closedCleanly()
        && point.ordinal() == scan.header().ordinal()
        && point.sequence() == b.wholeBefore()
        && point.crc() == b.crcBefore()
        && point.endBytes() == scan.fileBytes();
  }

  private Segment tornSegment(SegmentScan scan, Break torn, long readable) {
    Segment whole = scan.toSegment(readable);
    return whole.cutAfter(readable, torn.crcBefore(), torn.usedEndBefore(), whole.indexBefore(torn.usedEndBefore()));
  }

  private Cut cutBefore(int i, Break b) {
    return new Cut(ordinals.get(i), b.usedEndBefore(), b.frameOffsetBytes(), Math.max(b.endBytes(), b.frameOffsetBytes()),
        b.wholeBefore(), b.crcBefore());
  }

  /** The same, but for the records of the frame that can still be read: the frame stays, and readers leave it behind them. */
  private Cut cutInside(int i, Break b) {
    return new Cut(
        ordinals.get(i), b.usedEndAt(), b.offsetBytes(), Math.max(b.endBytes(), b.offsetBytes()), b.lastBefore(), b.crcAt());
  }

  /** The newest segment that was ever made must be there. */
  private void judgeEnd() {
    if (!newestIsMissing()) return;
    long before = lastReadable();
    // Of a log that was closed the mark says what was last; but not which other records the segment held up to there.
    boolean told = mark.closedCleanly() && mark.durable().ordinal() == mark.lastOrdinal();
    losses.loseMissing(mark.lastOrdinal(), before, told ? proven : Math.max(proven, before + 1), true, cutAfterWhole(scans.size() - 1));
  }

  private boolean newestIsMissing() {
    return !scans.isEmpty() && !mark.rewinding() && ordinals.get(ordinals.size() - 1) < mark.lastOrdinal();
  }

  /** What lies behind the end of the log would stand between it and the segment that is begun next. */
  private void judgeStrays() {
    int newest = scans.size() - 1;
    while (newest >= 0 && !isTakenIn(ordinals.get(newest))) newest--;
    for (int i = newest + 1; i < scans.size(); i++) {
      if (!losses.names(ordinals.get(i)))
        losses.name(ordinals.get(i), 0, "expected no segment behind the end of the log that is not part of it, found one",
            lastReadable(), 0, cutAfterWhole(newest));
    }
  }

  private Verdict verdict() {
    List<Damage> damage = losses.without(segments);
    long last = Math.max(Math.max(proven, mark.truncatedThrough()), mark.floorSequence());
    for (Segment segment : segments) last = Math.max(last, segment.lastSequence());
    for (Damage d : damage) last = Math.max(last, d.lastLost());
    return new Verdict(false, Optional.of(mark), markNeedsHealing, scan.poorSlot(), scan.logId(), List.copyOf(segments),
        List.copyOf(new TreeSet<>(scan.leftovers)), tornAt, damage, losses.cut(), List.copyOf(notes), gaps(), last, proven, closedCleanly(),
        scan.markedOrdinal(), List.copyOf(scans));
  }

  private List<SequenceRange> gaps() {
    List<SequenceRange> found = new ArrayList<>();
    // The first one has nothing to follow on where the front was given up.
    for (Segment s : segments)
      addGap(found, s.header.predecessorOrdinal() == 0 ? 0 : s.header.predecessorLastSequence(), s.header.baseSequence());
    long end = lastReadable();
    if (losses.isEmpty()) addGap(found, end, mark.floorSequence());
    return List.copyOf(found);
  }

  private void addGap(List<SequenceRange> found, long last, long next) {
    long first = Math.max(last, mark.truncatedThrough()) + 1;
    if (next >= first) found.add(new SequenceRange(first, next));
  }

  private boolean closedCleanly() {
    if (!mark.closedCleanly() || !losses.isEmpty() || tornAt != null || !scan.leftovers.isEmpty()) return false;
    if (segments.isEmpty()) return true;
    Segment newest = segments.get(segments.size() - 1);
    return newest.ordinal == mark.durable().ordinal()
        && newest.endPoint().endBytes() == mark.durable().endBytes()
        && newest.fileBytes == mark.durable().endBytes();
  }
}
