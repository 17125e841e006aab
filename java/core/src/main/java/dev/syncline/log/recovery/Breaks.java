package dev.syncline.log.recovery;

import dev.syncline.log.recovery.SegmentScan.Break;
import java.util.ArrayList;
import java.util.List;

/** The places where the run of a segment's frames stops, as they are found from the front. */
final class Breaks {
  private final List<Break> found = new ArrayList<>();

  void add(Break next) {
    found.add(next);
  }

  /** Whether the last of them ends there. */
  boolean endAt(long offsetBytes) {
    return !found.isEmpty() && found.get(found.size() - 1).endBytes() == offsetBytes;
  }

  /** Tells the last one, if nothing readable had followed it, what follows it now. */
  void close(long firstAfter) {
    int last = found.size() - 1;
    if (last < 0 || found.get(last).firstAfter() != 0) return;
    found.set(last, found.get(last).followedBy(firstAfter));
  }

  /** Takes the last one away if it begins there; returns where it ends, or {@code offsetBytes}. */
  long takeAt(long offsetBytes) {
    int last = found.size() - 1;
    return last < 0 || found.get(last).frameOffsetBytes() != offsetBytes ? offsetBytes : found.remove(last).endBytes();
  }

  List<Break> all() {
    return List.copyOf(found);
  }
}
