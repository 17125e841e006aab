package dev.syncline.replicated.jraft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alipay.sofa.jraft.Iterator;
import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.RaftGroupService;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.core.StateMachineAdapter;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.entity.Task;
import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.option.NodeOptions;
import dev.syncline.raft.SynclineServiceFactory;
import dev.syncline.replicated.NotLeaderException;
import dev.syncline.replicated.OutcomeUnknownException;
import dev.syncline.replicated.UnavailableException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which of JRaft's words mean that a command was certainly not appended. */
class ProposalClosureTest {
  private final CompletableFuture<byte[]> outcome = new CompletableFuture<>();
  private final ProposalClosure closure = new ProposalClosure("here:1", () -> Optional.of("there:2"), outcome);

  @TempDir Path temporary;

  private void failedAs(Class<? extends Exception> type) {
    assertThatThrownBy(() -> outcome.get(60, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(type);
  }

  @Test
  void aCommandWhoseLeaderSteppedDownHasAnUnknownOutcome() {
    closure.run(new Status(RaftError.EPERM, "Leader stepped down"));
    failedAs(OutcomeUnknownException.class);
  }

  @Test
  void whateverIsNotUnderstoodLeavesTheOutcomeUnknown() {
    closure.run(new Status(RaftError.EPERM, "Something new"));
    failedAs(OutcomeUnknownException.class);
  }

  @Test
  void aNodeThatIsBusyOrStopsHasNotTakenTheCommand() {
    closure.run(new Status(RaftError.EBUSY, "Is transferring leadership."));
    failedAs(UnavailableException.class);
  }

  @Test
  void aResultComesOnce() throws Exception {
    closure.applied(new byte[] {7});
    closure.run(new Status(RaftError.EPERM, "Leader stepped down"));
    assertThat(outcome.get()).containsExactly(7);
  }

  /** Pins the text that JRaft gives to a refusal: if it changes, refusals become unknown outcomes, which is safe, and this fails. */
  @Test
  void aFollowerRefusesInTheWordsThatAreExpected() throws Exception {
    NodeOptions options = new NodeOptions();
    PeerId self;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      self = PeerId.parsePeer("127.0.0.1:" + socket.getLocalPort());
    }
    Configuration twoOfThem = new Configuration();
    twoOfThem.addPeer(self);
    twoOfThem.addPeer(PeerId.parsePeer("127.0.0.1:1"));
    options.setInitialConf(twoOfThem);
    options.setServiceFactory(new SynclineServiceFactory());
    options.setLogUri(temporary.resolve("log").toString());
    options.setRaftMetaUri(temporary.resolve("meta").toString());
    options.setSnapshotUri(temporary.resolve("snapshot").toString());
    options.setFsm(new StateMachineAdapter() {
      @Override
      public void onApply(Iterator entries) {
        throw new AssertionError("nothing can be committed");
      }
    });
    RaftGroupService group = new RaftGroupService("refusal", self, options);
    try {
      Node node = group.start();
      node.apply(new Task(ByteBuffer.wrap(new byte[1]), closure));
      failedAs(NotLeaderException.class);
    } finally {
      group.shutdown();
      group.join();
    }
  }
}
