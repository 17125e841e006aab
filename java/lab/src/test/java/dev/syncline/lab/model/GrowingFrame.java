package dev.syncline.lab.model;

import dev.syncline.lab.model.Frames.Commit;
import dev.syncline.lab.model.Frames.Frame;
import dev.syncline.lab.model.ModelDisk.Mark;
import dev.syncline.lab.model.ModelDisk.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a log's disk means: which commits a reader finds there. */
final class GrowingFrame {
  /** By their numbers. */
  private final List<Frame> known;

  private final Mistake mistake;

  GrowingFrame(List<Frame> known, Mistake mistake) {
    this.known = known;
    this.mistake = mistake;
  }

  /** Frames that follow on each other; the last one may lie in a slot. */
  List<Frame> find(int number, Segment segment) {
    List<Frame> found = new ArrayList<>();
    boolean slotsCount = mistake != Mistake.READS_PLACES_ONLY && !segment.sealed();
    int newest = newestBlock(segment);
    int previous = -number;
    int block = 0;
    while (true) {
      Frame there = Frames.frameAt(segment.stream(), block * Frames.BLOCK, known);
      if (there != null && there.block() != block) there = null;
      Frame next = slotsCount && block == newest ? better(there, inSlots(segment, block)) : there;
      if (next == null || next.previous() != previous) return found;
      found.add(next);
      previous = next.number();
      block = next.end();
    }
  }

  private static Frame better(Frame there, Frame slot) {
    if (there == null || slot == null) return there == null ? slot : there;
    return slot.commits().size() > there.commits().size() ? slot : there;
  }

  /** Only of the later of their frames the slots may have more than its place. */
  private int newestBlock(Segment segment) {
    int newest = -1;
    for (int i = 0; i < 2; i++) {
      Frame slot = Frames.frameAt(segment.slot(i), 0, known);
      if (slot != null) newest = Math.max(newest, slot.block());
    }
    return newest;
  }

  /** What the slots have of the frame that belongs to that block, where the file goes so far; or null. */
  Frame inSlots(Segment segment, int block) {
    Frame best = null;
    if (segment.stream().size() <= block * Frames.BLOCK) return best;
    for (int i = 0; i < 2; i++) {
      Frame slot = Frames.frameAt(segment.slot(i), 0, known);
      if (slot == null || slot.block() != block) continue;
      boolean longer = best == null || slot.commits().size() > best.commits().size();
      if (best == null || longer != (mistake == Mistake.THE_SHORTER_SLOT_WINS)) best = slot;
    }
    return best;
  }

  /** All commits that count, oldest first. */
  List<Integer> read(ModelDisk disk) {
    Mark mark = disk.mark;
    List<Integer> all = new ArrayList<>();
    int before = 0;
    for (Map.Entry<Integer, Segment> entry : disk.segments.entrySet()) {
      int number = entry.getKey();
      Segment segment = entry.getValue();
      if (number < mark.firstSegment() || number > mark.lastSegment() || !segment.headed()) continue;
      if (mark.cutSegment() != 0 && number > mark.cutSegment()) break;
      if (segment.linkedSegment() == before && before != 0) clip(all, segment.linkedCommit());
      for (Frame frame : find(number, segment)) for (Commit commit : frame.commits()) all.add(commit.number());
      if (number == mark.cutSegment()) clip(all, mark.cutCommit());
      before = number;
    }
    return all;
  }

  /** Takes away what comes behind a commit; if it is not there, nothing does. */
  private static void clip(List<Integer> commits, int last) {
    int at = commits.lastIndexOf(last);
    if (at >= 0) commits.subList(at + 1, commits.size()).clear();
  }
}
