package dev.syncline.log.commit;

import dev.syncline.log.events.EventKind;
import dev.syncline.log.events.LogEvents;

/** What will be told of the records that become durable next. The token's holder. */
final class CommitReport {
  private final LogEvents events;

  // Of what was written and is not known to be durable.

  private int records;
  private long bytes;
  private int waiters;
  private long writeNanos;

  /** When the first of the records was appended, by nanoTime; 0 if nobody wanted to know then. */
  private long beganNanos;

  /** What the recorder wants back of the last write or sync, or null. */
  private Object begun;

  CommitReport(LogEvents events) {
    this.events = events;
  }

  /** A write or sync begins. */
  void begin() {
    begun = events.begin(EventKind.COMMITTED);
  }

  /** It has ended, and has taken so long. */
  void end(long ioNanos) {
    if (events.timesCommits()) writeNanos += ioNanos;
  }

  /** A frame's records are in a file. */
  void add(Frame frame) {
    if (!events.timesCommits()) return;
    records += frame.recordCount();
    bytes += frame.bodyBytes();
    Followers followers = frame.followers();
    if (followers != null) waiters += followers.members();
    if (beganNanos == 0) beganNanos = frame.beganNanos();
  }

  /** They are durable, up to {@code lastSequence}. */
  void tell(long lastSequence) {
    // None were counted if nobody wanted to know when they were written.
    if (records == 0) return;
    long waitedNanos = beganNanos == 0 ? writeNanos : System.nanoTime() - beganNanos;
    events.committed(begun, lastSequence, records, bytes, waiters, writeNanos, waitedNanos);
    forget();
  }

  /** What was written brought no record. */
  void forget() {
    records = 0;
    bytes = 0;
    waiters = 0;
    writeNanos = 0;
    beganNanos = 0;
    begun = null;
  }
}
