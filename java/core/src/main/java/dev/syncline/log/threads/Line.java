package dev.syncline.log.threads;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Members that wait for a turn, in the order in which they were called or their time came; and those whose time comes.
 *
 * <p>Whoever calls one puts it on a pile, without a lock. All else is guarded by the threads' lock, and moves the pile to the end of the
 * line.
 */
final class Line {
  private final AtomicReference<Member> called = new AtomicReference<>();
  private final DueHeap heap = new DueHeap();
  private Member first;
  private Member last;
  private int length;

  /** Has room for so many members. */
  void haveRoomFor(int count) {
    heap.haveRoomFor(count);
  }

  /** Has a member get a turn that begins after this; returns whether it was put on the pile. Any thread, without the lock. */
  boolean call(Member member) {
    while (true) {
      int state = member.state.get();
      if (state == Member.RUNS) {
        if (member.state.compareAndSet(state, Member.RUNS_AND_WAS_CALLED)) return false;
      } else if (state != Member.RESTS) {
        return false;
      } else if (member.state.compareAndSet(state, Member.WAITS)) {
        do {
          member.next = called.get();
        } while (!called.compareAndSet(member.next, member));
        return true;
      }
    }
  }

  /** Takes those in that were called. */
  void takeCalled() {
    Member oldest = null;
    for (Member each = called.getAndSet(null); each != null; ) {
      Member before = each.next;
      each.next = oldest;
      oldest = each;
      each = before;
    }
    while (oldest != null) {
      Member after = oldest.next;
      heap.remove(oldest);
      addLast(oldest);
      oldest = after;
    }
  }

  /** Takes those in whose time has come. */
  void takeDue() {
    long nowNanos = System.nanoTime();
    for (Member due = heap.first(); due != null && due.dueNanos - nowNanos <= 0; due = heap.first()) {
      heap.remove(due);
      // One that is called in this moment comes by the pile.
      if (due.state.compareAndSet(Member.RESTS, Member.WAITS)) addLast(due);
    }
  }

  /** After how many nanoseconds the next one's time comes. */
  long untilDue() {
    Member next = heap.first();
    return next == null ? Long.MAX_VALUE : Math.max(1, next.dueNanos - System.nanoTime());
  }

  int length() {
    return length;
  }

  /** The one whose turn it is, or null. */
  Member takeFirst() {
    Member taken = first;
    if (taken == null) return null;
    first = taken.next;
    taken.next = null;
    length--;
    taken.state.set(Member.RUNS);
    return taken;
  }

  /** A turn is over, and the member has said when it comes again. Returns whether that is before all others. */
  boolean ended(Member member, long nanos) {
    if (nanos == Member.LAST) {
      member.state.set(Member.GONE);
      return false;
    }
    if (nanos > 0 && nanos != Long.MAX_VALUE) {
      member.dueNanos = System.nanoTime() + Math.min(nanos, Long.MAX_VALUE / 2);
      heap.add(member);
    }
    if (nanos > 0 && member.state.compareAndSet(Member.RUNS, Member.RESTS)) return heap.first() == member;
    heap.remove(member);
    member.state.set(Member.WAITS);
    addLast(member);
    return false;
  }

  private void addLast(Member member) {
    member.next = null;
    if (first == null) first = member;
    else last.next = member;
    last = member;
    length++;
  }
}
