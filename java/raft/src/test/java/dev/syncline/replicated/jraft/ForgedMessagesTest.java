package dev.syncline.replicated.jraft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.ErrorResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.InstallSnapshotRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.TimeoutNowRequest;
import com.alipay.sofa.jraft.entity.RaftOutter.SnapshotMeta;
import com.google.protobuf.Message;
import dev.syncline.replicated.ReplicatedLog;
import dev.syncline.replicated.ReplicatedLogOptions;
import dev.syncline.replicated.net.Doorkeeper;
import dev.syncline.replicated.net.Hello;
import dev.syncline.replicated.net.NetClient;
import dev.syncline.replicated.net.NetLimits;
import dev.syncline.replicated.net.RefusedException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Messages that no node has sent. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ForgedMessagesTest {
  private static final Logger JRAFT = Logger.getLogger("com.alipay");

  @TempDir Path temporary;
  private String address;
  private ReplicatedLog node;

  @BeforeEach
  void start() throws IOException {
    JRAFT.setLevel(Level.OFF);
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      address = "127.0.0.1:" + free.getLocalPort();
    }
    open();
    node.append(new byte[] {1});
  }

  private void open() throws IOException {
    node = ReplicatedLog.open(ReplicatedLogOptions.builder(temporary, address, List.of(address))
        .electionTimeout(Duration.ofMillis(100)).build());
    long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!node.leads()) {
      assertThat(System.nanoTime() - deadlineNanos).as("still waiting for the node to lead").isNegative();
      LockSupport.parkNanos(5_000_000);
    }
  }

  @AfterEach
  void stop() throws IOException {
    node.close();
  }

  /** Says whatever it is told to say of itself, and talks to everybody. */
  private record Liar(Hello self) implements Doorkeeper {
    @Override
    public Hello answer(Hello other) {
      return self;
    }

    @Override
    public void admit(Hello other) {}

    @Override
    public boolean isFellow(Hello other) {
      return true;
    }

    @Override
    public void met(String to, Hello other) {}

    @Override
    public void refusedBy(String from, RefusedException refusal) {}
  }

  private NetClient liar(UUID group) {
    Hello hello = new Hello(true, group, "127.0.0.1:1", UUID.randomUUID(), 0);
    return new NetClient(NetLimits.forBatches(4 << 20), Optional.empty(), new Liar(hello));
  }

  private List<Message> ofTerm(String group, long term) {
    String liar = "127.0.0.1:1";
    return List.of(
        AppendEntriesRequest.newBuilder().setGroupId(group).setServerId(liar).setPeerId(address).setTerm(term).setPrevLogIndex(0)
            .setPrevLogTerm(0).setCommittedIndex(0).build(),
        RequestVoteRequest.newBuilder().setGroupId(group).setServerId(liar).setPeerId(address).setTerm(term).setLastLogIndex(Long.MAX_VALUE)
            .setLastLogTerm(term).setPreVote(false).build(),
        InstallSnapshotRequest.newBuilder().setGroupId(group).setServerId(liar).setPeerId(address).setTerm(term)
            .setUri("remote://127.0.0.1:1/1").setMeta(SnapshotMeta.newBuilder().setLastIncludedIndex(1 << 20).setLastIncludedTerm(term)).build(),
        TimeoutNowRequest.newBuilder().setGroupId(group).setServerId(liar).setPeerId(address).setTerm(term).build());
  }

  /** The node goes on to lead, now and after a restart. */
  private void requireUnharmed() throws IOException {
    assertThat(node.append(new byte[] {2})).isEqualTo(2);
    node.close();
    open();
    assertThat(node.append(new byte[] {3})).isEqualTo(3);
    assertThat(Long.parseLong(node.administration().orElseThrow().details().get("term"))).isLessThan(10);
  }

  @Test
  void whoDoesNotKnowTheGroupsNameCannotSpeakAsANode() throws Exception {
    UUID publicName = UUID.fromString(node.administration().orElseThrow().details().get("group"));
    for (UUID group : List.of(publicName, UUID.randomUUID(), Hello.NONE)) {
      try (NetClient liar = liar(group)) {
        for (Message each : ofTerm("syncline_" + group, Long.MAX_VALUE))
          assertThatThrownBy(() -> liar.ask(address, RaftMessage.of(each).code(), each.toByteArray(), 5000).get())
              .isInstanceOf(ExecutionException.class).cause().isInstanceOf(IOException.class);
      }
    }
    requireUnharmed();
  }

  @Test
  void aTermThatNoElectionsCanHaveLedToIsNotTakenOverFromAnybody() throws Exception {
    UUID group = NodeIdentity.read(temporary).orElseThrow().group();
    try (NetClient insider = liar(group)) {
      for (long term : new long[] {Long.MAX_VALUE, Long.MAX_VALUE - 1, 1L << 62, (1L << 32) + 100, -1, Long.MIN_VALUE}) {
        for (Message each : ofTerm("syncline_" + group, term)) {
          NetClient.Reply reply = insider.ask(address, RaftMessage.of(each).code(), each.toByteArray(), 5000).get();
          assertThat(RaftMessage.decode(reply.type(), reply.body())).isInstanceOfSatisfying(ErrorResponse.class,
              error -> assertThat(error.getErrorMsg()).contains("is not believed"));
        }
      }
    }
    requireUnharmed();
  }

  @Test
  void anAnswerWithSuchATermIsNotBelievedEither() {
    TermGuard guard = new TermGuard(() -> 7);
    guard.check(AppendEntriesResponse.newBuilder().setTerm(1 << 20).setSuccess(false).build());
    for (Message each : List.of(AppendEntriesResponse.newBuilder().setTerm(Long.MAX_VALUE).setSuccess(false).build(),
        RequestVoteResponse.newBuilder().setTerm(1L << 40).setGranted(false).build()))
      assertThatThrownBy(() -> guard.check(each)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("knows of 7");
  }

  @Test
  void aNodeSpeaksInItsOwnNameOnly() throws Exception {
    UUID group = NodeIdentity.read(temporary).orElseThrow().group();
    Message forged = RequestVoteRequest.newBuilder().setGroupId("syncline_" + group).setServerId("127.0.0.1:2").setPeerId(address)
        .setTerm(9).setLastLogIndex(99).setLastLogTerm(9).setPreVote(false).build();
    try (NetClient insider = liar(group)) {
      NetClient.Reply reply = insider.ask(address, RaftMessage.REQUEST_VOTE.code(), forged.toByteArray(), 5000).get();
      assertThat(RaftMessage.decode(reply.type(), reply.body())).isInstanceOfSatisfying(ErrorResponse.class,
          error -> assertThat(error.getErrorMsg()).contains("speaks in the name of"));
    }
    requireUnharmed();
  }

  @Test
  void whatIsNoMessageBetweenNodesIsRefusedAndDisturbsNobody() throws Exception {
    UUID group = NodeIdentity.read(temporary).orElseThrow().group();
    try (NetClient insider = liar(group)) {
      for (byte type : new byte[] {3, 5, 7, 9, 13, 15, 99, -1}) {
        NetClient.Reply reply = insider.ask(address, type, new byte[] {(byte) 0xff, (byte) 0xff, 1, 2, 3}, 5000).get();
        assertThat(RaftMessage.decode(reply.type(), reply.body())).isInstanceOf(ErrorResponse.class);
      }
    }
    requireUnharmed();
  }
}
