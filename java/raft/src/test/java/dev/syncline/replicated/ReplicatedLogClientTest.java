package dev.syncline.replicated;

import static dev.syncline.replicated.Cluster.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.Operation;
import dev.syncline.RecordTooLargeException;
import dev.syncline.RecordType;
import dev.syncline.SequenceRange;
import dev.syncline.replicated.net.NetTransport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A log used from outside its nodes, over the network. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReplicatedLogClientTest {
  @TempDir Path temporary;
  private Cluster cluster;
  private ReplicatedLogClient client;

  private void start(int nodes) throws IOException {
    cluster = Cluster.start(temporary, nodes, options -> options.maxRecordSize(300 << 10).maxBatchSize(400 << 10));
    client = cluster.client();
  }

  @AfterEach
  void stop() throws IOException {
    if (client != null) client.close();
    if (cluster != null) cluster.close();
  }

  @Test
  void everyCommandAndEveryReadWorksFromOutside() throws IOException {
    start(1);
    assertThat(client.append(Operation.put(bytes("k"), bytes("v")))).isEqualTo(1);
    assertThat(client.appendBatch(List.of(Operation.entry(bytes("a")), Operation.delete(bytes("k"))))).isEqualTo(new SequenceRange(2, 3));
    assertThat(client.checkpoint(2)).isEqualTo(5);
    assertThat(client.checkpoint()).isEqualTo(6);
    assertThat(client.scan(0)).extracting(ClientRecord::toString).containsExactly(
        "1 PUT (1 + 1 bytes)", "2 ENTRY (0 + 1 bytes)", "3 DELETE (1 + 0 bytes)", "4 COMMIT (0 + 8 bytes)", "5 CHECKPOINT (0 + 8 bytes)",
        "6 CHECKPOINT (0 + 8 bytes)");
    assertThat(client.scan(4)).extracting(ClientRecord::marked).containsExactly(2L, 5L);
    assertThat(client.read(1)).hasValueSatisfying(record -> {
      assertThat(record.type()).isEqualTo(RecordType.PUT);
      assertThat(record.key()).isEqualTo(bytes("k"));
      assertThat(record.value()).isEqualTo(bytes("v"));
    });
    assertThat(client.read(7)).isEmpty();
    client.truncate(2);
    assertThat(client.status()).isEqualTo(new NodeStatus(3, 6, 6, 5, cluster.leader().leader()));
    assertThat(client.read(2)).isEmpty();
    assertThat(client.scan(6)).isEmpty();
  }

  @Test
  void everyNodeAnswersReadsAndOnlyTheLeaderTakesAppends() throws IOException {
    start(3);
    client.append(Operation.entry(bytes("one")));
    try (ClientTransport transport = NetTransport.start(Optional.empty())) {
      for (String address : cluster.addresses()) {
        NodeClient node = new NodeClient(transport, address, Duration.ofSeconds(5));
        assertThat(node.scan(0)).hasSize(1);
        assertThat(node.status().currentSequence()).isEqualTo(1);
        assertThat(node.localStatus()).isEqualTo(node.status());
        if (address.equals(cluster.awaitLeader())) continue;
        Command command = Command.append(Operation.entry(bytes("two")), null);
        assertThatThrownBy(() -> node.propose(command))
            .isInstanceOfSatisfying(NotLeaderException.class, e -> assertThat(e.leader()).hasValue(cluster.awaitLeader()));
      }
    }
  }

  @Test
  void aLeaderIsFoundThatOnlyTheNodesKnow() throws IOException {
    start(3);
    String leader = cluster.awaitLeader();
    String follower = cluster.followers().get(0);
    try (ReplicatedLogClient knowsOne = ReplicatedLogClient.connect(List.of(follower), Duration.ofSeconds(20));
        GroupClient operator = cluster.operator()) {
      assertThat(knowsOne.append(Operation.entry(bytes("one")))).isEqualTo(1);
      String fresh = cluster.startJoining();
      operator.replace(leader, fresh);
      operator.transfer(fresh);
      assertThat(knowsOne.append(Operation.entry(bytes("two")))).isEqualTo(2);
      operator.transfer(follower);
      assertThat(knowsOne.append(Operation.entry(bytes("three")))).isEqualTo(3);
    }
  }

  @Test
  void aScanOfMoreThanAMegabyteComesInParts() throws IOException {
    start(1);
    byte[] value = bytes("x".repeat(300 << 10));
    for (int i = 0; i < 5; i++) client.append(Operation.entry(value));
    List<Long> sequences = new ArrayList<>();
    int parts = 0;
    for (List<ClientRecord> part = client.scan(0); !part.isEmpty(); part = client.scan(sequences.get(sequences.size() - 1))) {
      part.forEach(record -> sequences.add(record.sequence()));
      assertThat(part).allSatisfy(record -> assertThat(record.value()).isEqualTo(value));
      parts++;
    }
    assertThat(sequences).containsExactly(1L, 2L, 3L, 4L, 5L);
    assertThat(parts).isEqualTo(2);
  }

  @Test
  void whatIsTooLargeOrMakesNoSenseIsRefusedAtOnceWithItsReason() throws IOException {
    start(1);
    assertThatThrownBy(() -> client.append(Operation.entry(new byte[(300 << 10) + 1])))
        .isInstanceOf(RecordTooLargeException.class).hasMessageContaining("maxRecordSize of 307200");
    Operation large = Operation.entry(new byte[250 << 10]);
    assertThatThrownBy(() -> client.appendBatch(List.of(large, large)))
        .isInstanceOf(RecordTooLargeException.class).hasMessageContaining("maxBatchSize of 409600");
    assertThatThrownBy(() -> client.truncate(1))
        .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("the highest sequence is 0");
    assertThatThrownBy(() -> client.checkpoint(1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> client.appendBatch(List.of()))
        .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("empty batch");
    assertThat(client.append(Operation.entry(new byte[300 << 10]))).isEqualTo(1);
  }

  @Test
  void emptyOperationsAreNotFreeWhoeverSendsThem() throws IOException {
    start(1);
    int most = (400 << 10) / Limits.OPERATION_BYTES;
    Operation empty = Operation.entry(new byte[0]);
    assertThat(client.appendBatch(Collections.nCopies(most, empty)).last()).isEqualTo(most);
    for (int count : new int[] {most + 1, 250_000}) {
      assertThatThrownBy(() -> client.appendBatch(Collections.nCopies(count, empty)))
          .isInstanceOf(RecordTooLargeException.class).hasMessageContaining("each of which counts as 64");
      assertThatThrownBy(() -> cluster.leader().appendBatch(Collections.nCopies(count, empty))).isInstanceOf(RecordTooLargeException.class);
    }
    // What does not fit a frame is not sent at all.
    assertThatThrownBy(() -> client.appendBatch(Collections.nCopies(2_000_000, empty)))
        .isInstanceOf(RecordTooLargeException.class).hasMessageContaining("found 18000024");
    assertThat(client.append(Operation.entry(bytes("fine")))).isEqualTo(most + 2);
    assertThat(cluster.leader().leads()).isTrue();
  }

  @Test
  void requestsThatAreNoneAreRefusedAndDisturbNobody() throws IOException {
    start(1);
    try (ClientTransport transport = NetTransport.start(Optional.empty())) {
      String address = cluster.awaitLeader();
      for (byte[] request : List.of(new byte[0], new byte[] {1}, new byte[] {1, 99}, new byte[] {1, ClientMessage.SCAN, 5},
          new byte[] {9, 1}, ClientMessage.encode(ClientMessage.PROPOSE, new byte[40]))) {
        byte[] reply = transport.call(address, request, TimeUnit.SECONDS.toNanos(5));
        assertThat(ClientMessage.decode(reply).code()).isEqualTo(ClientMessage.INVALID);
      }
    }
    assertThat(client.append(Operation.entry(bytes("fine")))).isEqualTo(1);
  }

  @Test
  void manyThreadsShareAClient() throws Exception {
    start(3);
    ExecutorService pool = Executors.newFixedThreadPool(16);
    Set<Long> sequences = new ConcurrentSkipListSet<>();
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int thread = 0; thread < 16; thread++) {
        running.add(pool.submit(() -> {
          for (int i = 0; i < 50; i++) sequences.add(client.append(Operation.entry(bytes("x"))));
          return null;
        }));
      }
      for (Future<?> each : running) each.get();
    } finally {
      pool.shutdownNow();
    }
    assertThat(sequences).hasSize(800);
    assertThat(Collections.max(sequences)).isEqualTo(800);
  }

  @Test
  void aClientWhoseSessionWasForgottenTakesANewOne() throws IOException {
    start(1);
    client.append(Operation.entry(bytes("one")));
    for (int i = 0; i < SessionTable.SESSIONS_MAX; i++) cluster.led(ReplicatedLog::openSession);
    assertThat(client.append(Operation.entry(bytes("two")))).isEqualTo(2);
  }

  @Test
  void aClientOfANodeThatIsNotThereAsksTheOthers() throws IOException {
    start(1);
    List<String> addresses = new ArrayList<>(List.of("127.0.0.1:1"));
    addresses.addAll(cluster.addresses());
    try (ReplicatedLogClient other = ReplicatedLogClient.connect(addresses, Duration.ofSeconds(20))) {
      assertThat(other.append(Operation.entry(bytes("one")))).isEqualTo(1);
    }
  }

  @Test
  void withoutAMajorityAClientGivesUpInTimeAndSaysWhatIsKnown() throws IOException {
    start(3);
    client.append(Operation.entry(bytes("one")));
    for (String address : cluster.addresses()) cluster.stop(address);
    try (ReplicatedLogClient impatient = ReplicatedLogClient.connect(cluster.addresses(), Duration.ofMillis(300))) {
      assertThatThrownBy(() -> impatient.append(Operation.entry(bytes("two"))))
          .isInstanceOf(UnavailableException.class).hasMessageContaining("does not answer");
      assertThatThrownBy(impatient::status).isInstanceOf(UnavailableException.class);
    }
  }
}
