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

  /** Tells those that nothing readable had followed, which lie side by side, what follows them now. */
  void close(long firstAfter) {
    for (int i = found.size() - 1; i >= 0 && found.get(i).firstAfter() == 0; i--) found.set(i, found.get(i).followedBy(firstAfter));
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
