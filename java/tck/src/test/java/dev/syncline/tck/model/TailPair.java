package dev.syncline.tck.model;

import dev.syncline.tck.model.Frames.Found;
import dev.syncline.tck.model.Frames.Frame;
import dev.syncline.tck.model.ModelDisk.Mark;
import dev.syncline.tck.model.ModelDisk.Segment;
import dev.syncline.tck.model.ModelDisk.Tail;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a log's disk means: which frames a reader finds there. */
final class TailPair {
  private final Frame[] known;
  private final Mistake mistake;

  TailPair(Frame[] known, Mistake mistake) {
    this.known = known;
    this.mistake = mistake;
  }

  /** The tail blocks of a segment that count, each the beginning of its block; of two for one block the longer one is last. */
  List<Tail> tails(Segment segment, boolean closed) {
    List<Tail> valid = new ArrayList<>();
    if (segment.sealed() || closed && mistake == Mistake.BELIEVES_THE_CLOSED_BIT) return valid;
    for (int i = 0; i < 2; i++) {
      Tail tail = segment.slot(i).valid();
      if (tail != null) valid.add(tail);
    }
    valid.sort((a, b) -> a.place() != b.place() ? a.place() - b.place() : a.units().size() - b.units().size());
    return valid;
  }

  /** The stream with the tail blocks laid over it. */
  int[] units(int number, Segment segment, boolean closed) {
    List<Tail> tails = tails(segment, closed);
    int[] stream = padded(segment.stream(), tails);
    if (mistake == Mistake.COUNTS_WHERE_STREAM_ENDS) {
      int streamEnds = Frames.blockOf(Frames.parse(stream, number, known, true).end());
      tails.removeIf(tail -> tail.place() != streamEnds);
    }
    for (Tail tail : tails) {
      int at = tail.place() * Frames.BLOCK;
      for (int i = 0; i < Frames.BLOCK; i++) {
        if (i < tail.units().size()) stream[at + i] = tail.units().get(i);
        else if (mistake == Mistake.COVERS_THE_WHOLE_BLOCK) stream[at + i] = Frames.ZERO;
      }
    }
    return stream;
  }

  private static int[] padded(List<Integer> stream, List<Tail> tails) {
    int length = Frames.roundUp(stream.size());
    for (Tail tail : tails) length = Math.max(length, (tail.place() + 1) * Frames.BLOCK);
    int[] units = new int[length];
    for (int i = 0; i < stream.size(); i++) units[i] = stream.get(i);
    return units;
  }

  Found find(int number, Segment segment, boolean closed) {
    return Frames.parse(units(number, segment, closed), number, known, mistake != Mistake.NEVER_SKIPS);
  }

  /** All frames that count, oldest first. */
  List<Integer> read(ModelDisk disk) {
    Mark mark = disk.mark;
    List<Integer> all = new ArrayList<>();
    int before = 0;
    for (Map.Entry<Integer, Segment> entry : disk.segments.entrySet()) {
      int number = entry.getKey();
      Segment segment = entry.getValue();
      if (number < mark.firstSegment() || number > mark.lastSegment() || !segment.headed()) continue;
      if (mark.cutSegment() != 0 && number > mark.cutSegment()) break;
      if (segment.linkedSegment() == before && before != 0) clip(all, segment.linkedFrame());
      for (Frame frame : find(number, segment, mark.closed()).frames()) all.add(frame.number());
      if (number == mark.cutSegment()) clip(all, mark.cutFrame());
      before = number;
    }
    return all;
  }

  /** Takes away what comes behind a frame; if it is not there, nothing does. */
  private static void clip(List<Integer> frames, int last) {
    int at = frames.lastIndexOf(last);
    if (at >= 0) frames.subList(at + 1, frames.size()).clear();
  }
}
