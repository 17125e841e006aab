package dev.syncline.log.events;

/** What can happen, with the numbers and the object that an event of it has. */
public enum EventKind {
  /** lastSequence, records, bytes, waiters, writeNanos, waitedNanos. */
  COMMITTED,
  /** segment, nanos. */
  ROTATED,
  /** nanos. */
  PREPARED,
  /** nanos. */
  STALLED,
  /** nanos. */
  RESUMED,
  /** The refusal. */
  SHORTAGE,
  /** The damage. */
  DAMAGED,
  /** Why. */
  FAILED,
  /** total, since it is complete; the activity. */
  PROGRESS,
  /** nanos; the phase. */
  RECOVERING,
  /** The report. */
  RECOVERED
}
