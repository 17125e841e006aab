package dev.syncline.bench.cell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.bench.contender.SynclineContender;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FollowWorkloadTest {
  @TempDir Path directory;

  private Measurement run(String name) throws Exception {
    Cell cell = new Cells(false).named(List.of(name)).get(0).lasting(0.1, 0.3);
    return Workloads.run(SynclineContender.portableStorage(false), cell, directory);
  }

  @Test
  void everyFollowerInAProcessOfItsOwnIsSeenToHaveTheRecords() throws Exception {
    Measurement found = run("follow/fast-4");
    assertThat(found.operations()).isPositive();
    assertThat(found.latency()).isNotNull();
    assertThat(found.values()).containsKeys("lagP50Micros", "lagP99Micros", "lagMaxMicros", "lagOfLastMicros");
    assertThat(found.values().get("followerThreadMillisPerSecond")).isPositive();
    assertThat(directory.resolve("follower-3")).exists();
  }

  @Test
  void aRateIsKeptToAndIsNotThatOfTheWarmUp() throws Exception {
    Measurement found = run("follow/100");
    // What a machine that stood still before made late is made up for: another second of it at the most.
    assertThat(found.operations()).isBetween(1L, (long) (100 * (found.seconds() + 1)));
  }

  @Test
  void whoFollowsAQuietLogIsOnlyAskedForWhatItSpends() throws Exception {
    Measurement found = run("follow/quiet");
    assertThat(found.operations()).isZero();
    assertThat(found.values()).containsOnlyKeys("followerThreadMillisPerSecond", "followerProcessMillisPerSecond");
  }

  @Test
  void aLogThatNobodyFollowsHasNoLag() throws Exception {
    assertThat(run("follow/fast-0").values()).doesNotContainKeys("lagP50Micros", "followerThreadMillisPerSecond");
  }
}
