package dev.syncline.log.recovery;

import dev.syncline.format.LogId;
import dev.syncline.format.Seal;
import dev.syncline.format.SegmentHeader;
import dev.syncline.log.segment.Extent;
import dev.syncline.log.segment.NewestFrame;
import dev.syncline.log.segment.Segment;
import dev.syncline.log.segment.SparseIndex;
import java.util.List;

/**
 * What reading one segment from front to back found; facts, no verdict.
 *
 * @param header the segment's header, or null if it is unreadable
 * @param headerCrc its checksum
 * @param headerProblem why it is unreadable, or not this segment's, or null
 * @param foundLogId the log that the bytes in the header's place say they belong to, if their checksum is right; else null
 * @param fileBytes size of the file
 * @param extents readable runs of frames
 * @param breaks places where a frame was expected and none was found, with what lies behind them
 * @param index sparse index of readable frames
 * @param types types of the readable records
 * @param lastCrc checksum of the last readable frame header, or of the segment header
 * @param usedEndBytes offset behind that frame's last record
 * @param committedMillis when that frame was committed, as far as it says; 0 if there is none
 * @param lastSequence last readable sequence, or the base
 * @param promisedSequence highest sequence that any frame header promises to be durable
 * @param seal the seal, if the segment ends with a readable one
 * @param newest what is to be read in the place of the newest frame, if that takes a block at most and no seal ends the segment; else null
 * @param frames readable frames
 * @param counts what of them was to be counted
 */
public record SegmentScan(
    SegmentHeader header,
    int headerCrc,
    String headerProblem,
    LogId foundLogId,
    long fileBytes,
    List<Extent> extents,
    List<Break> breaks,
    SparseIndex index,
    long[] types,
    int lastCrc,
    long usedEndBytes,
    long committedMillis,
    long lastSequence,
    long promisedSequence,
    Seal seal,
    NewestFrame newest,
    long frames,
    Counts counts) {

  /**
   * Frames that hold records between two sequences, those records, and the frames' bytes with their padding.
   *
   * @param lastSequence no record with a higher sequence was counted
   */
  public record Counts(long frames, long records, long bytes, long lastSequence) {
    static final Counts NONE = new Counts(0, 0, 0, 0);
  }

  /**
   * A place where the run of frames stops.
   *
   * @param offsetBytes where the problem is: where a frame was expected, or the damaged record begins
   * @param frameOffsetBytes where the frame begins that has the problem
   * @param problem expected and found
   * @param lastBefore last readable sequence before the problem, records of the same frame included
   * @param wholeBefore last sequence before the frame
   * @param crcBefore checksum of the frame before it, or of the segment header
   * @param usedEndBefore offset behind that frame's last record
   * @param crcAt checksum of the last frame that is readable at least in part: the one with the problem, if records in it are
   * @param usedEndAt offset behind that frame's last record, readable or not
   * @param firstAfter first sequence of the next readable frame of this segment, or 0 if there is none
   * @param endBytes where the torn or damaged bytes end, as far as they can be told from what was there before; {@code offsetBytes} if
   *     nothing but zeros or an earlier life of the file follows
   * @param refused whether the disk refuses to read it: no crash leaves that
   */
  public record Break(
      long offsetBytes,
      long frameOffsetBytes,
      String problem,
      long lastBefore,
      long wholeBefore,
      int crcBefore,
      long usedEndBefore,
      int crcAt,
      long usedEndAt,
      long firstAfter,
      long endBytes,
      boolean refused) {

    /** One of which nothing is readable, behind a frame that is whole. */
    static Break between(
        long offsetBytes, String problem, long lastBefore, int crcBefore, long usedEndBefore, long endBytes, boolean refused) {
      return new Break(offsetBytes, offsetBytes, problem, lastBefore, lastBefore, crcBefore, usedEndBefore, crcBefore, usedEndBefore, 0,
          endBytes, refused);
    }

    Break followedBy(long sequence) {
      return new Break(
          offsetBytes, frameOffsetBytes, problem, lastBefore, wholeBefore, crcBefore, usedEndBefore, crcAt, usedEndAt, sequence, endBytes,
          refused);
    }
  }

  /**
   * The break that begins at {@code frameOffset}, or in which it lies: where an index, of before the damage, says that a frame begins. Null
   * if there is none.
   */
  public Break breakAround(long frameOffset) {
    for (Break each : breaks) {
      boolean goesSoFar = frameOffset < each.endBytes() || each.firstAfter() == 0;
      if (frameOffset == each.frameOffsetBytes() || frameOffset > each.frameOffsetBytes() && goesSoFar) return each;
    }
    return null;
  }

  public boolean hasFrames() {
    return frames > 0;
  }

  /** Whether the newest frame was the same each time it was read: beside a writer it may have gone to its place in between. */
  boolean isOfOneMoment() {
    if (header == null || newest == null || extents.isEmpty()) return true;
    boolean isLast = newest.offsetBytes() + header.blockBytes() == extents.get(extents.size() - 1).endBytes();
    return !isLast || newest.header.crc() == lastCrc;
  }

  /** The segment as readers need it, with nothing above {@code clip}. */
  public Segment toSegment(long clip) {
    List<Extent> kept =
        extents.stream()
            .filter(e -> e.firstSequence() <= clip)
            .map(e -> new Extent(e.startBytes(), e.endBytes(), e.firstSequence(), Math.min(clip, e.lastSequence())))
            .toList();
    Segment segment = new Segment(header, headerCrc, index, types, kept, lastCrc, usedEndBytes, committedMillis, seal != null);
    segment.fileBytes = fileBytes;
    if (newest != null && newest.header.firstSequence() <= clip) segment.newestFrame = newest;
    return segment;
  }
}
