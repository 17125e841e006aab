package dev.syncline.replicated.jraft;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.entity.Task;
import com.alipay.sofa.jraft.error.RaftError;
import dev.syncline.replicated.NotLeaderException;
import dev.syncline.replicated.OutcomeUnknownException;
import dev.syncline.replicated.UnavailableException;
import dev.syncline.replicated.net.Hello;
import dev.syncline.replicated.net.NetClient;
import dev.syncline.replicated.net.RefusedException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * Changes who is in the group, on the leader, one change at a time. Who is put in has first told its incarnation and got the group's name,
 * both of which the group has committed before; who is put in again after it lost its directory has first been taken out.
 */
final class MemberChanges {
  private static final long ANSWER_MILLIS = 10_000;

  /** Whoever asks for a change asks again, and gives up sooner than he would learn of a node that is not there. */
  private static final long REACHED_MILLIS = 3_000;

  private static final long CHANGE_MILLIS = TimeUnit.MINUTES.toMillis(10);
  private static final long LOOK_MILLIS = 50;
  static final String VOTER = "voter";
  static final String LEARNER = "learner";

  private final Group group;
  private final Node node;
  private final NetClient net;
  private final AppliedCommands applied;
  private final Barrier barrier;
  private final Presence presence;
  private final Succession succession;
  private final ReentrantLock one = new ReentrantLock();

  /** Waits until this node has applied what was acknowledged before, by other leaders too. */
  interface Barrier {
    boolean passed() throws InterruptedException;
  }

  MemberChanges(Group group, Node node, NetClient net, AppliedCommands applied, Barrier barrier) {
    this.barrier = barrier;
    this.group = group;
    this.node = node;
    this.net = net;
    this.applied = applied;
    presence = new Presence(node, group, net);
    succession = new Succession(node, group, presence);
  }

  private interface Change {
    void run() throws IOException;
  }

  private void exclusively(Change change) throws IOException {
    if (!one.tryLock()) throw new UnavailableException(group.address() + " is changing the group's members already: try again");
    try {
      requireLeader();
      if (!ready()) throw new UnavailableException(group.address() + " is not certain to lead (yet): try again");
      change.run();
    } finally {
      one.unlock();
    }
  }

  /** What is known of the members here is what the group knows, and it knows its founders: changes begin with them. */
  private boolean ready() throws IOException {
    try {
      if (!barrier.passed()) return false;
    } catch (InterruptedException e) {
      throw interrupted();
    }
    if (applied.members().isEmpty()) commit(group.identity().members().admissions());
    return true;
  }

  private void requireLeader() throws NotLeaderException {
    if (node.isLeader(false)) return;
    PeerId leader = node.getLeaderId();
    throw new NotLeaderException(group.address(), leader == null || leader.isEmpty() ? null : leader.toString());
  }

  void add(String address, boolean learner) throws IOException {
    PeerId peer = peer(address);
    exclusively(() -> {
      boolean votes = node.listPeers().contains(peer);
      boolean learns = node.listLearners().contains(peer);
      if (learner ? votes : learns)
        throw new IllegalArgumentException(address + (votes ? " has a vote" : " is a learner")
            + ", and does not become the other: remove it, and add it anew with an empty directory");
      if (learner ? learns : votes) return;
      introduce(address);
      enter(peer, learner);
    });
  }

  void remove(String address) throws IOException {
    PeerId peer = peer(address);
    exclusively(() -> {
      if (node.listPeers().equals(List.of(peer)))
        throw new IllegalArgumentException(address + " is the only voter: a group without one could not even take a new one");
      requireMajorityWithout(peer);
      if (address.equals(group.address())) {
        // A leader that is to be removed lets another one remove it.
        succession.handOverToAnother();
        throw new NotLeaderException(address, null);
      }
      leave(peer);
      commit(List.of(Members.remove(address)));
    });
  }

  /** A group whose change needs somebody who is not there takes nothing more, and the change cannot be taken back either. */
  private void requireMajorityWithout(PeerId removed) throws UnavailableException {
    List<PeerId> left = new ArrayList<>(node.listPeers());
    if (!left.remove(removed)) return;
    List<String> absent = left.stream().map(presence::absence).flatMap(Optional::stream).toList();
    int present = left.size() - absent.size();
    if (present > left.size() / 2) return;
    throw new UnavailableException(removed + " is not removed: of the " + left.size() + " voters without it " + present
        + " would be there, which is no majority, and the group would take nothing more. " + String.join("; ", absent)
        + ". Start or remove who is not there first");
  }

  void transfer(String address) throws IOException {
    PeerId peer = peer(address);
    exclusively(() -> {
      if (address.equals(group.address())) return;
      if (!node.listPeers().contains(peer))
        throw new IllegalArgumentException(address + " is not a voter of the group: " + node.listPeers());
      succession.handOverTo(peer);
    });
  }

  /** Whether this leader, as far as it can see now, has somebody to record or to bring back. */
  boolean hasWork() {
    if (applied.members().isEmpty() || !applied.members().returning().isEmpty()) return true;
    return Stream.concat(node.listPeers().stream(), node.listLearners().stream()).anyMatch(each -> isNew(each.toString()));
  }

  /** Who has lost its directory, was taken out, and is to be put in again. */
  Set<String> returning() {
    return applied.members().returning().keySet();
  }

  /**
   * Tells the group who founded it, if it does not know, and goes on to put nodes in again that have lost their directories, for as long as
   * this takes; does nothing if a change is under way. Each step is committed before the next, so that another leader can go on.
   */
  void bringBack() throws IOException {
    if (!one.tryLock()) return;
    try {
      if (!node.isLeader(false) || !ready()) return;
      for (PeerId each : node.listPeers()) recordIfNew(each, VOTER);
      for (PeerId each : node.listLearners()) recordIfNew(each, LEARNER);
      for (Map.Entry<String, String> each : applied.members().returning().entrySet()) bringBack(each.getKey(), each.getValue());
    } finally {
      one.unlock();
    }
  }

  /** What the node at an address says: it belongs to no group, so it may be new there. */
  private boolean isNew(String address) {
    Optional<Hello> hello = net.hello(address);
    return hello.isPresent() && hello.get().belongsToNone()
        && applied.members().incarnation(address).filter(hello.get().incarnation()::equals).isEmpty();
  }

  private void recordIfNew(PeerId peer, String role) throws IOException {
    String address = peer.toString();
    if (!isNew(address) || applied.members().returning().containsKey(address)) return;
    commit(List.of(Members.returning(address, role)));
  }

  private void bringBack(String address, String role) throws IOException {
    PeerId peer = peer(address);
    if (isNew(address)) leave(peer);
    boolean in = node.listPeers().contains(peer) || node.listLearners().contains(peer);
    if (!in) {
      if (net.hello(address).isEmpty()) return; // It is not there now.
      introduce(address);
      enter(peer, role.equals(LEARNER));
    }
    commit(List.of(Members.returned(address)));
  }

  // Steps.

  /** Tells a node that belongs to no group that it belongs to this one, after the group knows its incarnation. */
  private void introduce(String address) throws IOException {
    Hello hello = meet(address);
    if (group.isFellow(hello)) return;
    if (!hello.belongsToNone()) throw new IllegalArgumentException(address + " belongs to another group");
    commit(List.of(Members.admit(address, hello.incarnation())));
    invite(address);
    long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ANSWER_MILLIS);
    while (!group.isFellow(meet(address))) {
      if (System.nanoTime() - deadlineNanos > 0)
        throw new UnavailableException(address + " was told to join the group, and has not within " + ANSWER_MILLIS + " ms");
      pause();
    }
  }

  private Hello meet(String address) throws IOException {
    long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(REACHED_MILLIS);
    while (true) {
      try {
        net.connect(address).get(ANSWER_MILLIS, TimeUnit.MILLISECONDS);
        Optional<Hello> hello = net.hello(address);
        if (hello.isPresent()) return hello.get();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RefusedException refused)
          throw new IllegalArgumentException(refused.getMessage(), refused);
        if (System.nanoTime() - deadlineNanos > 0)
          throw new UnavailableException(
              address + " cannot be reached by " + group.address() + ": " + e.getCause().getMessage(), e.getCause());
      } catch (TimeoutException e) {
        throw new UnavailableException(address + " cannot be reached within " + ANSWER_MILLIS + " ms", e);
      } catch (InterruptedException e) {
        throw interrupted();
      }
      pause();
    }
  }

  /** Tells the group's name to a node that belongs to none. It takes it only if the group knows it under the incarnation it has. */
  private void invite(String address) throws IOException {
    invite(address, new Invitation(group.identity().group(), List.of(), applied.members()));
  }

  void invite(String address, Invitation invitation) throws IOException {
    NetClient.Reply reply = await(net.ask(address, Invitation.TYPE, invitation.encode(), ANSWER_MILLIS), ANSWER_MILLIS, "joining");
    if (reply.body().length > 0) throw new IllegalArgumentException(new String(reply.body(), StandardCharsets.UTF_8));
    net.disconnect(address);
  }

  private void enter(PeerId peer, boolean learner) throws IOException {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Closure closure = status -> complete(done, status, "the group has not taken " + peer);
    if (learner) node.addLearners(List.of(peer), closure);
    else node.addPeer(peer, closure);
    await(done, CHANGE_MILLIS, "adding " + peer);
  }

  private void leave(PeerId peer) throws IOException {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Closure closure = status -> complete(done, status, "the group has not let go of " + peer);
    if (node.listPeers().contains(peer)) node.removePeer(peer, closure);
    else if (node.listLearners().contains(peer)) node.removeLearners(List.of(peer), closure);
    else return;
    await(done, CHANGE_MILLIS, "removing " + peer);
  }

  private void complete(CompletableFuture<Void> done, Status status, String what) {
    if (status.isOk()) done.complete(null);
    else if (status.getRaftError() == RaftError.EPERM) done.completeExceptionally(new NotLeaderException(group.address(), null));
    else if (status.getRaftError() == RaftError.ECATCHUP)
      done.completeExceptionally(new UnavailableException(what + ": it did not catch up (" + status.getErrorMsg() + ")"));
    else done.completeExceptionally(new OutcomeUnknownException(what + " yet: " + status.getErrorMsg(), null));
  }

  /** Returns when the group has committed a change of its members and this node has applied it. */
  private void commit(List<String> lines) throws IOException {
    if (lines.isEmpty()) throw new IllegalStateException(group.address() + ": a change of nobody");
    CompletableFuture<byte[]> done = new CompletableFuture<>();
    node.apply(new Task(GroupEntry.change(group.identity().group(), lines), new ProposalClosure(group.address(), Optional::empty, done)));
    await(done, ANSWER_MILLIS, "telling the group who is in it");
  }

  private static <T> T await(CompletableFuture<T> future, long millis, String what) throws IOException {
    try {
      return future.get(millis, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io) throw io;
      throw new IOException(what + " failed: " + e.getCause().getMessage(), e.getCause());
    } catch (TimeoutException e) {
      throw new OutcomeUnknownException(what + " has not ended within " + millis + " ms; it may yet", e);
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private static void pause() throws IOException {
    try {
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private static IOException interrupted() {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("interrupted while the group's members were changed");
  }

  static PeerId peer(String address) {
    PeerId peer = PeerId.parsePeer(address);
    // JRaft takes 127.0.0.1:07001 for 127.0.0.1:7001; for everybody else they are two nodes.
    if (peer == null || !peer.toString().equals(address))
      throw new IllegalArgumentException("expected an address like 10.0.0.1:7001, found \"" + address + "\"");
    return peer;
  }

  /** The founders' first names, given by one of them. */
  static Members founding(Map<String, UUID> incarnations) {
    return Members.NONE.after(incarnations.entrySet().stream().map(each -> Members.admit(each.getKey(), each.getValue())).toList());
  }
}
