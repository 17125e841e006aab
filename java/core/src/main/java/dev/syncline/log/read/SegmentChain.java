package dev.syncline.log.read;

import dev.syncline.format.Mark;
import dev.syncline.format.SegmentHeader;
import dev.syncline.io.Storage;
import dev.syncline.log.recovery.SegmentScan;
import dev.syncline.log.recovery.SegmentScanner;
import dev.syncline.log.segment.Rewind;
import dev.syncline.log.segment.Segment;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;

/** Finds the segments that a newer mark means, from the newest back by links, up to one that is known: what is known is not read again. */
final class SegmentChain {
  private final Storage storage;

  SegmentChain(Storage storage) {
    this.storage = storage;
  }

  /**
   * Follows the links.
   *
   * @param known the segments as they were
   * @param newest what follows the last of them, or null
   * @return the segments as they are, or null if the files do not agree with the mark: it has changed since, or something is damaged
   */
  List<Segment> follow(List<Segment> known, NewestFrames newest, Mark mark) throws IOException {
    ArrayDeque<Segment> chain = new ArrayDeque<>();
    SegmentHeader successor = null;
    long ordinal = mark.rewinding() ? mark.rewindOrdinal() : mark.lastOrdinal();
    while (ordinal > 0 && ordinal >= mark.firstOrdinal()) {
      Segment segment = Segment.withOrdinal(known, ordinal);
      boolean isKnown = segment != null;
      boolean grows = successor == null && !mark.rewinding();
      if (!isKnown) segment = grows ? new SegmentScanner(storage, Storage.Access.READ).begun(ordinal) : finished(ordinal);
      if (segment != null) segment = ended(segment, successor, mark, newest);
      if (segment == null) return null;
      chain.addFirst(segment);
      if (isKnown) {
        addOlder(chain, known, mark.firstOrdinal());
        break;
      }
      successor = segment.header;
      if (successor.predecessorOrdinal() >= ordinal) return null;
      ordinal = successor.predecessorOrdinal();
    }
    return List.copyOf(chain);
  }

  private static void addOlder(ArrayDeque<Segment> chain, List<Segment> known, long firstOrdinal) {
    long oldest = chain.getFirst().ordinal;
    for (int i = known.size() - 1; i >= 0; i--) {
      Segment older = known.get(i);
      if (older.ordinal < oldest && older.ordinal >= firstOrdinal) chain.addFirst(older);
    }
  }

  /** Read by its seal, or from the front where it has none. */
  private Segment finished(long ordinal) throws IOException {
    SegmentScan scan = new SegmentScanner(storage, Storage.Access.READ).glance(ordinal);
    return scan.header() == null || !scan.breaks().isEmpty() && scan.seal() != null ? null : scan.toSegment(Long.MAX_VALUE);
  }

  /** The segment up to where its successor's link or a decided cut leaves it; null if it is not the one that these mean. */
  private Segment ended(Segment segment, SegmentHeader successor, Mark mark, NewestFrames newest) throws IOException {
    boolean cut = successor == null && mark.rewinding();
    if (successor == null && !cut) return segment;
    long last = cut ? mark.rewindTo() : successor.predecessorLastSequence();
    if (!cut && segment.header.epoch() != successor.predecessorEpoch()) return null;
    if (newest != null && newest.segment == segment) newest.readOnAndProve(last);
    Segment ended = segment.lastSequence() > last ? Rewind.clipped(storage, segment, last) : segment;
    if (cut || isWhatIsMeant(ended, successor)) return ended;
    // What was shown of a frame that grew is less than its place has since another segment begins.
    Segment placed = segment.newestFrame == null ? ended : Rewind.clipped(storage, segment.asPlaced(), last);
    return isWhatIsMeant(placed, successor) ? placed : null;
  }

  private static boolean isWhatIsMeant(Segment ended, SegmentHeader successor) {
    return ended.lastSequence() == successor.predecessorLastSequence() && ended.lastCrc() == successor.predecessorCrc();
  }
}
