package dev.syncline.lab;

import dev.syncline.format.Layout;
import dev.syncline.lab.GoldenLog.GoldenFrame;
import dev.syncline.lab.GoldenLog.GoldenRecord;
import dev.syncline.lab.GoldenLog.GoldenSegment;
import java.util.Arrays;

/**
 * What became of one segment file of a golden log, and what that must lead to.
 *
 * @param firstHit first frame that lost a record; null if none did
 * @param lastHit last such frame
 * @param firstLost first sequence that can no longer be read; 0 if there is none
 * @param lastLost last sequence of those as far as anything tells; what follows it can be read again
 * @param matters whether any byte changed that a reader or the log relies on; padding does not matter
 * @param headerHit whether the segment's header is not what it was
 * @param sealHit whether the seal is not what it was, and is missed: a file that ends with its last frame's block, as where there was no
 *     room for a seal, misses none
 * @param endsHit whether it shows in what a log is opened by that was closed: the file's length, its first frame's header, its last frame
 * @param evidence highest sequence that something still says is durable
 */
record Corruption(
    GoldenSegment segment,
    GoldenFrame firstHit,
    GoldenFrame lastHit,
    long firstLost,
    long lastLost,
    boolean matters,
    boolean headerHit,
    boolean sealHit,
    boolean endsHit,
    long evidence) {

  /** Compares the file as it was with what became of it. */
  static Corruption of(GoldenLog log, GoldenSegment segment, byte[] before, byte[] after) {
    return of(log, segment, before, after, log.marked());
  }

  /** @param marked what the mark file still says is durable */
  static Corruption of(GoldenLog log, GoldenSegment segment, byte[] before, byte[] after, long marked) {
    boolean newest = segment == log.newest();
    long evidence = evidence(log, segment, before, after, marked);
    if (differs(before, after, 0, Layout.SEGMENT_HEADER_BYTES)) {
      long last = newest ? Math.max(segment.first(), Math.max(evidence, lastSeen(segment, before, after))) : segment.last();
      return new Corruption(segment, segment.frames().get(0), null, segment.first(), last, true, true, false, true, evidence);
    }
    long firstLost = 0;
    long lastLost = 0;
    GoldenFrame hit = null;
    GoldenFrame lastHit = null;
    boolean seal = false;
    for (GoldenFrame frame : segment.frames()) {
      if (frame.seal()) {
        seal |= sealHit(frame, before, after) && after.length != frame.start();
        continue;
      }
      long lost = firstLostIn(frame, before, after);
      if (lost == 0) continue;
      if (hit == null) firstLost = lost;
      if (hit == null) hit = frame;
      lastHit = frame;
      boolean nothingFollows = newest && frame == segment.frames().get(segment.frames().size() - 1);
      lastLost = nothingFollows ? Math.max(firstLost, evidence) : frame.last();
    }
    boolean ends = endsHit(segment, before, after);
    return new Corruption(segment, hit, lastHit, firstLost, lastLost, hit != null || seal, false, seal, ends, evidence);
  }

  private static boolean endsHit(GoldenSegment segment, byte[] before, byte[] after) {
    GoldenFrame first = segment.dataFrames().get(0);
    GoldenFrame last = segment.dataFrames().get(segment.dataFrames().size() - 1);
    return before.length != after.length
        || differs(before, after, first.start(), first.start() + Layout.FRAME_HEADER_BYTES)
        || differs(before, after, last.start(), last.usedEnd());
  }

  /** The mark's word, and the promises of frames whose headers are left. */
  private static long evidence(GoldenLog log, GoldenSegment segment, byte[] before, byte[] after, long marked) {
    long evidence = marked;
    if (segment != log.newest()) return log.contents().current();
    for (GoldenFrame frame : segment.frames())
      if (!differs(before, after, frame.start(), frame.start() + Layout.FRAME_HEADER_BYTES))
        evidence = Math.max(evidence, frame.promised());
    return evidence;
  }

  /** Frames tell their records even where the segment's header is gone. */
  private static long lastSeen(GoldenSegment segment, byte[] before, byte[] after) {
    long seen = 0;
    for (GoldenFrame frame : segment.dataFrames()) if (!differs(before, after, frame.start(), frame.usedEnd())) seen = frame.last();
    return seen;
  }

  private static boolean sealHit(GoldenFrame seal, byte[] before, byte[] after) {
    // The trailer's last four bytes are zeros that nobody reads.
    return before.length != after.length
        || differs(before, after, seal.start(), seal.usedEnd())
        || differs(before, after, seal.end() - Layout.SEAL_TRAILER_BYTES, seal.end() - 4);
  }

  private static long firstLostIn(GoldenFrame frame, byte[] before, byte[] after) {
    if (differs(before, after, frame.start(), frame.start() + Layout.FRAME_HEADER_BYTES)) return frame.first();
    for (GoldenRecord record : frame.records()) if (differs(before, after, record.start(), record.end())) return record.groupFirst();
    return 0;
  }

  private static boolean differs(byte[] before, byte[] after, int from, int to) {
    return after.length < to || !Arrays.equals(before, from, to, after, from, to);
  }

  boolean loses() {
    return firstLost > 0;
  }

  /** Behind which sequence everything can be read again. */
  long readableBehind(GoldenLog log) {
    if (segment != log.newest()) return lastLost;
    return headerHit ? Long.MAX_VALUE - 1 : lastHit.last();
  }

  /** Whether nothing on disk says any more that what is lost was durable. A segment's own header is durable before it counts. */
  boolean looksTorn() {
    return loses() && firstHit.first() > evidence && !headerHit;
  }
}
