package dev.syncline.log.segment;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The segments of the log, oldest first, and who still reads those that were truncated away.
 *
 * <p>The housekeeping thread changes the list; readers take it as it is at that moment.
 */
public final class SegmentSet {
  /** Never changed, only replaced. */
  private volatile List<Segment> live;

  private final ReentrantLock pinLock = new ReentrantLock();

  /** Lowest ordinal that each open cursor may still read. Guarded by pinLock. */
  private final Map<Object, Long> pins = new IdentityHashMap<>();

  /** Truncated and waiting for their last reader, oldest first. Changed by the housekeeping thread. */
  private final List<Segment> retired = new CopyOnWriteArrayList<>();

  public SegmentSet(List<Segment> segments) {
    live = List.copyOf(segments);
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

  /** Takes segments out of the log; their files go when nobody reads them any more. */
  public void retire(List<Segment> segments) {
    List<Segment> rest = new ArrayList<>(live);
    rest.removeAll(segments);
    live = List.copyOf(rest);
    retired.addAll(segments);
  }

  /** Retired segments that nobody reads, oldest first and without a gap; they are the caller's now. */
  public List<Segment> takeUnread() {
    long lowest = lowestPin();
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

  /** Keeps segments from {@code ordinal} on readable for {@code reader}, until it pins a later one or unpins. */
  public void pin(Object reader, long ordinal) {
    pinLock.lock();
    try {
      pins.put(reader, ordinal);
    } finally {
      pinLock.unlock();
    }
  }

  public void unpin(Object reader) {
    pinLock.lock();
    try {
      pins.remove(reader);
    } finally {
      pinLock.unlock();
    }
  }

  private long lowestPin() {
    pinLock.lock();
    try {
      return pins.values().stream().mapToLong(Long::longValue).min().orElse(Long.MAX_VALUE);
    } finally {
      pinLock.unlock();
    }
  }

  /** The first of {@code segments} that holds a sequence above {@code sequence}, or null. */
  public static Segment firstBeyond(List<Segment> segments, long sequence) {
    int low = 0;
    int high = segments.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (segments.get(middle).lastSequence() > sequence) high = middle;
      else low = middle + 1;
    }
    // A segment without records says its base is its last sequence; the next one with records is meant.
    while (low < segments.size() && !segments.get(low).reachesBeyond(sequence)) low++;
    return low < segments.size() ? segments.get(low) : null;
  }
}
