package dev.syncline.replicated.jraft;

import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.conf.ConfigurationEntry;
import com.alipay.sofa.jraft.entity.EnumOutter.EntryType;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.option.LogStorageOptions;
import com.alipay.sofa.jraft.storage.LogStorage;
import com.alipay.sofa.jraft.util.Describer;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * The group's log on this node, in whatever storage: refuses one of another group, and knows the configuration that is in force here, which
 * JRaft tells nobody but the leader. The configuration's methods are safe for many threads.
 */
final class GroupLog implements LogStorage, Describer {
  private static final System.Logger LOG = System.getLogger("dev.syncline.replicated");
  private final LogStorage log;
  private final UUID group;
  private final Consumer<Exception> troubles;
  private final LongConsumer unreadable;

  /** By index, the last ones; guarded by itself. Index 0: what a snapshot, or the group's founders, say. */
  private final TreeMap<Long, Configuration> configurations = new TreeMap<>();

  /**
   * @param founders the configuration as long as neither the log nor a snapshot has one
   * @param unreadable told of an entry that is there and cannot be read
   */
  GroupLog(LogStorage log, UUID group, Configuration founders, Consumer<Exception> troubles, LongConsumer unreadable) {
    this.log = log;
    this.group = group;
    this.troubles = troubles;
    this.unreadable = unreadable;
    configurations.put(0L, founders);
  }

  /** The voters and learners that count on this node now. */
  Configuration configuration() {
    synchronized (configurations) {
      return configurations.lastEntry().getValue();
    }
  }

  /** A snapshot has been loaded, which has this one. */
  void loaded(long index, Configuration configuration) {
    synchronized (configurations) {
      configurations.headMap(index, true).clear();
      configurations.put(configurations.isEmpty() ? 0L : Math.min(index, configurations.firstKey() - 1), configuration);
    }
  }

  @Override
  public boolean init(LogStorageOptions options) {
    if (!log.init(options)) return false;
    ConfigurationEntry last = options.getConfigurationManager().getLastConfiguration();
    if (last != null && !last.isEmpty()) note(last.getId().getIndex(), last.getConf());
    try {
      requireOwn();
      return true;
    } catch (IOException e) {
      troubles.accept(e);
      LOG.log(System.Logger.Level.ERROR, e.getMessage(), e);
      log.shutdown();
      return false;
    }
  }

  /** The last command says whose they all are: each was appended behind the others. */
  private void requireOwn() throws IOException {
    for (long index = log.getLastLogIndex(); index >= log.getFirstLogIndex() && index > 0; index--) {
      LogEntry entry = log.getEntry(index);
      if (entry == null || entry.getType() != EntryType.ENTRY_TYPE_DATA) continue;
      GroupEntry.decode(index, entry.getData(), group);
      return;
    }
  }

  private void note(long index, Configuration configuration) {
    synchronized (configurations) {
      configurations.put(index, configuration);
      while (configurations.size() > 64) configurations.pollFirstEntry();
    }
  }

  private void note(LogEntry entry) {
    if (entry.getType() != EntryType.ENTRY_TYPE_CONFIGURATION) return;
    note(entry.getId().getIndex(), new Configuration(entry.getPeers(), entry.getLearners()));
  }

  @Override
  public boolean appendEntry(LogEntry entry) {
    return appendEntries(List.of(entry)) == 1;
  }

  @Override
  public int appendEntries(List<LogEntry> entries) {
    int appended = log.appendEntries(entries);
    for (LogEntry each : entries.subList(0, Math.min(appended, entries.size()))) note(each);
    return appended;
  }

  @Override
  public boolean truncateSuffix(long lastIndexKept) {
    synchronized (configurations) {
      Map<Long, Configuration> cut = configurations.tailMap(lastIndexKept, false);
      if (cut.size() < configurations.size()) cut.clear();
    }
    return log.truncateSuffix(lastIndexKept);
  }

  @Override
  public boolean truncatePrefix(long firstIndexKept) {
    return log.truncatePrefix(firstIndexKept);
  }

  @Override
  public boolean reset(long nextLogIndex) {
    return log.reset(nextLogIndex);
  }

  @Override
  public void shutdown() {
    log.shutdown();
  }

  @Override
  public long getFirstLogIndex() {
    return log.getFirstLogIndex();
  }

  @Override
  public long getLastLogIndex() {
    return log.getLastLogIndex();
  }

  @Override
  public LogEntry getEntry(long index) {
    LogEntry entry = log.getEntry(index);
    if (entry != null || !contains(index)) return entry;
    // Beside a change it may have been away for a moment, and a disk may fail once.
    entry = log.getEntry(index);
    if (entry == null && contains(index)) unreadable.accept(index);
    return entry;
  }

  private boolean contains(long index) {
    try {
      return index >= log.getFirstLogIndex() && index <= log.getLastLogIndex();
    } catch (IllegalStateException e) {
      return false; // It was closed meanwhile.
    }
  }

  /** @deprecated as in the interface */
  @Deprecated
  @Override
  public long getTerm(long index) {
    return log.getTerm(index);
  }

  @Override
  public void describe(Printer out) {
    if (log instanceof Describer its) its.describe(out);
  }
}
