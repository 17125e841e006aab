package dev.syncline.replicated.jraft;

import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.core.State;
import com.alipay.sofa.jraft.entity.PeerId;
import dev.syncline.replicated.GroupAdministration;
import dev.syncline.replicated.UnavailableException;
import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What an operator sees and changes on a node. */
record Administration(
    JRaftEngine engine, Group group, AppliedCommands applied, VoteFile vote, Optional<Node> node, Optional<MemberChanges> changes)
    implements GroupAdministration {

  @Override
  public Map<String, String> details() {
    Map<String, String> all = new LinkedHashMap<>();
    NodeIdentity identity = group.identity();
    all.put("address", group.address());
    all.put("role", role());
    all.put("incarnation", identity.incarnation().toString());
    if (!identity.belongsToNone()) all.put("group", identity.publicName().toString());
    engine.server().ifPresent(server -> {
      all.put("connections", Integer.toString(server.connections()));
      all.put("refusals", Long.toString(server.refusals()));
      all.put("clientBytesFree", Long.toString(server.clientBytesFree()));
    });
    NodeFigures figures = applied.figures();
    all.put("leaderChanges", Long.toString(figures.leaderChanges()));
    all.put("proposals", Integer.toString(figures.proposals()));
    all.put("snapshots", Long.toString(figures.snapshots()));
    all.put("snapshotMillis", Long.toString(figures.snapshotMillis()));
    engine.leader().ifPresent(leader -> all.put("leader", leader));
    node.ifPresent(now -> {
      Configuration configuration = applied.configuration();
      all.put("term", Long.toString(vote.getTerm()));
      putIndexes(all, now);
      all.put("voters", text(configuration.getPeers()));
      all.put("learners", text(configuration.getLearners()));
      all.put("returning", applied.members().returning().keySet().stream().sorted().collect(Collectors.joining(",")));
    });
    return all;
  }

  private static void putIndexes(Map<String, String> all, Node now) {
    try {
      all.put("lastIndex", Long.toString(now.getLastLogIndex()));
      all.put("committedIndex", Long.toString(now.getLastCommittedIndex()));
      all.put("appliedIndex", Long.toString(now.getLastAppliedLogIndex()));
    } catch (IllegalStateException e) {
      // JRaft's node has stopped, and tells nothing more.
      all.keySet().removeAll(List.of("lastIndex", "committedIndex", "appliedIndex"));
    }
  }

  private String role() {
    if (group.removal().isPresent()) return "removed";
    if (node.isEmpty()) return "waiting";
    if (applied.failure().isPresent()) return "failed";
    PeerId self = MemberChanges.peer(group.address());
    State state = node.get().getNodeState();
    if (state == State.STATE_FOLLOWER) {
      Configuration now = applied.configuration();
      if (now.getLearners().contains(self)) return MemberChanges.LEARNER;
      return now.getPeers().contains(self) ? "follower" : "joining";
    }
    return state.name().replaceFirst("STATE_", "").toLowerCase(Locale.ROOT);
  }

  private static String text(Collection<PeerId> peers) {
    return peers.stream().map(PeerId::toString).sorted().collect(Collectors.joining(","));
  }

  @Override
  public void add(String address, boolean learner) throws IOException {
    required().add(address, learner);
  }

  @Override
  public void remove(String address) throws IOException {
    required().remove(address);
  }

  @Override
  public void transfer(String address) throws IOException {
    required().transfer(address);
  }

  private MemberChanges required() throws UnavailableException {
    return changes.orElseThrow(() -> new UnavailableException(group.address() + " belongs to no group yet"));
  }
}
