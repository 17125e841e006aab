package dev.syncline.log.commit;

import dev.syncline.LogFailedException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The messages for what has hung for too long. */
public final class Timeouts {
  /** Nobody can tell a disk that does not answer from a machine that gives a process no time. */
  private static final String NOTHING_MOVES =
      " ms (openTimeout) nothing has moved in its directory. The device or its driver hangs, the file system is frozen, or this process is"
          + " given no processor.";

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
        directory + ": gave up opening the log: for " + TimeUnit.NANOSECONDS.toMillis(waitedNanos) + NOTHING_MOVES
            + " Opening goes on by itself until it can end and then lets the directory go. Nothing was acknowledged; open it again when"
            + " the disk answers");
  }

  /** @param directory of the log that is being repaired */
  public static LogFailedException repairHangs(Path directory, long waitedNanos) {
    return new LogFailedException(
        directory + ": gave up the repair: for " + TimeUnit.NANOSECONDS.toMillis(waitedNanos) + NOTHING_MOVES
            + " The directory stays locked until it can go on. The log is as it was, or nobody opens it until the repair has ended: repair"
            + " again when the disk answers, it goes on where it stopped");
  }

  /** @param directory where something is still under way when the log is closed */
  public static LogFailedException operationHangs(Path directory, long waitedNanos) {
    return new LogFailedException(
        directory + ": gave up closing after " + TimeUnit.NANOSECONDS.toMillis(waitedNanos) + " ms: an operation in the directory has not"
            + " returned. The device or its driver hangs; the directory stays locked until it returns, then it is let go by itself");
  }
}
