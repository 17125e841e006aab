package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.syncline.Operation;
import dev.syncline.SyncMode;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What the pages tell somebody to type: each command is one, and what a terminal shows is run, on logs that are like those of the page. */
class PagesTest {
  private static final Path ROOT = Path.of("../..");
  private static final Pattern TYPED = Pattern.compile("^\\$ (.*\\bsyncline .*)$", Pattern.MULTILINE);
  private static final Pattern INLINE = Pattern.compile("[`'](?:bin/)?syncline ([^`'\n]+)[`']");

  /** What needs a disk, a user or a crash that a unit test does not make. It is tried elsewhere, and parsed here. */
  private static final Set<String> NOT_RUN = Set.of(
      "syncline verify mnt/log", "syncline verify mnt/orders", "syncline truncate orders --through 3 --apply",
      "syncline truncate orders --through 1 --apply", "syncline doctor orders", "syncline info fut", "syncline top orders",
      "syncline info k", "syncline repair k --apply", "syncline repair lost-seal");

  @TempDir Path temporary;

  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    for (String folder : List.of(".", "docs", "java/core", "java/cli", "java/micrometer", "java/raft", "java/tck", "native")) {
      try (Stream<Path> files = Files.list(ROOT.resolve(folder))) {
        // Of what has changed some is another program's.
        files.filter(file -> file.toString().endsWith(".md") && !file.endsWith("CHANGELOG.md")).forEach(pages::add);
      }
    }
    return pages;
  }

  @Test
  void everyCommandOfThePagesIsOne() throws IOException {
    List<String> wrong = new ArrayList<>();
    int tried = 0;
    for (Path page : pages()) {
      String text = Files.readString(page);
      List<String> found = new ArrayList<>();
      TYPED.matcher(text).results().forEach(typed -> Arrays.stream(typed.group(1).split("[|;]"))
          .map(each -> each.strip().replaceAll(" *[<>].*", "")).filter(each -> each.startsWith("syncline "))
          .forEach(each -> found.add(each.substring("syncline ".length()))));
      INLINE.matcher(text).results().forEach(inline -> found.add(inline.group(1)));
      for (String command : found) {
        tried++;
        String problem = problem(command.split(" +"));
        if (problem != null) wrong.add(page.getFileName() + ": syncline " + command + ": " + problem);
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(tried).isGreaterThan(60);
  }

  /** What is missing is left out for the reader's sake: it is enough that what is there means something. */
  private static String problem(String[] words) {
    if (List.of("--prepare", "1").contains(words[0])) return null;
    try {
      CommandLine.ParseResult parsed = Syncline.commandLine().parseArgs(words);
      return parsed.hasSubcommand() || parsed.isVersionHelpRequested() ? null : "no command";
    } catch (CommandLine.MissingParameterException e) {
      return null;
    } catch (CommandLine.ParameterException e) {
      return e.getMessage();
    }
  }

  @Tag("laboratory") // A process for each of some thirty commands.
  @ParameterizedTest
  @ValueSource(strings = {"java/cli/README.md", "docs/operations.md"})
  void whatIsShownInATerminalRunsAndSaysTheLikeOfIt(String page) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "needs a shell");
    logs();
    String text = Files.readString(ROOT.resolve(page));
    Matcher typed = TYPED.matcher(text);
    int ran = 0;
    try (OtherProcess writer = OtherProcess.holding(temporary.resolve("live"))) {
      for (int i = 0; i < 5; i++) writer.append();
      while (typed.find()) {
        if (NOT_RUN.contains(typed.group(1))) continue;
        String shown = text.substring(typed.end() + 1).lines().findFirst().orElseThrow();
        boolean saysNothing = shown.startsWith("$ ") || shown.startsWith("```");
        String said = run(typed.group(1));
        String first = said.lines().filter(line -> !line.startsWith("note: ")).findFirst().orElse("");
        // Numbers are the page's own.
        if (!saysNothing) assertThat(beginning(first)).as("%s: %s says %s", page, typed.group(1), said).isEqualTo(beginning(shown));
        else assertThat(said).as("%s: %s", page, typed.group(1)).isEmpty();
        ran++;
      }
    }
    assertThat(ran).isGreaterThan(page.startsWith("docs") ? 3 : 20);
  }

  private static String beginning(String line) {
    return line.split("[0-9]", 2)[0].strip();
  }

  @Test
  void whatIsNotRunIsOnAPage() throws IOException {
    Set<String> typed = new HashSet<>();
    for (Path page : pages()) TYPED.matcher(Files.readString(page)).results().forEach(each -> typed.add(each.group(1)));
    assertThat(typed).containsAll(NOT_RUN);
  }

  private String run(String line) throws Exception {
    String here = line.replace("/backup/", "backup/").replace("/var/lib/", "lib/").replace("/mnt/volume", ".")
        .replace("--seconds 20", "--seconds 0.2").replaceAll("(syncline top\\b)", "$1 --count 1 --interval 0.1")
        .replace("syncline doctor", "syncline doctor --millis 20");
    Process shell = new ProcessBuilder("/bin/bash", "-c", "PATH=$PWD/bin:$PATH; " + here).directory(temporary.toFile())
        .redirectErrorStream(true).redirectInput(Path.of("/dev/null").toFile())
        .redirectOutput(temporary.resolve("said").toFile()).start();
    shell.waitFor();
    return Files.readString(temporary.resolve("said"));
  }

  /** The logs that the pages speak of, and a command to look at them with. */
  private void logs() throws IOException {
    Path orders = temporary.resolve("orders");
    try (WriteAheadLog log = WriteAheadLog.open(orders, Cli.aFrameEach().syncMode(SyncMode.MANUAL).maxSegmentSize(64 << 10).build())) {
      for (int i = 1; i <= 3000; i++) log.append(Operation.put(Cli.bytes("key " + i), Cli.bytes("<entry-" + i + ">")));
    }
    for (String copy : List.of("damaged", "one-bit", "no-header", "lost-segment", "live"))
      Cli.run("snapshot", orders, temporary.resolve(copy)).exits(ExitCode.OK);
    Cli.damage(temporary.resolve("damaged"), "<entry-2500>");
    Cli.damage(temporary.resolve("one-bit"), "<entry-2500>");
    Path second = Cli.files(temporary.resolve("no-header"), ".wal").get(1);
    byte[] bytes = Files.readAllBytes(second);
    Arrays.fill(bytes, 0, 4096, (byte) 0);
    Files.write(second, bytes);
    Files.delete(Cli.files(temporary.resolve("lost-segment"), ".wal").get(0));
    Files.createDirectories(temporary.resolve("backup"));
    Files.createDirectories(temporary.resolve("lib"));
    Path command = temporary.resolve("bin/syncline");
    Files.createDirectories(command.getParent());
    String java = Path.of(System.getProperty("java.home"), "bin/java").toString();
    String access = Runtime.version().feature() >= 22 ? " --enable-native-access=ALL-UNNAMED" : "";
    Files.writeString(command, "#!/bin/sh\nexec '" + java + "'" + access + " -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp '"
        + System.getProperty("java.class.path") + "' " + Syncline.class.getName() + " \"$@\"\n", StandardCharsets.UTF_8);
    Files.setPosixFilePermissions(command, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
