package dev.syncline.cluster;

import java.util.concurrent.CompletableFuture;

/**
 * How the process of a node ends that was told to stop by a signal. The JVM would end with 128 and the signal's number as soon as its hooks
 * have run, however the stop went: a supervisor takes that for a failure if all is well, and a failure of the stop would not show.
 */
final class ProcessEnd {
  /** Null in a process that is somebody else's, who has asked for a command and goes on after it. */
  private static volatile CompletableFuture<Integer> code;

  private ProcessEnd() {}

  /** The process is there for one command, and ends with {@link #exit}. */
  static void own() {
    code = new CompletableFuture<>();
  }

  /** The command has done everything and said everything: ends the process. */
  static void exit(int exitCode) {
    code.complete(exitCode);
    System.exit(exitCode);
  }

  /** In a hook: if the process is there for a command, waits until that has ended, and ends the process with its code. */
  static void haltIfOwn() {
    if (code != null) Runtime.getRuntime().halt(code.join());
  }
}
