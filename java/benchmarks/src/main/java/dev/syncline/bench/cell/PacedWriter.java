package dev.syncline.bench.cell;

import dev.syncline.WriteAheadLog;
import java.util.concurrent.locks.LockSupport;

/** One thread that appends at a given rate, or as fast as it can, and notes when each append began and when it was acknowledged. */
final class PacedWriter extends Thread {
  private final WriteAheadLog log;
  private final byte[] record;
  private final Times began = new Times();
  private final Times acknowledged = new Times();
  private long firstSequence;
  private Throwable failure;

  private volatile long periodNanos;
  private volatile boolean stopped;

  /** Begins as fast as it can. */
  PacedWriter(WriteAheadLog log, byte[] record) {
    super("append");
    this.log = log;
    this.record = record;
  }

  /** Appends so many times a second from now on; 0 for as fast as it can. */
  void pace(int appendsPerSecond) {
    periodNanos = appendsPerSecond == 0 ? 0 : 1_000_000_000 / appendsPerSecond;
  }

  /** Waits for the append that is in progress. */
  void end() throws Exception {
    stopped = true;
    LockSupport.unpark(this);
    join();
    if (failure != null) throw new Exception("the thread that appends failed", failure);
  }

  @Override
  public void run() {
    try {
      long dueNanos = System.nanoTime();
      long pace = 0;
      while (!stopped) {
        if (periodNanos != pace) {
          pace = periodNanos;
          dueNanos = System.nanoTime();
        }
        // By the plan, not by the append before: one that takes long does not make the rate lower.
        dueNanos += pace;
        if (pace > 0) waitUntil(dueNanos);
        if (!stopped) append();
      }
    } catch (Throwable e) {
      failure = e;
    }
  }

  private void waitUntil(long dueNanos) {
    for (long left = dueNanos - System.nanoTime(); left > 0 && !stopped; left = dueNanos - System.nanoTime())
      LockSupport.parkNanos(this, left);
  }

  private void append() throws Exception {
    long beganNanos = System.nanoTime();
    long sequence = log.append(record);
    acknowledged.add(System.nanoTime());
    began.add(beganNanos);
    if (firstSequence == 0) firstSequence = sequence;
  }

  // After end().

  int count() {
    return acknowledged.count();
  }

  long lastSequence() {
    return firstSequence + count() - 1;
  }

  /** The place of the first append that began at this moment or later. */
  int firstFrom(long atNanos) {
    int at = 0;
    while (at < count() && began.get(at) - atNanos < 0) at++;
    return at;
  }

  long latencyNanos(int at) {
    return acknowledged.get(at) - began.get(at);
  }

  long acknowledgedNanos(int at) {
    return acknowledged.get(at);
  }

  long sequence(int at) {
    return firstSequence + at;
  }
}
