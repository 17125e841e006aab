package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
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
    Files.createDirectories(temporary.resolve("jvm/bin"));
    Files.writeString(temporary.resolve("jvm/release"), "JAVA_VERSION=\"17.0.15\"\n");
    // Makes the archive that it is asked for.
    script(temporary.resolve("jvm/bin/java"), """
        for each; do
          case $each in
            -XX:DumpLoadedClassList=*) echo java/lang/Object >"${each#*=}" ;;
            -XX:SharedArchiveFile=*) archive=${each#*=} ;;
            -Xshare:dump) dump=yes ;;
          esac
          echo "<$each>"
        done
        [ -z "${dump:-}" ] || { echo classes >"$archive"; exit 0; }
        case $* in *Rehearsal) exit 0 ;; esac
        exit 7""");
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
    builder.environment().put("HOME", temporary.resolve("home").toString());
    builder.environment().remove("XDG_CACHE_HOME");
    builder.environment().putAll(environment);
    Process process = builder.redirectError(temporary.resolve("err").toFile()).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Cli.Output(process.waitFor(), out, Files.readString(temporary.resolve("err")));
  }

  @Test
  void argumentsAndTheExitCodePassUnchanged() throws Exception {
    Files.createFile(jar);
    List<String> called = launched(Map.of("SYNCLINE_JAVA_OPTS", "-Xmx64m"), "dump", "my logs", "--key", "a\"b'c").exits(7).lines();
    assertThat(called).endsWith("<-Xmx64m>", "<-jar>", "<" + jar + ">", "<dump>", "<my logs>",
        "<--key>", "<a\"b'c>");
  }

  private Path archive() {
    return jar.resolveSibling(jar.getFileName() + ".jsa");
  }

  private Path archiveOfThisUser() {
    return Path.of(temporary.resolve("home/.cache/syncline") + archive().toString());
  }

  private void assertThatCommandsUse(Path archive) throws Exception {
    Cli.Output said = launched(Map.of(), "info").exits(7);
    assertThat(said.err()).isEmpty();
    if (archive == null) assertThat(said.out()).doesNotContain("SharedArchiveFile");
    else assertThat(said.lines()).contains("<-XX:SharedArchiveFile=" + archive + ">", "<-Xlog:disable>");
  }

  @Test
  void anArchiveIsMadeOnceAndUsedFromThenOn() throws Exception {
    Files.createFile(jar);
    assertThatCommandsUse(null);
    assertThat(launched(Map.of(), "--prepare").exits(0).out()).isEqualTo("made " + archive() + "\n");
    assertThat(jar.resolveSibling("").toFile().list()).containsExactlyInAnyOrder(jar.getFileName().toString(),
        archive().getFileName().toString(), archive().getFileName() + ".jvm");
    assertThatCommandsUse(archive());
  }

  @Test
  void anArchiveOfAnotherJvmOrJarIsPassedOver() throws Exception {
    Files.createFile(jar);
    launched(Map.of(), "--prepare").exits(0);
    Path release = temporary.resolve("jvm/release");
    String before = Files.readString(release);
    Files.writeString(release, "JAVA_VERSION=\"17.0.16\"\n");
    assertThatCommandsUse(null);
    Files.delete(release);
    assertThatCommandsUse(null);
    Files.writeString(release, before);
    assertThatCommandsUse(archive());
    Files.setLastModifiedTime(jar, FileTime.from(Files.getLastModifiedTime(archive()).toInstant().plusSeconds(5)));
    assertThatCommandsUse(null);
  }

  @Test
  void whoMayNotWriteBesideTheJarHasAnArchiveOfHisOwn() throws Exception {
    Files.createFile(jar);
    Path lib = jar.getParent();
    Files.setPosixFilePermissions(lib, PosixFilePermissions.fromString("r-xr-xr-x"));
    try {
      assumeTrue(!Files.isWritable(lib), "root may write anywhere");
      assertThat(launched(Map.of(), "--prepare").exits(0).out()).isEqualTo("made " + archiveOfThisUser() + "\n");
      assertThatCommandsUse(archiveOfThisUser());
      assertThat(launched(Map.of("HOME", ""), "--prepare").exits(ExitCode.NOT_RUN).failsInOneLine().err())
          .contains("may not be written by this user", "commands work without");
    } finally {
      Files.setPosixFilePermissions(lib, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  @Test
  void aJvmThatMakesNoArchiveIsNoReasonNotToStart() throws Exception {
    Files.createFile(jar);
    script(temporary.resolve("jvm/bin/java"), "case $* in *Rehearsal*|*dump*) exit 1 ;; esac; for each; do echo \"<$each>\"; done; exit 7");
    assertThat(launched(Map.of(), "--prepare").exits(ExitCode.NOT_RUN).failsInOneLine().err())
        .contains("made no archive at " + archive(), "commands work without");
    assertThat(jar.getParent().toFile().list()).containsExactly(jar.getFileName().toString());
    assertThatCommandsUse(null);
  }

  @Test
  void whatIsMissingIsSaid() throws Exception {
    assertThat(launched(Map.of(), "info").exits(ExitCode.NOT_RUN).failsInOneLine().err()).contains("found no syncline-cli-*-all.jar");
    assertThat(launched(Map.of("SYNCLINE_JAR", "/no/such.jar"), "info").exits(ExitCode.NOT_RUN).failsInOneLine().err())
        .contains("/no/such.jar does not exist");
    Files.createFile(jar);
    assertThat(launched(Map.of("JAVA_HOME", "/no/jvm"), "info").exits(ExitCode.NOT_RUN).failsInOneLine().err()).contains("found no java");
  }

  @Test
  void aJavaHomeThatLeadsNowhereIsNamed() throws Exception {
    Files.createFile(jar);
    Path home = Files.createDirectory(temporary.resolve("no jvm"));
    for (int kind = 0; kind < 2; kind++) {
      assertThat(launched(Map.of("JAVA_HOME", home.toString()), "info").exits(ExitCode.NOT_RUN).failsInOneLine().err())
          .contains(home + "/bin/java", "JAVA_HOME", "unset it");
      // What is there and cannot be run is no better.
      Files.createDirectories(home.resolve("bin/java"));
    }
  }

  @Test
  void aJvmThatIsTooOldIsNamedBeforeItPrintsAStackTrace() throws Exception {
    Files.createFile(jar);
    for (String version : new String[] {"1.8.0_402", "9", "11.0.22", "16.0.2"}) {
      Files.writeString(temporary.resolve("jvm/release"), "IMPLEMENTOR=\"Debian\"\nJAVA_VERSION=\"" + version + "\"\nOS_ARCH=\"x86_64\"\n");
      assertThat(launched(Map.of(), "info").exits(ExitCode.NOT_RUN).failsInOneLine().err())
          .contains(temporary.resolve("jvm/bin/java") + " is Java " + version, "expected 17 or later");
    }
    for (String version : new String[] {"17", "17.0.15", "21.0.1", "25-ea", "100"}) {
      Files.writeString(temporary.resolve("jvm/release"), "JAVA_VERSION=\"" + version + "\"\n");
      launched(Map.of(), "info").exits(7);
    }
  }

  /** The JVM makes question marks of what its locale does not have, and then there is no such directory. */
  @Test
  void aNameThatIsNotAsciiReachesTheJvmInALocaleThatHasNone() throws Exception {
    Files.createFile(jar);
    script(temporary.resolve("jvm/bin/java"), "echo \"<${LC_ALL:-}>\"; exit 7");
    assertThat(launched(Map.of("LC_ALL", "C"), "info", "café").exits(7).out()).isEqualTo("<C.UTF-8>\n");
    assertThat(launched(Map.of("LC_ALL", "xx_XX"), "info", "café").exits(7).out()).isEqualTo("<C.UTF-8>\n");
    assertThat(launched(Map.of("LC_ALL", "C"), "info", "cafe").exits(7).out()).isEqualTo("<C>\n");
    assertThat(launched(Map.of("LC_ALL", "C.UTF-8"), "info", "café").exits(7).out()).isEqualTo("<C.UTF-8>\n");
  }
}
