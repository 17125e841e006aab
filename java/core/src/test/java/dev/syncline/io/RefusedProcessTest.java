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
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
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

  /** Where a child has the log's classes from, if not from where this process has them. */
  private Path placeOfTheLog;

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

  private List<String> child(String how) throws Exception {
    List<String> command = new ArrayList<>();
    List<String> classPath = new ArrayList<>();
    classPath.add((placeOfTheLog == null ? placeOf(Storages.class) : placeOfTheLog).toString());
    for (Class<?> type : new Class<?>[] {RefusedChild.class, Native.class}) classPath.add(placeOf(type).toString());
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    if (Runtime.version().feature() >= 22) command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", String.join(File.pathSeparator, classPath), RefusedChild.class.getName(), log.toString(), how));
    return command;
  }

  private String limitedTo(int descriptors, String how) throws Exception {
    List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", "ulimit -n " + descriptors + "; exec \"$@\"", "sh"));
    command.addAll(child(how));
    Process child = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return child.waitFor() == 0 ? said : "";
  }

  /** @param how a storage's mode, or READ */
  private String said(String how, String... environment) throws Exception {
    List<String> command = new ArrayList<>();
    if (environment.length == 0 && Files.isReadable(Path.of("/proc/1/environ"))) {
      assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "root takes setpriv to be refused anything");
      command.addAll(List.of("/usr/bin/setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps",
          "-dac_override,-dac_read_search"));
    }
    command.addAll(child(how));
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

  /** As on a network file system without its lock service, or a file system in user space that has no locks. */
  @ParameterizedTest
  @CsvSource({"PORTABLE,ENOLCK", "NATIVE,ENOLCK", "AUTO,ENOLCK", "NATIVE,ENOSYS", "NATIVE,EOPNOTSUPP"})
  void aFileSystemWithoutLocksIsSaid(String how, String error) throws Exception {
    Path source = temporary.resolve("nolocks.c");
    Files.writeString(source, """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <fcntl.h>
        #include <stdarg.h>
        #include <sys/syscall.h>
        #include <unistd.h>
        typedef long call(long number, ...);
        long syscall(long number, ...) {
          long a[6];
          va_list rest;
          va_start(rest, number);
          for (int i = 0; i < 6; i++) a[i] = va_arg(rest, long);
          va_end(rest);
          int command = (int)a[1];
          if (number == SYS_fcntl && (command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK)) { errno = ERROR; return -1; }
          static call *real;
          if (!real) real = (call *)dlsym(RTLD_NEXT, "syscall");
          return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
        }
        #define ANSWERS(name) int name(int fd, int command, ...) { \
          va_list rest; va_start(rest, command); void *argument = va_arg(rest, void *); va_end(rest); \
          return syscall(SYS_fcntl, fd, command, argument, 0, 0, 0); }
        ANSWERS(fcntl)
        ANSWERS(fcntl64)
        """.replace("ERROR", error));
    Path library = temporary.resolve("nolocks.so");
    assumeTrue(compiled(source, library), "needs a C compiler");
    String said = said(how, "LD_PRELOAD", library.toString());
    assertThat(said).startsWith("refused ").contains(log.resolve("log.lock").toString(), "gives no lock: keep the log on a local disk");
    if (!how.equals("PORTABLE")) assertThat(said).contains(error);
  }

  /** However few there are: a JVM has some open itself, and how many differs, so the limit is lowered one by one. */
  @Tag("laboratory") // A process for each number.
  @ParameterizedTest
  @ValueSource(strings = {"NATIVE", "PORTABLE", "READ"})
  void tooFewDescriptorsAreSaidToBeThat(String how) throws Exception {
    // A class in a directory takes a descriptor to be loaded, and one in a jar takes none.
    placeOfTheLog = inAJar(placeOf(Storages.class));
    int refused = 0;
    for (int limit = 18; limit > 9; limit--) {
      // As it is left by a process that was killed: who opens the log reads it before it believes that the lock is free.
      Files.writeString(log.resolve("log.pid"), "4194305\n");
      byte[] before = records();
      String said = limitedTo(limit, how);
      if (said.startsWith("opened")) continue;
      // Below that the JVM does not start, or has no descriptor to load a class with.
      if (!said.startsWith("refused") || said.startsWith("refused native storage was asked for")) continue;
      assertThat(said).as("%s descriptors", limit).contains("close files or raise the limit of open ones (ulimit -n), then try again");
      assertThat(records()).as("%s descriptors: %s", limit, said).isEqualTo(before);
      refused++;
    }
    assumeTrue(refused > 0, "this JVM does not start where a log is refused for want of descriptors");
  }

  private Path inAJar(Path classes) throws IOException {
    if (!Files.isDirectory(classes)) return classes;
    Path jar = temporary.resolve("log.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar)); Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
        Files.copy(file, out);
      }
    }
    return jar;
  }

  /** The mark says how often the log was opened, and may say so of an opening that is refused in the end. */
  private byte[] records() throws IOException {
    return Files.readAllBytes(log.resolve("00000000000000000001.wal"));
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
