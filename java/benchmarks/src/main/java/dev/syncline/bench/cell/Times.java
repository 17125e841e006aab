package dev.syncline.bench.cell;

import java.util.Arrays;

/** Moments of {@link System#nanoTime}, one after the other: written by one thread, read when it has ended. */
final class Times {
  private static final int FIRST_CAPACITY = 1 << 16;

  private long[] nanos = new long[FIRST_CAPACITY];
  private int count;

  void add(long atNanos) {
    if (count == nanos.length) nanos = Arrays.copyOf(nanos, 2 * count);
    nanos[count++] = atNanos;
  }

  long get(int index) {
    return nanos[index];
  }

  int count() {
    return count;
  }
}
