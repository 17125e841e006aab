package dev.syncline.log.commit;

import dev.syncline.format.Mark;
import dev.syncline.log.segment.Segment;
import dev.syncline.shortage.PatientLock;
import dev.syncline.shortage.WaitList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * How far the log is written, and how far it is durable. The one place where anybody waits for the disk, except for the followers of a
 * frame. The ends are written under the queue's lock, by the token's holder, and read by anyone.
 */
public final class DurableEnd {
  /** Nobody waits longer than this without looking how things stand: who should wake them may have run out of memory. */
  static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final PatientLock lock;

  /** Signalled when the end has moved, or something has changed for readers. */
  private final WaitList moved;

  /** Highest sequence that lies in a file, durable or not. */
  private volatile long writtenSequence;

  /** Highest sequence that is on stable storage. */
  private volatile long sequence;

  // Where it lies. Guarded by the lock; ordinal 0 while this instance has made nothing durable.
  private long ordinal;
  private long endBytes;
  private int crc;

  DurableEnd(PatientLock lock) {
    this.lock = lock;
    moved = new WaitList(lock);
  }

  public long sequence() {
    return sequence;
  }

  public long writtenSequence() {
    return writtenSequence;
  }

  /**
   * Whether it has come to {@code target}, or had when a cut of the tail took that: what is cut is durable then. Lock held.
   *
   * @param appended highest sequence given out
   */
  boolean hasReached(long target, long appended) {
    return sequence >= Math.min(target, appended);
  }

  /** The log goes on behind {@code lastSequence}, all of it durable. Lock held. */
  void restart(long lastSequence) {
    writtenSequence = lastSequence;
    sequence = lastSequence;
    ordinal = 0;
    signal();
  }

  /** From now on readers find what lies up to {@code last} in files. Lock held. */
  void written(long last) {
    writtenSequence = last;
  }

  /** Everything in files up to {@code last} is durable; it ends in {@code tail}. Lock held. */
  void moveTo(long last, Segment tail) {
    sequence = last;
    ordinal = tail.ordinal;
    endBytes = tail.usedEndBytes();
    crc = tail.lastCrc();
    signal();
  }

  void signal() {
    moved.signalAll();
  }

  /** The durable end, or null if nothing has been made durable since the log was opened or its tail cut. */
  Mark.DurablePoint point() {
    lock.lock();
    try {
      return ordinal == 0 ? null : new Mark.DurablePoint(ordinal, endBytes, sequence, crc);
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the end to move, for a second at most and however often the thread is interrupted. Lock held. */
  void awaitMove() {
    moved.await(LOOK_NANOS);
  }

  /** Waits until the end lies beyond {@code after}, {@code over} says so, or the time is up. An interrupt ends it and stays set. */
  public void awaitBeyond(long after, BooleanSupplier over, long timeoutNanos) {
    long beganNanos = System.nanoTime();
    long leftNanos = timeoutNanos;
    lock.lock();
    try {
      while (sequence <= after && !over.getAsBoolean() && leftNanos > 0) {
        if (moved.awaitInterruptibly(Math.min(leftNanos, LOOK_NANOS))) return;
        leftNanos = timeoutNanos - (System.nanoTime() - beganNanos);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Something has changed for readers that wait. */
  public void wakeReaders() {
    lock.lock();
    try {
      signal();
    } finally {
      lock.unlock();
    }
  }
}
