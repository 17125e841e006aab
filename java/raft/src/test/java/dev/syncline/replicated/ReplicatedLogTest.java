package dev.syncline.replicated;

import static dev.syncline.replicated.Cluster.bytes;
import static dev.syncline.replicated.Cluster.lines;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.Operation;
import dev.syncline.SequenceRange;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes that nothing happens to. */
class ReplicatedLogTest {
  @TempDir static Path temporary;

  @Test
  void whatTheLeaderAppendsIsOnEveryNodeUnderTheSameSequences() throws IOException {
    try (Cluster cluster = Cluster.startCalm(temporary.resolve("a"), 3)) {
      ReplicatedLog leader = cluster.leader();
      assertThat(leader.currentSequence()).isZero();
      assertThat(leader.firstSequence()).isEqualTo(1);
      long put = cluster.led(log -> log.put(bytes("a"), bytes("1")));
      long deleted = cluster.led(log -> log.delete(bytes("a")));
      assertThat(List.of(put, deleted)).containsExactly(1L, 2L);
      assertThat(cluster.append("payload")).isEqualTo(3);
      List<Operation> batch = List.of(Operation.put(bytes("x"), bytes("1")), Operation.delete(bytes("y")), Operation.entry(bytes("z")));
      SequenceRange range = cluster.led(log -> log.appendBatch(batch));
      assertThat(range).isEqualTo(new SequenceRange(4, 6));
      long checkpoint = cluster.led(ReplicatedLog::checkpoint);
      assertThat(checkpoint).isEqualTo(8);
      assertThat(cluster.linesOfAll()).containsExactly(
          "1 PUT a=1", "2 DELETE a", "3 ENTRY payload", "4 PUT x=1", "5 DELETE y", "6 ENTRY z", "7 COMMIT", "8 CHECKPOINT");
      for (ReplicatedLog node : cluster.running()) {
        assertThat(node.currentSequence()).isEqualTo(8);
        assertThat(node.lastCheckpoint()).isEqualTo(8);
        assertThat(node.read(2).orElseThrow().key()).isEqualTo(bytes("a"));
        assertThat(lines(node.replay(6))).isEmpty();
      }
      String follower = cluster.followers().get(0);
      assertThatThrownBy(() -> cluster.node(follower).append(bytes("no")))
          .isInstanceOfSatisfying(NotLeaderException.class, e -> assertThat(e.leader()).hasValue(cluster.awaitLeader()))
          .hasMessageContaining(follower);
      cluster.led(log -> {
        log.truncate(3);
        return null;
      });
      for (ReplicatedLog node : cluster.running()) assertThat(node.firstSequence()).isEqualTo(4);
      Path copy = temporary.resolve("copy");
      cluster.node(follower).snapshot(copy);
      try (WriteAheadLog log = WriteAheadLog.open(copy)) {
        assertThat(lines(log.iterate())).isEqualTo(cluster.linesOfAll());
      }
      cluster.leader().compact();
      cluster.stop(follower);
      cluster.append("while one is away");
      cluster.start(follower);
      assertThat(cluster.linesOfAll()).hasSize(6);
    }
  }
}
