package dev.syncline.replicated.jraft;

import com.alipay.sofa.jraft.JRaftServiceFactory;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.entity.codec.LogEntryCodecFactory;
import com.alipay.sofa.jraft.option.ApplyTaskMode;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.storage.LogStorage;
import com.alipay.sofa.jraft.storage.RaftMetaStorage;
import com.alipay.sofa.jraft.storage.SnapshotStorage;
import com.alipay.sofa.jraft.util.Endpoint;
import dev.syncline.replicated.ReplicatedLogOptions;
import java.nio.file.Path;
import java.util.UUID;

/** What JRaft is told about a node. */
final class NodeSetup {
  private static final int ELECTION_DELAY_MIN_MILLIS = 50;

  private NodeSetup() {}

  static NodeOptions options(
      ReplicatedLogOptions options, Configuration first, Configuration known, AppliedCommands applied, JRaftServiceFactory storages,
      VoteFile vote, UUID group) {
    Path raft = options.directory().resolve("raft");
    NodeOptions node = new NodeOptions();
    // JRaft's nodes help nobody to be elected whom they have not heard of. Who joins has no configuration before the leader sends it one;
    // but as soon as the leader counts it, the others may need its vote.
    node.setInitialConf(first.isEmpty() ? known : first);
    node.setFsm(applied);
    Endpoint self = MemberChanges.peer(options.address()).getEndpoint();
    node.setServiceFactory(new Storages(storages, vote, group, first, applied, self));
    node.setLogUri(raft.resolve("log").toString());
    node.setRaftMetaUri(raft.resolve("meta").toString());
    node.setSnapshotUri(raft.resolve("snapshot").toString());
    node.setElectionTimeoutMs(Math.toIntExact(options.electionTimeout().toMillis()));
    node.setSnapshotIntervalSecs(0); // By bytes applied instead: compact().
    node.setApplyTaskMode(ApplyTaskMode.Blocking);
    node.setSharedTimerPool(true);
    node.setRaftOptions(raftOptions(node.getElectionTimeoutMs()));
    return node;
  }

  private static RaftOptions raftOptions(int electionTimeoutMillis) {
    RaftOptions raft = new RaftOptions();
    raft.setSync(true);
    // Chance, so that not all want to lead at once: a second unless set, which is what a group without a leader waited for most.
    raft.setMaxElectionDelayMs(Math.max(ELECTION_DELAY_MIN_MILLIS, electionTimeoutMillis / 2));
    // From the leader's memory to every node's disk and back.
    raft.setEnableLogEntryChecksum(true);
    return raft;
  }

  /** The storages that were chosen, and what this module has of its own beside them and around them. */
  private record Storages(
      JRaftServiceFactory storages, VoteFile vote, UUID group, Configuration founders, AppliedCommands applied, Endpoint address)
      implements JRaftServiceFactory {
    @Override
    public LogStorage createLogStorage(String uri, RaftOptions options) {
      GroupLog log = new GroupLog(storages.createLogStorage(uri, options), group, founders, applied::trouble, applied::unreadable);
      applied.follow(log);
      return log;
    }

    @Override
    public SnapshotStorage createSnapshotStorage(NodeOptions options) {
      return new GroupSnapshots(storages.createSnapshotStorage(options), address);
    }

    @Override
    public RaftMetaStorage createRaftMetaStorage(String uri, RaftOptions options) {
      return vote;
    }

    @Override
    public LogEntryCodecFactory createLogEntryCodecFactory() {
      return storages.createLogEntryCodecFactory();
    }
  }
}
