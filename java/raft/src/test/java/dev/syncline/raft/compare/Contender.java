package dev.syncline.raft.compare;

import com.alipay.sofa.jraft.JRaftServiceFactory;
import com.alipay.sofa.jraft.conf.ConfigurationManager;
import com.alipay.sofa.jraft.core.DefaultJRaftServiceFactory;
import com.alipay.sofa.jraft.entity.EnumOutter.EntryType;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.entity.LogId;
import com.alipay.sofa.jraft.entity.codec.v2.LogEntryV2CodecFactory;
import com.alipay.sofa.jraft.option.LogStorageOptions;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.storage.LogStorage;
import dev.syncline.StorageMode;
import dev.syncline.raft.LogSettings;
import dev.syncline.raft.SynclineServiceFactory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** One log in a directory of its own, filled with entries of 1 KB; both contenders get the same calls. */
final class Contender {
  static final int ENTRY_BYTES = 1024;

  /** Random, so that no compression makes it smaller. */
  private static final byte[] DATA = new byte[64 * ENTRY_BYTES];

  static {
    new Random(1).nextBytes(DATA);
  }

  final String name;
  private final JRaftServiceFactory factory;
  private final Path directory;
  private LogStorage log;

  private Contender(String name, JRaftServiceFactory factory, Path parent) throws IOException {
    this.name = name;
    this.factory = factory;
    this.directory = parent.resolve(name);
    delete(directory);
    Files.createDirectories(directory);
  }

  static Contender rocksDb(Path parent) throws IOException {
    return new Contender("rocksdb", new DefaultJRaftServiceFactory(), parent);
  }

  static Contender syncline(Path parent, StorageMode mode) throws IOException {
    LogSettings settings = LogSettings.defaults().withStorage(mode);
    return new Contender("syncline-" + mode.toString().toLowerCase(), new SynclineServiceFactory(settings), parent);
  }

  Path directory() {
    return directory;
  }

  LogStorage log() {
    return log;
  }

  /** Opens the log; returns how long that took, in nanoseconds. */
  long open() {
    LogStorageOptions options = new LogStorageOptions();
    options.setGroupId("compare-" + name);
    options.setConfigurationManager(new ConfigurationManager());
    options.setLogEntryCodecFactory(LogEntryV2CodecFactory.getInstance());
    log = factory.createLogStorage(directory.toString(), new RaftOptions());
    long began = System.nanoTime();
    if (!log.init(options)) throw new IllegalStateException(name + " did not open");
    // RocksDB looks for its ends only when asked.
    log.getFirstLogIndex();
    log.getLastLogIndex();
    return System.nanoTime() - began;
  }

  void close() {
    log.shutdown();
    log = null;
  }

  /** Appends so many batches; puts what each took into {@code nanos} from {@code at} on. */
  void append(int batches, int batchEntries, long[] nanos, int at) {
    long next = log.getLastLogIndex() + 1;
    for (int i = 0; i < batches; i++) {
      List<LogEntry> batch = batch(next, batchEntries);
      long began = System.nanoTime();
      int appended = log.appendEntries(batch);
      nanos[at + i] = System.nanoTime() - began;
      if (appended != batchEntries) throw new IllegalStateException(name + " appended " + appended + " of " + batchEntries);
      next += batchEntries;
    }
  }

  static List<LogEntry> batch(long first, int count) {
    List<LogEntry> batch = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      LogEntry entry = new LogEntry(EntryType.ENTRY_TYPE_DATA);
      entry.setId(new LogId(first + i, 1));
      entry.setData(ByteBuffer.wrap(DATA, (int) ((first + i) * 97 % (DATA.length - ENTRY_BYTES)), ENTRY_BYTES));
      batch.add(entry);
    }
    return batch;
  }

  static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) return;
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
    }
  }
}
