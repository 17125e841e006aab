package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/syncline}, with a JVM that says how it was called. */
class LauncherTest {
  private static final Path LAUNCHER = Path.of("../../bin/syncline").toAbsolutePath().normalize();

  @TempDir Path temporary;

  private Path jar;

  @BeforeEach
  void installed() throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "needs a shell");
    Path bin = Files.createDirectories(temporary.resolve("an installation/bin"));
    Files.copy(LAUNCHER, bin.resolve("syncline"));
    jar = Files.createDirectories(temporary.resolve("an installation/lib")).resolve("syncline-cli-0.1.0-all.jar");
    script(temporary.resolve("jvm/bin/java"), "for each; do echo \"<$each>\"; done; exit 7");
  }

  private static void script(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + text + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Cli.Output launched(Map<String, String> environment, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("/bin/sh", temporary.resolve("an installation/bin/syncline").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("SYNCLINE_"));
    builder.environment().put("JAVA_HOME", temporary.resolve("jvm").toString());
    builder.environment().putAll(environment);
    Process process = builder.redirectError(temporary.resolve("err").toFile()).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Cli.Output(process.waitFor(), out, Files.readString(temporary.resolve("err")));
  }

  @Test
  void argumentsAndTheExitCodePassUnchanged() throws Exception {
    Files.createFile(jar);
    List<String> called = launched(Map.of("SYNCLINE_JAVA_OPTS", "-Xmx64m"), "dump", "my logs", "--key", "a\"b'c").exits(7).lines();
    assertThat(called).endsWith("<-Xmx64m>", "<-jar>", "<" + jar.toString().replace("/lib/", "/bin/../lib/") + ">", "<dump>", "<my logs>",
        "<--key>", "<a\"b'c>");
  }

  @Test
  void theArchiveIsUsedWhereThereIsOne() throws Exception {
    Files.createFile(jar);
    assertThat(launched(Map.of(), "info").out()).doesNotContain("SharedArchiveFile");
    Files.createFile(jar.resolveSibling(jar.getFileName() + ".jsa"));
    assertThat(launched(Map.of("SYNCLINE_JAR", jar.toString()), "info").out()).contains("SharedArchiveFile");
  }

  @Test
  void whatIsMissingIsSaid() throws Exception {
    assertThat(launched(Map.of(), "info").exits(ExitCode.NOT_RUN).failsInOneLine().err()).contains("found no syncline-cli-*-all.jar");
    assertThat(launched(Map.of("SYNCLINE_JAR", "/no/such.jar"), "info").exits(ExitCode.NOT_RUN).failsInOneLine().err())
        .contains("/no/such.jar does not exist");
    Files.createFile(jar);
    assertThat(launched(Map.of("JAVA_HOME", "/no/jvm"), "info").exits(ExitCode.NOT_RUN).failsInOneLine().err()).contains("found no java");
  }
}
