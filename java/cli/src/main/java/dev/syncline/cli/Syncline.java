package dev.syncline.cli;

import java.io.BufferedWriter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command {@code syncline}: its subcommands do the work. */
@Command(
    name = "syncline",
    description = "Looks into a write-ahead log, checks and copies it, and shows on this machine that it keeps what it acknowledged.",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = Syncline.Version.class)
public final class Syncline {

  private static final String CUT_OFF =
      "standard output takes no more: its disk is full, or its reader has gone. What was printed is cut off";

  private static final List<String> COMMANDS = List.of(
      "demo", "info", "dump", "tail", "top", "verify", "repair", "truncate", "snapshot", "restore", "export", "import", "doctor", "bench",
      "completion");

  /** Read by {@link Failures}, whichever command is given it. */
  @Option(names = "--stacktrace", scope = ScopeType.INHERIT, description = "On failure, print where in the code.")
  boolean stackTrace;

  public static void main(String[] args) {
    PrintWriter out = utf8(FileDescriptor.out, false);
    // What a long command has to say beside its answer is heard when it says it.
    PrintWriter err = utf8(FileDescriptor.err, true);
    silenceLoggers();
    int exitCode = commandLineFor(args).setOut(out).setErr(err).execute(args);
    out.flush();
    err.flush();
    System.exit(exitCode);
  }

  /** The same as {@link #commandLine()} for these arguments: to set up a command takes time, and of them one will run, or none. */
  static CommandLine commandLineFor(String... args) {
    String named = args.length == 0 ? "" : args[0];
    if (args.length == 1 && (named.equals("--version") || named.equals("-V"))) return commandLine(List.of());
    boolean ofItsOwn = COMMANDS.contains(named) && !named.equals("completion");
    return ofItsOwn ? commandLine(List.of(command(named))) : commandLine();
  }

  /** The command line with everything set but where it prints to. */
  static CommandLine commandLine() {
    return commandLine(COMMANDS.stream().map(Syncline::command).toList());
  }

  /** Spelled out, so that of those that are not asked for nothing is loaded. */
  private static BaseCommand command(String name) {
    return switch (name) {
      case "demo" -> new DemoCommand();
      case "info" -> new InfoCommand();
      case "dump" -> new DumpCommand();
      case "tail" -> new TailCommand();
      case "top" -> new TopCommand();
      case "verify" -> new VerifyCommand();
      case "repair" -> new RepairCommand();
      case "truncate" -> new TruncateCommand();
      case "snapshot" -> new SnapshotCommand();
      case "restore" -> new RestoreCommand();
      case "export" -> new ExportCommand();
      case "import" -> new ImportCommand();
      case "doctor" -> new DoctorCommand();
      case "bench" -> new BenchCommand();
      case "completion" -> new CompletionCommand();
      default -> throw new IllegalArgumentException("no command is called " + name);
    };
  }

  private static CommandLine commandLine(List<? extends BaseCommand> commands) {
    Syncline syncline = new Syncline();
    CommandLine line = new CommandLine(syncline);
    for (BaseCommand each : commands) line.addSubcommand(each);
    Arguments.convertFor(line);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionStrategy(Syncline::runOrExplain);
    line.setExecutionExceptionHandler(new Failures(() -> syncline.stackTrace));
    describeExitCodes(line);
    line.getSubcommands().values().forEach(Syncline::describeExitCodes);
    return line;
  }

  /** What the library logs is for programs: here each command says it itself, once, unless who starts this JVM asks for more. */
  static void silenceLoggers() {
    if (System.getProperty("java.util.logging.config.file") == null)
      System.setProperty("java.util.logging.config.class", NoLogging.class.getName());
  }

  private static int runOrExplain(CommandLine.ParseResult parsed) {
    CommandLine line = parsed.commandSpec().commandLine();
    int exitCode = run(parsed);
    // A writer that prints keeps its errors to itself until it is asked.
    if (!line.getOut().checkError() || exitCode == ExitCode.NOT_RUN) return exitCode;
    CommandLine last = parsed.hasSubcommand() ? parsed.subcommand().commandSpec().commandLine() : line;
    String name = last == line ? "" : " " + last.getCommandName();
    String meant = exitCode == ExitCode.OK ? "" : "; exit code " + exitCode + " was meant";
    line.getErr().println("syncline" + name + ": " + CUT_OFF + meant);
    line.getErr().flush();
    return ExitCode.NOT_RUN;
  }

  private static int run(CommandLine.ParseResult parsed) {
    boolean helpAsked = CommandLine.printHelpIfRequested(parsed);
    if (helpAsked) return ExitCode.OK;
    if (parsed.hasSubcommand()) return runCommand(parsed);
    CommandLine line = parsed.commandSpec().commandLine();
    line.usage(line.getErr());
    return ExitCode.USAGE;
  }

  /** What Java calls an error ends a thread, with a stack trace and the exit code that says damage: here it is one more failure. */
  private static int runCommand(CommandLine.ParseResult parsed) {
    try {
      return new CommandLine.RunLast().execute(parsed);
    } catch (Error e) {
      CommandLine command = parsed.subcommand().commandSpec().commandLine();
      return ((Failures) command.getExecutionExceptionHandler()).handle(e, command);
    }
  }

  private static void describeExitCodes(CommandLine line) {
    Map<String, String> codes = new LinkedHashMap<>();
    codes.put(" " + ExitCode.OK, "fine");
    codes.put(" " + ExitCode.PROBLEM, "a problem was found, or records differ");
    codes.put(" " + ExitCode.USAGE, "options or arguments were not understood");
    codes.put(" " + ExitCode.NOT_RUN, "could not run");
    line.getCommandSpec().usageMessage().exitCodeListHeading("Exit codes:%n").exitCodeList(codes);
  }

  /** UTF-8 whatever the locale says: previews and units must not turn into question marks. */
  private static PrintWriter utf8(FileDescriptor descriptor, boolean lineByLine) {
    return new PrintWriter(
        new BufferedWriter(new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8)), lineByLine);
  }

  /** The version that the build wrote into the manifest. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Syncline.class.getPackage().getImplementationVersion();
      return new String[] {"syncline " + (version == null ? "(not packaged)" : version)};
    }
  }
}
