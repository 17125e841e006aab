package dev.syncline.log;

import dev.syncline.log.commit.Rotation;
import dev.syncline.log.read.DirectoryFollower;
import dev.syncline.log.read.ReadSource;
import dev.syncline.log.segment.MarkFile;
import dev.syncline.log.segment.MarkFile.Checkpoint;
import dev.syncline.log.segment.Segment;
import dev.syncline.shortage.PatientLock;
import dev.syncline.shortage.StackReserve;

/** The last checkpoint of a log: what the mark knows, and what was noted since. Any thread. */
final class LastCheckpoint {
  private final Rotation rotation;
  private final ReadSource source;

  /** What a read-only log follows; null in one that is written to. */
  private final DirectoryFollower follower;

  private final PatientLock noting = new PatientLock(StackReserve.DISK);

  /** That of a log without a mark file of its own. */
  private volatile Checkpoint read = new Checkpoint(0, 0);

  LastCheckpoint(Rotation rotation, ReadSource source, DirectoryFollower follower) {
    this.rotation = rotation;
    this.source = source;
    this.follower = follower;
  }

  /** The one that the mark named when it was read. */
  void readFromMark(Checkpoint checkpoint) {
    read = checkpoint;
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

  /** As {@link SegmentedLog#checkpointsMayFollow}. */
  long mayFollow(int type) {
    Segment newest = source.known().newest();
    long last = get().sequence();
    boolean may = newest != null && newest.hasType(type) && newest.reachesBeyond(last);
    return may ? Math.max(last, newest.header.baseSequence()) : -1;
  }
}
