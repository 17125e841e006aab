package dev.syncline.shortage;

import java.util.concurrent.locks.LockSupport;

/**
 * Parks the calling thread, also where memory is short.
 *
 * <p>Parking a virtual thread puts its stack aside, which takes stack in proportion to what is there (JDK 21 to 25): near the end of it
 * {@link LockSupport#park} throws a {@link StackOverflowError}. Whoever may still be refused is. Who may not, since its record is in a
 * frame, runs on and looks again; it keeps its carrier busy then, so nobody does that who has a choice.
 */
public final class Parking {
  private Parking() {}

  /**
   * Returns when unparked, after {@code nanos} at the latest, or for no reason. An interrupt ends it and stays set.
   *
   * @throws StackOverflowError on a virtual thread that cannot be parked
   */
  public static void pause(Object blocker, long nanos) {
    try {
      LockSupport.parkNanos(blocker, nanos);
    } catch (OutOfMemoryError e) {
      Thread.onSpinWait();
    }
  }

  /** The same, and throws nothing. */
  public static void stay(Object blocker, long nanos) {
    try {
      LockSupport.parkNanos(blocker, nanos);
    } catch (StackOverflowError | OutOfMemoryError e) {
      Thread.onSpinWait();
    }
  }
}
