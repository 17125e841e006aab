package dev.syncline.raft;

import com.alipay.sofa.jraft.JRaftUtils;
import com.alipay.sofa.jraft.conf.ConfigurationManager;
import com.alipay.sofa.jraft.entity.EnumOutter.EntryType;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.entity.LogId;
import com.alipay.sofa.jraft.entity.codec.LogEntryCodecFactory;
import com.alipay.sofa.jraft.entity.codec.LogEntryDecoder;
import com.alipay.sofa.jraft.entity.codec.LogEntryEncoder;
import com.alipay.sofa.jraft.entity.codec.v2.LogEntryV2CodecFactory;
import com.alipay.sofa.jraft.option.LogStorageOptions;
import com.alipay.sofa.jraft.option.RaftOptions;
import dev.syncline.StorageMode;
import dev.syncline.io.Storage;
import dev.syncline.io.Storages;
import dev.syncline.tck.LogTestBase;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;

/** Entries, and logs on the storage under test. */
abstract class LogStorageTestBase extends LogTestBase {
  protected static final long SMALL_SEGMENT = SMALL_SEGMENT_BYTES;

  /** What the log that was opened last was told of configurations. */
  protected ConfigurationManager configurations = new ConfigurationManager();

  /** How many payloads were decoded since the test began. */
  protected final AtomicInteger decoded = new AtomicInteger();

  /** What was logged of errors, which tests here ask for. */
  protected final LoggedErrors logged = new LoggedErrors();

  private final Deque<SynclineLogStorage> storages = new ArrayDeque<>();

  @AfterEach
  final void shutDown() {
    while (!storages.isEmpty()) storages.pop().shutdown();
    logged.close();
  }

  static Storage storage(Path directory, StorageMode mode) throws IOException {
    Storages.createDirectory(directory);
    return Storages.open(directory, mode, BLOCK_BYTES).storage();
  }

  protected static LogSettings small() {
    return LogSettings.defaults().withSegmentBytes(SMALL_SEGMENT).withJoinMillis(0);
  }

  /** A log in {@link #directory}, not open yet. */
  protected final SynclineLogStorage newLog() {
    return newLog(directory());
  }

  protected final SynclineLogStorage newLog(Path path) {
    return newLog(path, (at, settings) -> openStorage(at));
  }

  protected final SynclineLogStorage newLog(Path path, SynclineLogStorage.StorageOpener opener) {
    return newLog(path, new RaftOptions(), opener);
  }

  protected final SynclineLogStorage newLog(Path path, RaftOptions options, SynclineLogStorage.StorageOpener opener) {
    SynclineLogStorage log = new SynclineLogStorage(path.toString(), options, small(), opener);
    storages.push(log);
    return log;
  }

  /** The decorated storage for the first opening, a plain one for later ones: a storage is closed with its log. */
  protected final SynclineLogStorage.StorageOpener opener(Storage first) {
    int[] openings = {0};
    return (at, settings) -> openings[0]++ == 0 ? first : openStorage(at);
  }

  protected final SynclineLogStorage openedLog() {
    return opened(newLog());
  }

  /** The log on a decorated storage. */
  protected final SynclineLogStorage openedLog(Storage storage) {
    return opened(newLog(storage.directory(), (at, settings) -> storage));
  }

  protected final SynclineLogStorage opened(SynclineLogStorage log) {
    if (!log.init(options())) throw new AssertionError("the log does not open");
    return log;
  }

  protected final LogStorageOptions options() {
    configurations = new ConfigurationManager();
    LogStorageOptions options = new LogStorageOptions();
    options.setGroupId("test");
    options.setConfigurationManager(configurations);
    options.setLogEntryCodecFactory(new CountingCodec());
    return options;
  }

  private final class CountingCodec implements LogEntryCodecFactory {
    private final LogEntryCodecFactory codec = LogEntryV2CodecFactory.getInstance();

    @Override
    public LogEntryEncoder encoder() {
      return codec.encoder();
    }

    @Override
    public LogEntryDecoder decoder() {
      return bytes -> {
        decoded.incrementAndGet();
        return codec.decoder().decode(bytes);
      };
    }
  }

  protected static LogEntry entry(long index, long term, byte[] data) {
    LogEntry entry = new LogEntry(EntryType.ENTRY_TYPE_DATA);
    entry.setId(new LogId(index, term));
    entry.setData(ByteBuffer.wrap(data));
    return entry;
  }

  /** An entry that says which index and term it has. */
  protected static LogEntry entry(long index, long term) {
    return entry(index, term, bytes("<" + index + " of term " + term + ">"));
  }

  protected static LogEntry configuration(long index, long term, String peers, String oldPeers) {
    LogEntry entry = new LogEntry(EntryType.ENTRY_TYPE_CONFIGURATION);
    entry.setId(new LogId(index, term));
    entry.setPeers(JRaftUtils.getConfiguration(peers).listPeers());
    if (oldPeers != null) entry.setOldPeers(JRaftUtils.getConfiguration(oldPeers).listPeers());
    return entry;
  }

  protected static List<LogEntry> entries(long first, long last, long term) {
    List<LogEntry> entries = new ArrayList<>();
    for (long index = first; index <= last; index++) entries.add(entry(index, term));
    return entries;
  }

  protected static void append(SynclineLogStorage log, long first, long last, long term) {
    int appended = log.appendEntries(entries(first, last, term));
    if (appended != last - first + 1) throw new AssertionError("appended " + appended + " of " + first + " to " + last);
  }

  /** Every entry from the first to the last, as {@code index:term}; null where one is missing. */
  protected static List<String> contents(SynclineLogStorage log) {
    List<String> found = new ArrayList<>();
    for (long index = log.getFirstLogIndex(); index <= log.getLastLogIndex(); index++) found.add(line(log.getEntry(index)));
    return found;
  }

  private static String line(LogEntry entry) {
    if (entry == null) return null;
    LogId id = entry.getId();
    if (!entry.equals(entry(id.getIndex(), id.getTerm()))) throw new AssertionError("changed: " + entry);
    return id.getIndex() + ":" + id.getTerm();
  }

  protected static List<String> lines(long first, long last, long term) {
    List<String> lines = new ArrayList<>();
    for (long index = first; index <= last; index++) lines.add(index + ":" + term);
    return lines;
  }
}
