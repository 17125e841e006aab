package dev.syncline.replicated.jraft;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What has happened on a node since it was started, in numbers. */
final class NodeFigures {
  private final AtomicLong leaderChanges = new AtomicLong();
  private final AtomicLong snapshots = new AtomicLong();
  private final AtomicLong snapshotNanos = new AtomicLong();
  private final AtomicInteger proposals = new AtomicInteger();

  void leaderChanged() {
    leaderChanges.incrementAndGet();
  }

  void snapshotSaved(long nanos) {
    snapshotNanos.addAndGet(nanos);
    snapshots.incrementAndGet();
  }

  void proposed() {
    proposals.incrementAndGet();
  }

  void answered() {
    proposals.decrementAndGet();
  }

  /** How often this node has heard of a leader that it did not know of. */
  long leaderChanges() {
    return leaderChanges.get();
  }

  long snapshots() {
    return snapshots.get();
  }

  /** How long all of them have taken together. */
  long snapshotMillis() {
    return TimeUnit.NANOSECONDS.toMillis(snapshotNanos.get());
  }

  /** Commands that somebody on this node waits for. */
  int proposals() {
    return proposals.get();
  }
}
