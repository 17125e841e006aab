package dev.syncline.cli;

/** Ends a command with one line on stderr: what is wrong, where, and what to do about it. */
final class CliException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private final int exitCode;

  CliException(int exitCode, String message) {
    this(exitCode, message, null);
  }

  CliException(int exitCode, String message, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  int exitCode() {
    return exitCode;
  }
}
