package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A command that is interrupted in the middle leaves what was there before. To the JVM a signal is the same as an exit. */
class InterruptedTest {
  private static final int INTERRUPTED = 130;

  @TempDir Path temporary;

  @Test
  void ofAnExportNothingIsLeft() throws Exception {
    interrupted("export", temporary.resolve("exported"));
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void ofALogThatWasBeingMadeNothingIsLeft() throws Exception {
    interrupted("make", temporary.resolve("made"));
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void aDirectoryThatWasThereStays() throws Exception {
    Path made = Files.createDirectory(temporary.resolve("made"));
    interrupted("make", made);
    assertThat(made).isEmptyDirectory();
  }

  @Test
  void whatSomebodyElsePutThereStays() throws Exception {
    Path made = temporary.resolve("made");
    interrupted("besides", made);
    assertThat(Cli.contents(made).keySet()).containsExactly(made.toString(), made.resolve("theirs").toString());
  }

  @Test
  void aLogThatIsInPlaceStays() throws Exception {
    Path made = temporary.resolve("made");
    interrupted("install", made);
    Cli.run("verify", made).exits(ExitCode.OK);
    assertThat(made.toFile().list()).noneMatch(name -> name.startsWith("."));
  }

  private static void interrupted(String what, Path where) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
        "-cp", System.getProperty("java.class.path"), InterruptedTest.class.getName(), what, where.toString()));
    if (Runtime.version().feature() >= 22) command.add(1, "--enable-native-access=ALL-UNNAMED");
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isEqualTo(INTERRUPTED);
  }

  /** The child. */
  public static void main(String[] arguments) throws IOException {
    Path where = Path.of(arguments[1]);
    if (arguments[0].equals("export")) {
      ExportSink.toFile(where).write(Map.of("a line", 1));
    } else {
      TargetDirectory made = TargetDirectory.prepare(where);
      Cli.sampleLog(made.log());
      if (arguments[0].equals("besides")) Files.createFile(where.resolve("theirs"));
      if (arguments[0].equals("install")) made.install();
    }
    System.exit(INTERRUPTED);
  }
}
