package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.RecordType;
import dev.syncline.SequenceRange;
import dev.syncline.StorageMode;
import dev.syncline.WriteAheadLog;
import dev.syncline.format.Layout;
import dev.syncline.io.Storages;
import dev.syncline.log.SegmentedLog;
import dev.syncline.log.options.LogOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What stands before the first record of an export, and behind the last that a log can have. */
class ExportedEndsTest extends ExportTestBase {
  /** What was given up at the front is on record as a gap, and no truncation. */
  @Test
  void aGapAtTheFrontStaysAGap() throws IOException {
    Cli.longLog(log, 100);
    Files.delete(Cli.files(log, ".wal").get(0));
    Cli.run("repair", "--apply", log).exits(ExitCode.OK);
    List<SequenceRange> gaps;
    try (WriteAheadLog repaired = WriteAheadLog.openReadOnly(log)) {
      gaps = repaired.recovery().gaps();
    }
    assertThat(gaps).singleElement().satisfies(gap -> assertThat(gap.first()).isEqualTo(1));
    assertThat(roundTrip(log).get(1)).contains("{\"gap\":{\"first\":1,\"last\":" + gaps.get(0).last() + "}");
    try (WriteAheadLog copy = WriteAheadLog.openReadOnly(imported)) {
      assertThat(copy.recovery().gaps()).isEqualTo(gaps);
    }
    assertThat(Cli.run("export", log, "--from", 5).exits(ExitCode.OK).lines().get(1)).contains("{\"gap\":{\"first\":5,");
  }

  /** Of a log whose mark is gone. What lies behind damage in one segment no opening looks at. */
  @Test
  void aCheckpointThatTheHeaderDoesNotNameIsImported() throws IOException {
    try (WriteAheadLog some = WriteAheadLog.open(log, Cli.aFrameEach().build())) {
      for (int i = 1; i <= 20; i++) some.append(Cli.bytes("<entry-" + i + ">"));
      some.checkpoint(20);
      some.append(Cli.bytes("more"));
    }
    Cli.damage(log, "<entry-4>");
    Files.delete(log.resolve("log.mark"));
    Cli.run("export", log, "-o", file).exits(ExitCode.PROBLEM);
    Cli.run("import", "--accept-loss", file, imported).exits(ExitCode.OK);
    try (WriteAheadLog copy = WriteAheadLog.openReadOnly(imported)) {
      assertThat(copy.lastCheckpoint()).isEqualTo(21);
      assertThat(copy.lastCheckpointCovers()).isEqualTo(20);
    }
  }

  /** Nothing can be appended, and all of it comes back: records, what was truncated, and a gap where the last record was. */
  @Test
  void aLogAtTheLastSequenceComesBack() throws IOException {
    long last = Layout.SEQUENCE_MAX;
    for (String how : List.of("records", "truncated", "given up")) {
      Path each = temporary.resolve("log-" + how);
      try (SegmentedLog some =
          SegmentedLog.open(Storages.open(each, StorageMode.PORTABLE, 4096).storage(), LogOptions.defaults().withJoinMillis(0))) {
        some.reset(last - 1);
        for (int i = 0; i < 2; i++) some.append(RecordType.ENTRY.code(), 0, new byte[0], Cli.bytes("<entry-" + i + ">"));
        if (how.equals("truncated")) some.truncate(last);
      }
      if (how.equals("given up")) {
        Cli.damage(each, "<entry-1>");
        Cli.run("repair", "--apply", each).exits(ExitCode.OK);
      }
      imported = temporary.resolve("imported-" + how);
      List<String> lines = roundTrip(each);
      assertThat(lines.stream().filter(line -> line.contains("\"gap\""))).as(how).hasSize(how.equals("given up") ? 1 : 0);
      try (WriteAheadLog copy = WriteAheadLog.open(imported)) {
        assertThat(copy.currentSequence()).as(how).isEqualTo(last);
        assertThat(copy.recovery().damage()).as(how).isEmpty();
        assertThatThrownBy(() -> copy.append(new byte[1])).as(how).isInstanceOf(IllegalStateException.class);
      }
    }
  }

  private List<String> roundTrip(Path from) throws IOException {
    String exported = Cli.run("export", from).exits(ExitCode.OK).out();
    Files.writeString(file, exported);
    Cli.run("import", file, imported).exits(ExitCode.OK);
    assertThat(Cli.run("export", imported).exits(ExitCode.OK).out()).isEqualTo(exported);
    return exported.lines().toList();
  }
}
