package dev.syncline.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Native;
import dev.syncline.StorageMode;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the system refuses for real, to a process of its own: the message has the whole path, why, and what to do. Where this is root's
 * process the child is root without the right to pass over modes.
 */
class RefusedProcessTest {
  private static final String NOBODY = "---------";

  @TempDir Path temporary;

  private Path log;

  @BeforeEach
  void written() throws IOException {
    assumeTrue(System.getProperty("os.name").equals("Linux"), "modes and their refusals are Linux's here");
    log = temporary.resolve("shelf/log");
    try (WriteAheadLog written = WriteAheadLog.open(log, WalOptions.builder().storage(StorageMode.PORTABLE).build())) {
      written.append(new byte[10]);
    }
  }

  @AfterEach
  void canBeDeleted() throws IOException {
    mode(log.getParent(), "rwx------");
    mode(log, "rwx------");
  }

  private static void mode(Path file, String mode) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  private static Path placeOf(Class<?> type) throws Exception {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  /** @param how a storage's mode, or READ */
  private String said(String how, String... environment) throws Exception {
    List<String> command = new ArrayList<>();
    if (environment.length == 0 && Files.isReadable(Path.of("/proc/1/environ"))) {
      assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "root takes setpriv to be refused anything");
      command.addAll(List.of("/usr/bin/setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps",
          "-dac_override,-dac_read_search"));
    }
    List<String> classPath = new ArrayList<>();
    for (Class<?> type : new Class<?>[] {Storages.class, RefusedChild.class, Native.class}) classPath.add(placeOf(type).toString());
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (Runtime.version().feature() >= 22) command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", String.join(File.pathSeparator, classPath), RefusedChild.class.getName(), log.toString(), how));
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
    for (int i = 0; i < environment.length; i += 2) builder.environment().put(environment[i], environment[i + 1]);
    Process child = builder.start();
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(child.waitFor()).as(said).isZero();
    assumeTrue(!said.startsWith("refused native storage was asked for"), said);
    return said;
  }

  @ParameterizedTest
  @CsvSource({
    "NATIVE,00000000000000000001.wal", "PORTABLE,00000000000000000001.wal", "READ,00000000000000000001.wal", "NATIVE,log.mark",
    "PORTABLE,log.mark", "READ,log.mark", "NATIVE,log.lock", "PORTABLE,log.lock"
  })
  void aFileThatThisUserMayNotOpenIsNamedWithItsDirectory(String how, String name) throws Exception {
    mode(log.resolve(name), NOBODY);
    assertThat(said(how)).startsWith("refused " + log.resolve(name) + ": permission denied")
        .contains(how.equals("READ") ? "may read " + log : "may write in " + log, "it belongs to", "chmod, chown");
  }

  @ParameterizedTest
  @ValueSource(strings = {"NATIVE", "PORTABLE", "READ"})
  void aDirectoryThatThisUserMayNotSearchIsNamed(String how) throws Exception {
    mode(log, "r--r--r--");
    assertThat(said(how)).startsWith("refused " + log).contains("permission denied", "it belongs to", "chmod, chown");
  }

  @ParameterizedTest
  @ValueSource(strings = {"NATIVE", "PORTABLE", "READ"})
  void aDirectoryOnTheWayIsNamed(String how) throws Exception {
    mode(log.getParent(), NOBODY);
    assertThat(said(how)).startsWith("refused " + log)
        .contains("permission denied", "on the way there " + log.getParent() + " belongs to", "chmod, chown");
  }

  /** As on a network file system without its lock service. */
  @Test
  void aFileSystemWithoutLocksIsSaid() throws Exception {
    Path source = temporary.resolve("nolocks.c");
    Files.writeString(source, """
        #include <errno.h>
        #include <fcntl.h>
        #include <stdarg.h>
        #include <sys/syscall.h>
        #include <unistd.h>
        static int answer(int fd, int command, void *argument) {
          if (command == F_SETLK || command == F_SETLKW) { errno = ENOLCK; return -1; }
          return syscall(SYS_fcntl, fd, command, argument);
        }
        #define ANSWERS(name) int name(int fd, int command, ...) { \\
          va_list rest; va_start(rest, command); void *argument = va_arg(rest, void *); va_end(rest); \\
          return answer(fd, command, argument); }
        ANSWERS(fcntl)
        ANSWERS(fcntl64)
        """);
    Path library = temporary.resolve("nolocks.so");
    assumeTrue(compiled(source, library), "needs a C compiler");
    assertThat(said("PORTABLE", "LD_PRELOAD", library.toString()))
        .startsWith("refused " + log.resolve("log.lock") + " could not be locked: ").contains("gives no lock: keep the log on a local disk");
  }

  private static boolean compiled(Path source, Path library) throws Exception {
    try {
      return new ProcessBuilder("cc", "-shared", "-fPIC", "-o", library.toString(), source.toString())
          .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
