package dev.syncline.raft;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.entity.LogEntry;
import dev.syncline.StorageFullException;
import dev.syncline.tck.DirectoryBytes;
import dev.syncline.tck.FaultyStorage;
import dev.syncline.tck.Operation.Op;
import dev.syncline.tck.PausableStorage;
import dev.syncline.tck.PowerCutStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What JRaft relies on in its log after a crash, on a disk that fails, and where bytes were lost. */
abstract class LogStorageFailureContract extends LogStorageTestBase {
  private static final int STEPS_MAX = 400;
  /** What a power cut leaves is up to chance; more tries at night. */
  private static final int CUTS = Boolean.getBoolean("syncline.tck.thorough") ? 3 : 1;

  private interface Step {
    void run(SynclineLogStorage log);
  }

  // Power cuts.

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void whatAnyCallHasDoneWhenItReturnsAPowerCutLeavesDone(int seed) throws IOException {
    Random random = new Random(seed);
    PowerCutStorage disk = new PowerCutStorage(openStorage(directory()));
    SynclineLogStorage log = openedLog(disk);
    for (int round = 1; round <= 25; round++) {
      long next = log.getLastLogIndex() + 1;
      append(log, next, next + random.nextInt(30), round);
      assertEachCutLeaves(disk, random, log);
      long first = log.getFirstLogIndex();
      long some = first + random.nextInt((int) (log.getLastLogIndex() - first + 1));
      switch (random.nextInt(5)) {
        case 0 -> assertThat(log.truncateSuffix(some)).isTrue();
        case 1 -> assertThat(log.truncatePrefix(some)).isTrue();
        case 2 -> assertThat(log.truncatePrefix(log.getLastLogIndex() + 1 + random.nextInt(9))).isTrue();
        case 3 -> assertThat(log.reset(some)).isTrue();
        default -> append(log, some, some + 1, round + 100);
      }
      assertEachCutLeaves(disk, random, log);
    }
  }

  private void assertEachCutLeaves(PowerCutStorage disk, Random random, SynclineLogStorage log) throws IOException {
    for (int i = 0; i < CUTS; i++) {
      Path target = newCopyName();
      disk.cut(target, random);
      SynclineLogStorage recovered = opened(newLog(target));
      assertThat(recovered.getFirstLogIndex()).as("%s", target).isEqualTo(log.getFirstLogIndex());
      assertThat(contents(recovered)).as("%s", target).isEqualTo(contents(log));
      recovered.shutdown();
    }
  }

  // A process that dies at each step.

  @Test
  void aCrashInsideAnAppendLeavesThePrefixOfABatchAndNeverAHole() throws IOException {
    dieAtEachStep(log -> log.appendEntries(entries(61, 3000, 2)), (step, found) -> {
      assertThat(found).as(step).hasSizeGreaterThanOrEqualTo(60);
      List<String> expected = new ArrayList<>(lines(1, 60, 1));
      expected.addAll(lines(61, found.size(), 2));
      assertThat(found).as(step).isEqualTo(expected);
    });
  }

  @Test
  void aCrashInsideAnAppendThatCutsTheTailLeavesTheOldTailOrAPrefixOfTheNew() throws IOException {
    List<String> kept = lines(1, 19, 1);
    List<String> rewritten = new ArrayList<>(kept);
    rewritten.addAll(lines(20, 25, 2));
    dieAtEachStep(log -> log.appendEntries(entries(20, 25, 2)),
        (step, found) -> assertThat(found).as(step).isIn(lines(1, 60, 1), kept, rewritten));
  }

  @Test
  void aCrashInsideTruncationLeavesTheLogAsBeforeOrAsAfter() throws IOException {
    dieAtEachStep(log -> log.truncateSuffix(20), (step, found) -> assertThat(found).as(step).isIn(lines(1, 60, 1), lines(1, 20, 1)));
    dieAtEachStep(log -> log.truncatePrefix(45), (step, found) -> assertThat(found).as(step).isIn(lines(1, 60, 1), lines(45, 60, 1)));
    dieAtEachStep(log -> log.truncatePrefix(900), (step, found) -> assertThat(found).as(step).isIn(lines(1, 60, 1), List.of()));
    dieAtEachStep(log -> log.reset(900), (step, found) -> assertThat(found).as(step).isIn(lines(1, 60, 1), List.of()));
    dieAtEachStep(log -> log.reset(30), (step, found) ->
        assertThat(found).as("%s: the entry is there whenever it happens", step).isIn(lines(1, 60, 1), lines(1, 30, 1), lines(30, 30, 1)));
  }

  private interface Check {
    void run(String step, List<String> found) throws IOException;
  }

  /** Runs {@code step} on logs of the entries 1 to 60, dying one change later each time, until it gets through alive. */
  private void dieAtEachStep(Step step, Check check) throws IOException {
    Path start = newCopyName();
    SynclineLogStorage full = opened(newLog(start));
    for (int first = 1; first <= 51; first += 10) append(full, first, first + 9, 1);
    full.shutdown();
    for (int changes = 0; changes < STEPS_MAX; changes++) {
      Path copy = copyOf(start);
      PausableStorage mortal = new PausableStorage(openStorage(copy));
      mortal.dieAfter(changes);
      SynclineLogStorage log = newLog(copy, (at, settings) -> mortal);
      if (log.init(options())) step.run(log);
      SynclineLogStorage recovered = opened(newLog(copy));
      check.run("died after " + changes + " changes", contents(recovered));
      long next = recovered.getLastLogIndex() + 1;
      append(recovered, next, next, 3);
      recovered.shutdown();
      if (!mortal.isDead()) return;
    }
    throw new AssertionError("it took more than " + STEPS_MAX + " steps");
  }

  // Failing disks.

  @ParameterizedTest
  @EnumSource(value = Op.class, names = {"WRITE_DURABLY", "SYNC", "WRITE", "WRITE_ZEROS", "TRUNCATE", "RENAME", "SYNC_DIRECTORY"})
  void whicheverOperationFailsNoCountPromisesWhatIsNotThere(Op op) throws IOException {
    for (int nth = 1; nth <= 12; nth++) {
      Path path = temporary.resolve(op + "-" + nth);
      FaultyStorage disk = new FaultyStorage(openStorage(path));
      disk.on(op).nth(nth).fail(() -> new IOException("EIO of the test"));
      SynclineLogStorage log = newLog(path, (at, settings) -> disk);
      long promised = 0;
      boolean failed = !log.init(options());
      while (!failed && promised < 200) {
        int appended = log.appendEntries(entries(promised + 1, promised + 7, 1));
        promised += appended;
        failed = appended < 7;
      }
      if (!failed) failed = !log.truncatePrefix(3) || !log.truncateSuffix(promised);
      log.shutdown();
      disk.heal();
      SynclineLogStorage again = opened(newLog(path));
      assertThat(again.getLastLogIndex()).as("%s number %d", op, nth).isGreaterThanOrEqualTo(promised);
      assertThat(contents(again)).isEqualTo(lines(again.getFirstLogIndex(), again.getLastLogIndex(), 1));
      again.shutdown();
    }
  }

  @Test
  void afterAFailedWriteNothingIsAppendedUntilTheLogIsOpenedAgain() throws IOException {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    SynclineLogStorage log = newLog(directory(), opener(disk));
    opened(log);
    append(log, 1, 10, 1);
    disk.on(Op.WRITE_DURABLY).named(name -> isFirstSegment(name)).fail(() -> new IOException("EIO of the test"));
    assertThat(log.appendEntries(entries(11, 20, 1))).isZero();
    assertThat(logged.messages()).anySatisfy(message -> assertThat(message)
        .contains("Of 10 entries from index 11 on, 0 were appended").contains(directory().toString()).contains("EIO of the test"));
    disk.heal();
    assertThat(log.appendEntry(entry(11, 1))).isFalse();
    assertThat(log.truncateSuffix(5)).isFalse();
    assertThat(log.truncatePrefix(5)).isFalse();
    assertThat(log.reset(5)).isFalse();
    assertThat(log.getLastLogIndex()).as("what is durable can still be read").isEqualTo(10);
    assertThat(contents(log)).isEqualTo(lines(1, 10, 1));
    log.shutdown();
    opened(log);
    assertThat(contents(log)).isIn(lines(1, 10, 1), lines(1, 20, 1));
    long next = log.getLastLogIndex() + 1;
    append(log, next, next + 5, 1);
  }

  @Test
  void aBatchOfTwoRunsOfWhichTheSecondFailsIsCountedUpToTheFirst() throws IOException {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    SynclineLogStorage log = openedLog(disk);
    append(log, 1, 3, 1);
    List<LogEntry> batch = new ArrayList<>(entries(4, 6, 1));
    batch.addAll(entries(10, 12, 1));
    disk.on(Op.WRITE_DURABLY).named(name -> isFirstSegment(name)).nth(2).fail(() -> new IOException("EIO of the test"));
    assertThat(log.appendEntries(batch)).isEqualTo(3);
    assertThat(log.getLastLogIndex()).isEqualTo(6);
  }

  @Test
  void aFullDiskRefusesAnAppendAndPoisonsNothing() throws IOException {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    SynclineLogStorage log = openedLog(disk);
    append(log, 1, 3, 1);
    disk.on(Op.CREATE).forever().fail(() -> new StorageFullException("full, says the test"));
    assertThat(log.appendEntry(entry(4, 1, new byte[1 << 20]))).isFalse();
    assertThat(log.truncatePrefix(2)).isTrue();
    disk.heal();
    append(log, 4, 6, 1);
    assertThat(contents(log)).isEqualTo(lines(2, 6, 1));
  }

  @Test
  void anEntryThatCannotBeReadIsNullAndTheReasonIsLogged() throws IOException {
    SynclineLogStorage log = openedLog();
    for (int index = 1; index <= 60; index++) append(log, index, index, 1);
    DirectoryBytes.Place place = DirectoryBytes.find(directory(), bytes("<7 of term 1>"));
    DirectoryBytes.flipByte(place.file(), place.offset());
    assertThat(log.getEntry(7)).isNull();
    assertThat(logged.messages()).anySatisfy(message ->
        assertThat(message).contains("Entry 7 in " + directory()).contains("checksum").contains(place.file().getFileName().toString()));
    assertThat(log.getEntry(6)).isEqualTo(entry(6, 1));
    assertThat(log.getEntry(8)).isEqualTo(entry(8, 1));
  }

  // Damage.

  @Test
  void damageBeforeTheTailRefusesToOpenAndSaysWhatIsLost() throws IOException {
    SynclineLogStorage log = openedLog();
    for (int index = 1; index <= 40; index++) append(log, index, index, 1);
    log.shutdown();
    DirectoryBytes.Place place = DirectoryBytes.find(directory(), bytes("<38 of term 1>"));
    DirectoryBytes.zeroBlockAround(place.file(), place.offset());
    Map<String, String> before = DirectoryBytes.fingerprint(directory(), name -> name.endsWith(".wal"));
    assertThat(newLog().init(options())).isFalse();
    assertThat(logged.messages()).anySatisfy(message -> assertThat(message)
        .contains(directory().toString()).contains(place.file().getFileName().toString()).contains("38"));
    assertThat(DirectoryBytes.fingerprint(directory(), name -> name.endsWith(".wal"))).isEqualTo(before);
  }

  @Test
  void aMissingFileInTheMiddleRefusesToOpen() throws IOException {
    SynclineLogStorage log = openedLog();
    for (int index = 1; index <= 60; index++) append(log, index, index, 1);
    log.shutdown();
    List<Path> files = DirectoryBytes.walFiles(directory());
    assertThat(files).hasSizeGreaterThan(3);
    Files.delete(files.get(1));
    assertThat(newLog().init(options())).isFalse();
    assertThat(logged.messages()).anySatisfy(message ->
        assertThat(message).contains(files.get(1).getFileName().toString()).contains("found none"));
  }

  @Test
  void aTornTailIsTrimmedAndTheLogGoesOn() throws IOException {
    PausableStorage disk = new PausableStorage(openStorage(directory()));
    append(openedLog(disk), 1, 10, 1);
    Path copy = newCopyName();
    disk.copyTo(copy);
    DirectoryBytes.Place last = DirectoryBytes.find(copy, bytes("<10 of term 1>"));
    byte[] garbage = new byte[9000];
    new Random(8).nextBytes(garbage);
    DirectoryBytes.write(last.file(), (last.offset() / BLOCK_BYTES + 1) * BLOCK_BYTES, garbage);
    SynclineLogStorage recovered = opened(newLog(copy));
    assertThat(contents(recovered)).isEqualTo(lines(1, 10, 1));
    append(recovered, 11, 12, 2);
  }
}
