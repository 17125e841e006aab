package dev.syncline.replicated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Users on all nodes append and read while nodes are cut off, stopped and started; what they saw must be explained by one log.
 * {@code -Dsyncline.raft.seconds=N} goes on for longer, {@code -Dsyncline.seed=N} in another way; a night does both.
 */
@Tag("laboratory")
@Timeout(value = 2, unit = TimeUnit.HOURS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LinearizabilityTest {
  private static final int ACKNOWLEDGED_MIN = 50;
  private final long seconds = Long.getLong("syncline.raft.seconds", Math.max(4, 10 * Long.getLong("nightly.minutes", 0)));
  private final long seed = Long.getLong("syncline.seed", Long.getLong("nightly.seed", 5));
  private final History history = new History();

  @TempDir Path temporary;

  private interface Trouble {
    void make(Cluster cluster, long endNanos) throws IOException;
  }

  @Test
  void whatUsersSeeWhileNodesAreCutOffIsExplainedByOneLog() throws Exception {
    run(this::cutsAndStops);
  }

  @Test
  void whatUsersSeeWhileMachinesAreReplacedAndTheGroupGrowsAndShrinksIsExplainedByOneLog() throws Exception {
    run(this::membersChange);
  }

  private void run(Trouble trouble) throws Exception {
    try (Cluster cluster = Cluster.start(temporary, 3, this::options)) {
      long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
      // On a busy machine the time may be over before there is anything to judge.
      try (LogUsers users = LogUsers.begin(cluster, history, seed, () -> isOver(endNanos))) {
        trouble.make(cluster, endNanos);
        users.await();
      }
      judge(cluster);
    }
  }

  private boolean isOver(long endNanos) {
    return System.nanoTime() - endNanos >= 0 && history.acknowledged() > ACKNOWLEDGED_MIN;
  }

  private void options(ReplicatedLogOptions.Builder options) {
    options.requestTimeout(Duration.ofSeconds(2)).snapshotEveryBytes(4 << 10);
  }

  private void judge(Cluster cluster) throws IOException {
    cluster.linesOfAll();
    history.check(cluster.records());
    assertThat(history.acknowledged()).as("appends in %d operations, seed %d", history.size(), seed).isGreaterThan(ACKNOWLEDGED_MIN);
    System.out.println(history.size() + " operations, " + history.acknowledged() + " appends acknowledged, seed " + seed);
  }

  // Trouble.

  private void cutsAndStops(Cluster cluster, long endNanos) throws IOException {
    Random random = new Random(seed);
    for (int round = 0; System.nanoTime() - endNanos < 0; round++) {
      boolean leaderToo = round % 2 == 0;
      String victim = leaderToo ? cluster.awaitLeader() : cluster.followers().get(random.nextInt(2));
      if (random.nextInt(3) > 0) {
        Network.isolate(victim);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200 + random.nextInt(1200)));
        Network.reconnect(victim);
      } else {
        cluster.stop(victim);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(500)));
        cluster.start(victim);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(400)));
    }
    Network.reconnectAll();
    cluster.awaitLeader();
  }

  /** Three become five, a machine takes another one's place, one loses its disk, and five become three again; whoever leads may go. */
  private void membersChange(Cluster cluster, long endNanos) throws IOException {
    Random random = new Random(seed);
    do {
      try (GroupClient operator = cluster.operator()) {
        for (int i = 0; i < 2; i++) operator.add(cluster.startJoining(), i == 1 && random.nextBoolean());
        String old = member(cluster, random);
        String fresh = cluster.startJoining();
        operator.replace(old, fresh);
        cluster.stop(old);
        String wiped = member(cluster, random);
        cluster.wipe(wiped);
        cluster.startJoining(wiped);
        Cluster.await("the wiped node to be put in again", () -> isIn(cluster, wiped));
        for (int i = 0; i < 2; i++) {
          String leaving = i == 0 ? cluster.awaitLeader() : member(cluster, random);
          operator.remove(leaving);
          cluster.stop(leaving);
        }
      }
    } while (System.nanoTime() - endNanos < 0);
    assertThat(cluster.running()).hasSize(3);
  }

  private static String member(Cluster cluster, Random random) {
    List<ReplicatedLog> running = cluster.running();
    return running.get(random.nextInt(running.size())).administration().orElseThrow().details().get("address");
  }

  private static boolean isIn(Cluster cluster, String address) {
    String role = cluster.node(address).administration().orElseThrow().details().get("role");
    return role.equals("follower") || role.equals("learner") || role.equals("leader");
  }

  /** The test above can fail: this is what it would find if reads did not ask the group. */
  @Test
  void aReadOfWhatANodeHasAppliedIsFoundToBeStale() throws IOException {
    try (Cluster cluster = Cluster.start(temporary, 3, this::options)) {
      ReplicatedLog cutOff = cluster.node(cluster.followers().get(0));
      String address = cluster.followers().get(0);
      LogUsers.append(history, cluster.leader(), "first");
      cutOff.barrier();
      Network.isolate(address);
      LogUsers.append(history, cluster.leader(), "second");
      long startNanos = System.nanoTime();
      history.sawHighest(startNanos, System.nanoTime(), cutOff.appliedSequence());
      assertThatThrownBy(() -> history.check(Map.of(1L, "first", 2L, "second")))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("highest is 1");
      assertThatThrownBy(cutOff::currentSequence).isInstanceOf(UnavailableException.class);
    }
  }
}
