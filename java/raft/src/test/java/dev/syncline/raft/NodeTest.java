package dev.syncline.raft;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.JRaftUtils;
import com.alipay.sofa.jraft.entity.PeerId;
import dev.syncline.tck.DirectoryBytes;
import dev.syncline.tck.Together;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real nodes of JRaft with Syncline as their log, in one process: appends, snapshots that truncate, restarts, catching up. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NodeTest {
  private static final int ROUNDS_MAX = 10;

  @TempDir private Path temporary;
  private final List<RaftNode> started = new ArrayList<>();
  private final List<String> expected = new ArrayList<>();

  /** Texts whose outcome was not known, so that they were sent again. */
  private final Set<String> sentAgain = new HashSet<>();

  @AfterEach
  void stopAll() throws InterruptedException {
    for (RaftNode node : started) node.stop();
  }

  private static List<PeerId> freePeers(int count) throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    List<PeerId> peers = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        sockets.add(socket);
        peers.add(JRaftUtils.getPeerId("127.0.0.1:" + socket.getLocalPort()));
      }
    } finally {
      for (ServerSocket socket : sockets) socket.close();
    }
    return peers;
  }

  private static String group(List<PeerId> peers) {
    return String.join(",", peers.stream().map(PeerId::toString).toList());
  }

  private Path home(int number) {
    return temporary.resolve("node-" + number);
  }

  private RaftNode start(List<PeerId> peers, int number) throws IOException {
    RaftNode node = new RaftNode(home(number), peers.get(number), group(peers), LogSettings.defaults().withSegmentBytes(64 << 10));
    started.add(node);
    return node;
  }

  private void stop(RaftNode node) throws InterruptedException {
    node.stop();
    started.remove(node);
  }

  private RaftNode leader(RaftNode... nodes) throws InterruptedException {
    Together.await("a leader is elected", () -> leaderNow(nodes) != null);
    return leaderNow(nodes);
  }

  private static RaftNode leaderNow(RaftNode... nodes) {
    for (RaftNode node : nodes) if (node.isLeader()) return node;
    return null;
  }

  private void apply(int count, RaftNode... nodes) throws Exception {
    for (int i = 0; i < count; i++) {
      String text = "text " + expected.size();
      for (int round = 0; !leader(nodes).apply(text).isOk(); round++) {
        // It may be applied all the same, and sent again it is then applied twice: these nodes know of no sessions.
        sentAgain.add(text);
        assertThat(round).as("rounds").isLessThan(ROUNDS_MAX);
      }
      expected.add(text);
    }
  }

  private void assertHas(RaftNode node) throws InterruptedException {
    Together.await("all " + expected.size() + " texts are applied, error " + node.error(), () -> once(node).size() >= expected.size());
    assertThat(once(node)).isEqualTo(expected);
    assertThat(node.error()).isNull();
  }

  /** What a node has applied, without what it may have twice. */
  private List<String> once(RaftNode node) {
    Set<String> seen = new HashSet<>();
    return node.texts().stream().filter(text -> seen.add(text) || !sentAgain.contains(text)).toList();
  }

  @Test
  void aNodeAloneKeepsWhatItAppliedOverRestartsAndSnapshots() throws Exception {
    List<PeerId> peers = freePeers(1);
    for (int round = 0; round < 3; round++) {
      RaftNode node = start(peers, 0);
      leader(node);
      assertHas(node);
      apply(60, node);
      assertThat(node.snapshot().isOk()).isTrue();
      apply(40, node);
      assertThat(node.snapshot().isOk()).isTrue();
      apply(10, node);
      assertHas(node);
      stop(node);
    }
    int segments = DirectoryBytes.walFiles(home(0).resolve("log")).size();
    assertThat(segments).as("each entry takes a block of 4 KiB; without truncation these would be over 20 files").isLessThan(8);
  }

  @Test
  void threeNodesAgreeWhoeverOfThemIsRestarted() throws Exception {
    List<PeerId> peers = freePeers(3);
    RaftNode[] nodes = {start(peers, 0), start(peers, 1), start(peers, 2)};
    apply(30, nodes);
    for (int number = 0; number < 3; number++) {
      stop(nodes[number]);
      RaftNode[] left = {nodes[(number + 1) % 3], nodes[(number + 2) % 3]};
      apply(20, left);
      nodes[number] = start(peers, number);
      apply(10, nodes);
    }
    for (RaftNode node : nodes) assertHas(node);
  }

  @Test
  void aNodeThatWasAwayForLongIsSentASnapshotAndGoesOnBehindIt() throws Exception {
    List<PeerId> peers = freePeers(3);
    RaftNode[] nodes = {start(peers, 0), start(peers, 1), start(peers, 2)};
    apply(20, nodes);
    stop(nodes[2]);
    RaftNode[] left = {nodes[0], nodes[1]};
    apply(60, left);
    for (int snapshots = 0; snapshots < 2; snapshots++) {
      for (RaftNode node : left) assertThat(node.snapshot().isOk()).isTrue();
      apply(5, left);
    }
    nodes[2] = start(peers, 2);
    assertHas(nodes[2]);
    apply(10, nodes);
    for (RaftNode node : nodes) assertHas(node);
    stop(nodes[2]);
    nodes[2] = start(peers, 2);
    assertHas(nodes[2]);
  }
}
