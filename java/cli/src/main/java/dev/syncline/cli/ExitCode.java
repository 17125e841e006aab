package dev.syncline.cli;

/** What the process returns. Documented in each command's help. */
final class ExitCode {
  /** Done, and nothing wrong was found. */
  static final int OK = 0;

  /** The command ran and found a problem: damage, a record that differs, a directory that cannot hold a log. */
  static final int PROBLEM = 1;

  /** Options or arguments were not understood. */
  static final int USAGE = 2;

  /** The command could not run: no such directory, not a log, an I/O error. */
  static final int NOT_RUN = 3;

  private ExitCode() {}
}
