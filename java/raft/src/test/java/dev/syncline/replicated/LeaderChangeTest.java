package dev.syncline.replicated;

import static dev.syncline.replicated.Cluster.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.Operation;
import dev.syncline.replicated.jraft.JRaftEngine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that are cut off, stop, lag or fail. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LeaderChangeTest {
  @TempDir Path temporary;
  private Cluster cluster;

  @BeforeEach
  void start() throws IOException {
    cluster = Cluster.start(temporary, 3, options -> options.requestTimeout(Duration.ofSeconds(8)));
  }

  @AfterEach
  void stop() throws IOException {
    cluster.close();
  }

  private void calm() throws IOException {
    cluster.close();
    cluster = Cluster.startCalm(temporary.resolve("calm"), 3);
  }

  /** The leader of those that are not cut off. */
  private ReplicatedLog otherLeader(String cutOff) {
    List<ReplicatedLog> found = new ArrayList<>();
    Cluster.await("a leader beside " + cutOff, () -> {
      cluster.addresses().stream().filter(address -> !address.equals(cutOff)).map(cluster::node).filter(ReplicatedLog::leads)
          .forEach(found::add);
      return !found.isEmpty();
    });
    return found.get(0);
  }

  @Tag("laboratory")
  @Test
  void anAppendWhoseLeaderIsCutOffHasAnUnknownOutcomeAndSentAgainIsAppliedOnce() throws IOException {
    calm();
    String old = cluster.awaitLeader();
    long session = cluster.node(old).openSession();
    Operation operation = Operation.entry(bytes("once"));
    RequestId request = new RequestId(session, 1);
    cluster.node(old).append(bytes("before"));
    Network.isolate(old);
    assertThatThrownBy(() -> cluster.node(old).append(operation, request)).isInstanceOf(OutcomeUnknownException.class);
    assertThatThrownBy(() -> cluster.node(old).append(bytes("not here"))).isInstanceOf(NotLeaderException.class);
    ReplicatedLog leader = otherLeader(old);
    assertThat(leader.append(operation, request)).isEqualTo(2);
    Network.reconnect(old);
    long again = cluster.led(any -> any.append(operation, request));
    assertThat(again).isEqualTo(2);
    assertThat(cluster.linesOfAll()).containsExactly("1 ENTRY before", "2 ENTRY once");
  }

  @Tag("laboratory")
  @Test
  void anAppendWithoutANameIsThereOnceOrNotAtAllAndTheSameOnEveryNode() throws IOException {
    calm();
    String old = cluster.awaitLeader();
    Network.isolate(old);
    assertThatThrownBy(() -> cluster.node(old).append(bytes("lost"))).isInstanceOf(OutcomeUnknownException.class);
    otherLeader(old).append(bytes("kept"));
    Network.reconnect(old);
    cluster.awaitLeader();
    assertThat(cluster.linesOfAll()).containsExactly("1 ENTRY kept");
  }

  @Test
  void aClientFindsTheNewLeaderAndItsCommandsAreAppliedOnceInOrder() throws Exception {
    try (ReplicatedLogClient client = cluster.client()) {
      client.append(Operation.entry(bytes("0")));
      String old = cluster.awaitLeader();
      CompletableFuture<Void> appending = CompletableFuture.runAsync(() -> {
        try {
          for (int i = 1; i <= 300; i++) client.append(Operation.entry(bytes("" + i)));
        } catch (IOException e) {
          throw new IllegalStateException(e);
        }
      });
      Cluster.await("some appends", () -> cluster.node(old).appliedSequence() > 20);
      Network.isolate(old);
      otherLeader(old);
      appending.get(60, TimeUnit.SECONDS);
      Network.reconnect(old);
      List<String> expected = new ArrayList<>();
      for (int i = 0; i <= 300; i++) expected.add(i + 1 + " ENTRY " + i);
      assertThat(cluster.linesOfAll()).isEqualTo(expected);
    }
  }

  @Tag("laboratory")
  @Test
  void aNodeThatWasAwayTooLongIsSentTheSnapshot() throws IOException {
    calm();
    String away = cluster.followers().get(0);
    cluster.append("0");
    cluster.stop(away);
    long session = cluster.led(ReplicatedLog::openSession);
    for (int i = 1; i <= 200; i++) {
      cluster.append("" + i);
      if (i % 50 == 0) compactAll();
    }
    cluster.led(leader -> leader.append(Operation.entry(bytes("named")), new RequestId(session, 1)));
    cluster.led(ReplicatedLog::checkpoint);
    cluster.led(leader -> {
      leader.truncate(20);
      return null;
    });
    compactAll();
    compactAll(); // The log is kept up to the snapshot before.
    cluster.append("last");
    compactAll();
    cluster.start(away);
    assertThat(cluster.linesOfAll()).hasSize(184).first().isEqualTo("21 ENTRY 20");
    assertThat(cluster.node(away).lastCheckpoint()).isEqualTo(203);
    try (Stream<Path> snapshots = Files.list(cluster.directory(away).resolve("raft/snapshot"))) {
      assertThat(snapshots.map(each -> each.getFileName().toString())).anyMatch(name -> name.startsWith("snapshot_"));
    }
    cluster.stop(cluster.awaitLeader());
    long again = cluster.led(leader -> leader.append(Operation.entry(bytes("named")), new RequestId(session, 1)));
    assertThat(again).isEqualTo(202);
  }

  private void compactAll() throws IOException {
    for (ReplicatedLog node : cluster.running()) {
      node.barrier();
      node.compact();
    }
  }

  @Tag("laboratory")
  @Test
  void nodesThatAreStartedAgainApplyEveryCommandOnce() throws IOException {
    List<String> expected = null;
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 20; i++) cluster.append(round + "/" + i);
      if (round == 1) compactAll();
      List<Operation> batch = List.of(Operation.put(bytes("a"), bytes("" + round)), Operation.delete(bytes("a")));
      cluster.led(leader -> leader.appendBatch(batch));
      List<String> before = cluster.linesOfAll();
      for (String address : cluster.addresses()) cluster.stop(address);
      for (String address : cluster.addresses()) cluster.start(address);
      cluster.awaitLeader();
      expected = cluster.linesOfAll();
      assertThat(expected).isEqualTo(before).hasSize(23 * (round + 1));
    }
  }

  @Tag("laboratory")
  @Test
  void aNodeThatCannotApplyACommandStopsAndCatchesUpWhenItIsOpenedAgain() throws IOException {
    calm();
    String broken = cluster.followers().get(0);
    cluster.stop(broken);
    // A session, and two entries.
    ReplicatedLog failing = ReplicatedLog.open(cluster.options(broken),
        (options, state, clients) -> JRaftEngine.start(options, new FailingState(state, 3), clients));
    for (int i = 1; i <= 5; i++) cluster.append("" + i);
    Cluster.await("the failure", () -> failing.failure().isPresent());
    assertThat(failing.failure().orElseThrow()).hasMessageContaining("the disk is full");
    assertThat(failing.appliedSequence()).isEqualTo(2);
    assertThatThrownBy(failing::currentSequence).isInstanceOf(UnavailableException.class).hasMessageContaining("the disk is full");
    failing.close();
    cluster.append("6");
    cluster.start(broken);
    assertThat(cluster.linesOfAll()).hasSize(6);
  }

  private static final class FailingState implements ReplicatedState {
    private final ReplicatedState state;
    private int left;

    FailingState(ReplicatedState state, int applied) {
      this.state = state;
      this.left = applied;
    }

    @Override
    public byte[] apply(long index, ByteBuffer command) throws IOException {
      if (left-- <= 0) throw new IOException("the disk is full");
      return state.apply(index, command);
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

  @Tag("laboratory")
  @Test
  void aDirectoryHasOneNodeAtATime() throws IOException {
    String address = cluster.addresses().get(0);
    assertThatThrownBy(() -> ReplicatedLog.open(cluster.options(address)))
        .isInstanceOf(IOException.class).hasMessageContaining("has it open");
    assertThat(cluster.append("still works")).isEqualTo(1);
  }
}
