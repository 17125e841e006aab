package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotCommandTest {
  private static final int ENTRIES = 100;

  @TempDir Path temporary;
  private Path log;
  private Path target;

  @BeforeEach
  void names() {
    log = temporary.resolve("log");
    target = temporary.resolve("copy");
  }

  @Test
  void theCopyHoldsWhatTheLogHoldsAndTheLogIsLeftAlone() throws IOException {
    Cli.sampleLog(log);
    Map<String, String> before = Cli.contents(log);
    Cli.Output copied = Cli.run("snapshot", log, target).exits(ExitCode.OK);
    assertThat(copied.lines()).singleElement().asString().startsWith("copied 7 records (1..7) in 1 segment, ").contains("to " + target);
    assertThat(copied.err()).isEmpty();
    assertThat(Cli.contents(log)).isEqualTo(before);
    assertThat(Cli.run("dump", "--values", target).lines()).isEqualTo(Cli.run("dump", "--values", log).lines());
    assertThat(Cli.run("info", target).exits(ExitCode.OK).out()).contains("closed cleanly");
    assertThat(names(target)).containsExactly("00000000000000000001.wal", "log.mark");
    try (WriteAheadLog copy = WriteAheadLog.open(target)) {
      assertThat(copy.recovery().writable()).isTrue();
      assertThat(copy.append(Cli.bytes("next"))).isEqualTo(8);
    }
    assertThat(Cli.contents(log)).isEqualTo(before);
  }

  @Test
  void anEmptyDirectoryIsTakenAndAnEmptyLogIsCopied() throws IOException {
    Files.createDirectory(target);
    try (WriteAheadLog some = WriteAheadLog.open(log)) {
      some.append(Cli.bytes("x"));
      some.truncate(1);
    }
    JsonNode copied = Cli.run("snapshot", "--json", log, target).exits(ExitCode.OK).json();
    assertThat(copied.get("records").asLong()).isZero();
    assertThat(copied.get("target").asText()).isEqualTo(target.toString());
    try (WriteAheadLog copy = WriteAheadLog.open(target)) {
      assertThat(copy.append(Cli.bytes("y"))).isEqualTo(2);
    }
  }

  @Test
  void jsonSaysWhatWasCopied() throws IOException {
    Cli.longLog(log, ENTRIES);
    JsonNode copied = Cli.run("snapshot", "--json", log, target).exits(ExitCode.OK).json();
    assertThat(copied.get("firstSequence").asLong()).isEqualTo(1);
    assertThat(copied.get("lastSequence").asLong()).isEqualTo(ENTRIES);
    assertThat(copied.get("segments").asInt()).isEqualTo(Cli.files(target, ".wal").size());
    long bytes = 0;
    for (Path file : Cli.files(target, ".wal")) bytes += Files.size(file);
    assertThat(copied.get("bytes").asLong()).isEqualTo(bytes);
  }

  @Test
  void besideAWriterTheCopyHoldsAPrefix() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    try (WriteAheadLog live = WriteAheadLog.open(log, WalOptions.builder().maxSegmentSize(64 << 10).build())) {
      live.append(Cli.bytes("<entry-1>"));
      CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> append(live, over));
      for (int round = 0; round < 5; round++) {
        Path copy = temporary.resolve("copy-" + round);
        long before = live.durableSequence();
        JsonNode copied = Cli.run("snapshot", "--json", log, copy).exits(ExitCode.OK).json();
        // The last frame has no witness yet.
        assertThat(copied.get("lastSequence").asLong()).isGreaterThanOrEqualTo(before - 1);
        List<String> lines = Cli.run("dump", "--values", copy).exits(ExitCode.OK).lines();
        assertThat(lines).hasSize(copied.get("records").asInt());
        for (int i = 0; i < lines.size(); i++) assertThat(lines.get(i)).endsWith("\"<entry-" + (i + 1) + ">\"");
      }
      over.set(true);
      writer.get();
    }
  }

  /** The last frame of a log whose writer has died may be on no disk: only opening it to write decides. */
  @Test
  void whatHasNoWitnessInALogThatWasNotClosedIsLeftOutAndSaid() throws IOException {
    Path crashed = temporary.resolve("crashed");
    try (WriteAheadLog live = WriteAheadLog.open(log, WalOptions.builder().markInterval(Duration.ofHours(1)).build())) {
      for (int i = 1; i <= 3; i++) live.append(Cli.bytes("<entry-" + i + ">"));
      Files.createDirectory(crashed);
      for (String suffix : List.of(".wal", ".mark"))
        for (Path file : Cli.files(log, suffix)) Files.copy(file, crashed.resolve(file.getFileName()));
    }
    Cli.Output copied = Cli.run("snapshot", crashed, target).exits(ExitCode.OK);
    assertThat(copied.out()).startsWith("copied 2 records (1..2)");
    assertThat(copied.err()).startsWith("note: whole frames up to sequence 3 lie behind 2");
    assertThat(Cli.run("export", crashed).exits(ExitCode.OK).err()).contains("note: whole frames up to sequence 3 lie behind 2");
    WriteAheadLog.open(crashed).close();
    assertThat(Cli.run("dump", crashed).lines()).hasSize(3);
  }

  private static void append(WriteAheadLog live, AtomicBoolean over) {
    try {
      for (long i = 2; !over.get(); i++) live.append(Cli.bytes("<entry-" + i + ">"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aTargetThatIsTakenIsRefused() throws IOException {
    Cli.sampleLog(log);
    Files.createDirectory(target);
    Files.writeString(target.resolve("kept"), "mine");
    assertRefused(target, "is not empty", "kept");
    assertRefused(target.resolve("kept"), "is not a directory");
    assertRefused(log, "is inside the log");
  }

  @Test
  void aTargetThatIsALinkToNowhereIsRefused() throws IOException {
    Cli.sampleLog(log);
    link(target, temporary.resolve("nowhere"));
    assertThat(Cli.run("snapshot", log, target).exits(ExitCode.NOT_RUN).failsInOneLine().err()).contains(target + " is not a directory");
    assertThat(temporary.resolve("nowhere")).doesNotExist();
  }

  @Test
  void aTargetInsideTheLogIsRefused() throws IOException {
    Cli.sampleLog(log);
    assertRefused(log.resolve("copy"), "is inside the log " + log);
    assertRefused(log.resolve("a/b/copy"), "is inside the log");
    Path link = temporary.resolve("link");
    link(link, log);
    assertRefused(link.resolve("copy"), "is inside the log");
    assertRefused(temporary.resolve("log/../log/copy"), "is inside the log");
  }

  @Test
  void aTargetWhoseParentIsMissingIsRefused() throws IOException {
    Cli.sampleLog(log);
    assertRefused(temporary.resolve("not/mounted"), "there is no directory " + temporary.resolve("not"));
  }

  @Test
  void aTargetThatCannotBeWrittenIsSaidInOneLine() throws IOException {
    Path unwritable = Path.of("/proc/syncline-copy");
    assumeTrue(Files.isDirectory(unwritable.getParent()), "/proc is the one place that nobody can write to");
    Cli.sampleLog(log);
    assertThat(Cli.run("snapshot", log, unwritable).exits(ExitCode.NOT_RUN).failsInOneLine().err()).contains("/proc");
  }

  @Test
  void ofADamagedLogNothingIsCopied() throws IOException {
    Cli.damage(Cli.sampleLog(log), "dark green");
    Cli.Output output = Cli.run("snapshot", log, target).exits(ExitCode.PROBLEM).failsInOneLine();
    assertThat(output.err()).contains(".wal at offset").contains("Nothing was copied");
    assertThat(target).doesNotExist();
    Files.createDirectory(target);
    Cli.run("snapshot", log, target).exits(ExitCode.PROBLEM);
    assertThat(target).isEmptyDirectory();
  }

  /** Of finished segments opening reads the header and the seal: what lies between them is only found by reading the copy. */
  @Test
  void damageThatOpeningDoesNotSeeIsFoundInTheCopyAndNamedInTheLog() throws IOException {
    Cli.longLog(log, ENTRIES);
    Cli.damage(log, "<entry-3>");
    Cli.run("info", log).exits(ExitCode.OK);
    Cli.Output output = Cli.run("snapshot", log, target).exits(ExitCode.PROBLEM).failsInOneLine();
    assertThat(output.err()).contains(log.resolve("00000000000000000001.wal") + " at offset", "sequences 3..3 are lost", "export");
    assertThat(target).doesNotExist();
  }

  private void assertRefused(Path where, String... parts) throws IOException {
    Map<String, String> before = Cli.contents(temporary);
    assertThat(Cli.run("snapshot", log, where).exits(ExitCode.NOT_RUN).failsInOneLine().err()).contains(parts);
    assertThat(Cli.contents(temporary)).isEqualTo(before);
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static void link(Path link, Path to) throws IOException {
    try {
      Files.createSymbolicLink(link, to);
    } catch (UnsupportedOperationException | FileSystemException e) {
      assumeTrue(false, "links cannot be made here: " + e);
    }
  }
}
