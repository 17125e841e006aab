package dev.syncline.tck;

/** Goes to the end of the calling thread's stack, and on the way back makes a call at each of the deepest places. For one thread. */
final class StackDescent {
  /** What is called at each place. */
  interface Call {
    void run() throws Exception;
  }

  private final Call call;
  private final int depths;
  private final int stride;

  /** Frames between the end of the stack and here. */
  private int fromEnd;

  private long kept;
  private int ended;
  private int answered;
  private volatile Throwable unexpected;

  /**
   * @param depths frames from the end of the stack within which calls are made
   * @param stride of those, how many lie between two calls
   */
  StackDescent(int depths, int stride, Call call) {
    this.depths = depths;
    this.stride = stride;
    this.call = call;
  }

  void run() {
    descend(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
  }

  /** The numbers make a frame larger, compiled too since they are used afterwards: some 0.2 KiB. */
  private void descend(long a, long b, long c, long d, long e, long f, long g, long h, long i, long j, long k, long l) {
    try {
      descend(a + b, b + c, c + d, d + e, e + f, f + g, g + h, h + i, i + j, j + k, k + l, l + a);
    } catch (StackOverflowError end) {
      fromEnd = 0;
    }
    kept = a + b + c + d + e + f + g + h + i + j + k + l;
    if (fromEnd >= depths) return;
    fromEnd++;
    if (fromEnd % stride != 0) return;
    try {
      call.run();
      answered++;
    } catch (StackOverflowError end) {
      ended++;
    } catch (Throwable t) {
      unexpected = t;
    }
  }

  /** Calls that met the end of the stack. */
  int ended() {
    return ended;
  }

  /** Calls that did not. */
  int answered() {
    return answered;
  }

  /** What a call threw beside that, or null. */
  Throwable unexpected() {
    return unexpected;
  }
}
