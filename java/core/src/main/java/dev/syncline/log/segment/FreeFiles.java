package dev.syncline.log.segment;

import dev.syncline.format.SegmentName;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Files of truncated segments, kept to be used again where that is safe and wanted. As many are wanted as segments were begun between two
 * disposals, since the log was larger by them, and more where a new file had to be made in between. Housekeeping thread.
 */
final class FreeFiles {
  private static final int WANTED_MIN = 2;
  private static final int WANTED_MAX = 8;

  /** After so many disposals one file less is wanted, if one was never needed in all that time: a burst is not remembered for ever. */
  private static final int DISPOSALS_TO_FORGET = 16;

  record Free(String name, long bytes) {}

  private final SegmentFiles segmentFiles;
  private final long segmentBytes;

  /** Changed by the housekeeping thread; whoever asks for statistics looks through it. */
  private final ConcurrentLinkedDeque<Free> files = new ConcurrentLinkedDeque<>();

  private long rotationsBeforeLastDisposal;
  private long disposals;

  /** How many files are kept to be used again. */
  private long wanted = WANTED_MIN;

  /** How few of them there were at any time since one was last forgotten. */
  private int least = Integer.MAX_VALUE;

  /** @param segmentBytes what a usual segment takes */
  FreeFiles(SegmentFiles segmentFiles, long segmentBytes) {
    this.segmentFiles = segmentFiles;
    this.segmentBytes = segmentBytes;
  }

  /** Any thread. */
  long bytes() {
    long bytes = 0;
    for (Free free : files) bytes += free.bytes();
    return bytes;
  }

  boolean isEmpty() {
    return files.isEmpty();
  }

  /** A file to use again, or null: then a new one is needed. */
  Free take() {
    Free taken = files.poll();
    least = Math.min(least, files.size());
    if (taken == null && disposals > 0) want(wanted + 1);
    return taken;
  }

  /** It could not be used now. */
  void giveBack(Free free) {
    files.addFirst(free);
  }

  /**
   * Keeps or deletes the files of segments. Durable only with the next directory sync.
   *
   * @param rotations how many segments were begun so far
   */
  void dispose(List<Segment> segments, long rotations) throws IOException {
    if (++disposals % DISPOSALS_TO_FORGET == 0) {
      if (least > 0) wanted = Math.max(WANTED_MIN, wanted - 1);
      least = Integer.MAX_VALUE;
    }
    want(rotations - rotationsBeforeLastDisposal);
    rotationsBeforeLastDisposal = rotations;
    for (Segment segment : segments) dispose(segment);
  }

  private void want(long atLeast) {
    wanted = Math.min(WANTED_MAX, Math.max(wanted, atLeast));
  }

  private void dispose(Segment segment) throws IOException {
    segment.close();
    boolean keep = files.size() < wanted
        && !segment.hasHoles
        && segment.fileBytes >= segmentBytes / 2
        && segment.fileBytes <= 2 * segmentBytes;
    if (!keep) segmentFiles.delete(segment.name);
    else if (segmentFiles.keepForUseAgain(segment)) files.add(new Free(SegmentName.free(segment.ordinal), segment.fileBytes));
  }

  /** Deletes them all. */
  void discard() throws IOException {
    for (Free free : List.copyOf(files)) {
      segmentFiles.delete(free.name());
      files.remove(free);
    }
  }
}
