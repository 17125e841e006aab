package dev.syncline.log.commit;

import dev.syncline.LogFailedException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The messages for what has hung for too long. */
public final class Timeouts {
  private Timeouts() {}

  static LogFailedException commitHangs(long waitedNanos, long runningNanos) {
    return new LogFailedException(
        "gave up after " + TimeUnit.NANOSECONDS.toMillis(waitedNanos) + " ms: a write or sync has not returned for "
            + TimeUnit.NANOSECONDS.toMillis(Math.max(waitedNanos, runningNanos)) + " ms. Nothing of it was acknowledged."
            + " The device or its driver hangs; the directory stays locked until the operation returns or this process ends");
  }

  /** @param directory of the log that is being opened */
  public static LogFailedException openingHangs(Path directory, long waitedNanos) {
    return new LogFailedException(
        directory + ": gave up opening the log: for " + TimeUnit.NANOSECONDS.toMillis(waitedNanos)
            + " ms (openTimeout) nothing has moved in its directory. The device or its driver hangs, or the file system is frozen;"
            + " opening goes on by itself until it answers and then lets the directory go. Nothing was acknowledged; open it again when"
            + " the disk answers");
  }

  /** @param directory where something is still under way when the log is closed */
  public static LogFailedException operationHangs(Path directory, long waitedNanos) {
    return new LogFailedException(
        directory + ": gave up closing after " + TimeUnit.NANOSECONDS.toMillis(waitedNanos) + " ms: an operation in the directory has not"
            + " returned. The device or its driver hangs; the directory stays locked until it returns, then it is let go by itself");
  }
}
