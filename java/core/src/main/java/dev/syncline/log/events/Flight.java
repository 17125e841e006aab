package dev.syncline.log.events;

/** The process's flight recorder, where it has one. Any thread, with whatever lock or token; throws only for want of stack or memory. */
public interface Flight {
  /** From now on the recorder tells when somebody begins to record, if it did not already. Cheap after the first time. */
  void listen();

  /** Whether commits are being recorded. Cheap. */
  boolean takesCommits();

  /** Something begins that is recorded with its beginning: returns what {@link #record} wants back, or null if nobody wants to know. */
  Object begin(EventKind kind);

  /**
   * Something has happened.
   *
   * @param begun what {@link #begin} gave; null for what has no beginning
   */
  void record(EventKind kind, Object begun, long a, long b, long c, long d, long e, long f, Object object);

  /** Nothing more is recorded. */
  void close();
}
