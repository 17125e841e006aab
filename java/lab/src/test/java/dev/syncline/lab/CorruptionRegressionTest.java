package dev.syncline.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.CorruptLogException;
import dev.syncline.CorruptionPolicy;
import dev.syncline.Damage;
import dev.syncline.WalCursor;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import dev.syncline.lab.GoldenLog.GoldenFrame;
import dev.syncline.lab.GoldenLog.GoldenRecord;
import dev.syncline.lab.GoldenLog.GoldenSegment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What changing every byte has found once, each in the smallest form. */
@Timeout(900)
class CorruptionRegressionTest {
  @TempDir private Path temporary;
  private GoldenLog golden;
  private GoldenSegment older;

  @BeforeEach
  void writeGoldenLog() throws IOException {
    golden = GoldenLog.write(temporary, true);
    older = golden.older();
  }

  private WriteAheadLog openWithBadByte(GoldenSegment segment, int at, CorruptionPolicy policy) throws IOException {
    byte[] bytes = golden.image().bytes(segment.name());
    bytes[at] ^= 1;
    SimulatedDisk disk = new SimulatedDisk(golden.image().with(segment.name(), bytes));
    return WriteAheadLog.open(
        new SimulatedStorage(disk, temporary, SimulatedStorage.traits(GoldenLog.BLOCK_BYTES, false, true)),
        GoldenLog.options().corruptionPolicy(policy).build());
  }

  private static List<Long> sequences(WalCursor cursor) {
    try (cursor) {
      SortedMap<Long, CrashRecord> records = new TreeMap<>();
      CorruptionContract.readInto(cursor, records);
      return List.copyOf(records.keySet());
    }
  }

  private List<Long> upTo(long last) {
    return List.copyOf(golden.contents().records().headMap(last + 1).keySet());
  }

  @Test
  void anUnreadableHeaderDoesNotMakeTheSegmentBeforeItLookCut() throws IOException {
    WriteAheadLog log = openWithBadByte(older, 40, CorruptionPolicy.READ_ONLY);
    assertThat(log.recovery().damage()).extracting(damage -> damage.file().getFileName().toString()).containsExactly(older.name());
    assertThat(log.recovery().damage().get(0)).returns(older.first(), Damage::firstLost).returns(older.last(), Damage::lastLost);
  }

  @Test
  void givingUpASegmentWithoutAHeaderKeepsTheSegmentsBeforeIt() throws IOException {
    WriteAheadLog log = openWithBadByte(older, 40, CorruptionPolicy.TRUNCATE);
    assertThat(sequences(log.iterate())).isEqualTo(upTo(older.first() - 1));
  }

  @Test
  void givingUpADamagedFrameKeepsTheRecordsBeforeTheDamage() throws IOException {
    GoldenFrame frame = golden.newest().dataFrames().get(1);
    GoldenRecord second = frame.records().get(1);
    WriteAheadLog log = openWithBadByte(golden.newest(), second.start() + 30, CorruptionPolicy.TRUNCATE);
    assertThat(sequences(log.iterate())).isEqualTo(upTo(frame.first()));
    assertThat(log.append(new byte[1])).isEqualTo(golden.contents().current() + 1);
  }

  @Test
  void aCursorThatBeginsBehindADamagedFrameReadsOn() throws IOException {
    GoldenFrame frame = older.frames().get(0);
    WriteAheadLog log = openWithBadByte(older, frame.start() + 8, CorruptionPolicy.READ_ONLY);
    try (WalCursor cursor = log.iterate(frame.last())) {
      assertThat(cursor.next()).extracting(WalRecord::sequence).isEqualTo(frame.last() + 1);
    }
  }

  @Test
  void aCursorNamesTheRecordsOfTheDamagedFrameAndNoMore() throws IOException {
    GoldenFrame frame = older.frames().get(0);
    WriteAheadLog log = openWithBadByte(older, frame.start() + 8, CorruptionPolicy.READ_ONLY);
    try (WalCursor cursor = log.iterate()) {
      CorruptLogException thrown = CorruptionContract.readInto(cursor, new TreeMap<>());
      assertThat(thrown.damage()).hasValueSatisfying(damage ->
          assertThat(damage).returns(frame.first(), Damage::firstLost).returns(frame.last(), Damage::lastLost));
    }
  }

  @Test
  void verifyFindsASealThatIsLost() throws IOException {
    GoldenFrame seal = older.frames().get(older.frames().size() - 1);
    assertThat(openWithBadByte(older, seal.start() + 100, CorruptionPolicy.READ_ONLY).verify().damage()).hasSize(1);
    assertThat(openWithBadByte(older, seal.end() - 12, CorruptionPolicy.READ_ONLY).verify().damage()).hasSize(1);
  }

  @Test
  void givingUpWhatIsMissingFindsTheDamageBeforeIt() throws IOException {
    GoldenSegment oldest = golden.segments().get(0);
    GoldenFrame frame = oldest.dataFrames().get(2);
    byte[] bytes = golden.image().bytes(oldest.name());
    bytes[frame.start() + 8] ^= 1;
    SimulatedDisk disk = new SimulatedDisk(golden.image().with(oldest.name(), bytes).with(older.name(), null));
    for (int opening = 0; opening < 2; opening++) {
      WriteAheadLog log = WriteAheadLog.open(
          new SimulatedStorage(disk, temporary, SimulatedStorage.traits(GoldenLog.BLOCK_BYTES, false, true)),
          GoldenLog.options().corruptionPolicy(CorruptionPolicy.TRUNCATE).build());
      assertThat(sequences(log.iterate())).isEqualTo(upTo(frame.first() - 1));
      assertThat(log.recovery().damage()).hasSize(opening == 0 ? 2 : 0);
      assertThat(log.currentSequence()).isEqualTo(golden.contents().current());
      assertThat(log.verify().ok()).isTrue();
    }
  }
}
