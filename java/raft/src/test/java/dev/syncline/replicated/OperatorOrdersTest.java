package dev.syncline.replicated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.Operation;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an operator orders at a bad moment, or by mistake: the group goes on, and says why it does not do it. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OperatorOrdersTest {
  private static final Duration PATIENCE = Duration.ofSeconds(4);

  /** One that is made before anybody knows, and one after each rest of two seconds. */
  private static final int ATTEMPTS_MAX = 3;

  @TempDir Path temporary;

  @AfterEach
  void reconnect() {
    Network.reconnectAll();
  }

  @Tag("laboratory")
  @Test
  void aNodeThatIsNotThereIsNotHandedTheLead() throws IOException {
    try (Cluster cluster = Cluster.start(temporary, 3)) {
      String stopped = cluster.followers().get(0);
      cluster.append("1");
      cluster.stop(stopped);
      Attempts attempts = new Attempts(cluster);
      assertThatThrownBy(() -> transfer(cluster, stopped))
          .isInstanceOf(ReplicationException.class).hasMessageContaining("goes on leading: " + stopped + " does not answer");
      assertThat(attempts.inVain()).isLessThanOrEqualTo(1);
      cluster.append("2");
    }
  }

  @Tag("laboratory")
  @Test
  void aNodeThatHearsNothingIsNotAskedAgainAndAgain() throws IOException {
    try (Cluster cluster = Cluster.startCalm(temporary, 3)) {
      String deaf = cluster.followers().get(0);
      cluster.append("1");
      Network.deafen(deaf);
      Attempts attempts = new Attempts(cluster);
      assertThatThrownBy(() -> transfer(cluster, deaf)).isInstanceOf(ReplicationException.class);
      assertThat(attempts.inVain()).isLessThanOrEqualTo(ATTEMPTS_MAX);
      try (ReplicatedLogClient client = cluster.client()) {
        client.append(Operation.entry(Cluster.bytes("2")));
      }
      Network.reconnectAll();
      try (GroupClient operator = cluster.operator()) {
        operator.transfer(deaf);
      }
    }
  }

  @Tag("laboratory")
  @Test
  void aLeaderThatIsRemovedHandsOverToWhoeverIsThere() throws IOException {
    try (Cluster cluster = Cluster.start(temporary, 5)) {
      String removed = cluster.awaitLeader();
      cluster.append("1");
      // Who would be asked first is not there. With another one of five, four can do without the leader, too.
      List<String> others = cluster.addresses().stream().filter(each -> !each.equals(removed)).toList();
      cluster.stop(others.get(0));
      cluster.stop(others.get(1));
      try (GroupClient operator = cluster.operator()) {
        operator.remove(others.get(1));
        operator.remove(removed);
      }
      Cluster.await("it to be told", () -> cluster.node(removed).failure().isPresent());
      cluster.stop(removed);
      cluster.append("3");
      assertThat(cluster.awaitLeader()).isNotEqualTo(removed);
    }
  }

  @Tag("laboratory")
  @Test
  void aLearnerStaysOneAndAVoterToo() throws IOException {
    try (Cluster cluster = Cluster.start(temporary, 3); GroupClient operator = cluster.operator()) {
      cluster.append("1");
      String voters = details(cluster, cluster.awaitLeader()).get("voters");
      String voter = cluster.followers().get(0);
      String learner = cluster.startJoining();
      operator.add(learner, true);
      assertThatThrownBy(() -> operator.add(learner, false))
          .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(learner + " is a learner, and does not become the other");
      assertThatThrownBy(() -> operator.add(voter, true))
          .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(voter + " has a vote, and does not become the other");
      Cluster.await("it to be known", () -> details(cluster, voter).get("learners").equals(learner));
      assertThat(details(cluster, voter)).containsEntry("voters", voters);
    }
  }

  /** Of three, one is not there: without another one the last would be one of two, and no majority. */
  @Tag("laboratory")
  @Test
  void whoeverIsNeededIsNotRemovedAndTheGroupGoesOn() throws IOException {
    try (Cluster cluster = Cluster.start(temporary, 3)) {
      cluster.append("1");
      String leader = cluster.awaitLeader();
      String stopped = cluster.followers().get(0);
      String needed = cluster.followers().get(1);
      cluster.stop(stopped);
      try (GroupClient operator = GroupClient.connect(cluster.runningAddresses(), PATIENCE, Optional.empty())) {
        for (String each : List.of(needed, leader))
          assertThatThrownBy(() -> operator.remove(each)).isInstanceOf(ReplicationException.class).hasMessageContaining(stopped);
        assertThat(cluster.append("2")).isEqualTo(2);
        operator.remove(stopped);
      }
      assertThat(cluster.append("3")).isEqualTo(3);
      assertThat(cluster.linesOfAll()).hasSize(3);
      assertThat(details(cluster, cluster.awaitLeader()).get("voters").split(",")).containsExactlyInAnyOrder(leader, needed);
    }
  }

  /** JRaft reads a port as a number, others as a text. */
  @Tag("laboratory")
  @Test
  void anAddressIsWrittenInOneWay() throws IOException {
    try (Cluster cluster = Cluster.start(temporary, 3); GroupClient operator = cluster.operator()) {
      cluster.append("1");
      String voters = details(cluster, cluster.awaitLeader()).get("voters");
      String follower = cluster.followers().get(0);
      String another = follower.replace(":", ":0");
      assertThatThrownBy(() -> operator.remove(another)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(another);
      assertThatThrownBy(() -> operator.add(another, false)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> operator.transfer(another)).isInstanceOf(IllegalArgumentException.class);
      GroupAdministration leader = cluster.leader().administration().orElseThrow();
      assertThatThrownBy(() -> leader.remove(another)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(another);
      assertThatThrownBy(() -> operator.replace(follower, follower)).isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("another node in the place of " + follower);
      assertThat(details(cluster, cluster.awaitLeader())).containsEntry("voters", voters);
    }
  }

  @Tag("laboratory")
  @Test
  void aNodeThatCallsTheGroupByAnotherNameIsTold() throws IOException {
    try (Cluster cluster = Cluster.start(temporary, 3)) {
      cluster.append("1");
      String misled = cluster.followers().get(0);
      cluster.stop(misled);
      List<String> said = new CopyOnWriteArrayList<>();
      Logger logger = Logger.getLogger("dev.syncline.replicated");
      Handler handler = new Handler() {
        @Override
        public void publish(LogRecord line) {
          said.add(new SimpleFormatter().formatMessage(line));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };
      logger.addHandler(handler);
      try (ReplicatedLog node = ReplicatedLog.open(ReplicatedLogOptions.builder(cluster.directory(misled), misled, cluster.addresses())
          .group("other").electionTimeout(Duration.ofMillis(500)).build())) {
        Cluster.await("it to be told", () -> said.stream().anyMatch(line -> line.contains("calls the group ")
            && line.contains("start the one that is wrong with the other's --group")));
        cluster.append("2");
        assertThat(node.appliedSequence()).isLessThan(2);
      } finally {
        logger.removeHandler(handler);
      }
      cluster.start(misled);
      assertThat(cluster.linesOfAll()).hasSize(2);
    }
  }

  private static Map<String, String> details(Cluster cluster, String address) {
    return cluster.node(address).administration().orElseThrow().details();
  }

  private static void transfer(Cluster cluster, String to) throws IOException {
    try (GroupClient operator = GroupClient.connect(cluster.runningAddresses(), PATIENCE, Optional.empty())) {
      operator.transfer(to);
    }
  }

  /** How often a leader has begun to hand over and went on leading: each time it begins again, in the same term. */
  private static final class Attempts {
    private final Cluster cluster;
    private final String leader;
    private final Map<String, String> before;

    Attempts(Cluster cluster) {
      this.cluster = cluster;
      leader = cluster.awaitLeader();
      before = details(cluster, leader);
    }

    /** None, if it has lost its place, as on a busy machine it may. */
    long inVain() {
      Map<String, String> now = details(cluster, leader);
      return now.get("term").equals(before.get("term")) ? changes(now) - changes(before) : 0;
    }

    private static long changes(Map<String, String> details) {
      return Long.parseLong(details.get("leaderChanges"));
    }
  }
}
