package dev.syncline.cli;

import dev.syncline.CorruptLogException;
import dev.syncline.SynclineException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Turns what a command throws into one line on stderr and an exit code. */
final class Failures implements IExecutionExceptionHandler {
  private final BooleanSupplier stackTraceWanted;

  Failures(BooleanSupplier stackTraceWanted) {
    this.stackTraceWanted = stackTraceWanted;
  }

  @Override
  public int handleExecutionException(Exception thrown, CommandLine line, ParseResult parsed) {
    return handle(thrown instanceof UncheckedIOException wrapped ? wrapped.getCause() : thrown, line);
  }

  int handle(Throwable failure, CommandLine line) {
    line.getOut().flush();
    line.getErr().println("syncline " + line.getCommandName() + ": " + describe(failure));
    if (stackTraceWanted.getAsBoolean()) failure.printStackTrace(line.getErr());
    line.getErr().flush();
    return exitCode(failure);
  }

  /** One line that says what happened and where. */
  static String describe(Throwable failure) {
    if (failure instanceof OutOfMemoryError)
      return "out of memory (" + failure.getMessage() + "): give the JVM more, as by SYNCLINE_JAVA_OPTS=-Xmx2g, or the machine";
    // Of what a class could not be initialized for, the cause tells more.
    if (failure instanceof ExceptionInInitializerError && failure.getCause() != null) return describe(failure.getCause());
    String message = failure.getMessage() == null ? "" : Text.oneLine(failure.getMessage().strip());
    if (failure instanceof NoSuchFileException missing && missing.getReason() == null) return message + ": no such file or directory";
    if (failure instanceof AccessDeniedException denied && denied.getReason() == null)
      return message + ": permission denied. Run as a user who may, or give this one the right to (chmod, chown)";
    if (failure instanceof CliException || failure instanceof SynclineException) return message;
    if (failure instanceof IOException && !message.isEmpty()) return message;
    String name = failure.getClass().getSimpleName();
    return "unexpected " + (message.isEmpty() ? name : name + ": " + message) + "; run again with --stacktrace to see where";
  }

  private static int exitCode(Throwable failure) {
    if (failure instanceof CliException known) return known.exitCode();
    return failure instanceof CorruptLogException ? ExitCode.PROBLEM : ExitCode.NOT_RUN;
  }
}
