package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.CorruptLogException;
import dev.syncline.CorruptionPolicy;
import dev.syncline.Damage;
import dev.syncline.IncompatibleLogException;
import dev.syncline.LogRepair;
import dev.syncline.RepairPlan;
import dev.syncline.RepairResult;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A mark of an earlier time beside newer segments, as a backup that was put back in part leaves it: no segment is deleted on its word that
 * it does not know, and what cannot be read because of it is named.
 */
public abstract class OldMarkContract extends LogTestBase {
  private static final int LAST = 250;

  /** What the mark was kept after. */
  enum When {
    BEGUN((log, test) -> log),
    CUT((log, test) -> {
      log.truncateAfter(60);
      return log;
    }),
    CUT_OF_ALL((log, test) -> {
      log.truncateAfter(0);
      return log;
    }),
    TRUNCATED((log, test) -> {
      log.truncate(50);
      return log;
    }),
    TRUNCATED_AND_CUT((log, test) -> {
      log.truncate(50);
      log.truncateAfter(60);
      return log;
    }),
    ALL_TRUNCATED((log, test) -> {
      log.truncate(80);
      return log;
    }),
    CLOSED((log, test) -> {
      log.close();
      return test.open(LogTestBase::smallSegments);
    });

    private interface Step {
      WriteAheadLog make(WriteAheadLog log, OldMarkContract test) throws IOException;
    }

    private final Step step;

    When(Step step) {
      this.step = step;
    }

    boolean isCut() {
      return this == CUT || this == CUT_OF_ALL || this == TRUNCATED_AND_CUT;
    }
  }

  /** What happened between that and now, beside appends. */
  enum Since { NOTHING, TRUNCATION, CUT }

  private List<String> kept;

  /** A closed log whose mark is of an earlier time. */
  private Path givenOldMark(When when, Since since) throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    appendEntries(log, 80);
    log = when.step.make(log, this);
    byte[] old = Files.readAllBytes(directory().resolve("log.mark"));
    appendEntries(log, (int) (LAST - 30 - log.currentSequence()));
    if (since == Since.TRUNCATION) log.truncate(140);
    if (since == Since.CUT) log.truncateAfter(150);
    appendEntries(log, (int) (LAST - log.currentSequence()));
    kept = lines(log.replay());
    log.close();
    Files.write(directory().resolve("log.mark"), old);
    return directory();
  }

  @ParameterizedTest
  @EnumSource(When.class)
  void noSegmentIsLostByAnOldMark(When when) throws IOException {
    for (Since since : Since.values()) {
      Path directory = givenOldMark(when, since);
      Map<String, String> before = DirectoryBytes.fingerprint(directory, name -> name.endsWith(".wal"));
      for (int i = 0; i < 2; i++) {
        WriteAheadLog log = open(LogTestBase::smallSegments);
        Map<String, String> now = DirectoryBytes.fingerprint(directory, name -> name.endsWith(".wal"));
        assertThat(now.keySet()).as("%s, %s", when, since).isEqualTo(before.keySet());
        if (when.isCut()) assertThat(now).as("%s, %s", when, since).isEqualTo(before);
        List<Damage> damage = log.recovery().damage();
        if (when.isCut()) assertThat(damage).as("%s, %s", when, since).isNotEmpty();
        assertEverythingIsReadOrNamed(lines(log.replay()), damage, when + ", " + since);
        log.close();
      }
      DirectoryBytes.files(directory, name -> true).forEach(file -> file.toFile().delete());
    }
  }

  private void assertEverythingIsReadOrNamed(List<String> read, List<Damage> damage, String when) {
    for (String line : kept) {
      long sequence = Long.parseLong(line.substring(0, line.indexOf(' ')));
      boolean named = damage.stream().anyMatch(each -> each.losesRecords() && each.firstLost() <= sequence);
      assertThat(named || read.contains(line)).as("%s: record %s, damage %s", when, sequence, damage).isTrue();
    }
  }

  @Test
  void aCutThatWasDecidedLongAgoIsNotMadeAgain() throws IOException {
    Path directory = givenOldMark(When.CUT, Since.NOTHING);
    WriteAheadLog log = open(LogTestBase::smallSegments);
    assertThat(lines(log.replay())).isEqualTo(kept).isEqualTo(entryLines(1, LAST));
    assertThat(log.recovery().writable()).isFalse();
    assertThat(log.recovery().atStake()).as("what TRUNCATE gives up").isEmpty();
    assertThat(log.recovery().damage()).singleElement().satisfies(damage -> {
      assertThat(damage.file()).isEqualTo(directory.resolve("log.mark"));
      assertThat(damage.losesRecords()).isFalse();
      assertThat(damage.problem()).contains("older", "behind record 60", "up to record " + LAST, ".wal", "TRUNCATE");
    });
    assertThatThrownBy(() -> log.append(bytes("no"))).isInstanceOf(CorruptLogException.class).hasMessageContaining("log.mark");
    log.close();
    assertThatThrownBy(() -> open(options -> options.corruptionPolicy(CorruptionPolicy.REFUSE))).isInstanceOf(CorruptLogException.class);
    try (WriteAheadLog repaired = open(options -> options.corruptionPolicy(CorruptionPolicy.TRUNCATE))) {
      assertThat(lines(repaired.replay())).isEqualTo(kept);
      assertThat(repaired.append(entryPayload(LAST + 1))).isEqualTo(LAST + 1);
    }
    assertGoesOn();
  }

  @Test
  void aTruncationMakesItsLogWritableAgain() throws IOException {
    givenOldMark(When.CUT, Since.CUT);
    try (WriteAheadLog log = open(LogTestBase::smallSegments)) {
      log.truncate(30);
      assertThat(log.recovery().writable()).isTrue();
      assertThat(log.append(entryPayload(LAST + 1))).isEqualTo(LAST + 1);
    }
    try (WriteAheadLog log = open(LogTestBase::smallSegments)) {
      assertThat(log.recovery().damage()).isEmpty();
      assertThat(lines(log.replay())).isEqualTo(entryLines(31, LAST + 1));
    }
  }

  private void assertGoesOn() throws IOException {
    try (WriteAheadLog again = open(LogTestBase::smallSegments)) {
      assertThat(again.recovery().damage()).isEmpty();
      assertThat(lines(again.replay())).isEqualTo(entryLines(1, LAST + 1));
    }
  }

  /** It lies where a truncation may have left something over, and nobody knows what it holds. */
  @Test
  void anotherLogsSegmentIsNeverDeletedAsLeftOver() throws IOException {
    Path other = temporary.resolve("other");
    try (WriteAheadLog log = open(other)) {
      appendEntries(log, 5);
    }
    try (WriteAheadLog log = open(LogTestBase::smallSegments)) {
      appendEntries(log, 80);
      log.truncate(70);
    }
    Path stranger = directory().resolve("00000000000000000001.wal");
    assertThat(stranger).doesNotExist();
    Files.copy(DirectoryBytes.newestWalFile(other), stranger);
    List<String> before = new ArrayList<>(DirectoryBytes.fingerprint(directory(), name -> name.endsWith(".wal")).values());
    assertThatThrownBy(() -> open(LogTestBase::smallSegments))
        .isInstanceOf(IncompatibleLogException.class).hasMessageContaining("another log");
    assertThat(DirectoryBytes.fingerprint(directory(), name -> name.endsWith(".wal")).values()).containsExactlyElementsOf(before);
  }

  /** As the name of one that a truncation has left over, that a cut has, or that was being made: what is deleted when the log is opened. */
  @ParameterizedTest
  @ValueSource(strings = {"00000000000000000001.wal", "00000000000000000099.wal"})
  void aSegmentUnderANameThatIsLeftOverIsKept(String name) throws IOException {
    for (int through : new int[] {0, 50}) {
      Path directory = temporary.resolve("log-" + through);
      try (WriteAheadLog log = open(directory, LogTestBase::smallSegments)) {
        appendEntries(log, 120);
        if (through > 0) log.truncate(through);
      }
      byte[] old = Files.readAllBytes(directory.resolve("log.mark"));
      try (WriteAheadLog log = open(directory, LogTestBase::smallSegments)) {
        appendEntries(log, 80);
      }
      Path newest = DirectoryBytes.newestWalFile(directory);
      byte[] bytes = Files.readAllBytes(newest);
      if (Files.exists(directory.resolve(name))) continue;
      Files.move(newest, directory.resolve(name));
      Files.write(directory.resolve("log.mark"), old);
      List<Path> kept;
      try (WriteAheadLog log = open(directory, options -> options.corruptionPolicy(CorruptionPolicy.TRUNCATE))) {
        assertThat(log.recovery().damage()).as("the mark knows nothing of it").isEmpty();
        kept = log.recovery().quarantined();
        log.append(bytes("goes on"));
      }
      assertThat(directory.resolve(name)).doesNotExist();
      assertThat(kept).singleElement().satisfies(file -> assertThat(file).hasBinaryContent(bytes));
    }
  }

  /** An old copy of the segment that was cut, and the segment behind it is missing, or another one lies under its name. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatACutHasReplacedDoesNotComeBackWithAnOldSegment(boolean missing) throws IOException {
    givenClosedLog(60);
    Path first = DirectoryBytes.walFiles(directory()).get(0);
    byte[] old = Files.readAllBytes(first);
    WriteAheadLog cut = open(LogTestBase::smallSegments);
    cut.truncateAfter(4);
    // Begins a segment in which nothing is written: so the one behind it goes on behind the cut, too.
    cut.snapshot(newCopyName());
    Path log = crashCopy(cut);
    try (WriteAheadLog since = open(log, LogTestBase::smallSegments)) {
      for (int i = 0; i < 60; i++) since.append(bytes("since"));
    }
    Files.write(log.resolve(first.getFileName()), old);
    List<Path> files = DirectoryBytes.walFiles(log);
    if (missing) Files.delete(files.get(1));
    else Files.copy(files.get(files.size() - 1), log.resolve("00000000000000000002.wal"));
    assertShowsNothingThatWasCut(log);
  }

  private void assertShowsNothingThatWasCut(Path directory) throws IOException {
    try (WriteAheadLog log = openReadOnly(directory)) {
      assertThat(log.recovery().damage()).isNotEmpty();
      assertCutAt4(lines(log.replay()));
      assertThat(log.verify().records()).isEqualTo(lines(log.replay()).size());
    }
    RepairPlan plan = LogRepair.plan(directory);
    assertThat(LogRepair.apply(directory).lost()).isEqualTo(plan.lost());
    try (WriteAheadLog log = open(directory)) {
      assertCutAt4(lines(log.replay()));
      assertThat(log.verify().ok()).isTrue();
    }
  }

  private static void assertCutAt4(List<String> lines) {
    assertThat(lines.subList(0, 4)).isEqualTo(entryLines(1, 4));
    assertThat(lines.subList(4, lines.size())).allMatch(line -> line.endsWith(" since"));
  }

  /** Another life of an older segment, put in its place: what it holds behind the link is nobody's, and is not thrown away. */
  @Test
  void whatLiesBehindTheLinkOfASegmentThatIsSealedAnewIsKept() throws IOException {
    Path other = copyOf(givenClosedLog(5));
    try (WriteAheadLog log = open(other, LogTestBase::smallSegments)) {
      for (int i = 0; i < 3; i++) log.append(bytes("other life " + i));
    }
    // It goes on in a segment behind the fifth record.
    try (WriteAheadLog log = open(LogTestBase::smallSegments)) {
      log.append(bytes("cut"));
      log.truncateAfter(5);
      log.append(bytes("since"));
    }
    Path first = DirectoryBytes.walFiles(directory()).get(0);
    Files.copy(DirectoryBytes.walFiles(other).get(0), first, StandardCopyOption.REPLACE_EXISTING);
    RepairResult[] results = new RepairResult[1];
    List<String> said = warningsOf(() -> results[0] = repaired(directory()));
    RepairResult result = results[0];
    assertThat(result.lost()).isEmpty();
    assertThat(said).singleElement().asString().contains("no record is lost", result.quarantined().get(0).toString())
        .doesNotContain("old files");
    assertThat(result.quarantined()).singleElement().satisfies(file ->
        assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)).contains("other life 0", "other life 2"));
    try (WriteAheadLog log = open()) {
      assertThat(log.verify().damage()).isEmpty();
      assertThat(sequences(log.replay())).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
    }
  }

  @Test
  void aRepairSaysWhichSegmentIsOfAnotherLifeWhereOnlySequencesTell() throws IOException {
    Path other = copyOf(givenClosedLog(20));
    try (WriteAheadLog log = open(other, LogTestBase::smallSegments)) {
      for (int i = 0; i < 9; i++) {
        log.append(bytes("other life " + i));
        log.append(bytes("cut"));
        log.truncateAfter(log.currentSequence() - 1);
      }
      log.append(bytes("other life"));
    }
    try (WriteAheadLog log = open(LogTestBase::smallSegments)) {
      for (int i = 0; i < 60; i++) log.append(bytes("since " + i));
    }
    List<Path> others = DirectoryBytes.walFiles(other);
    Path strange = others.get(others.size() - 1);
    Path here = directory().resolve(strange.getFileName());
    assertThat(here).doesNotExist();
    Files.copy(strange, here);
    Map<String, String> before = DirectoryBytes.fingerprint(directory(), name -> name.endsWith(".wal"));
    assertThatThrownBy(() -> LogRepair.apply(directory()))
        .isInstanceOf(CorruptLogException.class)
        .hasMessageContaining(here.toString()).hasMessageContaining("another life").hasMessageContaining("Nothing was changed");
    assertThat(DirectoryBytes.fingerprint(directory(), name -> name.endsWith(".wal"))).isEqualTo(before);
  }

  /** Put beside the mark that knows better: which of the two is wanted is told to be asked. */
  @Test
  void whatASegmentOfAnotherLifeHidesIsSaid() throws IOException {
    Path other = copyOf(givenClosedLog(3));
    try (WriteAheadLog log = open(other, LogTestBase::smallSegments)) {
      log.append(bytes("other life"));
      log.append(bytes("cut"));
      log.truncateAfter(4);
      log.append(bytes("other life"));
    }
    try (WriteAheadLog log = open(LogTestBase::smallSegments)) {
      for (int i = 4; i < 8; i++) log.append(entryPayload(i));
    }
    assertThat(DirectoryBytes.walFiles(directory())).hasSize(1);
    Path strange = DirectoryBytes.newestWalFile(other);
    Path here = Files.copy(strange, directory().resolve(strange.getFileName()));
    List<String> opened = open(LogTestBase::smallSegments).recovery().notes();
    for (List<String> notes : List.of(opened, LogRepair.plan(directory()).notes()))
      assertThat(notes.toString()).contains(
          "holds records up to 7, which the mark knows", "above 4 are not shown", here.getFileName() + " is of another");
    Files.delete(here);
    assertThat(lines(open(LogTestBase::smallSegments).replay())).isEqualTo(entryLines(1, 7));
  }

  /** Segments of before a cut, put back: they are shown, and a repair believes what was written since. */
  @Test
  void aRepairGivesNoSequenceOutAgainThatWasShown() throws IOException {
    Path before = copyOf(givenClosedLog(60));
    List<Path> old = DirectoryBytes.walFiles(before).subList(0, 2);
    try (WriteAheadLog log = open(LogTestBase::smallSegments)) {
      log.truncateAfter(4);
      for (int i = 0; i < 3; i++) log.append(bytes("since"));
    }
    for (Path file : old) Files.copy(file, directory().resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
    List<Long> shown;
    try (WriteAheadLog log = openReadOnly(directory())) {
      shown = sequences(log.replay());
    }
    RepairPlan plan = LogRepair.plan(directory());
    LogRepair.apply(directory());
    try (WriteAheadLog log = open()) {
      List<Long> kept = sequences(log.replay());
      for (long each : shown)
        assertThat(kept.contains(each) || plan.lost().stream().anyMatch(range -> range.first() <= each && each <= range.last()))
            .as("%s of %s, kept are %s, said to be lost %s", each, shown, kept, plan.lost()).isTrue();
      assertThat(log.append(bytes("next"))).isGreaterThan(shown.get(shown.size() - 1));
    }
  }

  private static RepairResult repaired(Path directory) {
    try {
      return LogRepair.apply(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Another life of the log may have had a record of its own where this one has a batch. */
  @Test
  void aBatchThatTheMarkOfAnotherLifeEndsInsideIsShownWhole() throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    appendEntries(log, 4);
    Path crashed = crashCopy(log);
    appendEntries(log, 1);
    log.close();
    byte[] mark = Files.readAllBytes(directory().resolve("log.mark"));
    WriteAheadLog other = open(crashed, LogTestBase::smallSegments);
    other.appendBatch(batch("a", "b"));
    Path mixed = crashCopy(other);
    Files.write(mixed.resolve("log.mark"), mark);
    WriteAheadLog reader = openReadOnly(mixed);
    List<Long> shown = sequences(reader.iterate());
    assertThat(shown).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
    assertThat(reader.verify().records()).isEqualTo(shown.size());
  }
}
