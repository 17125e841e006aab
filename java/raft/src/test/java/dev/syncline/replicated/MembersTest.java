package dev.syncline.replicated;

import static dev.syncline.replicated.Cluster.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.Operation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who belongs to a group, who comes, who goes, and who only looks as if he belonged to it. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MembersTest {
  @TempDir Path temporary;
  private final List<AutoCloseable> open = new ArrayList<>();

  private Cluster start(String name, int nodes) throws IOException {
    Cluster cluster = Cluster.start(temporary.resolve(name), nodes, options -> options.requestTimeout(Duration.ofSeconds(8)));
    open.add(cluster);
    return cluster;
  }

  private GroupClient operator(Cluster cluster) throws IOException {
    GroupClient operator = cluster.operator();
    open.add(0, operator);
    return operator;
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open) each.close();
  }

  private static void append(Cluster cluster, int from, int to) throws IOException {
    try (ReplicatedLogClient client = cluster.client()) {
      for (int i = from; i <= to; i++) client.append(Operation.entry(bytes("" + i)));
    }
  }

  private static List<String> lines(int to) {
    List<String> lines = new ArrayList<>();
    for (int i = 1; i <= to; i++) lines.add(i + " ENTRY " + i);
    return lines;
  }

  // Groups.

  @Tag("laboratory")
  @Test
  void aNodeThatFoundedAGroupOfItsOwnIsNotTakenIntoAnother() throws IOException {
    Cluster three = start("three", 3);
    Cluster alone = start("alone", 1);
    append(three, 1, 5);
    alone.append("its own");
    String stranger = alone.addresses().get(0);
    assertThatThrownBy(() -> operator(three).add(stranger, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(stranger + " belongs to the group").hasMessageContaining("--join");
    append(three, 6, 10);
    assertThat(three.linesOfAll()).isEqualTo(lines(10));
    assertThat(alone.linesOfAll()).containsExactly("1 ENTRY its own");
    assertThat(three.leader().administration().orElseThrow().details().get("voters").split(",")).hasSize(3);
  }

  @Tag("laboratory")
  @Test
  void aNodeThatIsToFoundAnotherGroupIsNotTakenBeforeItHas() throws IOException {
    Cluster three = start("three", 3);
    List<String> addresses = Cluster.freeAddresses(2);
    ReplicatedLogOptions options =
        ReplicatedLogOptions.builder(temporary.resolve("waits"), addresses.get(0), addresses).build();
    try (ReplicatedLog waiting = ReplicatedLog.open(options)) {
      assertThatThrownBy(() -> operator(three).add(addresses.get(0), false))
          .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("to found a group of its own");
      assertThatThrownBy(() -> waiting.append(bytes("no"))).isInstanceOf(UnavailableException.class)
          .hasMessageContaining("waits for all of");
    }
  }

  @Tag("laboratory")
  @Test
  void aClientDoesNotTakeAnswersOfTwoGroupsForOne() throws IOException {
    Cluster one = start("one", 1);
    Cluster other = start("other", 1);
    one.append("one");
    other.append("other");
    List<String> both = List.of(one.addresses().get(0), other.addresses().get(0));
    try (ReplicatedLogClient client = ReplicatedLogClient.connect(both, Duration.ofSeconds(2))) {
      assertThat(client.scan(0)).hasSize(1);
      one.stop(one.addresses().get(0));
      assertThatThrownBy(() -> client.scan(0)).isInstanceOf(UnavailableException.class).hasMessageContaining("belongs to the group");
    }
  }

  @Tag("laboratory")
  @Test
  void nodesThatWereToldOfDifferentFoundersFoundNothing() throws IOException {
    List<String> addresses = Cluster.freeAddresses(3);
    List<String> pair = addresses.subList(0, 2);
    try (ReplicatedLog a = ReplicatedLog.open(ReplicatedLogOptions.builder(temporary.resolve("a"), addresses.get(0), pair).build());
        ReplicatedLog b = ReplicatedLog.open(ReplicatedLogOptions.builder(temporary.resolve("b"), addresses.get(1), addresses).build());
        GroupClient operator = GroupClient.connect(pair, Duration.ofSeconds(5), Optional.empty())) {
      for (int look = 0; look < 5; look++)
        for (Map<String, String> each : operator.details().values()) assertThat(each).containsEntry("role", "waiting");
      assertThat(a.leads() || b.leads()).isFalse();
    }
  }

  @Tag("laboratory")
  @Test
  void filesOfAnotherGroupInANodesDirectoryAreRefused() throws IOException {
    Cluster one = start("one", 1);
    Cluster other = start("other", 1);
    one.append("one");
    other.append("other");
    other.leader().compact();
    String address = one.addresses().get(0);
    one.stop(address);
    other.stop(other.addresses().get(0));
    StateDirectory.delete(one.directory(address).resolve("raft"));
    copy(other.directory(other.addresses().get(0)).resolve("raft"), one.directory(address).resolve("raft"));
    assertThatThrownBy(() -> one.start(address)).isInstanceOf(IOException.class)
        .hasMessageContaining("has been put into this node's directory");
    StateDirectory.delete(one.directory(address).resolve("raft/log"));
    Files.createDirectory(one.directory(address).resolve("raft/log"));
    assertThatThrownBy(() -> one.start(address)).isInstanceOf(IOException.class).hasMessageContaining("a snapshot of another group");
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path each : files.toList()) {
        Path target = to.resolve(from.relativize(each));
        if (Files.isDirectory(each)) Files.createDirectories(target);
        else Files.copy(each, target, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  // Coming and going.

  @Test
  void aNodeThatJoinsIsCaughtUpBySnapshotAndCounts() throws IOException {
    Cluster cluster = start("group", 3);
    append(cluster, 1, 100);
    for (ReplicatedLog node : cluster.running()) {
      node.barrier();
      node.compact();
      node.compact();
    }
    String joining = cluster.startJoining();
    assertThatThrownBy(() -> cluster.node(joining).append(bytes("no")))
        .isInstanceOf(UnavailableException.class).hasMessageContaining("waits to be added");
    operator(cluster).add(joining, false);
    operator(cluster).add(joining, false);
    append(cluster, 101, 110);
    assertThat(cluster.linesOfAll()).isEqualTo(lines(110));
    // Of four, three must run: with the new one they do.
    cluster.stop(cluster.followers().stream().filter(each -> !each.equals(joining)).findFirst().orElseThrow());
    append(cluster, 111, 120);
    assertThat(cluster.linesOfAll()).isEqualTo(lines(120));
    cluster.stop(joining);
    cluster.startJoining(joining);
    assertThat(cluster.node(joining).currentSequence()).isEqualTo(120);
  }

  @Tag("laboratory")
  @Test
  void aFlightRecordingHasWhoLedAndWhoCame() throws Exception {
    Path file = temporary.resolve("recording.jfr");
    try (Recording recording = new Recording()) {
      recording.enable("syncline.LeaderChange");
      recording.enable("syncline.MembersChange");
      recording.start();
      Cluster cluster = start("group", 1);
      String leader = cluster.awaitLeader();
      String learner = cluster.startJoining();
      operator(cluster).add(learner, true);
      recording.stop();
      recording.dump(file);
      List<RecordedEvent> events = RecordingFile.readAllEvents(file);
      assertThat(events).filteredOn(each -> each.getEventType().getName().equals("syncline.LeaderChange"))
          .anyMatch(each -> each.getString("node").equals(leader) && each.getString("leader").equals(leader));
      assertThat(events).filteredOn(each -> each.getEventType().getName().equals("syncline.MembersChange"))
          .anyMatch(each -> each.getString("node").equals(leader) && each.getString("change").startsWith("admit " + learner));
    }
  }

  @Tag("laboratory")
  @Test
  void aLearnerHasACopyAndNoVote() throws IOException {
    Cluster cluster = start("group", 3);
    append(cluster, 1, 10);
    String learner = cluster.startJoining();
    operator(cluster).add(learner, true);
    append(cluster, 11, 20);
    assertThat(cluster.node(learner).currentSequence()).isEqualTo(20);
    assertThat(cluster.linesOfAll()).isEqualTo(lines(20));
    Map<String, String> details = operator(cluster).node(learner).details();
    assertThat(details).containsEntry("role", "learner").containsEntry("learners", learner);
    assertThat(details.get("voters").split(",")).hasSize(3);
    operator(cluster).remove(learner);
    Cluster.await("the learner to be told", () -> cluster.node(learner).failure().isPresent());
  }

  @Tag("laboratory")
  @Test
  void aNodeThatWasRemovedSaysSoAndAnswersNothingAnyMore() throws IOException {
    Cluster cluster = start("group", 3);
    append(cluster, 1, 10);
    String leader = cluster.awaitLeader();
    String removed = cluster.followers().get(0);
    operator(cluster).remove(removed);
    operator(cluster).remove(removed);
    ReplicatedLog node = cluster.node(removed);
    Cluster.await("the node to be told", () -> node.failure().isPresent());
    assertThat(node.failure().orElseThrow()).isInstanceOf(NodeRemovedException.class).hasMessageContaining("was removed from its group");
    assertThatThrownBy(node::currentSequence).isInstanceOf(UnavailableException.class).hasMessageContaining("was removed");
    assertThatThrownBy(() -> operator(cluster).node(removed).localStatus())
        .isInstanceOf(UnavailableException.class).hasMessageContaining("was removed");
    cluster.stop(removed);
    assertThatThrownBy(() -> cluster.start(removed)).isInstanceOf(NodeRemovedException.class);
    // The leader hands over first.
    operator(cluster).remove(leader);
    Cluster.await("the old leader to be told", () -> cluster.node(leader).failure().isPresent());
    cluster.stop(leader);
    append(cluster, 11, 15);
    assertThat(cluster.linesOfAll()).isEqualTo(lines(15));
    assertThatThrownBy(() -> operator(cluster).remove(cluster.awaitLeader()))
        .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("the only voter");
  }

  @Tag("laboratory")
  @Test
  void theFirstThingAGroupIsToldMayBeWhoGoes() throws IOException {
    Cluster cluster = start("group", 3);
    String removed = cluster.followers().get(0);
    operator(cluster).remove(removed);
    Cluster.await("the node to be told", () -> cluster.node(removed).failure().isPresent());
    cluster.stop(removed);
    append(cluster, 1, 3);
    for (ReplicatedLog each : cluster.running()) {
      each.barrier();
      assertThat(each.administration().orElseThrow().details().get("voters").split(",")).hasSize(2);
    }
  }

  // Nodes that have lost their directories.

  @Test
  void aWipedNodeNeitherVotesNorCountsWhileAnotherOneIsBehind() throws IOException {
    Cluster cluster = start("group", 3);
    append(cluster, 1, 10);
    String leader = cluster.awaitLeader();
    String behind = cluster.followers().get(0);
    String wiped = cluster.followers().get(1);
    cluster.stop(behind);
    append(cluster, 11, 60);
    cluster.stop(leader);
    cluster.wipe(wiped);
    cluster.start(wiped);
    cluster.start(behind);
    // With its vote they would be two of three, and would not know of the 50.
    for (int look = 0; look < 40; look++) {
      assertThat(cluster.node(behind).leads() || cluster.node(wiped).leads()).isFalse();
      pause();
    }
    assertThat(operator(cluster).node(wiped).details()).containsEntry("role", "waiting");
    cluster.start(leader);
    assertThat(cluster.node(behind).currentSequence()).isEqualTo(60);
    Cluster.await("the wiped node to be put in again", () -> cluster.node(wiped).appliedSequence() == 60);
    append(cluster, 61, 70);
    assertThat(cluster.linesOfAll()).isEqualTo(lines(70));
  }

  private static void pause() {
    LockSupport.parkNanos(50_000_000);
  }

  @Tag("laboratory")
  @Test
  void aWipedNodeIsPutInAgainWhoeverItIs() throws IOException {
    Cluster cluster = start("group", 3);
    append(cluster, 1, 20);
    int expected = 20;
    for (String each : List.of(cluster.followers().get(0), cluster.awaitLeader())) {
      cluster.wipe(each);
      cluster.startJoining(each);
      append(cluster, expected + 1, expected + 10);
      expected += 10;
      int all = expected;
      Cluster.await("it to be put in again", () -> cluster.node(each).appliedSequence() == all);
      Cluster.await("it to count", () -> details(cluster, each).get("voters").contains(each));
    }
    assertThat(cluster.linesOfAll()).isEqualTo(lines(expected));
    for (String each : cluster.addresses()) assertThat(details(cluster, each).get("voters").split(",")).hasSize(3);
  }

  @Tag("laboratory")
  @Test
  void aNodeThatGoesAwayWhileItIsPutInAgainIsPutInWhenItComesBack() throws IOException {
    Cluster cluster = start("group", 3);
    append(cluster, 1, 10);
    String wiped = cluster.followers().get(0);
    String leader = cluster.awaitLeader();
    cluster.wipe(wiped);
    cluster.start(wiped);
    Cluster.await("it to be taken out", () -> !details(cluster, leader).get("voters").contains(wiped));
    cluster.stop(wiped);
    append(cluster, 11, 20);
    pause();
    cluster.start(wiped);
    Cluster.await("it to be put in again", () -> details(cluster, wiped).get("role").equals("follower"));
    assertThat(cluster.linesOfAll()).isEqualTo(lines(20));
  }

  private static Map<String, String> details(Cluster cluster, String address) {
    return cluster.node(address).administration().orElseThrow().details();
  }

  @Tag("laboratory")
  @Test
  void anOldDiskThatIsPutBackAfterItsSuccessorCameIsRefused() throws IOException {
    Cluster cluster = start("group", 3);
    append(cluster, 1, 10);
    String address = cluster.followers().get(0);
    cluster.stop(address);
    Path old = temporary.resolve("old disk");
    copy(cluster.directory(address), old);
    cluster.wipe(address);
    cluster.startJoining(address);
    Cluster.await("it to be put in again", () -> cluster.node(address).appliedSequence() == 10);
    Cluster.await("it to count", () -> details(cluster, address).get("role").equals("follower"));
    cluster.wipe(address);
    copy(old, cluster.directory(address));
    ReplicatedLog again = cluster.start(address);
    Cluster.await("the old one to be refused", () -> again.failure().isPresent());
    assertThat(again.failure().orElseThrow()).isInstanceOf(NodeRemovedException.class);
  }

  @Tag("laboratory")
  @Test
  void aCopyOfANodesDirectoryIsNotAnotherNode() throws IOException {
    Cluster cluster = start("group", 1);
    String address = cluster.addresses().get(0);
    cluster.stop(address);
    String other = Cluster.freeAddresses(1).get(0);
    Path copied = temporary.resolve("copied");
    copy(cluster.directory(address), copied);
    assertThatThrownBy(() -> ReplicatedLog.open(ReplicatedLogOptions.joining(copied, other).build()))
        .isInstanceOf(IOException.class).hasMessageContaining("found that of " + address);
  }

  @Tag("laboratory")
  @Test
  void aNodeThatHasLostAPartOfItsDirectoryDoesNotStartWithTheRest() throws IOException {
    Cluster cluster = start("group", 3);
    append(cluster, 1, 10);
    String address = cluster.followers().get(0);
    cluster.stop(address);
    for (String part : List.of("raft/log", "raft/meta", "identity")) {
      Path whole = cluster.directory(address).resolve(part);
      Path aside = temporary.resolve("aside");
      Files.move(whole, aside);
      assertThatThrownBy(() -> cluster.start(address)).isInstanceOf(IOException.class)
          .hasMessageContaining(part).hasMessageContaining("Delete the node's directory");
      Files.move(aside, whole);
    }
    cluster.start(address);
    assertThat(cluster.linesOfAll()).isEqualTo(lines(10));
  }
}
