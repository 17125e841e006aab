package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.CorruptionPolicy;
import dev.syncline.IncompatibleLogException;
import dev.syncline.LogFailedException;
import dev.syncline.LogFencedException;
import dev.syncline.LogLockedException;
import dev.syncline.LogRepair;
import dev.syncline.StorageFullException;
import dev.syncline.Verification;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import dev.syncline.io.Storage;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Repairs on disks that fail, of processes that die, and beside what is somebody else's. */
@Timeout(value = 900, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class RepairFaultsContract extends RepairTestBase {
  private static final String NO_SPACE = "no space, says the test";
  private static final long LOST = 40;
  private static final int CHANGES_BETWEEN_DEATHS = Effort.of(23, 4);

  /** What a repair keeps, in lines. */
  private List<String> kept;

  private Path givenHarmed() throws IOException {
    Path log = givenRepairable();
    kept = without(everything(openReadOnly(copyOf(log))), ranges(LOST, LOST));
    RepairHarm.A_BIT_IN_AN_OLDER_SEGMENT.to(log);
    return log;
  }

  private static Map<String, String> filesOf(Path log) throws IOException {
    return DirectoryBytes.fingerprint(log, name -> !name.startsWith("log.lock") && !name.startsWith("log.pid"));
  }

  private List<String> shownBefore() {
    return kept.stream().filter(line -> sequenceIn(line) < LOST).toList();
  }

  // Disks that fail.

  /** Met at any place of the building, before anything else is touched. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void aFullDiskLeavesTheLogAsItWas(int nth) throws IOException {
    Path log = givenHarmed();
    Map<String, String> before = filesOf(log);
    try (FaultyStorage disk = new FaultyStorage(openStorage(log))) {
      disk.on(Op.CREATE).nth(nth).forever().fail(() -> new StorageFullException(NO_SPACE));
      assertThatThrownBy(() -> repair(disk)).isInstanceOf(StorageFullException.class)
          .hasMessageContaining(log.toString()).hasMessageContaining("as it was").hasMessageContaining("make room");
    }
    assertThat(filesOf(log)).isEqualTo(before);
    assertThat(repair(log).lost()).isEqualTo(ranges(LOST, LOST));
  }

  /** Nothing is left to be built then: a repair needs room for two copies of the mark. */
  @ParameterizedTest
  @ValueSource(strings = {"log.mark-at-0", "log.mark.tmp"})
  void aFullDiskMetByTheSwapIsSaidAndTheRepairGoesOnLater(String name) throws IOException {
    Path log = givenHarmed();
    try (FaultyStorage disk = new FaultyStorage(openStorage(log))) {
      int nth = name.endsWith(".tmp") ? 2 : 1;
      disk.on(Op.CREATE).named(name::equals).nth(nth).forever().fail(() -> new StorageFullException(NO_SPACE));
      assertThatThrownBy(() -> repair(disk)).isInstanceOf(StorageFullException.class)
          .hasMessageContaining(log.toString()).hasMessageContaining("goes on where it stopped");
    }
    assertRefused(log);
    assertThat(repair(log).resumed()).isTrue();
    assertThat(shown(log)).isEqualTo(kept);
  }

  /** A file that may not be deleted, or a disk that fails: what is there is neither log then, and who repairs has to be told what it is. */
  @ParameterizedTest
  @ValueSource(strings = {".wal", "log.mark", "complete"})
  void whateverFailsTheSwapIsSaidWithWhatIsLeftAndTheRepairGoesOnLater(String suffix) throws IOException {
    Path log = givenHarmed();
    try (FaultyStorage disk = new FaultyStorage(openStorage(log))) {
      disk.on(Op.DELETE).named(name -> name.endsWith(suffix)).nth(1).fail(() -> new IOException("not permitted"));
      assertThatThrownBy(() -> repair(disk)).isInstanceOf(IOException.class)
          .hasMessageContaining(log.toString()).hasMessageContaining("not permitted")
          .hasMessageContaining("syncline repair " + log + " --apply").hasMessageContaining("goes on where it stopped");
    }
    assertThat(log.resolve("repair").resolve("complete")).exists();
    assertThat(repair(log).resumed()).isTrue();
    assertThat(shown(log)).isEqualTo(kept);
  }

  /** What reads well once and then not is not to be believed. */
  @Test
  void aDiskThatFailsWhileItIsReadLeavesTheLogAsItWas() throws IOException {
    Path log = givenHarmed();
    Map<String, String> before = filesOf(log);
    Path newest = DirectoryBytes.newestWalFile(log);
    for (int nth = 1; nth <= 3; nth++) {
      try (FaultyStorage disk = new FaultyStorage(openStorage(log))) {
        disk.on(Op.READ).named(newest.getFileName().toString()::equals).nth(nth).fail(() -> new IOException("Input/output error"));
        assertThatThrownBy(() -> repair(disk)).as("read %d", nth).isInstanceOf(IOException.class)
            .hasMessageContaining("Input/output error");
      }
      assertThat(filesOf(log)).as("read %d", nth).isEqualTo(before);
    }
  }

  /** A process that dies after any number of changes, and others that come after it. */
  @Test
  void whereTheProcessDiesTheLogIsAsBeforeOrTheRepairGoesOn() throws IOException {
    Path harmed = givenHarmed();
    boolean died = true;
    boolean refused = false;
    for (int changes = 0; died; changes += CHANGES_BETWEEN_DEATHS) {
      Path log = copyOf(harmed);
      died = diesAfter(log, changes);
      boolean begun = Files.exists(log.resolve("repair").resolve("complete"));
      refused |= begun;
      if (begun) assertRefused(log);
      else assertThat(shown(log)).as("died after %d changes", changes).isIn(shownBefore(), kept);
      assertThat(repair(log).resumed()).as("died after %d changes", changes).isEqualTo(begun);
      assertThat(shown(log)).as("died after %d changes", changes).isEqualTo(kept);
      assertThat(log.resolve("repair")).doesNotExist();
    }
    assertThat(refused).as("it died in the middle of the swap, too").isTrue();
  }

  private List<String> shown(Path log) throws IOException {
    try (WriteAheadLog opened = open(log, options -> options.verifyOnOpen(Verification.FULL))) {
      return everything(opened);
    }
  }

  private void assertRefused(Path log) throws IOException {
    Map<String, String> before = filesOf(log);
    for (CorruptionPolicy policy : CorruptionPolicy.values()) assertRefused(log, () -> open(log, o -> o.corruptionPolicy(policy)));
    assertRefused(log, () -> openReadOnly(log));
    assertThat(filesOf(log)).isEqualTo(before);
    assertThat(plan(log).unfinished()).isTrue();
    assertThat(plan(log).lost()).isEqualTo(ranges(LOST, LOST));
  }

  private static void assertRefused(Path log, ThrowingCallable opening) {
    assertThatThrownBy(opening).isInstanceOf(IncompatibleLogException.class)
        .hasMessageContaining("a repair was begun and has not ended").hasMessageContaining("syncline repair " + log + " --apply");
  }

  /** It says which files are whose; without it nobody can tell. */
  @Test
  void whereTheFileThatSaysHowFarItCameIsUnreadableNothingIsTouched() throws IOException {
    Path log = givenHarmed();
    for (int changes = 0; !Files.exists(log.resolve("repair").resolve("complete")); changes += Effort.of(11, 5)) {
      log = copyOf(directory());
      diesAfter(log, changes);
    }
    Path begun = log;
    DirectoryBytes.flipByte(begun.resolve("repair").resolve("complete"), 30);
    Map<String, String> before = filesOf(begun);
    assertRefused(begun, () -> open(begun));
    assertThatThrownBy(() -> repair(begun)).isInstanceOf(IncompatibleLogException.class).hasMessageContaining("checksum");
    assertThatThrownBy(() -> plan(begun)).isInstanceOf(IncompatibleLogException.class).hasMessageContaining("checksum");
    assertThat(filesOf(begun)).isEqualTo(before);
  }

  /** As an opening does: the caller is told in time, and when the disk answers the directory is let go. */
  @ParameterizedTest
  @EnumSource(value = Op.class, names = {"LIST", "OPEN", "READ", "CREATE", "WRITE", "RENAME", "SYNC_DIRECTORY"})
  void aRepairThatHangsGivesUpAndTheNextOneGoesOnWhenTheDiskAnswers(Op op) throws Exception {
    Path log = givenHarmed();
    FaultyStorage disk = new FaultyStorage(openStorage(log));
    FaultyStorage.Stall stall = disk.on(op).stallBefore();
    WalOptions impatient = WalOptions.builder().openTimeout(Duration.ofMillis(200)).build();
    assertThatThrownBy(() -> LogRepair.apply(disk, impatient)).isInstanceOf(LogFailedException.class)
        .hasMessageContaining(log.toString()).hasMessageContaining("openTimeout").hasMessageContaining("repair again");
    disk.close();
    stall.awaitReached(Duration.ofSeconds(60));
    stall.release();
    repair(log);
    assertThat(shown(log)).isEqualTo(kept);
  }

  // What is somebody else's.

  @Test
  void whatHasTheNameAndIsNotOursIsLeftAloneAndInNobodysWay() throws IOException {
    Path harmed = givenHarmed();
    for (String kind : new String[] {"a file", "a directory with a file", "a directory with a directory", "a link"}) {
      Path log = copyOf(harmed);
      Path repair = log.resolve("repair");
      switch (kind) {
        case "a file" -> Files.writeString(repair, "mine");
        case "a link" -> Files.createSymbolicLink(repair, Files.createDirectory(temporary.resolve("elsewhere")));
        case "a directory with a file" -> {
          Files.writeString(Files.createDirectory(repair).resolve("complete"), "my work is complete");
          Files.writeString(repair.resolve("notes"), "more");
        }
        default -> Files.createDirectories(repair.resolve("00000000000000000001.wal"));
      }
      Map<String, String> before = filesOf(log);
      assertThat(shown(log)).as(kind).isEqualTo(shownBefore());
      for (ThrowingCallable use : List.<ThrowingCallable>of(() -> plan(log), () -> repair(log)))
        assertThatThrownBy(use).as(kind).isInstanceOf(IncompatibleLogException.class)
            .hasMessageContaining(repair.toString()).hasMessageContaining("nothing was changed");
      assertThat(filesOf(log)).as(kind).isEqualTo(before);
    }
  }

  /** What an earlier repair has left that died while it built. */
  @Test
  void whatARepairHasBuiltInVainIsBuiltAnew() throws IOException {
    Path log = givenHarmed();
    Path repair = Files.createDirectory(log.resolve("repair"));
    Files.writeString(repair.resolve("00000000000000000099.wal"), "half a segment");
    Files.writeString(repair.resolve("00000000000000000001.ready"), "");
    Files.writeString(repair.resolve("complete.tmp"), "syncline");
    assertThat(shown(log)).isEqualTo(shownBefore());
    assertThat(repair(log).resumed()).isFalse();
    assertThat(shown(log)).isEqualTo(kept);
    assertThat(repair).doesNotExist();
  }

  @Test
  void whatARepairHasBuiltInVainIsDeletedWhereNothingIsDamagedAnyMore() throws IOException {
    Path log = givenRepairable();
    Path repair = Files.createDirectory(log.resolve("repair"));
    Files.writeString(repair.resolve("00000000000000000099.wal"), "half a segment");
    assertThat(repair(log).changed()).isFalse();
    assertThat(repair).doesNotExist();
    Files.writeString(Files.createDirectory(repair).resolve("notes"), "mine");
    assertThat(repair(log).changed()).isFalse();
    assertThat(repair.resolve("notes")).exists();
  }

  @Test
  void aSegmentOfAnotherLogIsRefusedAndNothingChanges() throws IOException {
    Path log = givenHarmed();
    Path other = temporary.resolve("other");
    try (WriteAheadLog opened = open(other)) {
      opened.append(bytes("of another log"));
    }
    Files.copy(DirectoryBytes.walFiles(other).get(0), log.resolve("00000000000000000077.wal"));
    Map<String, String> before = filesOf(log);
    assertThatThrownBy(() -> plan(log)).isInstanceOf(IncompatibleLogException.class).hasMessageContaining("another log");
    assertThatThrownBy(() -> repair(log)).isInstanceOf(IncompatibleLogException.class).hasMessageContaining("another log");
    assertThat(filesOf(log)).isEqualTo(before);
  }

  @Test
  void aLogThatAnotherProcessHoldsIsRefused() throws Exception {
    // Known when it is opened, so that the other one writes nothing meanwhile.
    Path log = givenRepairable();
    RepairHarm.A_BIT_IN_THE_NEWEST_SEGMENT.to(log);
    try (ChildProcess child = ChildProcess.start(factory(), log, "hold")) {
      child.awaitLine("opened");
      Map<String, String> before = filesOf(log);
      assertThatThrownBy(() -> plan(log)).isInstanceOf(LogLockedException.class).hasMessageContaining("process " + child.pid());
      WalOptions impatient = WalOptions.builder().openTimeout(ChildLog.OPEN_TIMEOUT).build();
      try (Storage storage = openStorage(log)) {
        assertThatThrownBy(() -> LogRepair.apply(storage, impatient)).isInstanceOf(LogLockedException.class)
            .hasMessageContaining("process " + child.pid());
      }
      assertThat(filesOf(log)).isEqualTo(before);
    }
    assertThat(repair(log).changed()).isTrue();
  }

  /** As by opening it: the instance that was left open never touches the directory again. */
  @Test
  void anInstanceOfThisProcessIsFenced() throws IOException {
    Path log = givenHarmed();
    WriteAheadLog abandoned = open(log);
    repair(log);
    assertThatThrownBy(() -> abandoned.truncate(50)).isInstanceOf(LogFencedException.class);
    assertThat(shown(log)).isEqualTo(kept);
  }
}
