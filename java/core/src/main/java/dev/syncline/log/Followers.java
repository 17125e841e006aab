package dev.syncline.log;

import dev.syncline.io.SleepWord;

/**
 * The threads that wait for one frame, and how they are woken.
 *
 * <p>The first of them parks: it is the one to write the frame if the token comes free and nobody else takes it, and is woken alone. The
 * others sleep on the frame's word where the storage has one, and are woken together by one system call; where it has none, and if they are
 * virtual, they park too, and each of them that is woken wakes two more. Members join under the queue's lock, until the frame is taken.
 */
final class Followers {
  /** Stands for a thread that sleeps on the word instead of parking. */
  private static final Waiter SLEEPER = new Waiter(null);

  private final SleepWord word;

  /** What the word is at least once this frame's outcome is settled. */
  private final int turn;

  /** Who is to lead next, or null. Queue's lock. */
  private Waiter successor;

  /** The others that park, newest first. Queue's lock until the outcome is settled. */
  private Waiter parked;

  /** How many sleep. Queue's lock until the outcome is settled. */
  private int sleepers;

  /** Written before the word shows that the outcome is settled. */
  private volatile boolean failed;

  Followers(SleepWord word, int turn) {
    this.word = word;
    this.turn = turn;
  }

  /** What the calling thread will wait with, once it has joined. */
  Waiter newMember() {
    boolean parks = successor == null || word == null || VirtualThreads.isCurrent();
    return parks ? new Waiter(Thread.currentThread()) : SLEEPER;
  }

  void join(Waiter member) {
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

  /** The successor writes the frame and waits no longer. Queue's lock. */
  void successorLeads() {
    successor = null;
  }

  /** Waits, as a member, for the outcome; an interrupt does not end it and stays set. */
  Waiter.Outcome await(Waiter member) {
    if (member != SLEEPER) return member.await();
    for (int now = word.value(); now - turn < 0; now = word.value()) word.sleepWhile(now);
    return failed ? Waiter.Outcome.FAILED : Waiter.Outcome.DURABLE;
  }

  /** Settles the outcome, and lets nobody go to sleep any more; {@link #wake} follows. Queue's lock. Allocates nothing. */
  void settle(boolean hasFailed) {
    failed = hasFailed;
    if (word != null) word.set(turn);
  }

  /** Wakes everybody, when the outcome is settled; without the lock, if possible. */
  void wake() {
    Waiter.Outcome outcome = failed ? Waiter.Outcome.FAILED : Waiter.Outcome.DURABLE;
    Waiter waiting = parked;
    parked = null;
    if (successor != null) {
      successor.next = waiting;
      waiting = successor;
    }
    if (waiting != null) waiting.wakeTree(outcome);
    if (sleepers > 0) word.wakeAll();
  }
}
