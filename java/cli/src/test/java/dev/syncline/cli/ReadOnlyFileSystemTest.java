package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.syncline.StorageMode;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be written is told with its directory, why, and what to do. Memory is mounted for it, which needs root on Linux. */
class ReadOnlyFileSystemTest {
  @TempDir Path temporary;
  private Path mounted;
  private Path log;
  private Path damaged;

  @BeforeEach
  void mountReadOnly() throws Exception {
    Path point = Files.createDirectory(temporary.resolve("mounted"));
    assumeTrue(succeeds("mount", "-t", "tmpfs", "-o", "size=256m", "syncline-cli", point.toString()), "mounting needs root on Linux");
    mounted = point;
    log = Cli.sampleLog(mounted.resolve("log"));
    damaged = Cli.sampleLog(mounted.resolve("damaged"));
    Cli.damage(damaged, "dark green");
    assumeTrue(succeeds("mount", "-o", "remount,ro", mounted.toString()));
  }

  @AfterEach
  void unmount() throws Exception {
    if (mounted != null) assertThat(succeeds("umount", mounted.toString())).isTrue();
  }

  private static boolean succeeds(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
    } catch (IOException missing) {
      return false;
    }
  }

  @Test
  void whatOpensALogToWriteSaysWhereAndWhy() {
    for (Path directory : List.of(log, mounted.resolve("fresh"), mounted))
      for (StorageMode mode : List.of(StorageMode.AUTO, StorageMode.PORTABLE))
        assertThatThrownBy(() -> WriteAheadLog.open(directory, WalOptions.builder().storage(mode).build()))
            .as("%s, %s", directory, mode).isInstanceOf(FileSystemException.class)
            .hasMessageStartingWith(directory + ": ").hasMessageContaining("read-only").hasMessageContaining("openReadOnly");
  }

  @Test
  void whatWritesThereSaysWhereAndWhy() throws IOException {
    Path file = temporary.resolve("file.jsonl");
    Cli.run("export", log, "-o", file).exits(ExitCode.OK);
    for (Object[] command : new Object[][] {
      {"repair", damaged, "--apply"}, {"snapshot", log, mounted.resolve("copy")}, {"import", file, mounted.resolve("imported")},
      {"export", log, "-o", mounted.resolve("exported")}
    })
      assertThat(Cli.run(command).exits(ExitCode.NOT_RUN).failsInOneLine().err()).as("%s", command[0])
          .contains(mounted.toString()).contains("mounted read-only").contains("Mount it to be written");
    assertThat(Cli.run("doctor", log).exits(ExitCode.PROBLEM).failsInOneLine().err())
        .contains(log.toString()).contains("mounted read-only").contains("Mount it to be written");
  }

  /** Beside the exporter's own limits: there is no such thing as a large enough disk. */
  @Test
  void aFullDiskIsNamedWithWhatWasToBeWrittenThere() throws Exception {
    Path big = temporary.resolve("big");
    try (WriteAheadLog large = WriteAheadLog.open(big)) {
      for (int i = 0; i < 8; i++) large.append(new byte[100_000]);
    }
    Path small = Files.createDirectory(temporary.resolve("small"));
    assumeTrue(succeeds("mount", "-t", "tmpfs", "-o", "size=256k", "syncline-cli", small.toString()));
    try {
      for (Object[] command : new Object[][] {{"export", big, "-o", small.resolve("out")}, {"snapshot", big, small.resolve("copy")}}) {
        assertThat(Cli.run(command).exits(ExitCode.NOT_RUN).failsInOneLine().err()).as("%s", command[0])
            .contains(small.toString()).contains("df -h").contains("df -i").contains("ulimit -f");
        assertThat(small).isEmptyDirectory();
      }
    } finally {
      assertThat(succeeds("umount", small.toString())).isTrue();
    }
  }

  @Test
  void whatOnlyReadsWorks() throws IOException {
    for (String command : List.of("info", "dump", "verify", "repair", "export")) Cli.run(command, log).exits(ExitCode.OK);
    Cli.run("repair", damaged).exits(ExitCode.PROBLEM);
    Cli.run("snapshot", log, temporary.resolve("copy")).exits(ExitCode.OK);
  }
}
