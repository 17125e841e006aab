package dev.syncline.log.segment;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The segments of a log that is written to, oldest first, and those that were truncated away and are still read by somebody.
 *
 * <p>The housekeeping thread changes the list; what readers see of it is published to them.
 */
public final class SegmentSet {
  /** Never changed, only replaced. */
  private volatile List<Segment> live;

  private final Pins pins;

  /** Truncated and waiting for their last reader, oldest first. Changed by the housekeeping thread. */
  private final List<Segment> retired = new CopyOnWriteArrayList<>();

  public SegmentSet(Pins pins) {
    this.pins = pins;
    live = List.of();
  }

  public List<Segment> live() {
    return live;
  }

  public void replaceAll(List<Segment> segments) {
    live = List.copyOf(segments);
  }

  public void add(Segment segment) {
    List<Segment> grown = new ArrayList<>(live);
    grown.add(segment);
    live = List.copyOf(grown);
  }

  public Segment newest() {
    List<Segment> now = live;
    return now.isEmpty() ? null : now.get(now.size() - 1);
  }

  /** Lets the log end with {@code clipped}, in the place of the segment that it is a part of; returns those behind it, newest first. */
  public List<Segment> cutBehind(Segment clipped) {
    List<Segment> left = new ArrayList<>();
    List<Segment> gone = new ArrayList<>();
    for (Segment segment : live) {
      if (segment.ordinal < clipped.ordinal) left.add(segment);
      else if (segment.ordinal > clipped.ordinal) gone.add(0, segment);
    }
    left.add(clipped);
    live = List.copyOf(left);
    return gone;
  }

  /** Takes segments out of the log; their files go when nobody reads them any more. */
  public void retire(List<Segment> segments) {
    List<Segment> rest = new ArrayList<>(live);
    rest.removeAll(segments);
    live = List.copyOf(rest);
    retired.addAll(segments);
  }

  /** Takes segments that have left the list by another way, and that somebody may still read from {@code lowestPin} on. */
  public void retireAsWell(List<Segment> before, long lowestPin) {
    for (Segment segment : before) if (!isLive(segment.ordinal) && segment.ordinal >= lowestPin) retired.add(segment);
  }

  public boolean isLive(long ordinal) {
    return Segment.withOrdinal(live, ordinal) != null;
  }

  /** Retired segments that nobody reads, oldest first and without a gap; they are the caller's now. */
  public List<Segment> takeUnread() {
    long lowest = pins.lowest();
    List<Segment> free = new ArrayList<>();
    while (!retired.isEmpty() && retired.get(0).ordinal < lowest) free.add(retired.remove(0));
    return free;
  }

  public boolean hasRetired() {
    return !retired.isEmpty();
  }

  public List<Segment> retired() {
    return List.copyOf(retired);
  }

  /** What the files of live and retired segments take, roughly. */
  public long diskBytes() {
    long bytes = 0;
    for (Segment segment : live) bytes += segment.fileBytes;
    for (Segment segment : retired) bytes += segment.fileBytes;
    return bytes;
  }
}
