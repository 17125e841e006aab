package dev.syncline.raft;

import com.alipay.sofa.jraft.conf.ConfigurationManager;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.entity.codec.LogEntryDecoder;
import com.alipay.sofa.jraft.entity.codec.LogEntryEncoder;
import com.alipay.sofa.jraft.option.LogStorageOptions;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.storage.LogStorage;
import com.alipay.sofa.jraft.util.Describer;
import dev.syncline.CorruptLogException;
import dev.syncline.io.Storage;
import dev.syncline.io.Storages;
import dev.syncline.log.commit.Entry;
import dev.syncline.log.SegmentedLog;
import dev.syncline.log.read.LogCursor;
import dev.syncline.log.read.RecordView;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * JRaft calls the changing methods from one thread for each log, and the reading ones from any. Changes exclude each other here; readers
 * take no lock. A reader that fails beside a change (its file may just have been cut or deleted) looks again when the change is over, and
 * only what fails then is an error.
 */

/**
 * The log of a Raft node in a directory of Syncline's files.
 *
 * <p>As in JRaft's own storages, errors are logged and told by {@code false}, null, or a count that is too low, upon which JRaft
 * stops the node. After a failed write or sync nothing is appended any more until {@link #init} after {@link #shutdown}.
 */
public final class SynclineLogStorage implements LogStorage, Describer {
  private static final Logger LOG = LoggerFactory.getLogger(SynclineLogStorage.class);

  /** How the storage in a directory is opened. */
  interface StorageOpener {
    Storage open(Path directory, LogSettings settings) throws IOException;
  }

  /** A log that is open, and what belongs to it. */
  private record Opened(SegmentedLog log, LogEntryEncoder encoder, LogEntryDecoder decoder) {
    /** A copy of the entry's bytes, or null if there is none with that index. */
    byte[] read(long index) throws IOException {
      return log.read(index, RecordView::payload);
    }
  }

  private final Path directory;
  private final LogSettings settings;
  private final boolean sync;
  private final StorageOpener opener;
  private final Consumer<Exception> troubles;

  private final ReentrantLock changes = new ReentrantLock();

  /** Null before {@link #init} and after {@link #shutdown}. Written under the lock. */
  private volatile Opened opened;

  /** @param uri a directory, which need not exist */
  public SynclineLogStorage(String uri, RaftOptions raftOptions, LogSettings settings) {
    this(uri, raftOptions, settings, trouble -> {});
  }

  /** @param troubles see {@link SynclineServiceFactory#SynclineServiceFactory(LogSettings, Consumer)} */
  SynclineLogStorage(String uri, RaftOptions raftOptions, LogSettings settings, Consumer<Exception> troubles) {
    this(uri, raftOptions, settings, SynclineLogStorage::openStorage, troubles);
  }

  SynclineLogStorage(String uri, RaftOptions raftOptions, LogSettings settings, StorageOpener opener) {
    this(uri, raftOptions, settings, opener, trouble -> {});
  }

  SynclineLogStorage(
      String uri, RaftOptions raftOptions, LogSettings settings, StorageOpener opener, Consumer<Exception> troubles) {
    if (uri == null || uri.isBlank()) throw new IllegalArgumentException("expected a directory as the log's uri, found nothing");
    this.directory = Path.of(uri).toAbsolutePath();
    this.settings = Objects.requireNonNull(settings, "settings");
    this.sync = raftOptions.isSync();
    this.opener = opener;
    this.troubles = troubles;
  }

  private static Storage openStorage(Path directory, LogSettings settings) throws IOException {
    return Storages.open(directory, settings.storage(), settings.toLogOptions(true).blockBytes()).storage();
  }

  // Life.

  @Override
  public boolean init(LogStorageOptions options) {
    Objects.requireNonNull(options.getConfigurationManager(), "expected a configuration manager");
    Objects.requireNonNull(options.getLogEntryCodecFactory(), "expected a codec for log entries");
    changes.lock();
    try {
      if (opened != null) {
        LOG.warn("The log in {} is open already.", directory);
        return true;
      }
      ForeignLog.refuse(directory);
      SegmentedLog log =
          SegmentedLog.open(directory, settings.storage(), () -> opener.open(directory, settings), settings.toLogOptions(sync));
      LogEntryDecoder decoder = options.getLogEntryCodecFactory().decoder();
      try {
        loadConfigurations(log, decoder, options.getConfigurationManager());
      } catch (IOException | RuntimeException | Error e) {
        closeAfter(log, e);
        throw e;
      }
      opened = new Opened(log, options.getLogEntryCodecFactory().encoder(), decoder);
      LOG.info("The log in {} holds entries {} to {}.", directory, log.firstSequence(), log.currentSequence());
      return true;
    } catch (IOException | RuntimeException e) {
      troubles.accept(e);
      // Without the exception's own text where it advises to repair the log.
      if (isDamage(e)) LOG.error("The log in {} cannot be opened: {}", directory, forRaft(e));
      else LOG.error("The log in {} cannot be opened: {}", directory, e.getMessage(), e);
      return false;
    } finally {
      changes.unlock();
    }
  }

  private static boolean isDamage(Exception e) {
    return e instanceof CorruptLogException corrupt && corrupt.damage().isPresent();
  }

  /** A log by itself can be repaired; a node that went on behind a hole would vote and answer as if it had never held what is lost. */
  private static String forRaft(Exception damage) {
    return ((CorruptLogException) damage).damage().orElseThrow() + " for this node. Do not repair it: take the node out of its group,"
        + " delete its directories, start it empty and add it again";
  }

  private static void loadConfigurations(SegmentedLog log, LogEntryDecoder decoder, ConfigurationManager manager) throws IOException {
    log.scan(Entries.CONFIGURATION, log.truncatedThrough(),
        record -> manager.add(Entries.configuration(Entries.decode(record.sequence(), record.payload(), decoder))));
  }

  private static void closeAfter(SegmentedLog log, Throwable because) {
    try {
      log.close();
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }

  @Override
  public void shutdown() {
    changes.lock();
    try {
      Opened closing = opened;
      opened = null;
      if (closing == null) return;
      closing.log().close();
    } catch (IOException e) {
      LOG.error("Closing the log in {} failed: {}", directory, e.getMessage(), e);
    } finally {
      changes.unlock();
    }
  }

  private Opened open() {
    Opened now = opened;
    if (now == null) throw new IllegalStateException("the log in " + directory + " is not open: call init first");
    return now;
  }

  // Looking.

  /** 1 in a new log; one above the last index if nothing is left. */
  @Override
  public long getFirstLogIndex() {
    return open().log().firstSequence();
  }

  /** 0 in a new log; one below the first index if nothing is left. */
  @Override
  public long getLastLogIndex() {
    return open().log().currentSequence();
  }

  @Override
  public LogEntry getEntry(long index) {
    Opened now = opened;
    if (now == null) {
      LOG.warn("Entry {} was asked for while the log in {} is not open.", index, directory);
      return null;
    }
    if (!contains(now.log(), index)) return null;
    try {
      return read(now, index);
    } catch (IOException | RuntimeException e) {
      troubles.accept(e);
      LOG.error("Entry {} in {} cannot be read: {}", index, directory, e.getMessage(), e);
      return null;
    }
  }

  private static boolean contains(SegmentedLog log, long index) {
    return index > log.truncatedThrough() && index <= log.currentSequence();
  }

  private LogEntry read(Opened now, long index) throws IOException {
    byte[] payload;
    try {
      payload = now.read(index);
    } catch (IOException e) {
      payload = null;
    }
    if (payload == null && contains(now.log(), index)) payload = readBetweenChanges(now, index);
    return payload == null ? null : Entries.decode(index, payload, now.decoder());
  }

  private byte[] readBetweenChanges(Opened now, long index) throws IOException {
    changes.lock();
    try {
      return now == opened && contains(now.log(), index) ? now.read(index) : null;
    } finally {
      changes.unlock();
    }
  }

  /** @deprecated as in the interface: {@link #getEntry} tells the term too */
  @Deprecated
  @Override
  public long getTerm(long index) {
    LogEntry entry = getEntry(index);
    return entry == null ? 0 : entry.getId().getTerm();
  }

  // Appending.

  @Override
  public boolean appendEntry(LogEntry entry) {
    return appendEntries(List.of(entry)) == 1;
  }

  /**
   * Appends entries, each run of consecutive indexes in one write; in Raft that is all of them. What lies at or above the index of an
   * entry is cut away first. Those in front that lie before the first index are in a snapshot and are passed over: a leader that has not
   * heard of a snapshot yet, since another one sent it, begins before it.
   *
   * @return how many of them are in the log now, or in a snapshot, from the front; with {@link RaftOptions#isSync} they are durable
   */
  @Override
  public int appendEntries(List<LogEntry> entries) {
    if (entries == null || entries.isEmpty()) return 0;
    int done = 0;
    changes.lock();
    try {
      Opened now = open();
      done = inSnapshot(now, entries);
      while (done < entries.size()) done += appendRun(now, entries.subList(done, entries.size()));
    } catch (IOException | RuntimeException e) {
      troubles.accept(e);
      LOG.error("Of {} entries from index {} on, {} were appended to {}: {}", entries.size(), entries.get(0).getId().getIndex(), done,
          directory, e.getMessage(), e);
    } finally {
      changes.unlock();
    }
    return done;
  }

  private int inSnapshot(Opened now, List<LogEntry> entries) {
    long first = now.log().truncatedThrough() + 1;
    int count = 0;
    while (count < entries.size() && wasTruncated(entries.get(count).getId().getIndex(), first)) count++;
    if (count > 0) LOG.info("Of {} entries from index {} on, {} are in a snapshot, as {} begins with {}.", entries.size(),
        entries.get(0).getId().getIndex(), count, directory, first);
    return count;
  }

  /** There is no index below 1. */
  private static boolean wasTruncated(long index, long first) {
    return index >= 1 && index < first;
  }

  /** Appends entries as long as each has the next index and all together can be written in one piece; returns how many. */
  private int appendRun(Opened now, List<LogEntry> entries) throws IOException {
    long first = entries.get(0).getId().getIndex();
    List<Entry> run = new ArrayList<>(entries.size());
    long bytes = 0;
    for (LogEntry entry : entries) {
      if (entry.getId().getIndex() != first + run.size()) break;
      Entry record = Entries.record(entry, now.encoder());
      bytes += record.rest().length;
      if (!run.isEmpty() && bytes > settings.batchBytes()) break;
      run.add(record);
    }
    requireNotTruncated(now, first);
    if (first <= now.log().currentSequence()) cutBehind(now, first - 1);
    now.log().appendRun(first, run);
    return run.size();
  }

  private static void requireNotTruncated(Opened now, long index) {
    long first = now.log().truncatedThrough() + 1;
    if (index < first) throw new IllegalArgumentException("expected an entry from index " + first + " on, found one at " + index);
  }

  // Truncating.

  /**
   * Forgets what lies before {@code firstIndexKept}, durably; if that is everything, that index is also the next one, however far it
   * lies beyond the last.
   */
  @Override
  public boolean truncatePrefix(long firstIndexKept) {
    return changed("forget what lies before " + firstIndexKept, now -> {
      if (firstIndexKept - 1 > now.log().currentSequence()) now.log().reset(firstIndexKept);
      else if (firstIndexKept > 1) now.log().truncate(firstIndexKept - 1);
    });
  }

  /** Forgets what lies behind {@code lastIndexKept}, durably. */
  @Override
  public boolean truncateSuffix(long lastIndexKept) {
    return changed("forget what lies behind " + lastIndexKept, now -> {
      if (lastIndexKept < now.log().currentSequence()) cutBehind(now, lastIndexKept);
    });
  }

  /** Between two entries that do not follow on each other, the earlier one is the last that is kept. */
  private static void cutBehind(Opened now, long lastIndexKept) throws IOException {
    long last = now.read(lastIndexKept) == null ? lastBefore(now.log(), lastIndexKept) : lastIndexKept;
    if (last == 0) now.log().reset(lastIndexKept + 1);
    else now.log().truncateAfter(last);
  }

  /** The last entry below {@code index}, or 0 if there is none. In Raft that is only asked where nothing is kept. */
  private static long lastBefore(SegmentedLog log, long index) throws IOException {
    if (index < log.truncatedThrough())
      throw new IllegalArgumentException("expected to keep entries up to " + log.truncatedThrough() + " or later, found " + index);
    long last = 0;
    try (LogCursor cursor = log.cursor(0)) {
      while (cursor.advance() && cursor.sequence() < index) last = cursor.sequence();
    }
    return last;
  }

  /**
   * Forgets everything but the entry {@code nextLogIndex}, if there is one. If there is none the log is empty, and that index the next.
   *
   * @throws IllegalArgumentException if it is not above 0
   */
  @Override
  public boolean reset(long nextLogIndex) {
    if (nextLogIndex <= 0) throw new IllegalArgumentException("expected an index above 0 to go on with, found " + nextLogIndex);
    return changed("go on with " + nextLogIndex, now -> {
      if (now.read(nextLogIndex) == null) {
        now.log().reset(nextLogIndex);
      } else {
        // Each step leaves the entry where it is, so that a crash between them does not lose it.
        cutBehind(now, nextLogIndex);
        now.log().truncate(nextLogIndex - 1);
      }
    });
  }

  private interface Change {
    void apply(Opened now) throws IOException;
  }

  private boolean changed(String what, Change change) {
    changes.lock();
    try {
      change.apply(open());
      return true;
    } catch (IOException | RuntimeException e) {
      troubles.accept(e);
      LOG.error("The log in {} was to {}: {}", directory, what, e.getMessage(), e);
      return false;
    } finally {
      changes.unlock();
    }
  }

  /** For JRaft's {@code describe} of a node: what the log has done since it was opened. */
  @Override
  public void describe(Printer out) {
    Opened now = opened;
    if (now == null) out.print("  syncline log in ").print(directory).println(": not open");
    else out.print("  syncline log in ").print(directory).print(": ").println(now.log().stats());
  }
}
