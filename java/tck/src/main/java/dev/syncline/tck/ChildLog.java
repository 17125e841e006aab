package dev.syncline.tck;

import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import dev.syncline.io.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** What a child process of the kit runs: it opens a log on the storage under test and says on its output what happened. */
public final class ChildLog {
  /**
   * How long a child waits for a lock: long enough to be refused in order, short enough for a test. Where the machine itself takes longer
   * to open a log, as an emulated one does, {@code -Dsyncline.tck.open.millis} says how long.
   */
  public static final Duration OPEN_TIMEOUT = Duration.ofMillis(Long.getLong("syncline.tck.open.millis", 300));

  private ChildLog() {}

  /**
   * Arguments: the contract class that makes the storage, the directory, and {@code hold}, {@code append} or {@code storm:} with
   * the number of the round.
   */
  public static void main(String[] arguments) throws Exception {
    try (WriteAheadLog log = open(arguments[0], Path.of(arguments[1]))) {
      System.out.println("opened at " + log.currentSequence());
      if (arguments[2].equals("append")) appendUntilKilled(log);
      else if (arguments[2].startsWith(Storm.TASK)) Storm.run(log, Integer.parseInt(arguments[2].substring(Storm.TASK.length())));
      else awaitEndOfInput();
    } catch (IOException refused) {
      System.out.println("refused with " + refused.getClass().getSimpleName() + ": " + refused.getMessage());
    }
  }

  private static WriteAheadLog open(String factory, Path directory) throws ReflectiveOperationException, IOException {
    WalOptions options =
        WalOptions.builder().maxSegmentSize(LogTestBase.SMALL_SEGMENT_BYTES).openTimeout(OPEN_TIMEOUT).build();
    return WriteAheadLog.open(contract(factory).openStorage(directory), options);
  }

  /** An instance of the class that says how the storage under test is opened. */
  static LogTestBase contract(String factory) throws ReflectiveOperationException {
    var constructor = Class.forName(factory).getDeclaredConstructor();
    constructor.setAccessible(true);
    return (LogTestBase) constructor.newInstance();
  }

  /** The storage that the class of this name opens. */
  public static Storage openStorage(String factory, Path directory) throws IOException {
    try {
      return contract(factory).openStorage(directory);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(factory + " has no constructor without arguments", e);
    }
  }

  private static void appendUntilKilled(WriteAheadLog log) throws IOException {
    while (true) {
      long acknowledged = log.append(LogTestBase.entryPayload(log.currentSequence() + 1));
      System.out.println("acknowledged " + acknowledged);
    }
  }

  private static void awaitEndOfInput() throws IOException {
    while (System.in.read() >= 0) {
      // The parent ends this by closing the pipe, or by dying.
    }
  }
}
