package dev.syncline.log.read;

import dev.syncline.CorruptLogException;
import dev.syncline.format.CutHistory;
import dev.syncline.format.Mark;
import dev.syncline.format.SegmentName;
import dev.syncline.io.Storage;
import dev.syncline.log.recovery.SegmentScan;
import dev.syncline.log.recovery.SegmentScanner;
import dev.syncline.log.segment.MarkFile;
import dev.syncline.log.segment.SealedCopy;
import dev.syncline.log.segment.Segment;
import dev.syncline.log.segment.SegmentFiles;
import dev.syncline.log.segment.ShortFileException;
import dev.syncline.log.segment.Snapshot;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Copies what a follower shows into another directory, as a log of its own. Copies bytes and links nothing: the files are somebody else's,
 * who goes on to change them. A file that was truncated, cut or used again while it was copied is left out or copied again: whoever changes
 * a file has said so in the mark before.
 */
public final class ViewCopy {
  private static final int ATTEMPTS = 100;

  /** Up to where a segment was copied, and under which cuts: a file is cut even where what counts of it stays the same. */
  private record Copied(Segment segment, long endBytes, CutHistory cuts) {}

  private final Storage source;
  private final Storage target;
  private final DirectoryFollower follower;
  private final Supplier<MarkFile.Checkpoint> lastCheckpoint;
  private final Map<Long, Copied> copied = new HashMap<>();

  /** @param lastCheckpoint the last one that is known, which the writer's mark may not name yet */
  public ViewCopy(Storage source, Storage target, DirectoryFollower follower, Supplier<MarkFile.Checkpoint> lastCheckpoint) {
    this.source = source;
    this.target = target;
    this.follower = follower;
    this.lastCheckpoint = lastCheckpoint;
  }

  /**
   * @throws CorruptLogException if something is damaged: a copy would hold less than the log had
   * @throws NoSuchFileException if there is no log, or if files go on to be taken away faster than they are copied
   */
  public void copy() throws IOException {
    ReadView view = follower.current();
    if (!view.damage().isEmpty()) throw new CorruptLogException(view.damage().get(0), "Nothing was copied: repair the log first");
    if (follower.mark() == null) throw new NoSuchFileException(source.directory().toString(), null, "expected a log to copy, found none");
    for (int attempt = 0; ; attempt++) {
      try {
        if (copyOnce()) return;
        if (attempt == ATTEMPTS) throw new IOException(source.directory() + ": its tail is cut faster than it can be copied");
      } catch (NoSuchFileException | ShortFileException e) {
        if (attempt == ATTEMPTS) throw e;
      }
    }
  }

  /** Returns false if the tail was cut meanwhile. */
  private boolean copyOnce() throws IOException {
    follower.current();
    DirectoryFollower.Seen seen = follower.seen();
    List<Segment> segments = seen.view().segments();
    keepOnly(segments);
    for (int i = 0; i < segments.size(); i++) {
      Segment successor = i + 1 < segments.size() ? segments.get(i + 1) : null;
      if (successor != null) copySegment(new Copied(segments.get(i), Long.MAX_VALUE, seen.view().cuts()), successor);
      else copySegment(new Copied(seen.newest(), seen.point().endBytes(), seen.view().cuts()), null);
    }
    follower.current();
    ReadView now = follower.known();
    if (!now.cuts().equals(seen.view().cuts())) return false;
    List<Segment> left = segments.stream().filter(segment -> Segment.withOrdinal(now.segments(), segment.ordinal) != null).toList();
    keepOnly(left);
    Mark mark = seen.mark().withTruncatedThrough(now.truncatedThrough(), first(left, seen.mark()));
    if (!left.isEmpty()) mark = mark.withOrdinals(mark.firstOrdinal(), left.get(left.size() - 1).ordinal);
    // The copy counts as closed, and what a closed log's mark says of checkpoints is believed.
    MarkFile.Checkpoint last = lastCheckpoint.get();
    boolean newer = last.sequence() > mark.lastCheckpoint() && last.sequence() <= seen.end();
    if (newer) mark = mark.withCheckpoint(last.sequence(), last.covered());
    Mark.DurablePoint end = left.isEmpty() ? Mark.DurablePoint.NONE : seen.point();
    Snapshot.finish(target, mark.withFloor(Math.max(seen.end(), mark.truncatedThrough())).withDurable(end, true));
    return true;
  }

  private static long first(List<Segment> segments, Mark mark) {
    return segments.isEmpty() ? mark.lastOrdinal() + 1 : segments.get(0).ordinal;
  }

  private void copySegment(Copied wanted, Segment successor) throws IOException {
    Segment segment = wanted.segment;
    if (wanted.equals(copied.get(segment.ordinal))) return;
    // Also what an attempt that failed has left of it.
    forget(segment.ordinal, segment.name);
    Segment unsealed = successor == null ? null : unsealed(segment, successor);
    if (unsealed != null) SealedCopy.write(source, unsealed, target, segment.name);
    else new SegmentFiles(source).copyTo(target, segment, wanted.endBytes);
    // The slots may have more of the newest frame than is shown.
    if (successor == null) new SegmentFiles(target).clearSlots(segment.name);
    copied.put(segment.ordinal, wanted);
  }

  /** What the copy of a segment is to be sealed as, if the segment has lost its seal; else null. */
  private Segment unsealed(Segment segment, Segment successor) throws IOException {
    SegmentScanner scanner = new SegmentScanner(source, Storage.Access.READ);
    SegmentScan scan = scanner.glance(segment.ordinal);
    // A seal is no more than its frames are.
    if (scan.seal() != null && scan.lastCrc() != successor.header.predecessorCrc()) scan = scanner.scan(segment.ordinal);
    if (scan.header() == null || scan.seal() != null) return null;
    Segment whole = scan.toSegment(successor.header.predecessorLastSequence());
    return whole.isFollowedBy(successor.header) ? whole : null;
  }

  /** Deletes copies of what no longer counts, those that an attempt has left in part too. */
  private void keepOnly(List<Segment> segments) throws IOException {
    Set<String> wanted = new HashSet<>();
    for (Segment segment : segments) wanted.add(segment.name);
    for (String name : target.list()) if (SegmentName.ordinal(name) > 0 && !wanted.contains(name)) forget(SegmentName.ordinal(name), name);
  }

  private void forget(long ordinal, String name) throws IOException {
    copied.remove(ordinal);
    new SegmentFiles(target).deleteIfThere(name);
  }
}
