package dev.syncline.cluster;

import dev.syncline.replicated.NodeRemovedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;

/** The part of the command {@code syncline} that is about more than one machine. */
@Command(
    name = "syncline",
    description = "Keeps a write-ahead log on several machines, and shows on this one that it survives the loss of some.",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = SynclineCluster.Version.class,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      " 0:fine", " 1:records are missing or differ, or a node stopped for good", " 2:options or arguments were not understood",
      " 3:could not run", " 4:the group has removed this node"
    },
    subcommands = {ClusterCommand.class, NodeCommand.class})
public final class SynclineCluster {
  /** Kept, since a logger that nobody holds forgets its level. */
  private static final List<Logger> LIBRARIES = List.of(Logger.getLogger("com.alipay"), Logger.getLogger("io.netty"));

  static final int OK = 0;
  static final int PROBLEM = 1;
  static final int NOT_RUN = 3;
  static final int REMOVED = 4;

  @Option(names = "--stacktrace", scope = ScopeType.INHERIT, description = "On failure, print where in the code.")
  boolean stackTrace;

  public static void main(String[] arguments) {
    ProcessEnd.own();
    // The RPC looks for a logging library of its own choice, and would say on stderr that there is none.
    System.setProperty("sofa.middleware.log.internal.level", "ERROR");
    quieten();
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    int exitCode = commandLine().setOut(out).setErr(err).execute(arguments);
    out.flush();
    err.flush();
    ProcessEnd.exit(exitCode);
  }

  /**
   * On stderr is what this project says. JRaft and Netty write pages about every node that comes and goes, among which the one line that
   * matters is not found; who wants them names a configuration of java.util.logging, and gets what it says.
   */
  static void quieten() {
    if (System.getProperty("java.util.logging.config.file") != null || System.getProperty("java.util.logging.config.class") != null) return;
    for (Logger each : LIBRARIES) each.setLevel(Level.OFF);
  }

  /** The command line with everything set but where it prints to. */
  static CommandLine commandLine() {
    SynclineCluster syncline = new SynclineCluster();
    CommandLine line = new CommandLine(syncline);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionStrategy(SynclineCluster::runOrExplain);
    line.setExecutionExceptionHandler((thrown, failed, parsed) -> syncline.explain(thrown, failed));
    return line;
  }

  private static int runOrExplain(ParseResult parsed) {
    Integer help = CommandLine.executeHelpRequest(parsed);
    if (help != null) return help;
    ParseResult last = parsed;
    while (last.hasSubcommand()) last = last.subcommand();
    if (last.commandSpec().userObject() instanceof Callable) return new CommandLine.RunLast().execute(parsed);
    CommandLine line = last.commandSpec().commandLine();
    line.usage(line.getErr());
    return CommandLine.ExitCode.USAGE;
  }

  private int explain(Exception thrown, CommandLine line) {
    Exception failure = thrown instanceof UncheckedIOException wrapped ? wrapped.getCause() : thrown;
    boolean said = failure instanceof IOException || failure instanceof IllegalArgumentException;
    String message = message(failure);
    String text = said && !message.isEmpty() ? message : "unexpected " + failure + "; run again with --stacktrace to see where";
    line.getErr().println("syncline " + line.getCommandName() + ": " + text.replaceAll("\\s*\\R\\s*", " "));
    if (stackTrace) failure.printStackTrace(line.getErr());
    if (failure instanceof NodeRemovedException) return REMOVED;
    return failure instanceof IllegalArgumentException ? CommandLine.ExitCode.USAGE : NOT_RUN;
  }

  /** Of some errors the JDK tells the file alone. */
  static String message(Exception failure) {
    String message = failure.getMessage() == null ? "" : failure.getMessage();
    if (!(failure instanceof FileSystemException named) || named.getReason() != null || message.contains(": ")) return message;
    if (failure instanceof AccessDeniedException) return message + ": permission denied";
    if (failure instanceof NoSuchFileException) return message + ": there is no such file or directory";
    if (failure instanceof FileAlreadyExistsException) return message + ": it is there already";
    if (failure instanceof DirectoryNotEmptyException) return message + ": the directory is not empty";
    return message + ": " + failure.getClass().getSimpleName();
  }

  /** The version that the build wrote into the manifest. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = SynclineCluster.class.getPackage().getImplementationVersion();
      return new String[] {"syncline " + (version == null ? "(not packaged)" : version)};
    }
  }
}
