package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.syncline.CorruptLogException;
import dev.syncline.IncompatibleLogException;
import dev.syncline.LogRepair;
import dev.syncline.RecordsRewoundException;
import dev.syncline.RepairPlan;
import dev.syncline.RepairResult;
import dev.syncline.SequenceRange;
import dev.syncline.WalCursor;
import dev.syncline.WalOptions;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import dev.syncline.io.Storage;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Repairs of logs in a particular state. */
public abstract class RepairCasesContract extends RepairTestBase {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Entry 40 is lost. */
  private Path givenHarmed() throws IOException {
    Path log = givenRepairable();
    RepairHarm.A_BIT_IN_AN_OLDER_SEGMENT.to(log);
    return log;
  }

  /** Records behind a bad block of a large newest segment: TRUNCATE takes all of them. */
  @Test
  void ofManyRecordsBehindTheDamageNoneIsLost() throws IOException {
    try (WriteAheadLog log = open()) {
      for (int i = 0; i < 200; i++) log.append(entryPayload(log.currentSequence() + 1));
    }
    DirectoryBytes.Place place = DirectoryBytes.find(directory(), entryPayload(20));
    DirectoryBytes.flipByte(place.file(), place.offset());
    RepairPlan plan = plan(directory());
    assertThat(plan.lost()).isEqualTo(ranges(20, 20));
    assertThat(plan.atStake()).contains(new SequenceRange(20, 200));
    assertThat(plan.keptRecords()).isEqualTo(199);
    assertThat(plan.keptBehind()).isEqualTo(180);
    repair(directory());
    List<String> expected = new ArrayList<>(entryLines(1, 19));
    expected.addAll(entryLines(21, 200));
    assertWholeWith(directory(), expected, ranges(20, 20), 201);
  }

  /** What is lost at the end of a file is named, whatever was damaged before it in the same one. */
  @Test
  void aDamagedPlaceHidesNothingOfAFileThatIsCutShort() throws IOException {
    Path log = givenClosedLog(60);
    Path file = DirectoryBytes.walFiles(log).get(1);
    long first = 1;
    while (!DirectoryBytes.find(log, entryPayload(first)).file().equals(file)) first++;
    long last = first;
    while (DirectoryBytes.find(log, entryPayload(last + 1)).file().equals(file)) last++;
    DirectoryBytes.flipByte(file, DirectoryBytes.find(log, entryPayload(first + 1)).offset());
    DirectoryBytes.cut(file, DirectoryBytes.find(log, entryPayload(first + 3)).offset() / BLOCK_BYTES * BLOCK_BYTES);
    List<SequenceRange> lost = ranges(first + 1, first + 1, first + 3, last);
    assertThat(plan(log).lost()).isEqualTo(lost);
    repair(log);
    assertWholeWith(log, without(entryLines(1, 60), lost), lost, 61);
  }

  /** The first frame that is left begins where one of the largest blocks does, and the others do not. */
  @Test
  void aLogOfSmallBlocksKeepsEveryFrameBehindALostHeader() throws IOException {
    Storage storage = openStorage(directory());
    storage.createDirectory();
    assumeThat(storage.traits().alignmentBytes()).as("what the storage writes at once").isLessThanOrEqualTo(512);
    try (WriteAheadLog log = open(storage, options -> options.blockSize(512))) {
      appendEntries(log, 40);
    }
    DirectoryBytes.zero(DirectoryBytes.walFiles(directory()).get(0), 0, FRAMES_START_BYTES + 7 * 512);
    List<SequenceRange> lost = ranges(1, 7);
    assertThat(plan(directory()).lost()).isEqualTo(lost);
    repair(directory());
    assertWholeWith(directory(), entryLines(8, 40), lost, 41);
  }

  /** The blocks of the log that is built are as large as the storage needs, whatever those of the old one were. */
  @Test
  void aLogOfSmallBlocksIsRepairedOnAStorageOfLargeOnes() throws IOException {
    Storage storage = openStorage(directory());
    storage.createDirectory();
    assumeThat(storage.traits().alignmentBytes()).as("what the storage writes at once").isLessThanOrEqualTo(512);
    try (WriteAheadLog log = open(storage, options -> options.blockSize(512))) {
      appendEntries(log, 40);
    }
    DirectoryBytes.Place place = DirectoryBytes.find(directory(), entryPayload(20));
    DirectoryBytes.flipByte(place.file(), place.offset());
    try (Storage coarse = new CoarseStorage(openStorage(directory()))) {
      LogRepair.apply(coarse, WalOptions.builder().blockSize(512).build());
    }
    assertWholeWith(directory(), without(entryLines(1, 40), ranges(20, 20)), ranges(20, 20), 41);
  }

  @Test
  void aQuarantineThatCannotTakeTheOldFilesIsRefusedBeforeAnythingChanges() throws IOException {
    Path harmed = givenHarmed();
    List<Path> logs = List.of(copyOf(harmed), copyOf(harmed), copyOf(harmed));
    Files.write(logs.get(0).resolve("quarantine"), bytes("a file"));
    Files.createDirectories(logs.get(1).resolve("quarantine/00000000000000000002.wal-at-0"));
    Files.createDirectory(logs.get(2).resolve("quarantine"));
    Files.createSymbolicLink(logs.get(2).resolve("quarantine/log.mark-at-0"), Path.of("elsewhere"));
    for (Path log : logs) {
      for (Step step : List.<Step>of(this::plan, this::repair))
        assertThatThrownBy(() -> step.run(log)).isInstanceOf(IncompatibleLogException.class).hasMessageContaining("quarantine")
            .hasMessageContaining("nothing was changed");
      assertThat(log.resolve("repair")).doesNotExist();
      assertThat(openReadOnly(log).read(39)).isPresent();
    }
  }

  private interface Step {
    Object run(Path log) throws IOException;
  }

  @Test
  void aBlockThatTheDiskRefusesToReadIsSkippedAndItsFileKeptUnread() throws IOException {
    Path log = givenRepairable();
    List<String> before = everything(openReadOnly(copyOf(log)));
    DirectoryBytes.Place place = DirectoryBytes.find(log, entryPayload(50));
    byte[] content = Files.readAllBytes(place.file());
    FaultyStorage disk = new FaultyStorage(openStorage(log));
    disk.on(Op.READ).named(place.file().getFileName().toString()::equals)
        .touching(place.offset() & -(long) BLOCK_BYTES, BLOCK_BYTES).forever().fail(() -> new IOException("Input/output error"));
    RepairPlan plan = LogRepair.plan(disk);
    assertThat(plan.damage()).singleElement().satisfies(damage -> assertThat(damage.problem()).contains("Input/output error"));
    assertThat(plan.lost()).isEqualTo(ranges(50, 50));
    assertThat(repair(disk).lost()).isEqualTo(plan.lost());
    disk.close();
    assertKeptInQuarantine(List.of(content), log);
    assertWholeWith(log, without(before, plan.lost()), plan.lost(), LAST + 1);
  }

  /** A mark put back from before, which says that the tail is to be cut. */
  @Test
  void aMarkOfAnEarlierTimeTakesNothing() throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    appendEntries(log, 80);
    log.truncateAfter(60);
    byte[] old = Files.readAllBytes(directory().resolve("log.mark"));
    appendEntries(log, 40);
    log.close();
    Files.write(directory().resolve("log.mark"), old);
    assertThat(plan(directory()).needed()).isTrue();
    assertThat(plan(directory()).lost()).isEmpty();
    repair(directory());
    assertWholeWith(directory(), entryLines(1, 100), List.of(), 101);
  }

  /** A segment that a cut of the tail had taken is put back between those that were written before and after it. */
  @Test
  void aStraySegmentGoesToQuarantineAndTakesNothingWithIt() throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    appendEntries(log, 60);
    Path last = DirectoryBytes.newestWalFile(directory());
    byte[] stray = Files.readAllBytes(last);
    log.truncateAfter(30);
    assertThat(last).doesNotExist();
    appendEntries(log, 30);
    log.close();
    List<String> expected = entryLines(1, 60);
    Files.write(last, stray);
    RepairPlan plan = plan(directory());
    assertThat(plan.damage()).isNotEmpty();
    assertThat(plan.lost()).isEmpty();
    assertThat(plan.notes()).anyMatch(note -> note.startsWith(last.getFileName().toString()));
    repair(directory());
    assertKeptInQuarantine(List.of(stray), directory());
    assertWholeWith(directory(), expected, List.of(), 61);
  }

  @Test
  void gapsThatWereOnRecordStayThere() throws IOException {
    Path log = givenHarmed();
    repair(log);
    try (WriteAheadLog opened = open(log)) {
      appendEntries(opened, 5);
    }
    DirectoryBytes.Place place = DirectoryBytes.find(log, entryPayload(80));
    DirectoryBytes.flipByte(place.file(), place.offset());
    RepairResult again = repair(log);
    assertThat(again.lost()).isEqualTo(ranges(80, 80));
    try (WriteAheadLog opened = open(log)) {
      assertThat(opened.recovery().gaps()).contains(new SequenceRange(40, 40), new SequenceRange(80, 80));
      assertThat(everything(opened)).hasSize((int) (LAST - TRUNCATED + 5 - 2));
      assertThat(opened.append(bytes("next"))).isEqualTo(LAST + 6);
    }
  }

  /** A torn tail is no damage, and is not kept: nobody was told of it. */
  @Test
  void aTornTailIsTrimmedAsByOpening() throws IOException {
    Path log = givenCrashedLog(60);
    DirectoryBytes.Place lastBlock = DirectoryBytes.find(log, entryPayload(60));
    DirectoryBytes.write(lastBlock.file(), lastBlock.offset() / BLOCK_BYTES * BLOCK_BYTES + BLOCK_BYTES, bytes("torn"));
    DirectoryBytes.Place place = DirectoryBytes.find(log, entryPayload(30));
    DirectoryBytes.flipByte(place.file(), place.offset());
    assertThat(plan(log).lost()).isEqualTo(ranges(30, 30));
    repair(log);
    List<String> expected = new ArrayList<>(entryLines(1, 29));
    expected.addAll(entryLines(31, 60));
    assertWholeWith(log, expected, ranges(30, 30), 61);
  }

  /** It takes no lock, and is told by the mark: in another process it is the same. */
  @Test
  void aReaderThatWasOpenAllTheTimeGoesOnWithTheRepairedLog() throws Exception {
    Path log = givenHarmed();
    WriteAheadLog reader = openReadOnly(log);
    try (WalCursor tail = reader.tail(10)) {
      assertThat(tail.next(PATIENCE)).get().extracting(WalRecord::sequence).isEqualTo(11L);
      repair(log);
      try (WriteAheadLog writer = open(log)) {
        writer.append(entryPayload(LAST + 1));
        List<String> expected = everything(writer);
        assertThat(expected).hasSize((int) (LAST - TRUNCATED));
        awaitShown(reader, expected);
      }
      assertThatThrownBy(() -> {
        while (tail.next(PATIENCE).isPresent()) {}
      }).isInstanceOf(RecordsRewoundException.class);
    }
  }

  private static void awaitShown(WriteAheadLog reader, List<String> expected) throws IOException {
    long began = System.nanoTime();
    while (true) {
      try {
        List<String> shown = everything(reader);
        if (shown.equals(expected) || System.nanoTime() - began > PATIENCE.toNanos()) assertThat(shown).isEqualTo(expected);
        if (shown.equals(expected)) return;
      } catch (UncheckedIOException e) {
        // The old log's damage, or that its files are gone, until the new one is seen; a cursor that is under way then hears of a cut.
        assertThat(e.getCause())
            .isInstanceOfAny(CorruptLogException.class, NoSuchFileException.class, RecordsRewoundException.class);
        assertThat(System.nanoTime() - began).as("nanoseconds that the new log was not seen").isLessThan(PATIENCE.toNanos());
      }
      LockSupport.parkNanos(10_000_000);
    }
  }

  @Test
  void aCopyThatSharesFilesStaysAsItIs() throws IOException {
    Path copy = temporary.resolve("snapshot");
    try (WriteAheadLog log = open(LogTestBase::smallSegments)) {
      appendEntries(log, 60);
      log.snapshot(copy);
    }
    Files.delete(DirectoryBytes.walFiles(directory()).get(1));
    Map<String, String> before = DirectoryBytes.fingerprint(copy);
    repair(directory());
    assertThat(DirectoryBytes.fingerprint(copy)).isEqualTo(before);
  }

  /** Where files cannot have two names they are copied, in either direction. */
  @Test
  void whereNothingCanBeLinkedItIsCopied() throws IOException {
    Path log = givenHarmed();
    List<byte[]> old = contents(log);
    try (Storage linkless = new Linkless(openStorage(log))) {
      repair(linkless);
    }
    assertKeptInQuarantine(old, log);
    assertThat(plan(log).needed()).isFalse();
    try (WriteAheadLog opened = open(log)) {
      assertThat(opened.recovery().damage()).isEmpty();
      assertThat(opened.verify().ok()).isTrue();
    }
  }

  private static final class Linkless extends InterceptedStorage {
    Linkless(Storage delegate) {
      super(delegate);
    }

    @Override
    @SuppressWarnings("unchecked")
    protected <T> T intercept(Operation operation, Call<T> call) throws IOException {
      return operation.op() == Op.LINK ? (T) Boolean.FALSE : call.run();
    }

    @Override
    protected Storage around(Storage other) {
      return new Linkless(other);
    }
  }

  /** What had joined its newest frame is in a tail slot. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 70})
  void ofACrashedSegmentWithoutItsHeaderEachCommitIsKept(int commits) throws IOException {
    Path crashed;
    try (WriteAheadLog log = open(options ->
        options.maxSegmentSize(SMALL_SEGMENT_BYTES).joinCommitsWithin(Duration.ofHours(1)).markInterval(NEVER))) {
      appendEntries(log, commits);
      crashed = crashCopy(log);
    }
    DirectoryBytes.flipByte(DirectoryBytes.newestWalFile(crashed), 40);
    assertThat(plan(crashed).lost()).isEmpty();
    assertThat(repair(crashed).keptRecords()).isEqualTo(commits);
    try (WriteAheadLog log = open(crashed)) {
      assertThat(lines(log.replay())).isEqualTo(entryLines(1, commits));
    }
  }
}
