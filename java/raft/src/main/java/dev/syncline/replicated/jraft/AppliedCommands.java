package dev.syncline.replicated.jraft;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Iterator;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.core.StateMachineAdapter;
import com.alipay.sofa.jraft.entity.LeaderChangeContext;
import com.alipay.sofa.jraft.entity.RaftOutter.SnapshotMeta;
import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.error.RaftException;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotReader;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotWriter;
import dev.syncline.replicated.ReplicatedState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;

/** Hands JRaft's committed entries and snapshots to the replicated state, and keeps the group's members, which are part of both. */
final class AppliedCommands extends StateMachineAdapter {
  static final String MEMBERS_FILE = "group";
  private static final String VERSION = "syncline-snapshot 1";
  private static final byte[] NOTHING = {};
  private final ReplicatedState state;
  private final Group group;

  /** What a storage said last; JRaft itself says only which one it was. */
  private final AtomicReference<Exception> trouble = new AtomicReference<>();

  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private Runnable membersChanged = () -> {};
  private Runnable cannotRead = () -> {};
  private volatile Members members = Members.NONE;
  private final NodeFigures figures = new NodeFigures();

  /** Null before the node starts. */
  private volatile GroupLog log;

  AppliedCommands(ReplicatedState state, Group group) {
    this.state = state;
    this.group = group;
  }

  /** Runs something whenever the members have changed, on the applying thread. Set before anything is applied. */
  void onMembers(Runnable listener) {
    membersChanged = listener;
  }

  /** Runs something when the node's own log cannot be read, on any thread. Set before anything is read. */
  void onUnreadable(Runnable listener) {
    cannotRead = listener;
  }

  /** What stopped the node, the first of several. */
  Optional<Throwable> failure() {
    return Optional.ofNullable(failure.get());
  }

  void fail(Throwable cause) {
    failure.compareAndSet(null, Troubles.explained(cause));
  }

  /** A storage could not do something. If JRaft gives up because of it, this is why. */
  void trouble(Exception cause) {
    trouble.set(cause);
  }

  /** An entry of the node's own log cannot be read, though it is there: JRaft goes on without, until it trips over it. */
  void unreadable(long index) {
    boolean first = failure.get() == null;
    fail(trouble().orElseGet(
        () -> new IOException("entry " + index + " of the node's log is there and cannot be read. " + NodeIdentity.ADVICE)));
    if (first) cannotRead.run();
  }

  /** The first that is known of why this node did not start. */
  Optional<Throwable> reason() {
    return Optional.<Throwable>ofNullable(trouble.get()).or(this::failure);
  }

  private Optional<Exception> trouble() {
    return Optional.ofNullable(trouble.get());
  }

  NodeFigures figures() {
    return figures;
  }

  /** As applied on this node; nobody before the first ones were. */
  Members members() {
    return members;
  }

  /** Where the configuration is to be looked up. */
  void follow(GroupLog opened) {
    log = opened;
  }

  /** The voters and learners that count on this node now. */
  Configuration configuration() {
    GroupLog now = log;
    return now == null ? new Configuration() : now.configuration();
  }

  @Override
  public void onApply(Iterator entries) {
    while (entries.hasNext()) {
      try {
        GroupEntry entry = GroupEntry.decode(entries.getIndex(), entries.getData(), group.identity().group());
        byte[] result = entry.members() ? change(entry.lines()) : state.apply(entries.getIndex(), entry.body());
        if (entries.done() instanceof ProposalClosure waiting) waiting.applied(result);
      } catch (IOException | RuntimeException | Error e) {
        fail(e);
        // This entry is not applied, and none after it: the node stops, and is whole again once it is started again.
        entries.setErrorAndRollback(1, new Status(RaftError.ESTATEMACHINE, "applying failed: %s", e));
        return;
      }
      entries.next();
    }
  }

  private byte[] change(List<String> lines) throws IOException {
    members = members.after(lines);
    group.know(members);
    GroupEvents.membersChanged(group.address(), String.join("; ", lines));
    membersChanged.run();
    return NOTHING;
  }

  @Override
  public void onLeaderStart(long term) {
    figures.leaderChanged();
    GroupEvents.leaderChanged(group.address(), group.address(), term);
  }

  @Override
  public void onLeaderStop(Status why) {
    GroupEvents.leaderChanged(group.address(), "", -1);
  }

  @Override
  public void onStartFollowing(LeaderChangeContext now) {
    figures.leaderChanged();
    GroupEvents.leaderChanged(group.address(), now.getLeaderId().toString(), now.getTerm());
  }

  @Override
  public void onStopFollowing(LeaderChangeContext before) {
    GroupEvents.leaderChanged(group.address(), "", before.getTerm());
  }

  @Override
  public void onSnapshotSave(SnapshotWriter writer, Closure done) {
    Status status = Status.OK();
    long beganNanos = System.nanoTime();
    try {
      Path directory = Path.of(writer.getPath());
      List<String> files = new ArrayList<>(state.save(directory));
      writeMembers(directory, group.identity().group(), members);
      files.add(MEMBERS_FILE);
      for (String file : files) if (!writer.addFile(file)) throw new IOException("JRaft does not take " + file + " into the snapshot");
      figures.snapshotSaved(System.nanoTime() - beganNanos);
    } catch (IOException | RuntimeException e) {
      trouble.set(e);
      status = new Status(RaftError.EIO, "saving the state in %s failed: %s", writer.getPath(), e);
    }
    done.run(status);
  }

  static void writeMembers(Path snapshot, UUID group, Members members) throws IOException {
    List<String> lines = new ArrayList<>(List.of(VERSION, "group " + group));
    lines.addAll(members.lines());
    SealedText.write(snapshot.resolve(MEMBERS_FILE), lines);
  }

  @Override
  public boolean onSnapshotLoad(SnapshotReader reader) {
    try {
      Path directory = Path.of(reader.getPath());
      Members loaded = readMembers(directory.resolve(MEMBERS_FILE));
      state.load(directory);
      members = loaded;
      SnapshotMeta meta = reader.load();
      log.loaded(meta.getLastIncludedIndex(), configuration(meta));
      group.know(members);
      membersChanged.run();
      return true;
    } catch (IOException | RuntimeException e) {
      fail(e);
      return false;
    }
  }

  private static Configuration configuration(SnapshotMeta meta) {
    Configuration configuration = new Configuration();
    meta.getPeersList().forEach(each -> configuration.addPeer(MemberChanges.peer(each)));
    meta.getLearnersList().forEach(each -> configuration.addLearner(MemberChanges.peer(each)));
    return configuration;
  }

  Members readMembers(Path file) throws IOException {
    List<String> lines = SealedText.read(file, NodeIdentity.ADVICE)
        .orElseThrow(() -> new IOException(file + " is missing: the snapshot is not whole. " + NodeIdentity.ADVICE));
    if (!lines.get(0).equals(VERSION))
      throw new IOException(file + ": expected \"" + VERSION + "\", found \"" + lines.get(0) + "\": a newer release has written the"
          + " snapshot. Run the same release on every node, and start this one again");
    String expected = "group " + group.identity().group();
    if (lines.size() < 2 || !lines.get(1).equals(expected))
      throw new IOException(file + ": a snapshot of another group. " + NodeIdentity.ADVICE);
    return Members.parse(lines.subList(2, lines.size()));
  }

  @Override
  public void onError(RaftException e) {
    // JRaft names the kind of a storage; the storage has said what it was and in which file.
    fail(trouble().orElseGet(() -> new IOException("JRaft gave up (" + e.getType() + "): " + e.getStatus().getErrorMsg(), e)));
    super.onError(e);
  }
}
