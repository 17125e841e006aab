package dev.syncline.log.events;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What has happened and was not told yet: numbers, and an object for what is rare, in memory that was had beforehand. Any thread adds, one
 * takes; neither waits for the other, and nothing is allocated. What does not fit is counted.
 *
 * <p>A place is claimed, filled, and then published under its turn; so what was claimed first is taken first, and nobody reads a place
 * that is being filled.
 */
final class EventRing {
  static final int EVENTS = 1024;
  static final int NUMBERS = 6;

  // What each place holds. Written by who has claimed it.

  private final EventKind[] kinds = new EventKind[EVENTS];
  private final long[] numbers = new long[EVENTS * NUMBERS];
  private final Object[] objects = new Object[EVENTS];

  /** For each place the turn, from 1 on, in which it was filled last. */
  private final AtomicLongArray published = new AtomicLongArray(EVENTS);

  /** How many were claimed. */
  private final AtomicLong claimed = new AtomicLong();

  /** How many were taken. Written by who takes. */
  private final AtomicLong taken = new AtomicLong();

  private final AtomicLong missed = new AtomicLong();

  EventRing() {
    // What adding and taking needs is linked while there are stack and memory for it.
    add(EventKind.COMMITTED, 0, 0, 0, 0, 0, 0, null);
    next();
    take();
    takeMissed();
  }

  /** Adds an event; returns whether half of the room is used. */
  boolean add(EventKind kind, long a, long b, long c, long d, long e, long f, Object object) {
    long turn;
    do {
      turn = claimed.get();
      if (turn - taken.get() >= EVENTS) {
        missed.incrementAndGet();
        return true;
      }
    } while (!claimed.compareAndSet(turn, turn + 1));
    int place = (int) (turn % EVENTS);
    int at = place * NUMBERS;
    kinds[place] = kind;
    numbers[at] = a;
    numbers[at + 1] = b;
    numbers[at + 2] = c;
    numbers[at + 3] = d;
    numbers[at + 4] = e;
    numbers[at + 5] = f;
    objects[place] = object;
    published.set(place, turn + 1);
    return turn - taken.get() > EVENTS / 2;
  }

  /** Whether there is an event to take: {@link #kind}, {@link #number} and {@link #object} are its. */
  boolean next() {
    long turn = taken.get();
    return published.get((int) (turn % EVENTS)) == turn + 1;
  }

  EventKind kind() {
    return kinds[(int) (taken.get() % EVENTS)];
  }

  /** @param index from 0 on */
  long number(int index) {
    return numbers[(int) (taken.get() % EVENTS) * NUMBERS + index];
  }

  Object object() {
    return objects[(int) (taken.get() % EVENTS)];
  }

  /** Goes to the next one. */
  void take() {
    long turn = taken.get();
    objects[(int) (turn % EVENTS)] = null;
    taken.set(turn + 1);
  }

  /** How many did not fit since this was asked last. */
  long takeMissed() {
    return missed.get() == 0 ? 0 : missed.getAndSet(0);
  }
}
