package dev.syncline.log.commit;

import dev.syncline.io.SleepWord;
import dev.syncline.log.commit.Waiter.Outcome;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * The threads that wait for one frame, and how they are woken. Made for one use of a frame and never used again.
 *
 * <p>The first of them parks: it is the one to write the frame if the token comes free and nobody else takes it, and is woken alone. The
 * others sleep on the frame's word where the storage has one, and are woken together by one system call; where it has none, and if they are
 * virtual, they park too, and each of them that is woken wakes two more. Members join under the queue's lock, until the frame is taken.
 *
 * <p>The word only wakes; what has happened is said by {@link #outcome}, so that a frame's earlier or later uses are not taken for this
 * one.
 */
final class Followers {
  /** Stands for a thread that sleeps on the word instead of parking. */
  private static final Waiter SLEEPER = new Waiter(null);

  private static final AtomicIntegerFieldUpdater<Followers> WOKEN = AtomicIntegerFieldUpdater.newUpdater(Followers.class, "woken");

  private final SleepWord word;

  /** Who is to lead next, or null. Queue's lock, until the outcome is settled. */
  private Waiter successor;

  /** The others that park, newest first. Queue's lock until the outcome is settled. */
  private Waiter parked;

  /** How many have joined. Queue's lock. */
  private int members;

  /** How many sleep. Queue's lock until the outcome is settled. */
  private int sleepers;

  /** 1 when somebody has begun to wake everybody: the lists are taken apart by one thread only. */
  private volatile int woken;

  /** WAITING, then DURABLE or FAILED for good. Written before the word changes. */
  private volatile Outcome outcome = Outcome.WAITING;

  Followers(SleepWord word) {
    this.word = word;
  }

  /** What the calling thread will wait with, once it has joined. */
  Waiter newMember() {
    boolean parks = successor == null || word == null || VirtualThreads.isCurrent();
    return parks ? new Waiter(Thread.currentThread()) : SLEEPER;
  }

  void join(Waiter member) {
    members++;
    if (member == SLEEPER) {
      sleepers++;
    } else if (successor == null) {
      successor = member;
    } else {
      member.next = parked;
      parked = member;
    }
  }

  /** The one to write the frame; null if nobody waits, only asynchronous appends lie in the frame. Queue's lock. */
  Waiter successor() {
    return successor;
  }

  /** How many threads wait, or have led. Queue's lock. */
  int members() {
    return members;
  }

  /** {@code member} writes the frame and waits no longer. Queue's lock. */
  void leads(Waiter member) {
    if (member == successor) successor = null;
  }

  /** What has become of the frame, whether or not anybody was woken. */
  Outcome outcome() {
    return outcome;
  }

  /**
   * Waits, as a member, for the outcome; an interrupt does not end it and stays set. {@link #leave} follows, whatever comes of it.
   *
   * @param timeoutNanos for those who park
   * @return WAITING if the time is over, LEAD if the member may write the frame
   */
  Outcome await(Waiter member, long timeoutNanos) {
    if (member == SLEEPER) return sleep();
    Outcome own = member.await(timeoutNanos);
    return own == Outcome.WAITING ? outcome : own;
  }

  /** The member waits no longer; if it is one of those that wake others when they are woken, it does so. */
  void leave(Waiter member) {
    if (member != SLEEPER) member.leave();
  }

  /** Without a limit, which would cost each of them a timer: whoever parks, and the housekeeping thread, see to it that they are woken. */
  private Outcome sleep() {
    while (true) {
      int seen = word.value();
      Outcome now = outcome;
      if (now != Outcome.WAITING) return now;
      word.sleepWhile(seen, Long.MAX_VALUE);
    }
  }

  /** Wakes those who sleep once more, if the outcome is settled: whoever was to do it may have been broken off. */
  void wakeSleepersAgain() {
    if (outcome != Outcome.WAITING && word != null) word.wakeAll();
  }

  /**
   * Settles the outcome, if it is not; {@link #wake} follows. By whoever has taken the frame, or under the queue's lock. Allocates nothing.
   */
  void settle(Outcome decided) {
    if (outcome != Outcome.WAITING) return;
    outcome = decided;
    if (word != null) word.set(word.value() + 1);
  }

  /** Tells those who wait, if there are any, that their frame has failed. By whoever may settle the outcome. */
  static void fail(Followers waiting) {
    if (waiting == null) return;
    waiting.settle(Outcome.FAILED);
    waiting.wake();
  }

  /** Wakes everybody, when the outcome is settled; without the lock, if possible. Does nothing if called again. */
  void wake() {
    if (!WOKEN.compareAndSet(this, 0, 1)) return;
    Waiter waiting = parked;
    parked = null;
    if (successor != null) {
      successor.next = waiting;
      waiting = successor;
      successor = null;
    }
    if (waiting != null) waiting.wakeTree(outcome);
    if (sleepers > 0) word.wakeAll();
  }
}
