package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.CorruptLogException;
import dev.syncline.CorruptionPolicy;
import dev.syncline.Damage;
import dev.syncline.LogRepair;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A backup of which only a part is put back, or that is put back over a part of the log: what one sees then, and what helps. */
public abstract class RestoredPartsContract extends LogTestBase {
  private static final int BACKED_UP = 60;
  private static final int LAST = 100;

  private Path backup;

  /** A closed log with {@link #LAST} entries, and a copy of it from when it had fewer and was closed, too. */
  private Path givenLogAndBackup() throws IOException {
    givenClosedLog(BACKED_UP);
    backup = copyOf(directory());
    try (WriteAheadLog log = open(LogTestBase::smallSegments)) {
      appendEntries(log, LAST - BACKED_UP);
    }
    return directory();
  }

  private Path inBackup(String name) {
    return backup.resolve(name);
  }

  /** Puts back files of the backup, over what is there. */
  private void restore(Path... files) throws IOException {
    for (Path file : files) Files.copy(file, directory().resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
  }

  private void deleteAll(String suffix) throws IOException {
    for (Path file : DirectoryBytes.files(directory(), name -> name.endsWith(suffix))) Files.delete(file);
  }

  private static Damage onlyDamage(WriteAheadLog log) {
    assertThat(log.recovery().damage()).hasSize(1);
    return log.recovery().damage().get(0);
  }

  /** Nothing tells that there was more: sequences are given out again. */
  @Test
  void aWholeBackupIsTheLogAsItWasThen() throws IOException {
    givenLogAndBackup();
    try (WriteAheadLog log = open(backup, LogTestBase::smallSegments)) {
      assertThat(log.recovery().damage()).isEmpty();
      assertThat(log.recovery().closedCleanly()).isTrue();
      assertThat(lines(log.replay())).isEqualTo(entryLines(1, BACKED_UP));
      assertThat(log.append(bytes("another"))).isEqualTo(BACKED_UP + 1);
    }
  }

  @Test
  void anOldMarkBesideNewerSegmentsTakesNothingAway() throws IOException {
    givenLogAndBackup();
    restore(inBackup("log.mark"));
    try (WriteAheadLog log = open(LogTestBase::smallSegments)) {
      assertThat(log.recovery().damage()).isEmpty();
      assertThat(lines(log.replay())).isEqualTo(entryLines(1, LAST));
      assertThat(log.append(entryPayload(LAST + 1))).isEqualTo(LAST + 1);
    }
  }

  @Test
  void anOldMarkNamesWhatWasTruncatedSinceAndTruncatingAgainHelps() throws IOException {
    givenLogAndBackup();
    try (WriteAheadLog log = open(LogTestBase::smallSegments)) {
      log.truncate(70);
    }
    restore(inBackup("log.mark"));
    try (WriteAheadLog log = open(LogTestBase::smallSegments)) {
      Damage damage = onlyDamage(log);
      assertThat(damage.problem()).contains("expected this segment, found none");
      assertThat(damage.firstLost()).isEqualTo(1);
      assertThat(damage.lastLost()).isLessThanOrEqualTo(70);
      assertThat(lines(log.replay(70))).isEqualTo(entryLines(71, LAST));
      log.truncate(70);
      assertThat(log.recovery().writable()).isTrue();
      assertThat(log.append(entryPayload(LAST + 1))).isEqualTo(LAST + 1);
    }
  }

  @Test
  void anOldNewestSegmentIsDamageWhereItEnds() throws IOException {
    givenLogAndBackup();
    Path old = DirectoryBytes.newestWalFile(backup);
    restore(old);
    try (WriteAheadLog log = open(LogTestBase::smallSegments)) {
      Damage damage = log.recovery().damage().get(0);
      assertThat(damage.file().getFileName()).isEqualTo(old.getFileName());
      assertThat(damage.firstLost()).isEqualTo(BACKED_UP + 1);
      assertThat(lines(log.replay())).isEqualTo(entryLines(1, BACKED_UP));
      assertThat(lines(log.replay(damage.lastLost()))).isEqualTo(entryLines(damage.lastLost() + 1, LAST));
    }
  }

  /** With the mark of that time it is the log of that time, unless a newer segment is there to contradict. */
  @Test
  void anOldNewestSegmentWithItsMarkIsSilentOnlyIfNoNewerSegmentIsThere() throws IOException {
    givenLogAndBackup();
    Path old = DirectoryBytes.newestWalFile(backup);
    restore(old, inBackup("log.mark"));
    try (WriteAheadLog log = open(copyOf(directory()), LogTestBase::smallSegments)) {
      assertThat(log.recovery().damage()).isNotEmpty();
    }
    for (Path file : DirectoryBytes.walFiles(directory()))
      if (file.getFileName().toString().compareTo(old.getFileName().toString()) > 0) Files.delete(file);
    try (WriteAheadLog log = open(LogTestBase::smallSegments)) {
      assertThat(log.recovery().damage()).isEmpty();
      assertThat(lines(log.replay())).isEqualTo(entryLines(1, BACKED_UP));
    }
  }

  @Test
  void aMissingSegmentIsNamedAndWhatLiesBehindItCanBeRead() throws IOException {
    givenLogAndBackup();
    List<Path> segments = DirectoryBytes.walFiles(directory());
    for (Path missing : segments) {
      Path copy = copyOf(directory());
      Files.delete(copy.resolve(missing.getFileName()));
      try (WriteAheadLog log = open(copy, LogTestBase::smallSegments)) {
        Damage damage = onlyDamage(log);
        assertThat(damage.file()).isEqualTo(copy.resolve(missing.getFileName()));
        assertThat(damage.problem()).contains("expected this segment, found none");
        assertThat(lines(log.replay())).isEqualTo(entryLines(1, damage.firstLost() - 1));
        assertThat(lines(log.replay(damage.lastLost()))).isEqualTo(entryLines(damage.lastLost() + 1, LAST));
        assertThatThrownBy(() -> log.append(bytes("no"))).isInstanceOf(CorruptLogException.class);
      }
      Files.copy(missing, copy.resolve(missing.getFileName()));
      try (WriteAheadLog log = open(copy, LogTestBase::smallSegments)) {
        assertThat(log.recovery().damage()).as("with the file put back").isEmpty();
        assertThat(lines(log.replay())).isEqualTo(entryLines(1, LAST));
      }
    }
  }

  /** Copying a log that was cut begins a segment, in which nothing is written if the log is not closed. */
  @Test
  void aMissingSegmentThatHeldNoRecordTakesNone() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 11);
    log.truncateAfter(10);
    log.snapshot(newCopyName());
    Path crashed = crashCopy(log);
    try (WriteAheadLog since = open(crashed)) {
      appendEntries(since, 5);
    }
    List<Path> segments = DirectoryBytes.walFiles(crashed);
    assertThat(segments).hasSize(3);
    Path empty = segments.get(1);
    Files.delete(empty);
    assertThat(LogRepair.plan(crashed).lost()).isEmpty();
    try (WriteAheadLog opened = open(crashed)) {
      assertThat(opened.recovery().damage()).isEmpty();
      assertThat(opened.recovery().notes()).anySatisfy(note -> assertThat(note).contains(empty.getFileName().toString(), "held no record"));
      assertThat(opened.verify().damage()).isEmpty();
      assertThat(lines(opened.replay())).isEqualTo(entryLines(1, 15));
      assertThat(opened.append(entryPayload(16))).isEqualTo(16);
    }
    try (WriteAheadLog opened = open(crashed)) {
      assertThat(lines(opened.replay())).isEqualTo(entryLines(1, 16));
    }
  }

  /** Both go on behind the tenth record: one lived on in a copy that is older than a cut, the other was begun since. */
  @Test
  void aSegmentThatStandsBehindAnotherLifeTakesNoRecordThatIsShown() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 10);
    Path other = crashCopy(log);
    Path mixed = crashCopy(log);
    try (WriteAheadLog lived = open(other)) {
      appendEntries(lived, 2);
    }
    WriteAheadLog cut = open(mixed);
    appendEntries(cut, 1);
    cut.truncateAfter(10);
    cut.snapshot(newCopyName());
    mixed = crashCopy(cut);
    Path begun = DirectoryBytes.newestWalFile(mixed);
    Path old = DirectoryBytes.newestWalFile(other);
    Files.copy(old, mixed.resolve(old.getFileName()));
    try (WriteAheadLog opened = open(mixed)) {
      Damage damage = onlyDamage(opened);
      assertThat(damage.file()).isEqualTo(begun);
      assertThat(damage.losesRecords()).isFalse();
      assertThat(lines(opened.replay())).isEqualTo(entryLines(1, 12));
      assertThat(opened.verify().records()).isEqualTo(12);
      assertThatThrownBy(() -> opened.append(bytes("no"))).isInstanceOf(CorruptLogException.class);
    }
    try (WriteAheadLog opened = open(mixed, options -> options.corruptionPolicy(CorruptionPolicy.TRUNCATE))) {
      assertThat(opened.append(entryPayload(13))).isEqualTo(13);
    }
    try (WriteAheadLog opened = open(mixed)) {
      assertThat(opened.recovery().damage()).isEmpty();
      assertThat(lines(opened.replay())).isEqualTo(entryLines(1, 13));
    }
  }

  /** The last frame is on disk, and nothing says that it is durable. */
  @Test
  void verifyCountsWhatAReaderShows() throws IOException {
    Path crashed = givenCrashedLog(10);
    try (WriteAheadLog log = openReadOnly(crashed)) {
      assertThat(lines(log.replay())).hasSizeLessThan(10);
      assertThat(log.verify().records()).isEqualTo(lines(log.replay()).size());
    }
  }

  /** It names no segment; those that are there name the one before them. */
  @Test
  void theMarkOfAnEmptyLogBesideSegmentsOfWhichTheOldestIsGoneHidesNothing() throws IOException {
    open(LogTestBase::smallSegments).close();
    byte[] empty = Files.readAllBytes(directory().resolve("log.mark"));
    try (WriteAheadLog log = open(LogTestBase::smallSegments)) {
      appendEntries(log, LAST);
    }
    Path oldest = DirectoryBytes.walFiles(directory()).get(0);
    Files.delete(oldest);
    Files.write(directory().resolve("log.mark"), empty);
    try (WriteAheadLog log = open(LogTestBase::smallSegments)) {
      Damage damage = onlyDamage(log);
      assertThat(damage.file()).isEqualTo(oldest);
      assertThat(damage.firstLost()).isEqualTo(1);
      assertThat(lines(log.replay(damage.lastLost()))).isEqualTo(entryLines(damage.lastLost() + 1, LAST));
      assertThatThrownBy(() -> log.append(bytes("no"))).isInstanceOf(CorruptLogException.class);
    }
  }

  /** All of it is there: who is told so need not give it up. */
  @Test
  void segmentsThatHaveEachOthersNamesAreToldTheirOwn() throws IOException {
    givenLogAndBackup();
    Path second = DirectoryBytes.walFiles(directory()).get(1);
    Path third = DirectoryBytes.walFiles(directory()).get(2);
    swap(second, third);
    try (WriteAheadLog log = open(LogTestBase::smallSegments)) {
      for (Path file : List.of(second, third))
        assertThat(log.recovery().damage()).anySatisfy(damage -> {
          assertThat(damage.file()).isEqualTo(file);
          assertThat(damage.problem()).contains("renamed", (file.equals(second) ? third : second).getFileName().toString());
        });
    }
    swap(second, third);
    try (WriteAheadLog log = open(LogTestBase::smallSegments)) {
      assertThat(log.recovery().damage()).isEmpty();
      assertThat(lines(log.replay())).isEqualTo(entryLines(1, LAST));
    }
  }

  private static void swap(Path one, Path other) throws IOException {
    Path aside = one.resolveSibling("aside");
    Files.move(one, aside);
    Files.move(other, one);
    Files.move(aside, other);
  }

  /** Damage was given up, and then somebody found the files in a backup: they are not left over from a cut or a truncation. */
  @Test
  void whatIsPutBackAfterItWasGivenUpIsNeverDeleted() throws IOException {
    givenClosedLog(LAST);
    Path whole = copyOf(directory());
    List<Path> segments = DirectoryBytes.walFiles(whole);
    for (int missing = 0; missing < segments.size(); missing++) {
      Path log = copyOf(whole);
      Files.delete(log.resolve(segments.get(missing).getFileName()));
      open(log, options -> options.corruptionPolicy(CorruptionPolicy.TRUNCATE)).close();
      for (Path segment : segments) Files.copy(segment, log.resolve(segment.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      assertPutBack(log, segments.size(), "segment " + missing + " was missing");
    }
  }

  private void assertPutBack(Path log, int segments, String which) throws IOException {
    try (WriteAheadLog opened = open(log, LogTestBase::smallSegments)) {
      assertThat(lines(opened.replay())).as(which).isEqualTo(entryLines(1, LAST));
      assertThat(DirectoryBytes.walFiles(log)).as(which).hasSize(segments);
      assertThat(opened.recovery().damage()).as(which).singleElement().satisfies(damage -> {
        assertThat(damage.file()).isEqualTo(log.resolve("log.mark"));
        assertThat(damage.losesRecords()).isFalse();
        assertThat(damage.problem()).contains("given up", "put back", "up to record " + LAST, "repair");
      });
      assertThat(opened.recovery().atStake()).as(which).isEmpty();
    }
    open(log, options -> options.corruptionPolicy(CorruptionPolicy.TRUNCATE)).close();
    try (WriteAheadLog opened = open(log, LogTestBase::smallSegments)) {
      assertThat(opened.recovery().damage()).as(which).isEmpty();
      assertThat(lines(opened.replay())).as(which).isEqualTo(entryLines(1, LAST));
      assertThat(opened.append(entryPayload(LAST + 1))).as(which).isEqualTo(LAST + 1);
    }
  }

  @Test
  void theMarkAloneIsNoFreshLog() throws IOException {
    givenLogAndBackup();
    deleteAll(".wal");
    try (WriteAheadLog log = open(LogTestBase::smallSegments)) {
      assertThat(log.recovery().fresh()).isFalse();
      Damage damage = onlyDamage(log);
      assertThat(damage.problem()).contains("expected segments 1 to", "found none");
      assertThat(damage.firstLost()).isEqualTo(1);
      assertThat(damage.lastLost()).isEqualTo(LAST);
      assertThatThrownBy(() -> log.append(bytes("no"))).isInstanceOf(CorruptLogException.class);
    }
  }

  @Test
  void segmentsWithoutTheirMarkCanBeReadAndTruncateMakesAMark() throws IOException {
    givenLogAndBackup();
    deleteAll("log.mark");
    try (WriteAheadLog log = open(LogTestBase::smallSegments)) {
      Damage damage = onlyDamage(log);
      assertThat(damage.file()).isEqualTo(directory().resolve("log.mark"));
      assertThat(damage.losesRecords()).isFalse();
      assertThat(log.recovery().atStake()).isEmpty();
      assertThat(lines(log.replay())).isEqualTo(entryLines(1, LAST));
      assertThatThrownBy(() -> log.append(bytes("no"))).isInstanceOf(CorruptLogException.class);
    }
    open(options -> options.corruptionPolicy(CorruptionPolicy.TRUNCATE)).close();
    try (WriteAheadLog log = open(LogTestBase::smallSegments)) {
      assertThat(log.recovery().damage()).isEmpty();
      assertThat(lines(log.replay())).isEqualTo(entryLines(1, LAST));
      assertThat(log.append(entryPayload(LAST + 1))).isEqualTo(LAST + 1);
    }
  }

  /** Only the mark knows of a truncation inside a segment. */
  @Test
  void withoutTheMarkWhatWasTruncatedComesBackAsFarAsItIsThere() throws IOException {
    givenClosedLog(BACKED_UP);
    try (WriteAheadLog log = open(LogTestBase::smallSegments)) {
      log.truncate(3);
    }
    deleteAll("log.mark");
    try (WriteAheadLog log = open(LogTestBase::smallSegments)) {
      assertThat(onlyDamage(log).losesRecords()).isFalse();
      assertThat(lines(log.replay())).isEqualTo(entryLines(1, BACKED_UP));
    }
  }

  /** Without the mark nobody knows how many segments there were: what is missing at either end is not named. */
  @Test
  void segmentsAtTheEndsAreNotMissedWithoutTheMark() throws IOException {
    givenLogAndBackup();
    deleteAll("log.mark");
    List<Path> segments = DirectoryBytes.walFiles(directory());
    Files.delete(segments.get(0));
    Files.delete(segments.get(segments.size() - 1));
    try (WriteAheadLog log = open(LogTestBase::smallSegments)) {
      assertThat(onlyDamage(log).file()).isEqualTo(directory().resolve("log.mark"));
      assertThat(log.firstSequence()).isGreaterThan(1);
      assertThat(lines(log.replay())).isEqualTo(entryLines(log.firstSequence(), log.currentSequence()));
      assertThat(log.currentSequence()).isLessThan(LAST);
    }
  }

  /** An empty directory is what a log begins in. */
  @Test
  void ofNothingAtAllNobodyCanTellThatItWasALog() throws IOException {
    givenLogAndBackup();
    deleteAll(".wal");
    deleteAll("log.mark");
    try (WriteAheadLog log = open(LogTestBase::smallSegments)) {
      assertThat(log.recovery().fresh()).isTrue();
      assertThat(log.append(bytes("first"))).isEqualTo(1);
    }
  }

  /** What a copy tool that does not delete leaves in the target from the time before. */
  @Test
  void leftOversOfAnEarlierCopyAreRecognised() throws IOException {
    givenLogAndBackup();
    try (WriteAheadLog log = open(LogTestBase::smallSegments)) {
      log.truncate(70);
    }
    try (Stream<Path> files = Files.list(directory())) {
      for (Path file : files.filter(Files::isRegularFile).toList())
        Files.copy(file, backup.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
    }
    assertThat(DirectoryBytes.walFiles(backup)).hasSizeGreaterThan(DirectoryBytes.walFiles(directory()).size());
    try (WriteAheadLog log = open(backup, LogTestBase::smallSegments)) {
      assertThat(log.recovery().damage()).isEmpty();
      assertThat(lines(log.replay())).isEqualTo(entryLines(71, LAST));
      assertThat(DirectoryBytes.walFiles(backup)).hasSameSizeAs(DirectoryBytes.walFiles(directory()));
    }
  }
}
