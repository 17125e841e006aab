package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code info}, {@code dump}, {@code verify} and {@code export} promise: to look only. */
class ReadOnlyCommandsTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"info", "dump", "verify", "verify --quick", "export", "tail", "top --count 1 --interval 0.01"})
  void nothingInTheDirectoryChanges(String command) throws IOException {
    Cli.sampleLog(directory);
    Map<String, String> before = Cli.contents(directory);
    run(command, directory).exits(ExitCode.OK);
    assertThat(Cli.contents(directory)).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"info", "dump", "verify", "verify --quick", "export", "tail", "top --count 1 --interval 0.01"})
  void damageIsNotRepairedEither(String command) throws IOException {
    Cli.damage(Cli.sampleLog(directory), "dark green");
    Map<String, String> before = Cli.contents(directory);
    run(command, directory).exits(ExitCode.PROBLEM);
    assertThat(Cli.contents(directory)).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"info", "dump", "verify", "verify --quick", "export", "tail", "top --count 1 --interval 0.01"})
  void aLiveWriterGoesOn(String command) throws IOException {
    try (WriteAheadLog log = WriteAheadLog.open(directory)) {
      log.put(Cli.bytes("before"), Cli.bytes("1"));
      run(command, directory).exits(ExitCode.OK);
      assertThat(log.put(Cli.bytes("after"), Cli.bytes("2"))).isEqualTo(2);
    }
    assertThat(Cli.run("dump", directory).lines()).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"info", "dump", "verify", "verify --quick", "export", "tail", "top --count 1 --interval 0.01"})
  void whatIsNoLogIsSaidInOneLine(String command) throws IOException {
    Path missing = directory.resolve("missing");
    assertThat(oneLine(command, missing)).contains(missing + " does not exist");
    assertThat(oneLine(command, directory)).contains(directory + " is not a log");
    Cli.sampleLog(directory);
    Path file = Cli.files(directory, ".wal").get(0);
    assertThat(oneLine(command, file)).contains(file + " is a file");
  }

  private static String oneLine(String command, Path directory) {
    return run(command, directory).exits(ExitCode.NOT_RUN).failsInOneLine().err();
  }

  private static Cli.Output run(String command, Path directory) {
    List<Object> words = new ArrayList<>(List.of((Object[]) command.split(" ")));
    words.add(directory);
    return Cli.run(words.toArray());
  }
}
