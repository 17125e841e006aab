package dev.syncline.lab.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;

/** What a log has on disk, as values: a change makes another disk. */
final class ModelDisk {

  private static final List<Integer> EMPTY = Collections.nCopies(Frames.BLOCK, Frames.ZERO);

  /**
   * @param linkedSegment the one before, or 0
   * @param linkedCommit the last commit that counts there; 0 if none does
   * @param stream units to the end of the file
   */
  record Segment(boolean headed, int linkedSegment, int linkedCommit, List<Integer> stream, List<Integer> slot0, List<Integer> slot1) {
    static Segment begun(boolean headed, int linkedSegment, int linkedCommit) {
      return new Segment(headed, linkedSegment, linkedCommit, List.of(), EMPTY, EMPTY);
    }

    List<Integer> slot(int i) {
      return i == 0 ? slot0 : slot1;
    }

    Segment withSlot(int i, List<Integer> units) {
      return new Segment(headed, linkedSegment, linkedCommit, stream, i == 0 ? units : slot0, i == 1 ? units : slot1);
    }

    Segment withStream(List<Integer> units) {
      return new Segment(headed, linkedSegment, linkedCommit, units, slot0, slot1);
    }

    boolean sealed() {
      int end = stream.size();
      if (end < Frames.BLOCK || end % Frames.BLOCK != 0) return false;
      return stream.subList(end - Frames.BLOCK, end).stream().allMatch(unit -> unit == Frames.SEAL);
    }
  }

  /**
   * Written in one step: it has two slots of its own, and its first write is the moment of the change.
   *
   * @param cutSegment where a decided cut of the tail lies, or 0
   * @param cutCommit the last commit that stays
   * @param closedAt where the newest segment's file ended when the log was closed; -1 if it was not
   */
  record Mark(int firstSegment, int lastSegment, int cutSegment, int cutCommit, int closedAt) {}

  /** A durable or plain write that is not known to be on disk. */
  sealed interface Write permits StreamWrite, SlotWrite, HeaderWrite {}

  record StreamWrite(int segment, int at, List<Integer> units) implements Write {}

  record SlotWrite(int segment, int slot, List<Integer> units) implements Write {}

  record HeaderWrite(int segment, int linkedSegment, int linkedCommit) implements Write {}

  final TreeMap<Integer, Segment> segments;
  final Mark mark;

  ModelDisk(TreeMap<Integer, Segment> segments, Mark mark) {
    this.segments = segments;
    this.mark = mark;
  }

  ModelDisk with(int number, Segment segment) {
    TreeMap<Integer, Segment> changed = new TreeMap<>(segments);
    if (segment == null) changed.remove(number);
    else changed.put(number, segment);
    return new ModelDisk(changed, mark);
  }

  ModelDisk with(Mark changed) {
    return new ModelDisk(segments, changed);
  }

  /** With all of it. */
  ModelDisk with(Write write) {
    int[] all = new int[sectors(write)];
    Arrays.fill(all, 1);
    return with(write, all);
  }

  static int sectors(Write write) {
    if (write instanceof StreamWrite stream) return (stream.units.size() + Frames.SECTOR - 1) / Frames.SECTOR;
    return write instanceof SlotWrite ? Frames.BLOCK / Frames.SECTOR : 1;
  }

  /** @param outcomes of each sector: 0 old, 1 new, 2 garbled */
  ModelDisk with(Write write, int[] outcomes) {
    if (write instanceof SlotWrite slot) {
      Segment segment = segments.get(slot.segment);
      return with(slot.segment, segment.withSlot(slot.slot, over(segment.slot(slot.slot), 0, slot.units, outcomes)));
    }
    if (write instanceof HeaderWrite header)
      return outcomes[0] == 0 ? this : with(header.segment, Segment.begun(outcomes[0] == 1, header.linkedSegment, header.linkedCommit));
    StreamWrite stream = (StreamWrite) write;
    Segment segment = segments.get(stream.segment);
    return with(stream.segment, segment.withStream(over(segment.stream, stream.at, stream.units, outcomes)));
  }

  private static List<Integer> over(List<Integer> old, int at, List<Integer> written, int[] outcomes) {
    List<Integer> units = new ArrayList<>(old);
    while (units.size() < at + written.size()) units.add(Frames.ZERO);
    for (int i = 0; i < written.size(); i++) {
      int outcome = outcomes[i / Frames.SECTOR];
      if (outcome != 0) units.set(at + i, outcome == 1 ? written.get(i) : Frames.GARBAGE);
    }
    return List.copyOf(units);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ModelDisk disk && disk.segments.equals(segments) && disk.mark.equals(mark);
  }

  @Override
  public int hashCode() {
    return 31 * segments.hashCode() + mark.hashCode();
  }

  @Override
  public String toString() {
    return mark + " " + segments;
  }
}
