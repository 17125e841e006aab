package dev.syncline.replicated;

import static dev.syncline.replicated.Cluster.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.Operation;
import dev.syncline.replicated.jraft.JRaftEngine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A group whose nodes are of this release and of a next one, which writes commands that this one does not know. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RollingUpgradeTest {
  private static final byte NEXT_VERSION = 2;
  private final Map<String, ConsensusEngine> engines = new ConcurrentHashMap<>();
  private final Set<String> ofThisRelease = ConcurrentHashMap.newKeySet();

  @TempDir Path temporary;

  private ReplicatedLog open(ReplicatedLogOptions options) throws IOException {
    if (ofThisRelease.contains(options.address())) return ReplicatedLog.open(options);
    return ReplicatedLog.open(options, (all, state, clients) -> {
      ConsensusEngine engine = JRaftEngine.start(all, new Next(state), clients);
      engines.put(all.address(), engine);
      return engine;
    });
  }

  /** Knows the commands of both. */
  private record Next(ReplicatedState state) implements ReplicatedState {
    @Override
    public byte[] apply(long index, ByteBuffer command) throws IOException {
      byte[] bytes = new byte[command.remaining()];
      command.duplicate().get(bytes);
      if (bytes[0] == NEXT_VERSION) bytes[0] = 1;
      return state.apply(index, ByteBuffer.wrap(bytes));
    }

    @Override
    public List<String> save(Path directory) throws IOException {
      return state.save(directory);
    }

    @Override
    public void load(Path directory) throws IOException {
      state.load(directory);
    }
  }

  @Test
  void aNodeStopsBeforeACommandThatItDoesNotKnowAndGoesOnWithTheReleaseThatDoes() throws Exception {
    try (Cluster cluster =
        Cluster.start(temporary, 3, options -> options.requestTimeout(Duration.ofSeconds(8)), this::open)) {
      String old = cluster.followers().get(0);
      cluster.stop(old);
      ofThisRelease.add(old);
      ReplicatedLog behind = cluster.start(old);
      try (ReplicatedLogClient client = cluster.client()) {
        client.append(Operation.entry(bytes("known to both")));
        Cluster.await("the node of this release to apply it", () -> behind.appliedSequence() == 1);
        byte[] unknown = Command.append(Operation.entry(bytes("known to the next")), null).encode();
        unknown[0] = NEXT_VERSION;
        engines.get(nextLeader(cluster, old)).propose(unknown).get(30, TimeUnit.SECONDS);
        Cluster.await("the node of this release to stop", () -> behind.failure().isPresent());
        assertThat(behind.failure().orElseThrow())
            .hasMessageContaining("expected a command of version 1, found 2").hasMessageContaining("run the same release on every node");
        assertThat(behind.appliedSequence()).isEqualTo(1);
        assertThatThrownBy(() -> behind.read(1)).isInstanceOf(UnavailableException.class);
        client.append(Operation.entry(bytes("without it")));
        cluster.stop(old);
        ofThisRelease.remove(old);
        cluster.start(old);
        assertThat(cluster.linesOfAll()).containsExactly("1 ENTRY known to both", "2 ENTRY known to the next", "3 ENTRY without it");
      }
    }
  }

  /** The node that was started again may have come to lead. */
  private static String nextLeader(Cluster cluster, String old) throws IOException {
    String leader = cluster.awaitLeader();
    if (!leader.equals(old)) return leader;
    String other = cluster.followers().get(0);
    try (GroupClient operator = cluster.operator()) {
      operator.transfer(other);
    }
    return other;
  }
}
