package dev.syncline.log.recovery;

import dev.syncline.Verification;
import dev.syncline.format.LogId;
import dev.syncline.format.Mark;
import dev.syncline.format.SegmentHeader;
import dev.syncline.format.SegmentName;
import dev.syncline.io.Storage;
import dev.syncline.log.segment.Incompatible;
import dev.syncline.log.segment.MarkFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Reads a directory: the mark, what a truncation or a cut has left over, and every segment in use. Facts, no verdict; reads only.
 */
final class DirectoryScan {
  /** Segments in use, ascending, and what reading each found. */
  final List<Long> ordinals = new ArrayList<>();

  final List<SegmentScan> scans = new ArrayList<>();

  /** Segments that no longer or do not yet belong to the log. */
  final List<Long> leftovers = new ArrayList<>();

  final List<String> notes = new ArrayList<>();

  private final Storage storage;
  private final SegmentScanner scanner;
  private final Verification verification;
  private final Map<Long, SegmentScan> finished;
  private Mark mark;
  private String markProblem;
  private boolean markNeedsHealing;
  private LogId logId;

  /** @param finished scans of finished segments, by ordinal, that need not be read again; those that are read now are added */
  DirectoryScan(Storage storage, Storage.Access access, Verification verification, Map<Long, SegmentScan> finished) {
    this.storage = storage;
    this.scanner = new SegmentScanner(storage, access);
    this.verification = verification;
    this.finished = finished;
  }

  /** Reads it all; returns false if there is neither a mark nor a segment. */
  boolean read() throws IOException {
    // The mark before the list: a segment that begins in between is one more than the mark knows, and none that is missing.
    boolean hasMark = readMark();
    TreeSet<Long> present = segmentOrdinals(storage.list());
    if (!hasMark && present.isEmpty()) return false;
    sortOutLeftovers(present);
    scanAll(present);
    return true;
  }

  /** The mark that counts, or null if none is readable. */
  Mark mark() {
    return mark;
  }

  /** Why none is. */
  String markProblem() {
    return markProblem;
  }

  /** Whether a slot of the mark file is torn or damaged. */
  boolean markNeedsHealing() {
    return markNeedsHealing;
  }

  /** The log's id, or null if nothing tells it. */
  LogId logId() {
    return logId;
  }

  private TreeSet<Long> segmentOrdinals(List<String> names) throws IOException {
    TreeSet<Long> found = new TreeSet<>();
    for (String name : names) {
      if (!SegmentName.isSegment(name)) continue;
      long ordinal = SegmentName.ordinal(name);
      if (ordinal < 0) throw Incompatible.foreignName(storage, name);
      found.add(ordinal);
    }
    return found;
  }

  /** Returns whether there is a mark file, readable or not. */
  private boolean readMark() throws IOException {
    MarkFile.Reading reading;
    try {
      reading = MarkFile.read(storage);
    } catch (NoSuchFileException e) {
      markProblem = "expected a mark file beside the segments, found none";
      return false;
    }
    mark = reading.mark().orElse(null);
    markNeedsHealing = reading.slotNeedsHealing();
    if (mark != null) logId = mark.logId();
    if (mark == null) markProblem = reading.problem();
    else if (reading.problem() != null) notes.add(SegmentName.MARK + ": " + reading.problem() + "; the other slot was used");
    return true;
  }

  /** Sets aside what a truncation or a rewind has given up and not got round to deleting. */
  private void sortOutLeftovers(TreeSet<Long> present) {
    if (mark == null) return;
    for (long ordinal : List.copyOf(present)) {
      boolean truncated = ordinal < mark.firstOrdinal();
      boolean rewound = mark.rewinding() && ordinal > mark.rewindOrdinal();
      if (!truncated && !rewound) continue;
      present.remove(ordinal);
      leftovers.add(ordinal);
      notes.add(SegmentName.of(ordinal) + ": left over from " + (truncated ? "a truncation" : "a cut of the tail"));
    }
  }

  private void scanAll(TreeSet<Long> present) throws IOException {
    for (long ordinal : present) {
      SegmentScan scan = scanned(ordinal, present.higher(ordinal));
      requireOwn(ordinal, scan.foundLogId());
      boolean unborn = mark != null && ordinal > mark.lastOrdinal() && !scan.hasFrames() && scan.seal() == null;
      if (unborn) {
        leftovers.add(ordinal);
        notes.add(SegmentName.of(ordinal) + ": was being made when the last user stopped; holds nothing");
        continue;
      }
      ordinals.add(ordinal);
      scans.add(scan);
    }
    // If the newest turned out unborn, the one before it is the newest and was only glanced at.
    int last = scans.size() - 1;
    if (last >= 0 && !present.isEmpty() && ordinals.get(last) != present.last().longValue())
      scans.set(last, scanner.scan(ordinals.get(last)));
  }

  private SegmentScan scanned(long ordinal, Long next) throws IOException {
    SegmentScan known = finished.get(ordinal);
    long forgotten = mark == null ? 0 : mark.truncatedThrough();
    boolean whole = next == null || verification == Verification.FULL;
    if (known != null && next != null && (!whole || known.header().baseSequence() >= forgotten)) return known;
    if (whole) scanner.countBetween(forgotten, countedEnd(ordinal, next));
    SegmentScan scan = whole ? scanner.scan(ordinal) : scanner.glance(ordinal);
    boolean isFinished = next != null && scan.header() != null && scan.seal() != null && scan.breaks().isEmpty();
    if (isFinished) finished.put(ordinal, scan);
    return scan;
  }

  /** Up to where records of a segment count: to a decided cut, or to its successor's link. */
  private long countedEnd(long ordinal, Long next) throws IOException {
    if (mark != null && mark.rewinding() && ordinal == mark.rewindOrdinal()) return mark.rewindTo();
    SegmentHeader successor = next == null ? null : scanner.header(next);
    boolean linked = successor != null && successor.predecessorOrdinal() == ordinal;
    return linked ? successor.predecessorLastSequence() : Long.MAX_VALUE;
  }

  /** The mark says which log this is, or else the first segment does. */
  private void requireOwn(long ordinal, LogId found) throws IOException {
    if (found == null) return;
    if (logId == null) logId = found;
    if (!found.equals(logId)) throw Incompatible.foreignSegment(storage, ordinal, logId, found);
  }
}
