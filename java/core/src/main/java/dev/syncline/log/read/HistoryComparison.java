package dev.syncline.log.read;

import dev.syncline.CorruptLogException;
import dev.syncline.io.Storage;
import dev.syncline.log.segment.Rewind;
import dev.syncline.log.segment.Segment;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;

/**
 * Compares what a follower knows with what lies in the directory now, by the segments themselves: a copy may have been restored under it,
 * which has the same log id, the same cuts, and even the same epochs, and goes on otherwise.
 */
final class HistoryComparison {
  private final Storage storage;

  HistoryComparison(Storage storage) {
    this.storage = storage;
  }

  /**
   * Up to where both have the same segments; of one that goes on otherwise only what lies before it is shared.
   *
   * @param end how far the known ones were shown; they may have been read further
   */
  long shared(ReadView known, long end, List<Segment> now) throws IOException {
    long shared = now.isEmpty() ? known.truncatedThrough() : now.get(0).header.predecessorLastSequence();
    for (Segment before : known.segments()) {
      Segment same = Segment.withOrdinal(now, before.ordinal);
      if (same == null && !now.isEmpty() && before.ordinal < now.get(0).ordinal) continue;
      if (same == null || same.header.epoch() != before.header.epoch()) break;
      long last = Math.min(before.lastSequence(), end);
      boolean whole = same.lastSequence() >= last && isThere(before);
      shared = Math.max(shared, whole ? last : before.header.baseSequence());
      if (!whole) break;
    }
    return shared;
  }

  /** Whether the last of the known segments that is still in use ends as it is known, but for a cut. */
  boolean isOneHistory(List<Segment> known, List<Segment> now) throws IOException {
    for (int i = known.size() - 1; i >= 0; i--) {
      Segment same = Segment.withOrdinal(now, known.get(i).ordinal);
      if (same == null) continue;
      return same.lastSequence() < known.get(i).lastSequence() || isThere(known.get(i));
    }
    return true;
  }

  /**
   * Whether the file of that name has the segment's last frame. Asked of the disk before it is denied: a page in the cache may predate what
   * another process has written past it.
   */
  private boolean isThere(Segment segment) throws IOException {
    return isThere(segment, Storage.Access.READ) || isThere(segment, Storage.Access.READ_UNCACHED);
  }

  private boolean isThere(Segment segment, Storage.Access access) throws IOException {
    try {
      return Rewind.lastFrameIsThere(storage, access, segment);
    } catch (NoSuchFileException e) {
      // Taken away since the others were read, which is no other history: the next look finds what has become of it.
      return true;
    } catch (CorruptLogException e) {
      return false;
    }
  }
}
