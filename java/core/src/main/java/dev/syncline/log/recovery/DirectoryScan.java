package dev.syncline.log.recovery;

import dev.syncline.Verification;
import dev.syncline.format.LogId;
import dev.syncline.format.Mark;
import dev.syncline.format.SegmentHeader;
import dev.syncline.format.SegmentName;
import dev.syncline.io.Storage;
import dev.syncline.log.segment.Incompatible;
import dev.syncline.log.segment.MarkFile;
import dev.syncline.log.segment.SegmentFiles;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads a directory: the mark, what a truncation or a cut has left over, and every segment in use. Facts, no verdict; reads only.
 */
final class DirectoryScan {
  /** The newest segment of a log that was closed is read whole up to this, even where its ends would do. */
  private static final long READ_WHOLE_BYTES = 1 << 20;

  /** Segments in use, ascending, and what reading each found. */
  final List<Long> ordinals = new ArrayList<>();

  final List<SegmentScan> scans = new ArrayList<>();

  /** Segments that no longer or do not yet belong to the log. */
  final List<Long> leftovers = new ArrayList<>();

  final List<String> notes = new ArrayList<>();

  /** Segments whose header was unreadable and is assumed to be what their frames and neighbours say. */
  final Set<Long> assumed = new TreeSet<>();

  private final Storage storage;
  private final Storage.Access access;
  private final SegmentScanner scanner;
  private final Verification verification;
  private final Map<Long, SegmentScan> finished;
  private Mark mark;
  private Mark oldCut;
  private String markProblem;
  private boolean markNeedsHealing;
  private int poorSlot = -1;
  private LogId logId;
  private boolean salvaging;
  private boolean knownByItsEnds;

  /** @param finished scans of finished segments, by ordinal, that need not be read again; those that are read now are added */
  DirectoryScan(Storage storage, Storage.Access access, Verification verification, Map<Long, SegmentScan> finished) {
    this.storage = storage;
    this.access = access;
    this.scanner = new SegmentScanner(storage, access);
    this.verification = verification;
    this.finished = finished;
  }

  /** From now on what cannot be shown in its place, but can be read, is taken in as well. */
  void salvage() {
    salvaging = true;
  }

  boolean isSalvaging() {
    return salvaging;
  }

  /** Reads it all; returns false if there is neither a mark nor a segment. */
  boolean read() throws IOException {
    // The mark before the list: a segment that begins in between is one more than the mark knows, and none that is missing.
    boolean hasMark = readMark();
    NavigableSet<Long> present = new SegmentFiles(storage).ordinals();
    if (!hasMark && present.isEmpty()) return false;
    if (mark != null && mark.hasGivenUp()) lookForSegmentsPutBack(present);
    if (mark != null && mark.rewinding()) lookForLaterSegments(present);
    sortOutLeftovers(present);
    scanAll(present);
    if (!salvaging) return true;
    setStraysAside();
    assumeHeaders();
    return true;
  }

  /** The mark that counts, or null if none is readable. */
  Mark mark() {
    return mark;
  }

  /** As {@link Verdict#markedOrdinal}. */
  long markedOrdinal() {
    if (mark == null) return 0;
    return knownByItsEnds ? Verdict.ALL_MARKED : mark.lastOrdinal();
  }

  /**
   * The mark as it was read, if segments say that it is of an earlier time: before the cut that it decides was made, or before what was
   * given up was put back; else null.
   */
  Mark oldCut() {
    return oldCut;
  }

  /** Why none is. */
  String markProblem() {
    return markProblem;
  }

  /** Whether a slot of the mark file is torn or damaged. */
  boolean markNeedsHealing() {
    return markNeedsHealing;
  }

  /** The slot that says less than the other, or -1. */
  int poorSlot() {
    return poorSlot;
  }

  /** The log's id, or null if nothing tells it. */
  LogId logId() {
    return logId;
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
    poorSlot = reading.poorSlot();
    if (mark != null) logId = mark.logId();
    if (mark == null) markProblem = reading.problem();
    else if (reading.problem() != null) notes.add(SegmentName.MARK + ": " + reading.problem() + "; the other slot was used");
    return true;
  }

  /**
   * A cut is over in the mark before the first frame goes to a segment that is begun behind it. So one that has frames, and that the mark
   * does not know, is not what the cut took: the mark is of an earlier time, and its cut was made long ago.
   */
  private void lookForLaterSegments(NavigableSet<Long> present) throws IOException {
    for (long ordinal : present.tailSet(mark.lastOrdinal(), false)) {
      SegmentScan scan = scanner.glance(ordinal);
      requireOwn(ordinal, scan.foundLogId());
      if (!holdsAnything(scan)) continue;
      oldCut = mark;
      mark = mark.withoutRewind();
      return;
    }
  }

  /**
   * What is given up is taken away before the mark says so, and no crash leaves any of it. So what lies there was put back since, and is
   * not deleted on the word of a mark that is older than that.
   */
  private void lookForSegmentsPutBack(NavigableSet<Long> present) throws IOException {
    long last = mark.rewinding() ? mark.rewindTo() : mark.truncatedThrough();
    for (long ordinal : present) {
      boolean forgotten = mark.rewinding() && ordinal < mark.firstOrdinal();
      if (forgotten || ordinal <= mark.rewindOrdinal() || ordinal > mark.lastOrdinal()) continue;
      SegmentScan scan = scanner.glance(ordinal);
      requireOwn(ordinal, scan.foundLogId());
      if (!holdsAnything(scan) || scan.lastSequence() <= last) continue;
      oldCut = mark;
      mark = mark.rewinding() ? mark.withoutRewind() : mark.withOrdinals(1, mark.lastOrdinal());
      return;
    }
  }

  private static boolean holdsAnything(SegmentScan scan) {
    return scan.hasFrames() || scan.seal() != null;
  }

  /** Sets aside what a truncation or a rewind has given up and not got round to deleting. */
  private void sortOutLeftovers(NavigableSet<Long> present) {
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

  private void scanAll(NavigableSet<Long> present) throws IOException {
    for (long ordinal : present) {
      SegmentScan scan = scanned(ordinal, present);
      requireOwn(ordinal, scan.foundLogId());
      ordinals.add(ordinal);
      scans.add(scan);
    }
    for (int i = scans.size() - 1; i >= 0 && isUnborn(i); i--) {
      long ordinal = ordinals.remove(i);
      SegmentScan unborn = scans.remove(i);
      leftovers.add(ordinal);
      boolean another = unborn.header() == null && unborn.foundLogId() != null;
      notes.add(SegmentName.of(ordinal) + ": was being made when the last user stopped; holds nothing"
          + (another ? " of its own: " + unborn.headerProblem() : ""));
    }
    // If the newest turned out unborn, the one before it is the newest and was only glanced at.
    int last = scans.size() - 1;
    if (last >= 0 && !present.isEmpty() && ordinals.get(last) != present.last().longValue())
      scans.set(last, scanner.scan(ordinals.get(last)));
    readWhereSealsAreContradicted();
  }

  /** A seal is no more than its frames are: where it tells another end than the link of the next segment, those are asked. */
  private void readWhereSealsAreContradicted() throws IOException {
    for (int i = 0; i + 1 < scans.size(); i++) {
      SegmentScan scan = scans.get(i);
      SegmentHeader next = scans.get(i + 1).header();
      boolean glanced = scan.header() != null && scan.seal() != null && !scan.hasFrames();
      boolean follows = next != null && glanced && next.predecessorOrdinal() == ordinals.get(i)
          && next.predecessorEpoch() == scan.header().epoch() && next.predecessorLastSequence() == scan.lastSequence();
      if (!follows || next.predecessorCrc() == scan.lastCrc()) continue;
      scans.set(i, scanner.scan(ordinals.get(i)));
      finished.remove(ordinals.get(i));
    }
  }

  /** Asked of the newest that is left: what another segment follows on was there. */
  private boolean isUnborn(int i) {
    return mark != null && ordinals.get(i) > mark.lastOrdinal() && !holdsAnything(scans.get(i));
  }

  private SegmentScan scanned(long ordinal, NavigableSet<Long> present) throws IOException {
    Long next = present.higher(ordinal);
    SegmentScan known = finished.get(ordinal);
    long forgotten = mark == null ? 0 : mark.truncatedThrough();
    if (next == null && verification != Verification.FULL) {
      SegmentScan closed = closed(ordinal);
      knownByItsEnds = closed != null;
      if (knownByItsEnds) return closed;
    }
    boolean whole = next == null || verification == Verification.FULL;
    if (known != null && next != null && (!whole || known.header().baseSequence() >= forgotten)) return known;
    if (whole) scanner.countBetween(forgotten, Long.MAX_VALUE);
    SegmentScan scan = whole ? scanner.scan(ordinal) : scanner.glance(ordinal);
    boolean isFinished = next != null && scan.header() != null && scan.seal() != null && scan.breaks().isEmpty();
    if (isFinished) finished.put(ordinal, scan);
    return scan;
  }

  private SegmentScan closed(long ordinal) throws IOException {
    boolean closed = mark != null && mark.closedCleanly() && !mark.rewinding() && mark.durable().ordinal() == ordinal;
    // Reading so little costs nothing, and finds damage early.
    if (closed && verification == Verification.TAIL && mark.durable().endBytes() <= READ_WHOLE_BYTES) return null;
    return closed ? ClosedSegment.scan(storage, access, ordinal, mark.durable()) : null;
  }

  /** A segment that lies between two of which the later follows on the earlier is none of this log's history. */
  private void setStraysAside() {
    for (int i = scans.size() - 1; i > 0; i--) {
      SegmentHeader header = scans.get(i).header();
      while (header != null && i > 0 && header.predecessorOrdinal() > 0 && header.predecessorOrdinal() < ordinals.get(i - 1)) {
        long stray = ordinals.remove(--i);
        scans.remove(i);
        notes.add(SegmentName.of(stray) + ": stands between two segments of which the later follows on the earlier; not part of the log");
      }
    }
  }

  private void assumeHeaders() throws IOException {
    for (int i = 0; i < scans.size(); i++) {
      SegmentScan found = scans.get(i);
      if (found.header() != null || !found.hasFrames()) continue;
      SegmentScan previous = i == 0 ? null : scans.get(i - 1);
      AssumedHeader likely = AssumedHeader.of(
          storage, access, new AssumedHeader.Place(logId, ordinals.get(i), i == 0 ? 0 : ordinals.get(i - 1), previous, mark), found);
      if (likely == null) continue;
      scans.set(i, scanner.scanAs(likely.header(), likely.crc()));
      assumed.add(ordinals.get(i));
      notes.add(SegmentName.of(ordinals.get(i)) + ": its header is unreadable; its frames are read by what they say of themselves");
    }
  }

  /** The mark says which log this is, or else the first segment does. */
  private void requireOwn(long ordinal, LogId found) throws IOException {
    if (found == null) return;
    if (logId == null) logId = found;
    if (!found.equals(logId)) throw Incompatible.foreignSegment(storage, ordinal, logId, found);
  }
}
