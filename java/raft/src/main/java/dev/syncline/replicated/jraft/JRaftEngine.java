package dev.syncline.replicated.jraft;

import com.alipay.sofa.jraft.JRaftServiceFactory;
import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.RaftGroupService;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.closure.ReadIndexClosure;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.entity.Task;
import com.alipay.sofa.jraft.option.ApplyTaskMode;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.rpc.RaftRpcServerFactory;
import com.alipay.sofa.jraft.rpc.RpcServer;
import com.alipay.sofa.jraft.rpc.impl.BoltRpcServer;
import com.alipay.sofa.jraft.util.Endpoint;
import dev.syncline.raft.LogSettings;
import dev.syncline.raft.SynclineServiceFactory;
import dev.syncline.replicated.ConsensusEngine;
import dev.syncline.replicated.NotLeaderException;
import dev.syncline.replicated.ReplicatedLogOptions;
import dev.syncline.replicated.ReplicatedState;
import dev.syncline.replicated.UnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A node of a SOFAJRaft group. */
public final class JRaftEngine implements ConsensusEngine {
  private static final byte[] NO_CONTEXT = {};
  private final String address;
  private final AppliedCommands applied;
  private final RaftGroupService group;
  private final Node node;

  private JRaftEngine(String address, AppliedCommands applied, RaftGroupService group, Node node) {
    this.address = address;
    this.applied = applied;
    this.group = group;
    this.node = node;
  }

  /** Starts a node whose log is Syncline's too. */
  public static ConsensusEngine start(ReplicatedLogOptions options, ReplicatedState state, ClientRequestHandler clients)
      throws IOException {
    LogSettings log = LogSettings.defaults().withStorage(options.storage()).withSegmentBytes(options.maxSegmentSize());
    return start(options, state, clients, new SynclineServiceFactory(log));
  }

  /** Starts a node with other storages. */
  public static ConsensusEngine start(
      ReplicatedLogOptions options, ReplicatedState state, ClientRequestHandler clients, JRaftServiceFactory storages)
      throws IOException {
    PeerId self = peer(options.address());
    AppliedCommands applied = new AppliedCommands(state);
    RpcServer server = server(self.getEndpoint());
    server.registerProcessor(new ClientProcessor(clients));
    RaftGroupService group = new RaftGroupService(options.group(), self, nodeOptions(options, applied, storages), server);
    try {
      Node node = group.start();
      if (node == null) throw new IOException("expected a started node, found none");
      return new JRaftEngine(options.address(), applied, group, node);
    } catch (IOException | RuntimeException e) {
      stopQuietly(group, server, e);
      throw new IOException(options.address() + " did not start in " + options.directory() + ": " + e.getMessage()
          + applied.failure().map(cause -> " (" + cause.getMessage() + ")").orElse("") + ". JRaft's log says more", e);
    }
  }

  private static void stopQuietly(RaftGroupService group, RpcServer server, Exception cause) {
    try {
      group.shutdown();
      server.shutdown();
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  /** Listens on the node's own address only: JRaft's factory would listen on all of them, and asks nobody who he is. */
  private static RpcServer server(Endpoint endpoint) {
    RpcServer server = new BoltRpcServer(new com.alipay.remoting.rpc.RpcServer(endpoint.getIp(), endpoint.getPort(), true));
    RaftRpcServerFactory.addRaftRequestProcessors(server);
    return server;
  }

  private static PeerId peer(String address) {
    PeerId peer = PeerId.parsePeer(address);
    if (peer == null) throw new IllegalArgumentException("expected an address like 10.0.0.1:7001, found \"" + address + "\"");
    return peer;
  }

  private static NodeOptions nodeOptions(ReplicatedLogOptions options, AppliedCommands applied, JRaftServiceFactory storages) {
    Path raft = options.directory().resolve("raft");
    Configuration first = new Configuration();
    for (String each : options.peers()) first.addPeer(peer(each));
    NodeOptions node = new NodeOptions();
    node.setInitialConf(first);
    node.setFsm(applied);
    node.setServiceFactory(storages);
    node.setLogUri(raft.resolve("log").toString());
    node.setRaftMetaUri(raft.resolve("meta").toString());
    node.setSnapshotUri(raft.resolve("snapshot").toString());
    node.setElectionTimeoutMs(Math.toIntExact(options.electionTimeout().toMillis()));
    node.setSnapshotIntervalSecs(0); // By bytes applied instead: compact().
    node.setApplyTaskMode(ApplyTaskMode.Blocking);
    node.setSharedTimerPool(true);
    node.setRaftOptions(raftOptions());
    return node;
  }

  private static RaftOptions raftOptions() {
    RaftOptions raft = new RaftOptions();
    raft.setSync(true);
    // A vote that a power cut takes back can elect two leaders in one term. Not the default.
    raft.setSyncMeta(true);
    // From the leader's memory to every node's disk and back.
    raft.setEnableLogEntryChecksum(true);
    return raft;
  }

  @Override
  public CompletableFuture<byte[]> propose(byte[] command) {
    CompletableFuture<byte[]> outcome = new CompletableFuture<>();
    if (!node.isLeader(false)) {
      outcome.completeExceptionally(new NotLeaderException(address, leader().orElse(null)));
      return outcome;
    }
    try {
      node.apply(new Task(ByteBuffer.wrap(command), new ProposalClosure(address, this::leader, outcome)));
    } catch (IllegalStateException e) {
      outcome.completeExceptionally(new UnavailableException(address + " is stopping", e));
    }
    return outcome;
  }

  @Override
  public CompletableFuture<Void> readBarrier() {
    CompletableFuture<Void> passed = new CompletableFuture<>();
    try {
      node.readIndex(NO_CONTEXT, new ReadIndexClosure() {
        @Override
        public void run(Status status, long index, byte[] context) {
          complete(passed, status, "a read");
        }
      });
    } catch (IllegalStateException e) {
      passed.completeExceptionally(new UnavailableException(address + " is stopping", e));
    }
    return passed;
  }

  @Override
  public CompletableFuture<Void> compact() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    // Not on this thread: JRaft queues the work for the applying thread and waits for room, and that thread may be this one.
    CompletableFuture.runAsync(() -> node.snapshot(status -> complete(done, status, "a compaction")))
        .exceptionally(e -> {
          done.completeExceptionally(new UnavailableException(address + " is stopping", e));
          return null;
        });
    return done;
  }

  private void complete(CompletableFuture<Void> future, Status status, String what) {
    if (status.isOk()) future.complete(null);
    else future.completeExceptionally(new UnavailableException(address + " cannot do " + what + " now: " + status.getErrorMsg()));
  }

  @Override
  public Optional<String> leader() {
    PeerId leader = node.getLeaderId();
    return leader == null || leader.isEmpty() ? Optional.empty() : Optional.of(leader.getEndpoint().toString());
  }

  @Override
  public boolean leads() {
    return node.isLeader(false);
  }

  @Override
  public Optional<Throwable> failure() {
    return applied.failure();
  }

  @Override
  public void close() throws IOException {
    group.shutdown();
    try {
      group.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(address + " was interrupted while it stopped; it may still be using its directory", e);
    }
  }
}
