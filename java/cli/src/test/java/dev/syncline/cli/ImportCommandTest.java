package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.syncline.RecordType;
import dev.syncline.StorageMode;
import dev.syncline.log.commit.Entry;
import dev.syncline.WriteAheadLog;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code import} refuses, and that nothing is left then. */
class ImportCommandTest {
  @TempDir Path temporary;
  private Path file;
  private Path target;
  private List<String> lines;

  @BeforeEach
  void exportASample() throws IOException {
    Path log = Cli.sampleLog(temporary.resolve("log"));
    file = temporary.resolve("log.jsonl");
    target = temporary.resolve("imported");
    lines = Cli.run("export", log).exits(ExitCode.OK).lines();
  }

  @Test
  void itSaysWhatWasImported() throws IOException {
    give(lines);
    assertThat(Cli.run("import", file, target).exits(ExitCode.OK).lines())
        .containsExactly("imported 7 records (1..7) in 1 segment to " + target + " and read them back");
    assertThat(Cli.run("verify", target).exits(ExitCode.OK).out()).startsWith("ok: 7 records (1..7)");
    JsonNode json = Cli.run("import", "--json", file, temporary.resolve("another")).exits(ExitCode.OK).json();
    assertThat(json.get("records").asLong()).isEqualTo(7);
  }

  @Test
  void standardInputIsReadWhereTheFileIsADash() {
    InputStream before = System.in;
    try {
      System.setIn(new ByteArrayInputStream(Cli.bytes(String.join("\n", lines) + "\n")));
      Cli.run("import", "-", target).exits(ExitCode.OK);
      System.setIn(new ByteArrayInputStream(Cli.bytes(lines.get(0) + "\n")));
      assertThat(Cli.run("import", "-", temporary.resolve("another")).exits(ExitCode.PROBLEM).err()).contains("standard input, line 1");
    } finally {
      System.setIn(before);
    }
  }

  @Test
  void aFileThatWasCutOffIsRefusedWhereverTheCutIs() throws IOException {
    byte[] whole = Cli.bytes(String.join("\n", lines) + "\n");
    for (int length = 0; length < whole.length; length += 29) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThat(refused()).as("%s of %s bytes", length, whole.length).contains(file.toString());
    }
    Files.write(file, Arrays.copyOf(whole, whole.length - 1));
    assertThat(refused()).contains("line 9", "cut off");
    give(lines.subList(0, 4));
    assertThat(refused()).contains("line 4", "the line that says where the export ends", "cut off here");
    Files.write(file, new byte[0]);
    assertThat(refused()).contains("expected the header", "empty");
  }

  @Test
  void aLineThatWasMovedTakenOutOrRepeatedIsNamed() throws IOException {
    List<String> swapped = new ArrayList<>(lines);
    swapped.set(2, lines.get(3));
    swapped.set(3, lines.get(2));
    give(swapped);
    assertThat(refused()).contains("line 3", "in another order");
    List<String> missing = new ArrayList<>(lines);
    missing.remove(4);
    give(missing);
    assertThat(refused()).contains("line 5", "missing");
    List<String> twice = new ArrayList<>(lines);
    twice.add(3, lines.get(3));
    give(twice);
    assertThat(refused()).contains("line 5");
    List<String> longer = new ArrayList<>(lines);
    longer.addAll(lines);
    give(longer);
    assertThat(refused()).contains("line 10");
  }

  @Test
  void aChangedByteIsFoundInItsLine() throws IOException {
    byte[] whole = Cli.bytes(String.join("\n", lines) + "\n");
    int line = 1;
    for (int at = 0; at < whole.length; at++) {
      boolean ends = whole[at] == '\n';
      if (at % 31 == 0 || ends) {
        byte[] changed = whole.clone();
        changed[at] ^= 1;
        Files.write(file, changed);
        assertThat(refused()).as("byte %s", at).contains(file + ", line " + line + ":");
      }
      if (ends) line++;
    }
  }

  /** Lines whose checksums are right, and that say something that cannot be. */
  @Test
  void whatCannotBeIsRefusedThoughItsChecksumIsRight() throws IOException {
    assertForged(0, "\"version\":1", "\"version\":2", "line 1", "expected version 1, found 2");
    assertForged(0, "syncline-export", "something-else", "line 1", "something-else");
    assertForged(0, "\"lastCheckpoint\":7", "\"lastCheckpoint\":8", "line 1", "last checkpoint up to 7", "found 8");
    assertForged(1, "\"sequence\":1", "\"sequence\":2", "line 2", "expected sequence 1", "found 2");
    assertForged(1, "\"type\":\"PUT\"", "\"type\":\"SET\"", "line 2", "found SET");
    assertForged(1, "\"key\":\"", "\"key\":\"*", "line 2", "base64");
    assertForged(1, "\"key\":\"", "\"kex\":\"", "line 2", "\"key\"");
    assertForged(1, "{\"sequence\":1,", "{\"other\":1,", "line 2", "expected a record, a gap, damage or the end");
    assertForged(1, "{\"sequence\":1,", "[{\"sequence\":1,", "line 2", "JSON");
    assertForged(6, "\"first\":4", "\"first\":3", "line 7", "begins at 4, found one of a batch that begins at 3");
    assertForged(6, "\"first\":4", "\"first\":5", "line 7", "begins at 4");
    assertForged(1, "{\"sequence\":1,", "{}{\"sequence\":1,", "line 2", "JSON");
    assertForged(0, "\"after\":0,\"through\":7", "\"after\":9223372036854775807,\"through\":9223372036854775807", "line 1", "found");
    assertForged(5, "\"commit\":6", "\"commit\":7", "line 6", "COMMIT 6");
    assertForged(4, "\"sequence\":4", "\"sequence\":5", "line 5", "expected sequence 4");
    assertForged(7, "{\"sequence\":7,\"type\":\"CHECKPOINT\",\"covers\":6", "{\"gap\":{\"first\":6,\"last\":7}", "line 8", "gap from 7");
    assertForged(7, "{\"sequence\":7,\"type\":\"CHECKPOINT\",\"covers\":6", "{\"gap\":{\"first\":7,\"last\":9}", "line 8", "found 7..9");
    assertForged(8, "\"records\":7", "\"records\":8", "line 9", "expected the end of 7 records");
    assertForged(0, "\"through\":7", "\"through\":9", "line 9", "up to 9");
    assertForged(0, "\"through\":7", "\"through\":9223372036854775807", "line 1", "up to 9223372036854775806, the last there is");
    assertForged(7, "\"covers\":6", "\"covers\":8", "line 8", "no more than its own sequence, 7, found one that covers 8");
    assertForged(7, "\"covers\":6", "\"covers\":5", "line 8", "expected checkpoint 7 to cover 6, as line 1 says, found one that covers 5");
  }

  @Test
  void aBatchWithoutItsCommitIsRefused() throws IOException {
    give(List.of(lines.get(0), lines.get(1), lines.get(2), lines.get(3), lines.get(4), lines.get(8)));
    assertThat(refused()).contains("line 6");
    give(withChecksums(List.of(lines.get(0), lines.get(1), lines.get(2), lines.get(3), lines.get(4), lines.get(8))));
    assertThat(refused()).contains("line 6", "expected the COMMIT 6 of the batch before it, found the end");
  }

  @Test
  void anEmptyDirectoryStaysEmptyIfTheFileIsRefused() throws IOException {
    give(lines.subList(0, 4));
    Files.createDirectory(target);
    Cli.run("import", file, target).exits(ExitCode.PROBLEM);
    assertThat(target).isEmptyDirectory();
    give(lines);
    Cli.run("import", file, target).exits(ExitCode.OK);
  }

  @Test
  void aDirectoryThatIsTakenIsRefused() throws IOException {
    give(lines);
    Cli.sampleLog(target);
    Map<String, String> before = Cli.contents(temporary);
    assertThat(Cli.run("import", file, target).exits(ExitCode.NOT_RUN).failsInOneLine().err()).contains("is not empty");
    assertThat(Cli.run("import", file, file).exits(ExitCode.NOT_RUN).failsInOneLine().err()).contains("is not a directory");
    assertThat(Cli.run("import", temporary.resolve("nothing"), target).exits(ExitCode.NOT_RUN).failsInOneLine().err())
        .contains("no such file");
    assertThat(Cli.run("import", temporary, target).exits(ExitCode.NOT_RUN).failsInOneLine().err()).contains("is a directory");
    assertThat(Cli.contents(temporary)).isEqualTo(before);
  }

  /** A library without times has exported it. */
  @Test
  void anExportWithoutTimesIsOfNow() throws IOException {
    List<String> without = lines.stream().map(line -> line.replaceFirst(",\"time\":\"[^\"]*\"", "")).toList();
    assertThat(without).noneMatch(line -> line.contains("time")).isNotEqualTo(lines);
    give(withChecksums(without));
    Instant before = Instant.now();
    Cli.run("import", file, target).exits(ExitCode.OK);
    try (WriteAheadLog log = WriteAheadLog.openReadOnly(target)) {
      assertThat(log.sequenceAt(before.minusSeconds(1))).isZero();
      assertThat(log.sequenceAt(Instant.now().plusSeconds(1))).isEqualTo(7);
    }
  }

  @Test
  void aTimeThatNoRecordCanHaveIsRefused() throws IOException {
    String time = Cli.parse(lines.get(1)).get("time").asText();
    for (String forged : List.of("yesterday", "1969-12-31T23:59:59Z", "+99999-01-01T00:00:00Z", "+999999999-01-01T00:00:00Z", ""))
      assertForged(1, time, forged, "line 2", "expected a time", "found " + forged);
  }

  private void give(List<String> content) throws IOException {
    Files.writeString(file, String.join("\n", content) + "\n");
  }

  private void assertForged(int line, String found, String instead, String... parts) throws IOException {
    assertThat(lines.get(line)).contains(found);
    List<String> forged = new ArrayList<>(lines);
    forged.set(line, lines.get(line).replace(found, instead));
    give(withChecksums(forged));
    assertThat(refused()).contains(parts);
  }

  private static List<String> withChecksums(List<String> without) {
    CRC32C before = new CRC32C();
    return without.stream()
        .map(line -> ExportFormat.withChecksum(line.substring(0, line.length() - ExportFormat.CRC_BYTES) + "}", before))
        .toList();
  }

  /** One line on stderr, and no directory. */
  private String refused() {
    String said = Cli.run("import", file, target).exits(ExitCode.PROBLEM).failsInOneLine().err();
    assertThat(target).doesNotExist();
    return said;
  }

  /** What is reserved is given back when the log is closed; until then a small disk has to have it. */
  @Test
  void aSmallLogIsImportedOnASmallDisk() throws Exception {
    Path log = Cli.sampleLog(temporary.resolve("a-log"));
    Path exported = temporary.resolve("few.jsonl");
    Cli.run("export", log, "-o", exported).exits(ExitCode.OK);
    Path mounted = Files.createDirectory(temporary.resolve("mounted"));
    assumeTrue(succeeds("mount", "-t", "tmpfs", "-o", "size=20m", "syncline-cli", mounted.toString()), "mounting needs root on Linux");
    try {
      for (String storage : new String[] {"auto", "portable"}) {
        Path target = mounted.resolve(storage);
        Cli.run("import", exported, target, "--storage", storage).exits(ExitCode.OK);
        assertThat(Cli.run("export", target).exits(ExitCode.OK).out()).isEqualTo(Files.readString(exported));
      }
    } finally {
      assertThat(succeeds("umount", mounted.toString())).isTrue();
    }
  }

  private static boolean succeeds(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
    } catch (IOException missing) {
      return false;
    }
  }

  /** With what has been imported segments grow, so that a large log does not become thousands of files. */
  @Test
  void segmentsGrowWithTheLog() throws IOException {
    byte[] value = new byte[1 << 20];
    Path directory = temporary.resolve("grows");
    try (ImportedLog log = new ImportedLog(directory, StorageMode.PORTABLE)) {
      assertThat(log.segmentBytes()).isLessThanOrEqualTo(1 << 20);
      log.beginBehind(99);
      for (int i = 0; i < 8; i++)
        assertThat(log.append(List.of(new Entry(RecordType.ENTRY.code(), 0, new byte[0], value)))).isEqualTo(100 + i);
      assertThat(log.segmentBytes()).isEqualTo(4 << 20);
      log.leaveOut(199);
      assertThat(log.append(List.of(new Entry(RecordType.ENTRY.code(), 0, new byte[0], value)))).isEqualTo(200);
    }
    assertThat(Cli.run("verify", directory).exits(ExitCode.OK).out()).contains("9 records (100..200)");
  }
}
