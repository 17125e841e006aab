package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.CorruptLogException;
import dev.syncline.CorruptionPolicy;
import dev.syncline.Damage;
import dev.syncline.SequenceRange;
import dev.syncline.Verification;
import dev.syncline.VerifyReport;
import dev.syncline.WalCursor;
import dev.syncline.WalOptions;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A cursor always ends, and loss is never silent: promises 28 and 29. */
public abstract class CompletenessContract extends LogTestBase {
  private static final Duration MOMENT = Duration.ofMillis(200);
  private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

  /** A log whose highest sequences are a gap: everything behind the 20th record was given up. */
  private Path givenUpTail() throws IOException {
    Path damaged = givenClosedLog(60);
    DirectoryBytes.zeroBlockAround(damaged.resolve(fileOf(damaged, 21)), offsetOf(damaged, 21));
    open(damaged, CompletenessContract::givingUp).close();
    return damaged;
  }

  private static void checkingAll(WalOptions.Builder options) {
    options.maxSegmentSize(SMALL_SEGMENT_BYTES).verifyOnOpen(Verification.FULL);
  }

  private static void givingUp(WalOptions.Builder options) {
    checkingAll(options);
    options.corruptionPolicy(CorruptionPolicy.TRUNCATE);
  }

  private static Path fileOf(Path directory, long sequence) throws IOException {
    return DirectoryBytes.find(directory, entryPayload(sequence)).file().getFileName();
  }

  private static long offsetOf(Path directory, long sequence) throws IOException {
    return DirectoryBytes.find(directory, entryPayload(sequence)).offset();
  }

  // Ends.

  @Test
  void aReplayEndsThoughTheHighestSequencesAreAGapAndMoreIsAppended() throws IOException {
    WriteAheadLog log = open(givenUpTail(), LogTestBase::smallSegments);
    assertThat(log.currentSequence()).isEqualTo(60);
    try (WalCursor before = log.replay()) {
      log.append(entryPayload(61));
      assertThat(sequences(before)).hasSize(20).endsWith(20L);
    }
    assertThat(sequences(log.replay())).hasSize(21).endsWith(20L, 61L);
  }

  @Test
  void aTailPassesTheGapAndWaitsBehindItWithoutRunning() throws IOException {
    RecordingStorage disk = new RecordingStorage(openStorage(givenUpTail()));
    WriteAheadLog log = open(disk, LogTestBase::smallSegments);
    try (WalCursor tail = log.tail(20)) {
      assertThat(tail.next(MOMENT)).isEmpty();
      disk.reset();
      assertThat(tail.next(MOMENT)).isEmpty();
      assertThat(disk.count(Op.READ)).as("reads while nothing comes").isZero();
      log.append(entryPayload(61));
      assertThat(tail.next(FOREVER).map(WalRecord::sequence)).hasValue(61L);
    }
  }

  @Test
  void aTailAtDamageWaitsWithoutRunning() throws IOException {
    Path damaged = givenClosedLog(60);
    DirectoryBytes.zeroBlockAround(damaged.resolve(fileOf(damaged, 58)), offsetOf(damaged, 58));
    RecordingStorage disk = new RecordingStorage(openStorage(damaged));
    WriteAheadLog log = open(disk, LogTestBase::smallSegments);
    try (WalCursor tail = log.tail(57)) {
      assertThat(tail.next(MOMENT)).isEmpty();
      assertThat(tail.damage()).isPresent();
      disk.reset();
      assertThat(tail.next(MOMENT)).isEmpty();
      assertThat(disk.operations()).as("what is read while nothing comes").isEmpty();
    }
  }

  @Test
  void aTailWaitsAnyDurationThatThereIs() throws Exception {
    WriteAheadLog log = open();
    try (WalCursor tail = log.tail(0)) {
      for (Duration none : List.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofSeconds(Long.MIN_VALUE)))
        assertThat(tail.next(none)).isEmpty();
      Together.Task<java.util.Optional<WalRecord>> waiting = Together.begin(() -> tail.next(FOREVER));
      Together.await("the tail waits", waiting::isWaiting);
      log.append(entryPayload(1));
      assertThat(waiting.get().map(WalRecord::sequence)).hasValue(1L);
    }
  }

  @Test
  void anyDurationIsAnOption() throws IOException {
    WriteAheadLog log = open(options ->
        options.openTimeout(FOREVER).closeTimeout(FOREVER).syncInterval(FOREVER).markInterval(FOREVER));
    log.append(entryPayload(1));
    log.close();
    assertThat(lines(openReadOnly(directory()).replay())).isEqualTo(entryLines(1, 1));
  }

  @Test
  void aWaitingTailHearsOfACutThoughNothingIsAppended() throws Exception {
    WriteAheadLog log = open();
    appendEntries(log, 10);
    try (WalCursor tail = log.tail(9)) {
      assertThat(tail.next()).isNotNull();
      Together.Task<java.util.Optional<WalRecord>> waiting = Together.begin(() -> tail.next(FOREVER));
      Together.await("the tail waits", waiting::isWaiting);
      log.truncateAfter(4);
      assertThatThrownBy(waiting::get).isInstanceOfSatisfying(
          dev.syncline.RecordsRewoundException.class, e -> assertThat(e.lastShared()).isEqualTo(4));
    }
  }

  // Cursors that are open.

  @Test
  void truncatingPastDamageLeavesOpenCursorsWhatTheyRead() throws IOException {
    Path damaged = givenClosedLog(60);
    DirectoryBytes.zeroBlockAround(damaged.resolve(fileOf(damaged, 40)), offsetOf(damaged, 40));
    WriteAheadLog log = open(damaged, CompletenessContract::checkingAll);
    try (WalCursor open = log.replay(); WalCursor at30 = log.replay(30)) {
      assertThat(open.next().sequence()).isEqualTo(1);
      log.truncate(50);
      assertThat(log.append(entryPayload(61))).isEqualTo(61);
      List<Long> rest = new ArrayList<>();
      while (open.hasNext()) rest.add(open.next().sequence());
      assertThat(rest).hasSize(38).startsWith(2L).endsWith(39L);
      assertThat(open.damage()).map(Damage::firstLost).hasValue(40L);
      assertThat(at30.next().sequence()).isEqualTo(31);
    }
    assertThat(lines(log.replay())).isEqualTo(entryLines(51, 61));
    log.close();
    assertThat(DirectoryBytes.walFiles(damaged)).as("what only the cursors kept is gone").hasSizeLessThan(4);
  }

  // Loss.

  private interface Opening {
    WriteAheadLog open() throws IOException;
  }

  private static WriteAheadLog opened(Opening opening) {
    try {
      return opening.open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aMissingSegmentIsToldByEverybodyAndInTheSameWords() throws IOException {
    Path closed = givenClosedLog(60);
    List<Path> files = DirectoryBytes.walFiles(closed);
    Path middle = files.get(1);
    Files.delete(middle);
    List<Opening> ways = List.of(() -> open(closed, LogTestBase::smallSegments), () -> openReadOnly(closed));
    for (Opening way : ways) {
      WriteAheadLog[] log = new WriteAheadLog[1];
      List<String> said = warningsOf(() -> log[0] = opened(way));
      assertThat(log[0].recovery().damage()).hasSize(1);
      Damage damage = log[0].recovery().damage().get(0);
      assertThat(damage.file()).isEqualTo(middle);
      assertThat(said).singleElement().asString()
          .contains(damage.toString(), "TRUNCATE gives up sequences " + damage.firstLost() + " to 60");
      assertThat(log[0].recovery().atStake()).hasValue(new SequenceRange(damage.firstLost(), 60));
      try (WalCursor restoring = log[0].replay()) {
        long last = 0;
        while (restoring.hasNext()) last = restoring.next().sequence();
        assertThat(last).isEqualTo(damage.firstLost() - 1);
        assertThat(restoring.damage()).hasValue(damage);
        assertThatThrownBy(restoring::requireComplete).isInstanceOfSatisfying(
            CorruptLogException.class, e -> assertThat(e.damage()).hasValue(damage));
      }
      assertThat(log[0].verify().damage()).containsExactly(damage);
      assertThatThrownBy(() -> log[0].read(damage.lastLost())).isInstanceOf(CorruptLogException.class);
      assertThat(lines(log[0].replay(damage.lastLost()))).isEqualTo(entryLines(damage.lastLost() + 1, 60));
      log[0].close();
    }
  }

  @Test
  void whatTruncateGivesUpIsWhatWasSaidToBeAtStake() throws IOException {
    Path damaged = givenClosedLog(60);
    DirectoryBytes.zeroBlockAround(damaged.resolve(fileOf(damaged, 25)), offsetOf(damaged, 25));
    SequenceRange atStake;
    try (WriteAheadLog log = open(damaged, CompletenessContract::checkingAll)) {
      atStake = log.recovery().atStake().orElseThrow();
      assertThat(log.recovery().damage()).singleElement().satisfies(d -> {
        assertThat(d.firstLost()).isEqualTo(25);
        assertThat(d.lastLost()).isEqualTo(25);
      });
    }
    WriteAheadLog[] log = new WriteAheadLog[1];
    List<String> said = warningsOf(() -> log[0] = opened(() ->
        open(damaged, CompletenessContract::givingUp)));
    assertThat(said).isNotEmpty().allMatch(line -> line.contains("It is given up from there on"));
    assertThat(said.get(0)).contains("gives up sequences " + atStake.first() + " to " + atStake.last());
    assertThat(log[0].recovery().gaps()).containsExactly(atStake);
    assertThat(lines(log[0].replay())).isEqualTo(entryLines(1, atStake.first() - 1));
  }

  @Test
  void theWarningIsOneLineWhateverTheDirectoryIsCalled() throws IOException {
    Path directory = temporary.resolve("two\nlines");
    try (WriteAheadLog log = open(directory)) {
      appendEntries(log, 3);
    }
    DirectoryBytes.Place place = DirectoryBytes.find(directory, entryPayload(2));
    DirectoryBytes.flipByte(place.file(), place.offset());
    List<String> said = warningsOf(() -> opened(() -> open(directory)));
    assertThat(said).singleElement().asString().contains("two\\nlines").doesNotContain("\n");
  }

  @Test
  void aCursorThatCameToItsEndIsComplete() throws IOException {
    WriteAheadLog log = open(givenClosedLog(30), LogTestBase::smallSegments);
    try (WalCursor cursor = log.replay()) {
      while (cursor.hasNext()) cursor.next();
      assertThatCode(cursor::requireComplete).doesNotThrowAnyException();
    }
  }

  // Verifying.

  @Test
  void theCountsOfVerifyAreThoseOfItsRange() throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    for (int i = 0; i < 10; i++) log.appendBatch(batch("a", "b", "c", "d"));
    log.truncate(7);
    log.truncateAfter(45);
    for (WriteAheadLog each : List.of(log, openReadOnly(directory()))) {
      VerifyReport report = each.verify();
      assertThat(report.ok()).isTrue();
      assertThat(report.firstSequence()).isEqualTo(8);
      assertThat(report.lastSequence()).isEqualTo(45);
      assertThat(report.records()).isEqualTo(38);
      assertThat(report.frames()).isEqualTo(8);
      assertThat(report.bytes()).isEqualTo(8 * BLOCK_BYTES);
    }
  }

  @Test
  void verifyOfAnOpenLogLooksAtLinksAndMark() throws IOException {
    WriteAheadLog log = open(options -> options.maxSegmentSize(SMALL_SEGMENT_BYTES).markInterval(NEVER));
    appendEntries(log, 60);
    Path copy = crashCopy(log);
    assertThat(log.verify().ok()).isTrue();
    List<Path> files = DirectoryBytes.walFiles(directory());
    // A segment of a log that has lived on by itself: it is whole, and not this log's.
    Path other = newCopyName();
    try (WriteAheadLog stranger = open(other, LogTestBase::smallSegments)) {
      appendEntries(stranger, 60);
    }
    byte[] own = Files.readAllBytes(files.get(1));
    Files.write(files.get(1), Files.readAllBytes(DirectoryBytes.walFiles(other).get(1)));
    assertThatThrownBy(log::verify).isInstanceOf(dev.syncline.IncompatibleLogException.class);
    Files.write(files.get(1), own);
    assertThat(log.verify().ok()).isTrue();
    Files.move(files.get(1), temporary.resolve("away"));
    assertThat(log.verify().damage()).singleElement().satisfies(d -> assertThat(d.file()).isEqualTo(files.get(1)));
    Files.move(temporary.resolve("away"), files.get(1));
    DirectoryBytes.flipByte(directory().resolve("log.mark"), 4096 + 40);
    assertThat(log.verify().damage()).singleElement()
        .satisfies(d -> assertThat(d.toString()).contains("log.mark", "slot", "no record is lost"));
    assertThat(copy).isDirectory();
  }

  @Test
  void verifyBesideTruncationFindsNothingThatIsNotThere() throws Exception {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    appendEntries(log, 30);
    Together.Task<Void> writer = Together.begin(() -> {
      for (int i = 0; i < Effort.of(60, 150); i++) {
        appendEntries(log, 5);
        if (i % 3 == 0) log.truncate(log.currentSequence() - 20);
        if (i % 7 == 0) log.truncateAfter(log.currentSequence() - 3);
      }
      return null;
    });
    WriteAheadLog reader = openReadOnly(directory());
    int looks = 0;
    while (looks < 5 || !writer.isDone()) {
      assertThat(log.verify().damage()).isEmpty();
      assertThat(reader.verify().damage()).isEmpty();
      looks++;
    }
    writer.get();
  }

  @Test
  void verifyReadsBadBytesAsOftenAsGoodOnes() throws IOException {
    WriteAheadLog writer = open(options -> options.maxSegmentSize(4 << 20));
    appendEntries(writer, 600);
    writer.close();
    Path file = DirectoryBytes.walFiles(directory()).get(0);
    for (int frame = 1; frame < 599; frame += 2) DirectoryBytes.zero(file, FRAMES_START_BYTES + (long) frame * BLOCK_BYTES, 64);
    RecordingStorage disk = new RecordingStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, options -> options.maxSegmentSize(4 << 20));
    disk.reset();
    assertThat(log.verify().damage()).hasSize(299);
    long bytes = disk.operations().stream().filter(o -> o.op() == Op.READ).mapToLong(Operation::lengthBytes).sum();
    assertThat(bytes).as("bytes read of a file of %d", Files.size(file)).isLessThan(4 * Files.size(file) + (8 << 20));
  }
}
