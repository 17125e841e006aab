package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.RepairPlan;
import dev.syncline.RepairResult;
import dev.syncline.SequenceRange;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A repair skips damage and keeps everything else: what it says before is what it does, and nothing that it replaces is gone. */
public abstract class RepairContract extends RepairTestBase {

  @ParameterizedTest
  @EnumSource(RepairHarm.class)
  void whatIsLostIsWhatWasNamedAndEverythingElseIsKept(RepairHarm harm) throws IOException {
    Path whole = copyOf(givenRepairable());
    List<String> before = everything(openReadOnly(whole));
    Path log = copyOf(whole);
    harm.to(log);
    Map<String, String> harmed = DirectoryBytes.fingerprint(log);
    List<SequenceRange> lost = ranges(harm.lost(whole));

    RepairPlan plan = plan(log);
    assertThat(plan.needed()).isTrue();
    assertThat(plan.damage()).isNotEmpty();
    assertThat(plan.lost()).isEqualTo(lost);
    assertThat(plan.nextSequence()).isEqualTo(LAST + 1);
    assertThat(plan.steps()).isNotEmpty();
    assertThat(DirectoryBytes.fingerprint(log)).as("a plan writes nothing").isEqualTo(harmed);

    List<byte[]> old = contents(log);
    RepairResult result = repair(log);
    assertThat(result.changed()).isTrue();
    assertThat(result.lost()).isEqualTo(lost);
    assertThat(result.keptRecords()).isEqualTo(plan.keptRecords());
    assertThat(result.nextSequence()).isEqualTo(LAST + 1);
    assertKeptInQuarantine(old, log);
    assertThat(log.resolve("repair")).doesNotExist();
    List<String> expected = new ArrayList<>(without(before, lost));
    if (harm.harmsTheMark()) expected.addAll(0, entryLines(1, TRUNCATED));
    assertThat((long) expected.size()).as("records that are kept").isEqualTo(result.keptRecords());
    assertThat(sequencesOf(plan.kept())).containsExactlyElementsOf(expected.stream().map(RepairTestBase::sequenceIn).toList());
    assertWholeWith(log, expected, lost, LAST + 1);
    assertCheckpointIsKnown(log);
    assertThat(plan(log).needed()).as("repaired").isFalse();
  }

  private void assertCheckpointIsKnown(Path log) throws IOException {
    try (WriteAheadLog opened = open(log)) {
      boolean readable = everything(opened).stream().anyMatch(line -> line.startsWith(CHECKPOINT + " "));
      if (!readable && opened.lastCheckpoint() == 0) return;
      assertThat(opened.lastCheckpoint()).isEqualTo(CHECKPOINT);
      assertThat(opened.lastCheckpointCovers()).isEqualTo(COVERED);
    }
  }

  /** Each of sixty commits a minute after the one before, and some in frames that have grown. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 200})
  void whatWasCommittedByATimeIsToldAsBefore(long joinSeconds) throws IOException {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-12-01T12:00:00Z"));
    List<Instant> times = new ArrayList<>();
    try (WriteAheadLog log = open(options ->
        options.maxSegmentSize(SMALL_SEGMENT_BYTES).joinCommitsWithin(Duration.ofSeconds(joinSeconds)).clock(now::get))) {
      for (int i = 0; i < 60; i++) {
        times.add(now.updateAndGet(time -> time.plusSeconds(60)));
        appendEntries(log, 1);
        if (i % 20 == 10) log.appendBatch(batch("a", "b"));
      }
      log.truncate(TRUNCATED);
    }
    for (long harmed : new long[] {20, 45}) {
      DirectoryBytes.Place place = DirectoryBytes.find(directory(), entryPayload(harmed));
      DirectoryBytes.flipByte(place.file(), place.offset());
    }
    List<Long> before = committedBy(times);
    repair(directory());
    List<Long> kept;
    try (WriteAheadLog log = openReadOnly(directory())) {
      kept = sequences(log.iterate());
    }
    List<Long> expected = before.stream().map(last -> kept.stream().filter(each -> each <= last).max(Long::compare).orElse(0L)).toList();
    assertThat(committedBy(times)).isEqualTo(expected);
    assertThat(expected.get(59)).isGreaterThan(expected.get(10));
  }

  private List<Long> committedBy(List<Instant> times) throws IOException {
    List<Long> last = new ArrayList<>();
    try (WriteAheadLog log = openReadOnly(directory())) {
      for (Instant time : times) last.add(log.sequenceAt(time));
    }
    return last;
  }

  @Test
  void aLogWithoutDamageIsLeftAsItIs() throws IOException {
    Path log = givenRepairable();
    Map<String, String> before = DirectoryBytes.fingerprint(log);
    RepairPlan plan = plan(log);
    assertThat(plan.needed()).isFalse();
    assertThat(plan.lost()).isEmpty();
    assertThat(plan.keptRecords()).isEqualTo(LAST - TRUNCATED);
    RepairResult result = repair(log);
    assertThat(result.changed()).isFalse();
    assertThat(result.nextSequence()).isEqualTo(LAST + 1);
    assertThat(DirectoryBytes.fingerprint(log, name -> !name.startsWith("log.lock"))).isEqualTo(withoutLock(before));
    assertThat(Files.exists(log.resolve("repair"))).isFalse();
  }

  private static Map<String, String> withoutLock(Map<String, String> files) {
    files.keySet().removeIf(name -> name.startsWith("log.lock"));
    return files;
  }
}
