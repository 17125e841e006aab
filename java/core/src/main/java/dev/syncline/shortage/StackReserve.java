package dev.syncline.shortage;

/**
 * Makes sure that the calling thread's stack does not end while something is half done.
 *
 * <p>A stack may end at any call, the release of a lock included ({@code ReentrantLock.unlock} keeps its lock then: JEP 270 reserves stack
 * for a part of it only). What cannot be mended afterwards is secured before: whoever is about to change something first asks for as much
 * as it will need. If that fails, a {@link StackOverflowError} is thrown and nothing has changed.
 *
 * <p>The amounts hold for what follows even if that is interpreted, as in a process that has just begun.
 */
public final class StackReserve {
  /**
   * Enough to copy a record in, to wait, and to wake a thread. That one may be virtual, and to wake it takes 2 KiB: a stack that ends
   * meanwhile loses it, and with bad luck every virtual thread of the process, since the scheduler is left half changed (seen on JDK 25).
   */
  public static final int MEMORY = 12 << 10;

  /** Enough to write a frame and to tell everybody, on either storage. */
  public static final int DISK = 24 << 10;

  /** Enough for what takes {@link #DISK} itself, somewhere beneath: a close, which is done once or not at all. */
  public static final int CLOSE = 48 << 10;

  private StackReserve() {}

  /**
   * @param bytes one of the amounts above
   * @throws StackOverflowError if less is left
   */
  public static void require(int bytes) {
    if (bytes == MEMORY) LargeFrames.twelveKiB();
    else if (bytes == DISK) LargeFrames.twentyFourKiB();
    else if (bytes == CLOSE) LargeFrames.fortyEightKiB();
    else throw new IllegalArgumentException("no such amount: " + bytes);
  }

  public static boolean has(int bytes) {
    try {
      require(bytes);
      return true;
    } catch (StackOverflowError e) {
      return false;
    }
  }
}
