package dev.syncline.tck.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/** What a log has on disk, as values: a change makes another disk. */
final class ModelDisk {

  /** A tail block: the first units of a block of the stream, under one checksum. */
  record Tail(int place, List<Integer> units) {}

  /** A tail block's place on disk, sector by sector: a tail block, {@link #NOTHING}, or {@link #GARBLED}. */
  record Slot(Object first, Object second) {
    static final Object NOTHING = "nothing";
    static final Object GARBLED = "garbled";
    static final Slot EMPTY = new Slot(NOTHING, NOTHING);

    Tail valid() {
      return first instanceof Tail tail && first.equals(second) ? tail : null;
    }
  }

  /**
   * @param linkedSegment the one before, or 0
   * @param linkedFrame the last frame that counts there; below 0 if none does
   * @param stream units to the end of the file
   */
  record Segment(boolean headed, int linkedSegment, int linkedFrame, List<Integer> stream, Slot slot0, Slot slot1) {
    Slot slot(int i) {
      return i == 0 ? slot0 : slot1;
    }

    Segment withSlot(int i, Slot slot) {
      return new Segment(headed, linkedSegment, linkedFrame, stream, i == 0 ? slot : slot0, i == 1 ? slot : slot1);
    }

    Segment withStream(List<Integer> units) {
      return new Segment(headed, linkedSegment, linkedFrame, units, slot0, slot1);
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
   * @param cutFrame the last frame that stays
   * @param closed whether the log was closed and nothing done since
   */
  record Mark(int firstSegment, int lastSegment, int cutSegment, int cutFrame, boolean closed) {}

  /** A durable or plain write that is not known to be on disk. */
  sealed interface Write permits StreamWrite, TailWrite, HeaderWrite {}

  record StreamWrite(int segment, int at, List<Integer> units) implements Write {}

  record TailWrite(int segment, int slot, Tail tail) implements Write {}

  record HeaderWrite(int segment, int linkedSegment, int linkedFrame) implements Write {}

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
    return write instanceof TailWrite ? 2 : 1;
  }

  /** @param outcomes of each sector: 0 old, 1 new, 2 garbled */
  ModelDisk with(Write write, int[] outcomes) {
    if (write instanceof TailWrite tail) {
      Segment segment = segments.get(tail.segment);
      Slot old = segment.slot(tail.slot);
      Slot slot = new Slot(sector(old.first(), tail.tail, outcomes[0]), sector(old.second(), tail.tail, outcomes[1]));
      return with(tail.segment, segment.withSlot(tail.slot, slot));
    }
    if (write instanceof HeaderWrite header) {
      if (outcomes[0] == 0) return this;
      return with(header.segment,
          new Segment(outcomes[0] == 1, header.linkedSegment, header.linkedFrame, List.of(), Slot.EMPTY, Slot.EMPTY));
    }
    StreamWrite stream = (StreamWrite) write;
    Segment segment = segments.get(stream.segment);
    List<Integer> units = new ArrayList<>(segment.stream);
    while (units.size() < stream.at + stream.units.size()) units.add(Frames.ZERO);
    for (int i = 0; i < stream.units.size(); i++) {
      int outcome = outcomes[i / Frames.SECTOR];
      if (outcome != 0) units.set(stream.at + i, outcome == 1 ? stream.units.get(i) : Frames.GARBAGE);
    }
    return with(stream.segment, segment.withStream(List.copyOf(units)));
  }

  private static Object sector(Object old, Tail written, int outcome) {
    return outcome == 0 ? old : outcome == 1 ? written : Slot.GARBLED;
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
