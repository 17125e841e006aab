package dev.syncline.replicated;

import com.alipay.sofa.jraft.JRaftServiceFactory;
import com.alipay.sofa.jraft.entity.EnumOutter.EntryType;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.conf.ConfigurationEntry;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.entity.codec.LogEntryCodecFactory;
import com.alipay.sofa.jraft.entity.codec.v2.LogEntryV2CodecFactory;
import com.alipay.sofa.jraft.option.LogStorageOptions;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.storage.LogStorage;
import com.alipay.sofa.jraft.storage.RaftMetaStorage;
import com.alipay.sofa.jraft.storage.SnapshotStorage;
import com.alipay.sofa.jraft.storage.impl.LocalRaftMetaStorage;
import com.alipay.sofa.jraft.storage.snapshot.local.LocalSnapshotStorage;
import java.util.List;
import java.util.TreeMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** JRaft's own files for metadata and snapshots; the log in memory, where it survives the node but not the JVM. */
final class MemoryStorages implements JRaftServiceFactory {
  private final Map<String, TreeMap<Long, LogEntry>> logs = new ConcurrentHashMap<>();

  @Override
  public LogStorage createLogStorage(String uri, RaftOptions options) {
    return new MemoryLogStorage(logs.computeIfAbsent(uri, fresh -> new TreeMap<>()));
  }

  @Override
  public SnapshotStorage createSnapshotStorage(NodeOptions options) {
    return new LocalSnapshotStorage(options.getSnapshotUri(), options.getSnapshotTempUri(), options.getRaftOptions());
  }

  @Override
  public RaftMetaStorage createRaftMetaStorage(String uri, RaftOptions options) {
    return new LocalRaftMetaStorage(uri, options);
  }

  @Override
  public LogEntryCodecFactory createLogEntryCodecFactory() {
    return LogEntryV2CodecFactory.getInstance();
  }

  private static final class MemoryLogStorage implements LogStorage {
    private final TreeMap<Long, LogEntry> entries;
    private long nextIfEmpty = 1;

    MemoryLogStorage(TreeMap<Long, LogEntry> entries) {
      this.entries = entries;
    }

    @Override
    public synchronized boolean init(LogStorageOptions options) {
      for (LogEntry entry : entries.values())
        if (entry.getType() == EntryType.ENTRY_TYPE_CONFIGURATION)
          options.getConfigurationManager().add(
              new ConfigurationEntry(entry.getId(), new Configuration(entry.getPeers()),
                  entry.getOldPeers() == null ? new Configuration() : new Configuration(entry.getOldPeers())));
      return true;
    }

    @Override
    public void shutdown() {}

    @Override
    public synchronized long getFirstLogIndex() {
      return entries.isEmpty() ? nextIfEmpty : entries.firstKey();
    }

    @Override
    public synchronized long getLastLogIndex() {
      return entries.isEmpty() ? 0 : entries.lastKey();
    }

    @Override
    public synchronized LogEntry getEntry(long index) {
      return entries.get(index);
    }

    @Override
    @Deprecated
    public long getTerm(long index) {
      LogEntry entry = getEntry(index);
      return entry == null ? 0 : entry.getId().getTerm();
    }

    @Override
    public synchronized boolean appendEntry(LogEntry entry) {
      entries.put(entry.getId().getIndex(), entry);
      return true;
    }

    @Override
    public synchronized int appendEntries(List<LogEntry> more) {
      more.forEach(this::appendEntry);
      return more.size();
    }

    @Override
    public synchronized boolean truncatePrefix(long firstIndexKept) {
      entries.headMap(firstIndexKept).clear();
      if (entries.isEmpty()) nextIfEmpty = firstIndexKept;
      return true;
    }

    @Override
    public synchronized boolean truncateSuffix(long lastIndexKept) {
      entries.tailMap(lastIndexKept, false).clear();
      return true;
    }

    @Override
    public synchronized boolean reset(long nextLogIndex) {
      LogEntry kept = entries.get(nextLogIndex);
      entries.clear();
      nextIfEmpty = nextLogIndex;
      if (kept != null) entries.put(nextLogIndex, kept);
      return true;
    }
  }
}
