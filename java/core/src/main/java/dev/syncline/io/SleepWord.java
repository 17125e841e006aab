package dev.syncline.io;

/**
 * A number in memory that threads sleep on until it changes, and that wakes all of them with one call to the kernel, however many they are.
 *
 * <p>Waking parked threads one by one costs a system call each, which is what bounds a group commit that many threads wait for. A sleeping
 * thread is in a system call and keeps its carrier, so a virtual thread must not sleep here. All methods are safe for many threads.
 */
public interface SleepWord {
  int value();

  /** Changes the number; visible to every thread that looks afterwards. Wakes nobody. */
  void set(int value);

  /** Wakes every thread that sleeps here. Those that come later see the number as it was set before. */
  void wakeAll();

  /**
   * Sleeps while the number is {@code seen}, until {@link #wakeAll} or the end of the time. May return early for no reason, so look at the
   * number again. An interrupt does not end it and stays set.
   *
   * @param timeoutNanos at most so long; 0 or less does not sleep, {@link Long#MAX_VALUE} has no limit
   */
  void sleepWhile(int seen, long timeoutNanos);
}
