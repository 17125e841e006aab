package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.syncline.Operation;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import picocli.CommandLine;

/** Runs the command line inside the test, and the vocabulary of its tests. */
final class Cli {

  /** What a command printed and returned. */
  record Output(int exitCode, String out, String err) {
    Output exits(int expected) {
      assertThat(exitCode).as("exit code; stdout: %s stderr: %s", out, err).isEqualTo(expected);
      return this;
    }

    List<String> lines() {
      return out.lines().toList();
    }

    JsonNode json() {
      return parse(out);
    }

    /** One line on stderr, no stack trace, nothing on stdout. */
    Output failsInOneLine() {
      assertThat(out).isEmpty();
      assertThat(err.lines()).hasSize(1);
      assertThat(err).doesNotContain("\tat ");
      return this;
    }
  }

  private Cli() {}

  static Output run(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = Syncline.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    int exitCode = line.execute(Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
    line.getOut().flush();
    line.getErr().flush();
    return new Output(exitCode, out.toString(), err.toString());
  }

  static JsonNode parse(String json) {
    try {
      return new ObjectMapper().readTree(json);
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + json, e);
    }
  }

  /**
   * A closed log with a PUT, a DELETE and an ENTRY (1 to 3), a batch of two (4 and 5, COMMIT 6) and a CHECKPOINT (7).
   */
  static Path sampleLog(Path directory) throws IOException {
    try (WriteAheadLog log = WriteAheadLog.open(directory, aFrameEach().build())) {
      log.put(bytes("colour"), bytes("dark green"));
      log.delete(bytes("shape"));
      log.append(new byte[] {0, 1, 2, (byte) 0xff});
      log.appendBatch(List.of(Operation.put(bytes("a"), bytes("first")), Operation.entry(bytes("second"))));
      log.checkpoint();
    }
    return directory;
  }

  /** Each record has a frame of its own, so that what is damaged of one is all that is lost. */
  static WalOptions.Builder aFrameEach() {
    return WalOptions.builder().joinCommitsWithin(Duration.ZERO);
  }

  /** A closed log of several segments with the entries 1 to {@code count}: whatever lies in the first ones is glanced at only. */
  static Path longLog(Path directory, int count) throws IOException {
    try (WriteAheadLog log = WriteAheadLog.open(directory, aFrameEach().maxSegmentSize(64 << 10).build())) {
      for (int i = 1; i <= count; i++) log.append(bytes("<entry-" + i + ">"));
    }
    assertThat(files(directory, ".wal")).hasSizeGreaterThan(2);
    return directory;
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Changes one byte of the first occurrence of {@code text} in the log's segments. */
  static void damage(Path directory, String text) throws IOException {
    for (Path file : files(directory, ".wal")) {
      byte[] content = Files.readAllBytes(file);
      int at = new String(content, StandardCharsets.ISO_8859_1).indexOf(text);
      if (at < 0) continue;
      content[at] ^= 1;
      Files.write(file, content);
      return;
    }
    throw new AssertionError("no segment in " + directory + " holds " + text);
  }

  /** Every file below a directory with its size, time and bytes, and every directory with its time. */
  static Map<String, String> contents(Path directory) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.toList()) {
        String bytes = Files.isDirectory(path) ? "" : Arrays.hashCode(read(path)) + " " + Files.size(path) + " bytes";
        contents.put(path.toString(), Files.getLastModifiedTime(path) + " " + bytes);
      }
    }
    return contents;
  }

  static List<Path> files(Path directory, String suffix) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
    }
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
