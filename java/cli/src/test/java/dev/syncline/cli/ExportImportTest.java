package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.syncline.CorruptionPolicy;
import dev.syncline.RecordsTruncatedException;
import dev.syncline.SequenceRange;
import dev.syncline.StorageMode;
import dev.syncline.WalCursor;
import dev.syncline.WalOptions;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is exported and imported again is the same log: what both of its exports say is the same, byte for byte. */
class ExportImportTest extends ExportTestBase {
  private static final int SEEDS = Boolean.getBoolean("syncline.tck.thorough") ? 60 : 8;

  @ParameterizedTest
  @EnumSource(value = StorageMode.class, names = {"AUTO", "PORTABLE"})
  void whateverALogHoldsComesBack(StorageMode storage) throws IOException {
    boolean gaps = false;
    for (long seed = 1; seed <= SEEDS; seed++) {
      Path each = RandomLogs.write(seed, storage, temporary.resolve(storage + "-" + seed));
      Path copy = temporary.resolve(storage + "-" + seed + "-imported");
      String exported = Cli.run("export", each).exits(ExitCode.OK).out();
      Files.writeString(file, exported);
      Cli.run("import", file, copy, "--storage", storage).exits(ExitCode.OK);
      assertThat(Cli.run("export", copy).exits(ExitCode.OK).out()).as("seed %s", seed).isEqualTo(exported);
      assertSame(each, copy, "seed " + seed);
      gaps |= exported.contains("{\"gap\":");
    }
    assertThat(gaps).as("some of the logs have gaps").isTrue();
  }

  /** Where the log is damaged, too, as far as its frames can be read. */
  @Test
  void whatWasCommittedByATimeIsToldAsBefore() throws IOException {
    Instant start = Instant.parse("2026-12-01T12:00:00Z");
    Instant[] now = {start};
    Path log = temporary.resolve("log");
    WalOptions options =
        WalOptions.builder().maxSegmentSize(64 << 10).clock(() -> now[0]).joinCommitsWithin(Duration.ofMinutes(2)).build();
    try (WriteAheadLog writer = WriteAheadLog.open(log, options)) {
      for (int i = 1; i <= 90; i++) {
        writer.append(Cli.bytes("<entry-" + i + ">" + "x".repeat(i % 10 * 300)));
        now[0] = now[0].plusSeconds(60);
      }
    }
    Cli.damage(log, "<entry-17>");
    Cli.damage(log, "<entry-70>");
    Cli.run("export", log, "-o", file).exits(ExitCode.PROBLEM);
    Path copy = temporary.resolve("copy");
    Cli.run("import", file, copy, "--accept-loss").exits(ExitCode.OK);
    try (WriteAheadLog before = WriteAheadLog.openReadOnly(log); WriteAheadLog after = WriteAheadLog.openReadOnly(copy)) {
      List<Long> kept = new ArrayList<>();
      try (WalCursor records = after.iterate()) {
        while (records.hasNext()) kept.add(records.next().sequence());
      }
      assertThat(kept).hasSizeBetween(80, 88);
      for (int minute = 0; minute <= 90; minute++) {
        Instant time = start.plusSeconds(60L * minute);
        long told = before.sequenceAt(time);
        long expected = kept.stream().filter(each -> each <= told).max(Long::compare).orElse(0L);
        assertThat(after.sequenceAt(time)).as("minute %s", minute).isEqualTo(expected);
      }
    }
  }

  private static void assertSame(Path one, Path other, String which) throws IOException {
    try (WriteAheadLog log = WriteAheadLog.openReadOnly(one); WriteAheadLog copy = WriteAheadLog.open(other)) {
      assertThat(copy.currentSequence()).as(which).isEqualTo(log.currentSequence());
      assertThat(copy.firstSequence()).as(which).isEqualTo(log.firstSequence());
      assertThat(copy.lastCheckpoint()).as(which).isEqualTo(log.lastCheckpoint());
      assertThat(copy.lastCheckpointCovers()).as(which).isEqualTo(log.lastCheckpointCovers());
      assertThat(copy.recovery().damage()).as(which).isEmpty();
      try (WalCursor records = log.iterate()) {
        while (records.hasNext()) {
          WalRecord record = records.next();
          assertThat(copy.read(record.sequence())).as(which).hasValueSatisfying(
              same -> assertThat(same).hasToString(record.toString()));
        }
      }
    }
  }

  @Test
  void theLinesSayWhatIsInTheLog() throws IOException {
    List<JsonNode> lines = export(Cli.sampleLog(log));
    assertThat(lines).hasSize(9);
    JsonNode header = lines.get(0);
    assertThat(header.get("format").asText()).isEqualTo("syncline-export");
    assertThat(header.get("version").asInt()).isEqualTo(1);
    assertThat(header.get("after").asLong()).isZero();
    assertThat(header.get("through").asLong()).isEqualTo(7);
    assertThat(header.get("lastCheckpoint").asLong()).isEqualTo(7);
    assertThat(header.get("checkpointCovers").asLong()).isEqualTo(6);
    assertThat(lines.get(1).get("key").binaryValue()).isEqualTo(Cli.bytes("colour"));
    assertThat(lines.get(1).get("value").binaryValue()).isEqualTo(Cli.bytes("dark green"));
    assertThat(lines.get(2).get("type").asText()).isEqualTo("DELETE");
    assertThat(lines.get(2).has("value")).isFalse();
    assertThat(lines.get(3).get("value").binaryValue()).containsExactly(0, 1, 2, 0xff);
    assertThat(lines.get(3).has("commit")).isFalse();
    assertThat(lines.get(4).get("commit").asLong()).isEqualTo(6);
    assertThat(lines.get(5).get("commit").asLong()).isEqualTo(6);
    assertThat(lines.get(6).get("first").asLong()).isEqualTo(4);
    assertThat(lines.get(7).get("covers").asLong()).isEqualTo(6);
    assertThat(lines.get(8).at("/end/records").asLong()).isEqualTo(7);
    assertThat(lines.get(8).at("/end/lost").asLong()).isZero();
  }

  @Test
  void aBatchIsOneAgain() throws IOException {
    roundTrip(Cli.sampleLog(log));
    try (WriteAheadLog copy = WriteAheadLog.open(imported)) {
      assertThatThrownBy(() -> copy.truncateAfter(4))
          .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("lies inside the batch of 4 to 6");
    }
  }

  /** Longer than a string of JSON may be where nothing else is said. */
  @Tag("laboratory")
  @Test
  void aLargeValueComesBack() throws IOException {
    byte[] large = new byte[24 << 20];
    new Random(1).nextBytes(large);
    try (WriteAheadLog some = WriteAheadLog.open(log, WalOptions.builder().maxRecordSize(large.length).build())) {
      some.put(new byte[0], large);
    }
    Cli.run("export", log, "-o", file).exits(ExitCode.OK);
    Cli.run("import", file, imported).exits(ExitCode.OK);
    try (WriteAheadLog copy = WriteAheadLog.openReadOnly(imported)) {
      assertThat(copy.read(1).orElseThrow().value()).isEqualTo(large);
      assertThat(copy.read(1).orElseThrow().key()).isEmpty();
    }
  }

  @Test
  void aFileIsNewAndCompleteOrNotThere() throws IOException {
    Cli.sampleLog(log);
    Cli.Output output = Cli.run("export", log, "-o", file).exits(ExitCode.OK);
    assertThat(output.lines()).containsExactly("exported 7 records (1..7) to " + file);
    assertThat(Files.readString(file)).isEqualTo(Cli.run("export", log).out());
    assertThat(Cli.run("export", log, "-o", file).exits(ExitCode.NOT_RUN).failsInOneLine().err()).contains(file + " exists");
    assertThat(Cli.run("export", log, "-o", log.resolve("x")).exits(ExitCode.NOT_RUN).failsInOneLine().err()).contains("inside the log");
    assertThat(Cli.run("export", log, "-o", temporary.resolve("no/x")).exits(ExitCode.NOT_RUN).failsInOneLine().err())
        .contains("no directory");
    JsonNode json = Cli.run("export", "--json", log, "-o", temporary.resolve("other")).exits(ExitCode.OK).json();
    assertThat(json.get("records").asLong()).isEqualTo(7);
    try (Stream<Path> files = Files.list(temporary)) {
      assertThat(files.map(path -> path.getFileName().toString())).containsExactlyInAnyOrder("log", "log.jsonl", "other");
    }
  }

  /** A writer that prints swallows its errors. */
  @Test
  void anOutputThatTakesNoMoreIsAFailure() throws IOException {
    Cli.sampleLog(log);
    Writer full = new Writer() {
      @Override
      public void write(char[] chars, int from, int count) throws IOException {
        throw new IOException("no space left on device");
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
    StringWriter err = new StringWriter();
    int exitCode = Syncline.commandLine().setOut(new PrintWriter(full)).setErr(new PrintWriter(err)).execute("export", log.toString());
    assertThat(exitCode).isEqualTo(ExitCode.NOT_RUN);
    assertThat(err.toString()).contains("standard output takes no more");
  }

  /** What is truncated while it is exported is not passed over: the export fails. */
  @Test
  void aTruncationMeanwhileIsNotPassedOver() throws IOException {
    Cli.longLog(log, 100);
    List<String> lines = new ArrayList<>();
    try (WriteAheadLog live = WriteAheadLog.open(log, WalOptions.builder().maxSegmentSize(64 << 10).build());
        WriteAheadLog reader = WriteAheadLog.openReadOnly(log)) {
      ExportSink sink = new ExportSink() {
        @Override
        void writeLine(String line) throws IOException {
          lines.add(line);
          if (lines.size() == 5) live.truncate(90);
        }

        @Override
        void finish() {}

        @Override
        public void close() {}
      };
      ExportFormat.Header header = new ExportFormat.Header(ExportFormat.NAME, ExportFormat.VERSION, 0, 100, 0, 0);
      Exporter exporter = new Exporter(reader, log, sink, header);
      assertThatThrownBy(exporter::run).isInstanceOf(RecordsTruncatedException.class);
      assertThat(lines).noneMatch(line -> line.contains("\"end\""));
    }
  }

  // Parts.

  @Test
  void aRangeIsALogThatBeginsAndEndsThere() throws IOException {
    Cli.sampleLog(log);
    Cli.run("export", log, "--from", 2, "--to", 6, "-o", file).exits(ExitCode.OK);
    Cli.run("import", file, imported).exits(ExitCode.OK);
    try (WriteAheadLog copy = WriteAheadLog.open(imported)) {
      assertThat(copy.firstSequence()).isEqualTo(2);
      assertThat(copy.currentSequence()).isEqualTo(6);
      assertThat(copy.lastCheckpoint()).isZero();
      assertThat(copy.append(Cli.bytes("next"))).isEqualTo(7);
    }
  }

  @Test
  void theCheckpointOfAPartIsTheLastOneInIt() throws IOException {
    try (WriteAheadLog some = WriteAheadLog.open(log)) {
      for (int i = 0; i < 4; i++) some.append(Cli.bytes("x"));
      some.checkpoint(2);
      some.append(Cli.bytes("x"));
      some.checkpoint(5);
    }
    JsonNode header = Cli.parse(Cli.run("export", log, "--to", 6).exits(ExitCode.OK).lines().get(0));
    assertThat(header.get("lastCheckpoint").asLong()).isEqualTo(5);
    assertThat(header.get("checkpointCovers").asLong()).isEqualTo(2);
  }

  @Test
  void aPartDoesNotEndInsideABatch() throws IOException {
    Cli.sampleLog(log);
    for (int to : new int[] {4, 5})
      assertThat(Cli.run("export", log, "--to", to).exits(ExitCode.NOT_RUN).failsInOneLine().err())
          .contains("--to " + to + " lies inside the batch of 4 to 6", "--to 3 leaves it out", "--to 6 takes it in");
    assertThat(Cli.run("export", log, "--to", 3).exits(ExitCode.OK).lines()).hasSize(5);
    Cli.run("export", log, "--to", 6).exits(ExitCode.OK);
  }

  @Test
  void nonsenseRangesAreRefused() throws IOException {
    Cli.sampleLog(log);
    Cli.run("export", log, "--from", 0).exits(ExitCode.USAGE);
    Cli.run("export", log, "--to", 0).exits(ExitCode.USAGE);
    Cli.run("export", log, "--from", 5, "--to", 4).exits(ExitCode.USAGE);
    assertThat(Cli.run("export", log, "--from", 9).exits(ExitCode.NOT_RUN).failsInOneLine().err()).contains("behind the last record");
    assertThat(Cli.run("export", log, "--from", 8).exits(ExitCode.OK).lines()).hasSize(2);
  }

  @Test
  void aTruncatedFrontInsideABatchIsKept() throws IOException {
    try (WriteAheadLog some = WriteAheadLog.open(Cli.sampleLog(log))) {
      some.truncate(4);
    }
    assertThat(roundTrip(log)).hasSize(5);
    try (WriteAheadLog copy = WriteAheadLog.openReadOnly(imported)) {
      assertThat(copy.firstSequence()).isEqualTo(5);
      assertThat(copy.read(6).orElseThrow().marked()).isEqualTo(4);
    }
  }

  // Damage.

  @Test
  void exportGoesOnBehindDamageAndNamesIt() throws IOException {
    Cli.longLog(log, 100);
    for (int lost : new int[] {3, 40, 41, 77}) Cli.damage(log, "<entry-" + lost + ">");
    Cli.Output output = Cli.run("export", log).exits(ExitCode.PROBLEM);
    List<JsonNode> lines = output.lines().stream().map(Cli::parse).toList();
    assertThat(lines.stream().filter(line -> line.has("sequence"))).hasSize(96);
    assertThat(lines.stream().filter(line -> line.has("gap")).map(line -> line.get("gap").toString())).containsExactly(
        "{\"first\":3,\"last\":3,\"lost\":true}", "{\"first\":40,\"last\":41,\"lost\":true}", "{\"first\":77,\"last\":77,\"lost\":true}");
    assertThat(lines.stream().filter(line -> line.has("damage"))).hasSizeGreaterThanOrEqualTo(3)
        .allSatisfy(line -> assertThat(line.at("/damage/file").asText()).endsWith(".wal"));
    assertThat(lines.get(lines.size() - 1).at("/end/records").asLong()).isEqualTo(96);
    assertThat(lines.get(lines.size() - 1).at("/end/lost").asLong()).isEqualTo(4);
    assertThat(output.err()).contains("damage: " + log, "lost: 4 sequences");
  }

  /** Whole segments that are missing, at the front, between others and at the end. */
  @Test
  void missingSegmentsAreLostRanges() throws IOException {
    Cli.longLog(log, 100);
    List<Path> segments = Cli.files(log, ".wal");
    for (int gone : new int[] {0, 2, segments.size() - 1}) Files.delete(segments.get(gone));
    List<JsonNode> lines = Cli.run("export", log).exits(ExitCode.PROBLEM).lines().stream().map(Cli::parse).toList();
    long accounted = 0;
    for (JsonNode line : lines) {
      if (line.has("sequence")) assertThat(line.get("sequence").asLong()).isEqualTo(++accounted);
      if (!line.has("gap")) continue;
      assertThat(line.at("/gap/lost").asBoolean()).isTrue();
      assertThat(line.at("/gap/first").asLong()).isEqualTo(accounted + 1);
      accounted = line.at("/gap/last").asLong();
    }
    assertThat(accounted).isEqualTo(100);
    assertThat(lines.stream().filter(line -> line.has("gap"))).hasSize(3);
  }

  @Test
  void aLossIsImportedOnRequestOnlyAndStaysOnRecord() throws IOException {
    Cli.longLog(log, 100);
    Cli.damage(log, "<entry-40>");
    Cli.run("export", log, "-o", file).exits(ExitCode.PROBLEM);
    assertThat(Cli.run("import", file, imported).exits(ExitCode.PROBLEM).failsInOneLine().err())
        .contains(file + ", line 41", "--accept-loss", "damage");
    assertThat(imported).doesNotExist();
    Cli.run("import", "--accept-loss", file, imported).exits(ExitCode.OK);
    try (WriteAheadLog copy = WriteAheadLog.open(imported)) {
      assertThat(copy.recovery().damage()).isEmpty();
      assertThat(copy.recovery().gaps()).containsExactly(new SequenceRange(40, 40));
      assertThat(copy.currentSequence()).isEqualTo(100);
    }
    assertThat(Cli.run("info", imported).exits(ExitCode.OK).out()).contains("given up    sequences 40..40");
  }

  @Test
  void gapsOfBeforeStayGaps() throws IOException {
    Cli.longLog(log, 100);
    Cli.damage(log, "<entry-100>");
    WriteAheadLog.open(log, WalOptions.builder().corruptionPolicy(CorruptionPolicy.TRUNCATE).build()).close();
    List<String> lines = roundTrip(log);
    assertThat(lines.get(lines.size() - 2)).contains("\"gap\":{\"first\":100,\"last\":100}");
    try (WriteAheadLog copy = WriteAheadLog.open(imported)) {
      assertThat(copy.recovery().gaps()).containsExactly(new SequenceRange(100, 100));
      assertThat(copy.append(Cli.bytes("next"))).isEqualTo(101);
    }
    Cli.run("export", imported).exits(ExitCode.OK);
  }

  // Vocabulary.

  private List<String> roundTrip(Path from) throws IOException {
    String exported = Cli.run("export", from).exits(ExitCode.OK).out();
    Files.writeString(file, exported);
    Cli.run("import", file, imported).exits(ExitCode.OK);
    assertThat(Cli.run("export", imported).exits(ExitCode.OK).out()).isEqualTo(exported);
    return exported.lines().toList();
  }

  private static List<JsonNode> export(Path from) {
    return Cli.run("export", from).exits(ExitCode.OK).lines().stream().map(Cli::parse).toList();
  }
}
