package dev.syncline.log;

import dev.syncline.SequenceRange;
import dev.syncline.format.CutHistory;
import dev.syncline.format.Layout;
import dev.syncline.log.commit.Rotation;
import dev.syncline.log.read.DirectoryFollower;
import dev.syncline.log.read.ReadSource;
import dev.syncline.log.recovery.Verdict;
import dev.syncline.log.segment.MarkFile;
import dev.syncline.log.segment.MarkFile.Checkpoint;
import dev.syncline.log.segment.Segment;
import dev.syncline.shortage.PatientLock;
import dev.syncline.shortage.StackReserve;
import java.util.ArrayList;
import java.util.List;

/** The last checkpoint of a log: what the mark knows, and what was noted since. Any thread. */
final class LastCheckpoint {
  private final Rotation rotation;
  private final ReadSource source;

  /** What a read-only log follows; null in one that is written to. */
  private final DirectoryFollower follower;

  private final PatientLock noting = new PatientLock(StackReserve.DISK);

  /** That of a log without a mark file of its own. */
  private volatile Checkpoint read = new Checkpoint(0, 0);

  private volatile long markedOrdinal = Verdict.ALL_MARKED;

  /** In what is followed, the end when it was opened, and the cuts that were known then. */
  private volatile long openedSequence;

  private volatile CutHistory openedCuts = CutHistory.NONE;

  LastCheckpoint(Rotation rotation, ReadSource source, DirectoryFollower follower) {
    this.rotation = rotation;
    this.source = source;
    this.follower = follower;
  }

  /** The one that the mark named when it was read, and the newest segment that it knew of. */
  void readFromMark(Checkpoint checkpoint, long ordinal) {
    read = checkpoint;
    markKnows(ordinal);
  }

  /** The newest segment that the mark knew of when it was read; 0 without a mark, {@link Verdict#ALL_MARKED} if it is believed for all. */
  void markKnows(long ordinal) {
    if (follower != null) {
      openedSequence = follower.durableSequence();
      openedCuts = follower.known().cuts();
    }
    markedOrdinal = ordinal;
  }

  /** What lay there when the log was opened, and lies there still. */
  private long unchangedSinceOpened() {
    return Math.min(openedSequence, follower.known().cuts().sharedSince(openedCuts));
  }

  Checkpoint get() {
    MarkFile file = rotation.markFile();
    if (file != null) return file.checkpoint();
    return follower != null ? follower.checkpoint(read) : read;
  }

  /** Remembers one that is durable, if it is newer than the one that is known; returns whether it is. */
  boolean note(Checkpoint latest) {
    noting.lock();
    try {
      if (latest.sequence() <= get().sequence()) return false;
      read = latest;
      if (follower != null) follower.noted();
      if (rotation.markFile() != null) rotation.markFile().noteCheckpoint(latest);
      return true;
    } finally {
      noting.unlock();
    }
  }

  /** Remembers one that was found beside a writer, unless a cut has taken it since. */
  void noteFound(Checkpoint latest, long currentSequence) {
    if (latest.sequence() <= currentSequence) note(AppendLimits.requireCheckpoint(latest, currentSequence));
  }

  /**
   * Newest segment first. A mark that begins a segment knows the checkpoints before it; one of an earlier time knows no later segment; one
   * that was written when the log was closed knows all up to there.
   */
  List<SequenceRange> mayLie(int type) {
    List<SequenceRange> found = new ArrayList<>();
    boolean allMarked = markedOrdinal == Verdict.ALL_MARKED;
    // Whoever writes notes its own.
    if (allMarked && follower == null) return found;
    long known = allMarked ? Math.max(get().sequence(), unchangedSinceOpened()) : get().sequence();
    List<Segment> segments = source.known().segments();
    for (int i = segments.size() - 1; i >= 0; i--) {
      Segment segment = segments.get(i);
      boolean newest = i == segments.size() - 1;
      if (!newest && !allMarked && segment.ordinal < markedOrdinal) break;
      if (!segment.hasType(type) || !segment.reachesBeyond(known)) continue;
      long end = newest ? Layout.SEQUENCE_MAX : segment.lastSequence();
      found.add(new SequenceRange(Math.max(known, segment.header.baseSequence()) + 1, end));
    }
    return found;
  }
}
