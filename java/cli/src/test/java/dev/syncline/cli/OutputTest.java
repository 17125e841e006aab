package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.syncline.io.ShellWord;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What all commands have in common: what goes to stdout and what to stderr, and where either fails. */
class OutputTest {
  @TempDir Path temporary;

  // A stdout that takes nothing.

  @ParameterizedTest
  @ValueSource(strings = {
    "verify LOG", "verify --json LOG", "info LOG", "info --json LOG", "dump LOG", "dump --json LOG", "repair LOG", "repair --json LOG",
    "repair LOG --apply", "repair LOG --apply --json", "doctor --millis 0 LOG", "export LOG", "export LOG -o NEW", "export LOG -o -",
    "snapshot LOG NEW", "restore LOG NEW", "import FILE NEW", "tail LOG", "top --interval 0.01 --count 1 LOG", "truncate LOG --through 1",
    "verify --quick LOG", "bench --seconds 0.1 --threads 1 LOG", "completion", "--help", "verify --help", "--version"
  })
  void whatCannotBePrintedIsSaidAndIsNoSuccess(String command) throws IOException {
    Path log = Cli.sampleLog(temporary.resolve("log"));
    Path file = temporary.resolve("file.jsonl");
    Cli.run("export", log, "-o", file).exits(ExitCode.OK);
    StringWriter err = new StringWriter();
    CommandLine line = Syncline.commandLine().setOut(new PrintWriter(new FullWriter())).setErr(new PrintWriter(err));
    int exitCode = line.execute(Arrays.stream(command.split(" "))
        .map(word -> word.equals("LOG") ? log.toString() : word.equals("FILE") ? file.toString()
            : word.equals("NEW") ? temporary.resolve("new").toString() : word).toArray(String[]::new));
    assertThat(exitCode).isEqualTo(ExitCode.NOT_RUN);
    assertThat(err.toString().lines()).singleElement().asString().startsWith("syncline").contains("standard output takes no more");
  }

  @Test
  void aProblemThatCannotBePrintedIsNotTakenForNone() throws IOException {
    Path log = Cli.sampleLog(temporary.resolve("log"));
    Cli.damage(log, "dark green");
    StringWriter err = new StringWriter();
    CommandLine line = Syncline.commandLine().setOut(new PrintWriter(new FullWriter())).setErr(new PrintWriter(err));
    assertThat(line.execute("verify", log.toString())).isEqualTo(ExitCode.NOT_RUN);
    assertThat(err.toString()).contains("standard output takes no more").contains("exit code 1");
  }

  /** The exit code of a JVM that ends by an error is the one that says damage. */
  @Test
  void anErrorOfTheJvmIsAFailureAndNoDamage() throws IOException {
    Path log = Cli.sampleLog(temporary.resolve("log"));
    for (Error error : List.of(
        new OutOfMemoryError("Java heap space"), new ExceptionInInitializerError(new IOException("Too many open files")),
        new StackOverflowError())) {
      StringWriter err = new StringWriter();
      CommandLine line = Syncline.commandLine().setOut(new PrintWriter(new ThrowingWriter(error))).setErr(new PrintWriter(err));
      assertThat(line.execute("verify", log.toString())).as("%s", error).isEqualTo(ExitCode.NOT_RUN);
      String cause = error.getCause() != null ? "Too many open files" : "unexpected StackOverflowError";
      assertThat(err.toString().lines()).singleElement().asString().startsWith("syncline verify: ")
          .contains(error instanceof OutOfMemoryError ? "SYNCLINE_JAVA_OPTS" : cause);
    }
  }

  private static final class ThrowingWriter extends StringWriter {
    private final Error error;

    ThrowingWriter(Error error) {
      this.error = error;
    }

    @Override
    public void write(String text, int from, int length) {
      throw error;
    }
  }

  /** As the device /dev/full. */
  private static final class FullWriter extends Writer {
    @Override
    public void write(char[] text, int from, int length) throws IOException {
      throw new IOException("No space left on device");
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  // One message.

  /** What the library logs would be a second one, in another form. */
  @Tag("laboratory")
  @Test
  void aFailureIsOneMessageAndWhatIsLoggedIsNoOther() throws Exception {
    Path log = Cli.longLog(temporary.resolve("log"), 60);
    Cli.damage(log, "<entry-5>");
    for (List<String> command : List.of(
        List.of("info", log.toString()), List.of("verify", log.toString()), List.of("dump", log.toString()),
        List.of("repair", log.toString()), List.of("repair", log.toString(), "--apply")))
      assertThat(ownProcess(command)).as("stderr of %s", command).isEmpty();
    Path second = Cli.sampleLog(temporary.resolve("second"));
    Cli.damage(second, "dark green");
    assertThat(ownProcess(List.of("snapshot", second.toString(), temporary.resolve("copy").toString())).lines()).hasSize(1);
  }

  /** Runs the command in a process of its own, as a user does, and returns what it says on stderr. */
  private String ownProcess(List<String> arguments) throws Exception {
    Path err = Files.createTempFile(temporary, "err", "");
    List<String> command = new ArrayList<>(List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
        "-cp", System.getProperty("java.class.path"), Syncline.class.getName()));
    if (Runtime.version().feature() >= 22) command.add(1, "--enable-native-access=ALL-UNNAMED");
    command.addAll(arguments);
    Process process = new ProcessBuilder(command).redirectError(err.toFile()).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    process.waitFor();
    return Files.readString(err);
  }

  // Commands that are printed.

  @ParameterizedTest
  @ValueSource(strings = {
    "plain", "two words", "it's", "-dash", "a\"quote", "dollar$HOME", "back`tick`", "back\\slash", "excl!amation", "new\nline", "öl",
    "semi;colon", "st*r", "~", "it's!", "tab\there'"
  })
  void whatIsPrintedToBeRunMeansTheSamePathInAShell(String name) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "needs a shell");
    Path path = Path.of(name);
    Process shell = new ProcessBuilder("/bin/bash", "-c", "printf %s " + ShellWord.of(path)).redirectErrorStream(true).start();
    String said = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(said).isEqualTo(name.startsWith("-") ? "./" + name : name);
  }

  @Test
  void theHintToRepairCanBeCopied() throws IOException {
    Path log = Cli.sampleLog(Files.createDirectory(temporary.resolve("my logs")).resolve("it's"));
    Cli.damage(log, "dark green");
    String quoted = "syncline repair \"" + log + "\"";
    assertThat(Cli.run("verify", log).exits(ExitCode.PROBLEM).out()).contains("'" + quoted + "' shows");
    assertThat(Cli.run("info", log).exits(ExitCode.PROBLEM).out()).contains("'" + quoted + "' shows");
    assertThat(Cli.run("repair", log).exits(ExitCode.PROBLEM).out()).contains("'" + quoted + " --apply' does it");
  }

  @Test
  void aNameThatEndsTheLineIsShownOnOne() throws IOException {
    Path log = Cli.sampleLog(Files.createDirectory(temporary.resolve("my\nlogs")).resolve("a\u001b[2Jb"));
    String shown = "my\\nlogs/a\\u001b[2Jb";
    Cli.damage(log, "dark green");
    for (Object[] command : new Object[][] {{"verify", log}, {"info", log}, {"repair", log}, {"repair", log, "--apply"}, {"info", log}}) {
      String out = Cli.run(command).out();
      assertThat(out.lines()).as(out).noneMatch(line -> line.startsWith("logs"));
      assertThat(out).contains(shown).doesNotContain("\u001b");
    }
    assertThat(Cli.run("snapshot", log, log.resolveSibling("copy\n")).exits(ExitCode.OK).lines()).hasSize(1);
    Path missing = log.resolveSibling("not\nthere");
    assertThat(Cli.run("info", missing).exits(ExitCode.NOT_RUN).failsInOneLine().err()).contains("my\\nlogs/not\\nthere");
  }

  // The name of standard input and output.

  @Test
  void aDashIsStandardOutputAndNoFile() throws IOException {
    Path log = Cli.sampleLog(temporary.resolve("log"));
    String expected = Cli.run("export", log).exits(ExitCode.OK).out();
    assertThat(Cli.run("export", log, "-o", "-").exits(ExitCode.OK).out()).isEqualTo(expected);
    assertThat(Path.of("-")).doesNotExist();
  }

  /** A log is a directory, and so is what a copy is made in. */
  @Test
  void aDashIsNoDirectory() throws IOException {
    Path log = Cli.sampleLog(temporary.resolve("log"));
    Path file = temporary.resolve("file.jsonl");
    Cli.run("export", log, "-o", file).exits(ExitCode.OK);
    assertThat(Cli.run("snapshot", log, "-").exits(ExitCode.NOT_RUN).failsInOneLine().err()).contains("- is no directory");
    assertThat(Cli.run("import", file, "-").exits(ExitCode.NOT_RUN).failsInOneLine().err()).contains("- is no directory");
    for (String command : List.of("info", "dump", "verify", "repair", "doctor", "export"))
      assertThat(Cli.run(command, "-").exits(ExitCode.NOT_RUN).failsInOneLine().err()).contains("- does not exist");
    assertThat(Path.of("-")).doesNotExist();
  }
}
