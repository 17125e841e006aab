package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.LogRepair;
import dev.syncline.RepairPlan;
import dev.syncline.RepairResult;
import dev.syncline.SequenceRange;
import dev.syncline.WalOptions;
import dev.syncline.io.Storage;
import dev.syncline.log.SegmentedLog;
import dev.syncline.log.commit.Entry;
import dev.syncline.log.read.LogCursor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Repairs of logs whose records have types, 32 bits and indexes of the caller's. */
public abstract class RepairIndexContract extends IndexTestBase {

  private RepairResult repair(Path directory) throws IOException {
    try (Storage storage = openStorage(directory)) {
      RepairPlan plan = LogRepair.plan(storage);
      RepairResult result = LogRepair.apply(storage, WalOptions.defaults());
      assertThat(result.lost()).isEqualTo(plan.lost());
      assertThat(result.keptRecords()).isEqualTo(plan.keptRecords());
      return result;
    }
  }

  /** Index, type, meta, whether the group goes on, and payload. */
  private List<String> everything(Path directory) throws IOException {
    List<String> lines = new ArrayList<>();
    try (SegmentedLog log = openLog(directory); LogCursor cursor = log.cursor(0)) {
      while (cursor.advance()) {
        String group = cursor.groupGoesOn() ? "+ " : " ";
        lines.add(cursor.sequence() + " " + cursor.type() + " " + cursor.meta() + group + text(cursor.payload()));
      }
    }
    return lines;
  }

  private static void harm(Path directory, long index) throws IOException {
    DirectoryBytes.Place place = DirectoryBytes.find(directory, entryPayload(index));
    DirectoryBytes.flipByte(place.file(), place.offset() + 2);
  }

  private Path givenIndexes() throws IOException {
    try (SegmentedLog log = openLog(directory())) {
      log.appendAt(100, 250, -7, bytes("head "), entryPayload(100));
      log.appendAt(200, 0, Integer.MAX_VALUE, NOTHING, entryPayload(200));
      // A type that the layer above gives to checkpoints, with what is none of its.
      log.appendAt(201, 5, 3, NOTHING, entryPayload(201));
      log.appendGroup(List.of(entry(8, text(entryPayload(202))), entry(9, text(entryPayload(203))), entry(8, text(entryPayload(204)))));
      for (long index = 1000; index <= 1300; index += 10) log.appendAt(index, PLAIN, (int) index, NOTHING, entryPayload(index));
      log.appendRun(5000, run(5000, 5003));
    }
    return directory();
  }

  @Test
  void typesAndIndexesAndGroupsStayAndHolesBetweenIndexesAreNoLoss() throws IOException {
    Path whole = copyOf(givenIndexes());
    List<String> before = everything(whole);
    for (long index : new long[] {100, 200, 201, 1000, 1150, 1300}) {
      Path log = copyOf(whole);
      harm(log, index);
      RepairResult result = repair(log);
      assertThat(result.lost()).as("%d", index).isNotEmpty().allMatch(range -> range.first() <= index && index <= range.last());
      assertThat(result.lost()).as("%d", index).hasSize(1);
      List<String> expected = before.stream().filter(line -> !line.startsWith(index + " ")).toList();
      assertThat(everything(log)).as("%d", index).isEqualTo(expected);
      try (SegmentedLog opened = openLog(log)) {
        assertThat(opened.recovery().damage()).isEmpty();
        assertThat(opened.lastCheckpoint()).isZero();
        assertThat(opened.appendGroup(List.of(entry(8, "next")))).isEqualTo(5004);
      }
    }
  }

  @Test
  void aGroupIsKeptWholeOrNotAtAll() throws IOException {
    Path whole = copyOf(givenIndexes());
    List<String> before = everything(whole);
    for (long index : new long[] {202, 203, 204}) {
      Path log = copyOf(whole);
      harm(log, index);
      assertThat(repair(log).lost()).as("%d", index).containsExactly(new SequenceRange(202, 999));
      assertThat(everything(log)).as("%d", index).isEqualTo(before.stream().filter(line -> !line.matches("20[234] .*")).toList());
    }
  }

  /** The records of a run count one by one: those before the damage stay. */
  @Test
  void ofARunWhatLiesBeforeTheDamageStays() throws IOException {
    Path log = givenIndexes();
    List<String> before = everything(copyOf(log));
    harm(log, 5002);
    assertThat(repair(log).lost()).containsExactly(new SequenceRange(5002, 5003));
    assertThat(everything(log)).isEqualTo(before.stream().filter(line -> !line.matches("500[23] .*")).toList());
  }

  /** A cut that ended where no record is: the next index follows on it, and a group takes the next one. */
  @Test
  void aGroupBehindACutBetweenTwoIndexesKeepsItsIndexes() throws IOException {
    try (SegmentedLog log = openLog(directory())) {
      log.appendRun(1, run(1, 5));
      log.appendRun(40, run(40, 41));
      log.truncateAfter(20);
      log.appendGroup(List.of(entry(8, text(entryPayload(21))), entry(9, text(entryPayload(22)))));
      log.appendRun(30, run(30, 33));
    }
    List<String> before = everything(copyOf(directory()));
    harm(directory(), 3);
    assertThat(repair(directory()).lost()).containsExactly(new SequenceRange(3, 20));
    assertThat(everything(directory())).isEqualTo(before.stream().filter(line -> !line.matches("[345] .*")).toList());
  }

  @Test
  void afterAResetWhatWasForgottenStaysForgotten() throws IOException {
    try (SegmentedLog log = openLog(directory())) {
      appendOneByOne(log, 500, 540);
      log.reset(10);
      appendOneByOne(log, 10, 40);
    }
    harm(directory(), 20);
    assertThat(repair(directory()).lost()).containsExactly(new SequenceRange(20, 20));
    assertThat(everything(directory())).hasSize(30);
    try (SegmentedLog log = openLog(directory())) {
      assertThat(log.truncatedThrough()).isEqualTo(9);
      assertThat(log.currentSequence()).isEqualTo(40);
    }
  }
}
