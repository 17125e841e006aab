package dev.syncline.replicated.jraft;

import com.alipay.sofa.jraft.JRaftServiceFactory;
import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.RaftGroupService;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.closure.ReadIndexClosure;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.core.NodeImpl;
import com.alipay.sofa.jraft.entity.EnumOutter;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.entity.Task;
import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.error.RaftException;
import com.alipay.sofa.jraft.option.NodeOptions;
import dev.syncline.raft.LogSettings;
import dev.syncline.raft.SynclineServiceFactory;
import dev.syncline.replicated.ConsensusEngine;
import dev.syncline.replicated.GroupAdministration;
import dev.syncline.replicated.NotLeaderException;
import dev.syncline.replicated.ReplicatedLogOptions;
import dev.syncline.replicated.ReplicatedState;
import dev.syncline.replicated.UnavailableException;
import dev.syncline.replicated.net.NetClient;
import dev.syncline.replicated.net.NetLimits;
import dev.syncline.replicated.net.NetServer;
import dev.syncline.replicated.net.Session;
import dev.syncline.replicated.net.Tls;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A node of a SOFAJRaft group. JRaft's node, with its log and its vote, is there as soon as this one knows which group it belongs to. Until
 * then it listens, but takes no command and answers no read.
 */
public final class JRaftEngine implements ConsensusEngine {
  private static final byte[] NO_CONTEXT = {};
  private static final long BARRIER_MILLIS = 5000;
  private static final long STOP_MILLIS = 30_000;
  private final ReplicatedLogOptions options;
  private final String address;
  private final Group group;
  private final AppliedCommands applied;
  private final VoteFile vote;
  private final TermGuard terms;
  private final RaftServer raftServer;
  private final NetClient net;
  private final JRaftServiceFactory storages;
  private final GroupKeeper keeper;
  private final Listening listening;

  /** Null until this node listens, which a node that belongs to a group does when it can answer the others. */
  private volatile NetServer server;

  /** Null until this node belongs to a group. Written under this object's lock. */
  private volatile RaftGroupService service;

  private volatile Node node;
  private volatile MemberChanges changes;
  private boolean closed;

  private JRaftEngine(ReplicatedLogOptions options, ReplicatedState state, ClientRequestHandler clients, StorageChoice choice)
      throws IOException {
    this.options = options;
    this.address = options.address();
    this.group = Group.open(options.directory(), address, options.peers());
    this.applied = new AppliedCommands(state, group);
    this.vote = new VoteFile(options.directory().resolve("raft").resolve("meta"), applied::trouble);
    this.terms = new TermGuard(vote::getTerm);
    this.storages = choice.with(applied::trouble);
    applied.onMembers(this::dropRemoved);
    applied.onUnreadable(this::stepDown);
    PeerId self = MemberChanges.peer(address);
    this.raftServer = new RaftServer(terms, self.getPort());
    Optional<Tls> tls = options.security().isPresent() ? Optional.of(options.security().get().load()) : Optional.empty();
    NetLimits limits = NetLimits.forBatches(options.maxBatchSize());
    this.net = new NetClient(limits, tls, group);
    this.keeper = new GroupKeeper(this, group, net);
    this.listening = () -> NetServer.listen(
        new InetSocketAddress(self.getIp(), self.getPort()), limits, tls, group, new NodeRequests(this, group, raftServer, clients));
  }

  /** Begins to listen, once it is time. */
  private interface Listening {
    NetServer begin() throws IOException;
  }

  /** Makes the storages of a node; {@code troubles} is told whatever they cannot do. */
  public interface StorageChoice {
    JRaftServiceFactory with(Consumer<Exception> troubles);
  }

  /** Starts a node whose log is Syncline's too. */
  public static ConsensusEngine start(ReplicatedLogOptions options, ReplicatedState state, ClientRequestHandler clients)
      throws IOException {
    LogSettings log = LogSettings.defaults().withStorage(options.storage()).withSegmentBytes(options.maxSegmentSize());
    return start(options, state, clients, troubles -> new SynclineServiceFactory(log, troubles));
  }

  /** Starts a node with another log. */
  public static ConsensusEngine start(
      ReplicatedLogOptions options, ReplicatedState state, ClientRequestHandler clients, StorageChoice choice)
      throws IOException {
    JRaftEngine engine = new JRaftEngine(options, state, clients, choice);
    try {
      // A group of one node is founded at once, and a node that belongs to a group has everything it needs.
      if (engine.options.peers().equals(List.of(engine.address)) && engine.group.isFounder()) engine.keeper.foundAlone();
      if (!engine.group.identity().belongsToNone()) engine.startNode();
      engine.server = engine.listening.begin();
      engine.keeper.start();
      return engine;
    } catch (IOException | RuntimeException | Error e) {
      engine.closeAfter(e);
      throw e;
    }
  }

  private void closeAfter(Throwable cause) {
    try {
      close();
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  // The node.

  /** Starts JRaft's node, if it does not run yet. This node belongs to a group. */
  synchronized void startNode() throws IOException {
    if (node != null || closed || applied.failure().isPresent()) return;
    NodeIdentity identity = group.identity();
    Configuration first = new Configuration();
    for (String each : identity.founders()) first.addPeer(MemberChanges.peer(each));
    String name = options.group() + "_" + identity.group();
    Configuration known = new Configuration();
    for (String each : identity.members().addresses()) if (!each.equals(address)) known.addPeer(MemberChanges.peer(each));
    NodeOptions setup = NodeSetup.options(options, first, known, applied, storages, vote, identity.group());
    RaftGroupService starting = new RaftGroupService(name, MemberChanges.peer(address), setup, raftServer);
    // A node alone elects itself within its start (NodeImpl.init), for a moment without the lock. Where the processors are busy the time
    // for votes may be over in it: if the node stepped down its start would fail. So it goes on to the next term until it has started.
    setup.getRaftOptions().setStepDownWhenVoteTimedout(false);
    try {
      group.begin();
      raftServer.serve(name);
      Node started = NodeRpcFactory.starting(
          address, new RaftClient(net, group, terms), options.electionTimeout().toMillis(), starting::start);
      if (started == null) throw new IOException("expected a started node, found none");
      setup.getRaftOptions().setStepDownWhenVoteTimedout(true);
      service = starting;
      node = started;
      changes = new MemberChanges(group, started, net, applied, this::passedBarrier);
    } catch (IOException | RuntimeException e) {
      shutdownQuietly(starting, e);
      Throwable reason = applied.reason().orElse(e);
      IOException failure =
          new IOException(address + " did not start in " + options.directory() + ": " + Troubles.explained(reason).getMessage(), reason);
      applied.fail(failure);
      throw failure;
    }
  }

  /** On a thread of its own, which may wait for ever: whoever has met the error may have locks of JRaft's, and keep them. */
  private void stepDown() {
    Node now = node;
    Status why = new Status(RaftError.EIO, "%s cannot read its log", address);
    if (!(now instanceof NodeImpl its)) return;
    Thread thread =
        new Thread(() -> its.onError(new RaftException(EnumOutter.ErrorType.ERROR_TYPE_LOG, why)), "syncline-step-down-" + address);
    thread.setDaemon(true);
    thread.start();
  }

  private static void shutdownQuietly(RaftGroupService starting, Exception cause) {
    try {
      starting.shutdown();
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  /** Whoever this node has met knows it as it was before. */
  void identityChanged() {
    closeIf(session -> session.hello().node());
    for (String each : group.founders()) net.disconnect(each);
  }

  /** Ends the connections of nodes that the group has removed: they are told so when they come again. */
  void dropRemoved() {
    closeIf(session -> session.hello().node() && group.identity().members().isGone(session.hello().incarnation()));
  }

  private void closeIf(Predicate<Session> unwanted) {
    NetServer now = server;
    if (now != null) now.closeIf(unwanted);
  }

  Optional<NetServer> server() {
    return Optional.ofNullable(server);
  }

  /** Whether JRaft's node runs; what is asked of one that has failed may wait for its locks for ever, on threads that others need. */
  boolean runs() {
    return node != null && applied.failure().isEmpty();
  }

  Optional<MemberChanges> changes() {
    return Optional.ofNullable(changes);
  }

  /** The voters and learners that count on this node now. */
  List<String> addresses() {
    Configuration now = applied.configuration();
    List<String> all = new ArrayList<>();
    now.getPeers().forEach(each -> all.add(each.toString()));
    now.getLearners().forEach(each -> all.add(each.toString()));
    return all;
  }

  @Override
  public CompletableFuture<byte[]> propose(byte[] command) {
    CompletableFuture<byte[]> outcome = new CompletableFuture<>();
    applied.figures().proposed();
    outcome.whenComplete((result, failure) -> applied.figures().answered());
    Node now = node;
    if (now == null) {
      outcome.completeExceptionally(waits());
    } else if (!now.isLeader(false)) {
      outcome.completeExceptionally(new NotLeaderException(address, leader().orElse(null)));
    } else {
      try {
        now.apply(new Task(GroupEntry.command(group.identity().group(), command), new ProposalClosure(address, this::leader, outcome)));
      } catch (IllegalStateException e) {
        outcome.completeExceptionally(new UnavailableException(address + " is stopping", e));
      }
    }
    return outcome;
  }

  private UnavailableException waits() {
    return new UnavailableException(address + (group.founders().isEmpty() || group.groupExists()
        ? " belongs to no group yet: it waits to be added"
        : " waits for all of " + group.founders() + " to found the group"));
  }

  @Override
  public CompletableFuture<Void> readBarrier() {
    CompletableFuture<Void> passed = new CompletableFuture<>();
    Node now = node;
    if (now == null) {
      passed.completeExceptionally(waits());
      return passed;
    }
    try {
      now.readIndex(NO_CONTEXT, new ReadIndexClosure() {
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
    Node now = node;
    if (now == null) {
      done.completeExceptionally(waits());
      return done;
    }
    // Not on this thread: JRaft queues the work for the applying thread and waits for room, and that thread may be this one.
    CompletableFuture.runAsync(() -> now.snapshot(status -> complete(done, status, "a compaction")))
        .exceptionally(e -> {
          done.completeExceptionally(new UnavailableException(address + " is stopping", e));
          return null;
        });
    return done;
  }

  /** Whether this node has applied everything that was acknowledged before the call; waits for it for a while. */
  private boolean passedBarrier() throws InterruptedException {
    try {
      readBarrier().get(BARRIER_MILLIS, TimeUnit.MILLISECONDS);
      return true;
    } catch (ExecutionException | TimeoutException e) {
      return false;
    }
  }

  private void complete(CompletableFuture<Void> future, Status status, String what) {
    if (status.isOk()) future.complete(null);
    else future.completeExceptionally(new UnavailableException(address + " cannot do " + what + " now: " + status.getErrorMsg()));
  }

  @Override
  public Optional<String> leader() {
    Node now = node;
    PeerId leader = now == null ? null : now.getLeaderId();
    return leader == null || leader.isEmpty() ? Optional.empty() : Optional.of(leader.getEndpoint().toString());
  }

  @Override
  public boolean leads() {
    Node now = node;
    return now != null && now.isLeader(false);
  }

  @Override
  public Optional<Throwable> failure() {
    if (group.removal().isPresent()) return Optional.of(group.removal().get());
    return applied.failure();
  }

  @Override
  public Optional<GroupAdministration> administration() {
    return Optional.of(new Administration(this, group, applied, vote, Optional.ofNullable(node), changes()));
  }

  private static void end(RaftGroupService ending) throws InterruptedException {
    ending.shutdown();
    ending.join();
  }

  @Override
  public void close() throws IOException {
    keeper.end();
    RaftGroupService ending;
    synchronized (this) {
      closed = true;
      ending = service;
    }
    try {
      if (ending != null) Ending.of(address, () -> end(ending), STOP_MILLIS);
    } finally {
      if (server != null) server.close();
      net.close();
    }
  }
}
