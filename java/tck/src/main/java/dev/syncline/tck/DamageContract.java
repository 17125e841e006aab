package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.CorruptLogException;
import dev.syncline.CorruptionPolicy;
import dev.syncline.Damage;
import dev.syncline.Operation;
import dev.syncline.SequenceRange;
import dev.syncline.Verification;
import dev.syncline.WalCursor;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a log does about damage: promise 18. The log of these tests holds entries 1 to 60 in several segments. */
public abstract class DamageContract extends LogTestBase {

  @Test
  void aDamagedLogOpensReadableUpToTheDamage() throws IOException {
    WriteAheadLog log = open(givenDamageInTheNewestSegment());
    long lost = log.recovery().damage().get(0).firstLost();
    try (WalCursor cursor = log.replay()) {
      for (long sequence = 1; sequence < lost; sequence++) assertThat(cursor.next().sequence()).isEqualTo(sequence);
      assertThat(cursor.hasNext()).isFalse();
      assertThat(cursor.damage().map(Damage::firstLost)).hasValue(lost);
    }
    try (WalCursor cursor = log.replay(lost - 1)) {
      assertThat(cursor.hasNext()).as("the next record is lost").isFalse();
      assertThat(cursor.damage()).isPresent();
    }
  }

  @Test
  void recoveryNamesTheFileTheOffsetAndTheSequencesThatAreLost() throws IOException {
    Path damaged = givenDamageInTheNewestSegment();
    WriteAheadLog log = open(damaged);
    assertThat(log.recovery().damage()).hasSize(1);
    Damage damage = log.recovery().damage().get(0);
    assertThat(damage.file()).isEqualTo(DirectoryBytes.newestWalFile(damaged));
    assertThat(damage.offsetBytes()).isPositive().isLessThan(Files.size(damage.file()));
    assertThat(damage.firstLost()).isEqualTo(58);
    assertThat(damage.lastLost()).isBetween(58L, 60L);
    assertThat(damage.problem()).isNotBlank();
    assertThat(log.recovery().writable()).isFalse();
    assertThat(log.recovery().lastSequence()).isEqualTo(60);
  }

  @Test
  void aDamagedLogRefusesAppends() throws IOException {
    WriteAheadLog log = open(givenDamageInTheNewestSegment());
    EveryCall.appendsOn(log).forEach((name, call) -> {
      if (!name.equals("sync"))
        assertThatThrownBy(call::run).as(name).isInstanceOf(CorruptLogException.class).hasMessageContaining("58");
    });
  }

  /** Of a batch that has lost a record the others do not count, and are not thrown away either. */
  @Test
  void whatIsLeftOfABatchThatIsGivenUpGoesToQuarantine() throws IOException {
    try (WriteAheadLog log = open()) {
      log.append(bytes("before"));
      log.appendBatch(List.of(Operation.entry(bytes("readable")), Operation.entry(bytes("damaged"))));
      log.append(bytes("behind"));
    }
    DirectoryBytes.Place place = DirectoryBytes.find(directory(), bytes("damaged"));
    DirectoryBytes.flipByte(place.file(), place.offset());
    WriteAheadLog log = open(options -> options.corruptionPolicy(CorruptionPolicy.TRUNCATE));
    assertThat(sequences(log.replay())).containsExactly(1L);
    StringBuilder kept = new StringBuilder();
    for (Path file : log.recovery().quarantined()) kept.append(Files.readString(file, StandardCharsets.ISO_8859_1));
    assertThat(kept).contains("readable", "behind");
  }

  @Test
  void openingADamagedLogDeletesNothing() throws IOException {
    Path damaged = givenDamageInTheNewestSegment();
    Map<String, String> before = segments(damaged);
    open(damaged).close();
    open(damaged).close();
    assertThat(segments(damaged)).isEqualTo(before);
  }

  @Test
  void damageDoesNotTouchWhatComesBehindIt() throws IOException {
    Path damaged = givenDamageAt(20, 60);
    WriteAheadLog log = open(damaged, options -> options.verifyOnOpen(Verification.FULL));
    assertThat(log.recovery().damage()).isNotEmpty();
    long lastLost = log.recovery().damage().get(0).lastLost();
    assertThat(lastLost).isBetween(20L, 59L);
    assertThat(lines(log.replay(lastLost))).isEqualTo(entryLines(lastLost + 1, 60));
    assertThat(log.read(60)).isPresent();
    assertThat(log.read(19)).isPresent();
  }

  @Test
  void truncatingPastTheDamageMakesTheLogWritableAgain() throws IOException {
    Path damaged = givenDamageAt(20, 60);
    WriteAheadLog log = open(damaged, options -> options.verifyOnOpen(Verification.FULL));
    assertThatThrownBy(() -> log.append(bytes("no"))).isInstanceOf(CorruptLogException.class);
    long lastLost = log.recovery().damage().get(0).lastLost();
    log.truncate(lastLost);
    assertThat(log.append(entryPayload(61))).isEqualTo(61);
    assertThat(lines(log.replay())).isEqualTo(entryLines(lastLost + 1, 61));
    log.close();
    WriteAheadLog again = open(damaged, options -> options.verifyOnOpen(Verification.FULL));
    assertThat(again.recovery().damage()).isEmpty();
    assertThat(lines(again.replay())).isEqualTo(entryLines(lastLost + 1, 61));
  }

  @Test
  void truncatingEverythingHealsDamageAtTheEndToo() throws IOException {
    Path damaged = givenDamageInTheNewestSegment();
    WriteAheadLog log = open(damaged);
    log.truncate(log.currentSequence());
    assertThat(log.append(bytes("next"))).isEqualTo(61);
    log.close();
    assertThat(lines(open(damaged).replay())).containsExactly("61 ENTRY next");
  }

  @Test
  void damageFoundLaterIsThrownByTheCursor() throws IOException {
    WriteAheadLog log = open(givenDamageAt(20, 60));
    assertThat(log.recovery().damage()).as("by default old segments are not read at open").isEmpty();
    List<Long> seen = new ArrayList<>();
    try (WalCursor cursor = log.replay()) {
      assertThatThrownBy(() -> cursor.forEachRemaining(record -> seen.add(record.sequence())))
          .isInstanceOf(UncheckedIOException.class)
          .hasCauseInstanceOf(CorruptLogException.class)
          .hasMessageContaining("20");
    }
    assertThat(seen).hasSize(19).endsWith(19L);
    assertThatThrownBy(() -> log.read(20)).isInstanceOf(CorruptLogException.class);
    assertThat(log.verify().damage()).extracting(Damage::firstLost).containsExactly(20L);
  }

  @Test
  void fullVerificationFindsItAtOpenAndOldDamageDoesNotChangeByItself() throws IOException {
    Path damaged = givenDamageAt(20, 60);
    for (int i = 0; i < 2; i++) {
      try (WriteAheadLog log = open(damaged, options -> options.verifyOnOpen(Verification.FULL))) {
        assertThat(log.recovery().damage()).extracting(Damage::firstLost).containsExactly(20L);
        assertThat(lines(log.replay())).isEqualTo(entryLines(1, 19));
      }
    }
  }

  // Policies.

  @Test
  void refuseThrowsAtOpenAndChangesNothing() throws IOException {
    Path damaged = givenDamageInTheNewestSegment();
    Map<String, String> before = segments(damaged);
    assertThatThrownBy(() -> open(damaged, options -> options.corruptionPolicy(CorruptionPolicy.REFUSE)))
        .isInstanceOf(CorruptLogException.class)
        .hasMessageContaining(DirectoryBytes.newestWalFile(damaged).getFileName().toString());
    assertThat(segments(damaged)).isEqualTo(before);
    assertThat(lines(open(damaged).replay())).as("the lock was released").isEqualTo(entryLines(1, 57));
  }

  @Test
  void refuseOpensALogWithATornTail() throws IOException {
    assertThat(lines(open(givenCrashedLog(10), options -> options.corruptionPolicy(CorruptionPolicy.REFUSE)).replay()))
        .isEqualTo(entryLines(1, 10));
  }

  @Test
  void truncatePolicyMovesTheDamagedRestAwayAndPutsTheGapOnRecord() throws IOException {
    Path damaged = givenDamageInTheNewestSegment();
    try (WriteAheadLog log = open(damaged, options -> options.corruptionPolicy(CorruptionPolicy.TRUNCATE))) {
      assertThat(log.recovery().writable()).isTrue();
      assertThat(log.recovery().gaps()).containsExactly(new SequenceRange(58, 60));
      assertThat(log.recovery().quarantined()).isNotEmpty().allMatch(Files::exists);
      assertThat(log.currentSequence()).isEqualTo(60);
      assertThat(log.append(entryPayload(61))).isEqualTo(61);
      List<String> expected = new ArrayList<>(entryLines(1, 57));
      expected.addAll(entryLines(61, 61));
      assertThat(lines(log.replay())).isEqualTo(expected);
    }
    WriteAheadLog again = open(damaged, options -> options.verifyOnOpen(Verification.FULL));
    assertThat(again.recovery().damage()).isEmpty();
    assertThat(again.recovery().gaps()).as("the gap stays on record").containsExactly(new SequenceRange(58, 60));
    assertThat(sequences(again.replay(57))).containsExactly(61L);
  }

  // Missing, foreign and swapped files.

  @Test
  void aMissingSegmentIsDamageWhereverItWas() throws IOException {
    Path closed = givenClosedLog(60);
    int count = DirectoryBytes.walFiles(closed).size();
    assertThat(count).isGreaterThan(3);
    for (int missing = 0; missing < count; missing++) {
      Path copy = copyOf(closed);
      Path file = DirectoryBytes.walFiles(copy).get(missing);
      Files.delete(file);
      WriteAheadLog log = open(copy);
      assertThat(log.recovery().damage()).as("segment %d is missing", missing).isNotEmpty();
      assertThat(log.recovery().damage().get(0).file()).isEqualTo(file);
      assertThat(log.recovery().writable()).isFalse();
      List<String> seen = lines(log.replay());
      assertThat(seen).as("segment %d is missing", missing).isEqualTo(entryLines(1, seen.size()));
      assertThatThrownBy(() -> log.append(bytes("no"))).isInstanceOf(CorruptLogException.class);
    }
  }

  @Test
  void allSegmentsMissingIsDamageAndNeverAFreshLog() throws IOException {
    Path closed = givenClosedLog(60);
    for (Path file : DirectoryBytes.walFiles(closed)) Files.delete(file);
    WriteAheadLog log = open(closed);
    assertThat(log.recovery().fresh()).isFalse();
    assertThat(log.recovery().damage()).isNotEmpty();
    assertThatThrownBy(() -> log.append(bytes("no"))).isInstanceOf(CorruptLogException.class);
  }

  @Test
  void twoSwappedSegmentsAreNoticed() throws IOException {
    Path closed = givenClosedLog(60);
    List<Path> files = DirectoryBytes.walFiles(closed);
    Path aside = closed.resolve("aside");
    Files.move(files.get(1), aside);
    Files.move(files.get(2), files.get(1));
    Files.move(aside, files.get(2));
    WriteAheadLog log = open(closed);
    assertThat(log.recovery().damage()).isNotEmpty();
    List<String> seen = lines(log.replay());
    assertThat(seen).isEqualTo(entryLines(1, seen.size()));
    assertThat(log.recovery().writable()).isFalse();
  }

  @Test
  void anUnreadableSegmentHeaderIsKnownAtOpen() throws IOException {
    Path closed = givenClosedLog(60);
    for (Path file : DirectoryBytes.walFiles(closed)) {
      Path copy = copyOf(closed);
      DirectoryBytes.zero(copy.resolve(file.getFileName()), 0, BLOCK_BYTES);
      WriteAheadLog log = open(copy);
      assertThat(log.recovery().damage()).as("header of %s", file.getFileName()).isNotEmpty();
      List<String> seen = lines(log.replay());
      assertThat(seen).isEqualTo(entryLines(1, seen.size()));
    }
  }

  /** Entries 58 to 60 are in the newest segment, which is read when the log is opened; 58 is zeroed. */
  private Path givenDamageInTheNewestSegment() throws IOException {
    return givenDamageAt(58, 60);
  }

  private Path givenDamageAt(long sequence, int count) throws IOException {
    Path closed = givenClosedLog(count);
    DirectoryBytes.Place place = DirectoryBytes.find(closed, entryPayload(sequence));
    DirectoryBytes.zeroBlockAround(place.file(), place.offset());
    return closed;
  }

  private static Map<String, String> segments(Path directory) throws IOException {
    return DirectoryBytes.fingerprint(directory, name -> name.endsWith(".wal"));
  }
}
