package dev.syncline.log;

import dev.syncline.LogFailedException;
import java.util.concurrent.TimeUnit;

/** The messages for what has hung for too long. */
final class Timeouts {
  private Timeouts() {}

  static LogFailedException commitHangs(long waitedNanos, long runningNanos) {
    return new LogFailedException(
        "gave up after " + TimeUnit.NANOSECONDS.toMillis(waitedNanos) + " ms: a write or sync has not returned for "
            + TimeUnit.NANOSECONDS.toMillis(Math.max(waitedNanos, runningNanos)) + " ms. Nothing of it was acknowledged."
            + " The device or its driver hangs; the directory stays locked until the operation returns or this process ends");
  }
}
