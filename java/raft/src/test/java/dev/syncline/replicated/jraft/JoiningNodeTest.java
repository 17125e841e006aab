package dev.syncline.replicated.jraft;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteResponse;
import com.google.protobuf.Message;
import dev.syncline.replicated.ReplicatedLog;
import dev.syncline.replicated.ReplicatedLogOptions;
import dev.syncline.replicated.net.Doorkeeper;
import dev.syncline.replicated.net.Hello;
import dev.syncline.replicated.net.NetClient;
import dev.syncline.replicated.net.NetLimits;
import dev.syncline.replicated.net.RefusedException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node that was told the group's name and has heard nothing of its log yet. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class JoiningNodeTest {
  private static final Logger JRAFT = Logger.getLogger("com.alipay");
  private static final String MEMBER = "127.0.0.1:1";

  @TempDir Path temporary;

  private record Member(Hello self) implements Doorkeeper {
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

  /** Where one of four has lost its disk, the leader has gone, and this one was the last to come, there are two of four without it. */
  @Test
  void helpsAMemberToBeElectedWhoseLogIsAhead() throws Exception {
    JRAFT.setLevel(Level.OFF);
    String address;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      address = "127.0.0.1:" + free.getLocalPort();
    }
    UUID group = UUID.randomUUID();
    UUID memberIncarnation = UUID.randomUUID();
    Member member = new Member(new Hello(true, group, MEMBER, memberIncarnation, 0));
    try (ReplicatedLog node = ReplicatedLog.open(
            ReplicatedLogOptions.joining(temporary, address).electionTimeout(Duration.ofMillis(200)).build());
        NetClient net = new NetClient(NetLimits.forBatches(4 << 20), Optional.empty(), member)) {
      Members members = Members.NONE.after(List.of(
          Members.admit(MEMBER, memberIncarnation), Members.admit(address, NodeIdentity.read(temporary).orElseThrow().incarnation())));
      NetClient.Reply joined =
          net.ask(address, Invitation.TYPE, new Invitation(group, List.of(), members).encode(), 5000).get();
      assertThat(new String(joined.body())).isEmpty();
      net.disconnect(address);
      Message preVote = RequestVoteRequest.newBuilder().setGroupId("syncline_" + group).setServerId(MEMBER).setPeerId(address)
          .setTerm(7).setLastLogIndex(460).setLastLogTerm(6).setPreVote(true).build();
      assertThat(ask(net, address, preVote).getGranted()).isTrue();
      assertThat(node.leads()).isFalse();
    }
  }

  private static RequestVoteResponse ask(NetClient net, String address, Message request) throws Exception {
    while (true) {
      NetClient.Reply reply = net.ask(address, RaftMessage.REQUEST_VOTE.code(), request.toByteArray(), 5000).get();
      // It starts.
      if (RaftMessage.decode(reply.type(), reply.body()) instanceof RequestVoteResponse answer) return answer;
      Thread.sleep(20);
    }
  }
}
