package dev.syncline.cli;

import dev.syncline.RecordType;
import dev.syncline.StorageMode;
import dev.syncline.SyncMode;
import dev.syncline.format.Layout;
import dev.syncline.io.Storages;
import dev.syncline.log.CommitTimes;
import dev.syncline.log.SegmentedLog;
import dev.syncline.log.commit.Entry;
import dev.syncline.log.options.LogOptions;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The log that an import writes. A segment's space is reserved before it is used, and that of the next one too: so segments are small at
 * first, and larger the more there is, and what is reserved is at most as much as what was imported, and two mebibytes.
 */
final class ImportedLog implements Closeable {
  private static final int BLOCK_BYTES = 4096;
  private static final long SEGMENT_BYTES_MIN = 1L << 20;
  private static final long SEGMENT_BYTES_MAX = 64L << 20;
  private static final int GROWTH = 4;

  /** Each frame that waits to be written has a buffer of its own, and may hold one small record. */
  private static final long PENDING_BYTES_MAX = 4 << 10;

  /** So many segments of one size, and the next ones are larger. */
  private static final int SEGMENTS_OF_A_SIZE = 8;

  private final Path directory;
  private final StorageMode storage;
  private long segmentBytes = SEGMENT_BYTES_MIN;
  private long bytes;
  private long committedMillis = CommitTimes.UNKNOWN;

  /** Null once it is closed. */
  private SegmentedLog log;

  ImportedLog(Path directory, StorageMode storage) throws IOException {
    this.directory = directory;
    this.storage = storage;
    Storages.createDirectory(directory);
    log = open();
  }

  /** Everything becomes durable when it is closed. */
  private SegmentedLog open() throws IOException {
    LogOptions options = LogOptions.defaults().withSyncMode(SyncMode.MANUAL).withSizes(segmentBytes, LogOptions.GROUP_BYTES_MAX)
        .withMaxPendingBytes(PENDING_BYTES_MAX);
    SegmentedLog opened = SegmentedLog.open(Storages.open(directory, storage, BLOCK_BYTES).storage(), options);
    opened.beginFrame(committedMillis);
    return opened;
  }

  /** What is appended from now on was committed then, in milliseconds since 1970, or now if that is not known. */
  void committedAt(long millis) throws IOException {
    if (millis == committedMillis) return;
    committedMillis = millis;
    log.beginFrame(millis);
  }

  /** Returns the sequence of the first one. */
  long append(List<Entry> group) throws IOException {
    for (Entry entry : group) bytes += entry.head().length + entry.rest().length;
    long first = log.appendGroup(group);
    if (bytes >= SEGMENTS_OF_A_SIZE * segmentBytes && segmentBytes < SEGMENT_BYTES_MAX) grow();
    return first;
  }

  private void grow() throws IOException {
    close();
    segmentBytes *= GROWTH;
    log = open();
  }

  /** Everything up to {@code last} was truncated: the first record gets the next sequence. */
  void beginBehind(long last) throws IOException {
    if (last < Layout.SEQUENCE_MAX) {
      log.reset(last + 1);
      return;
    }
    // There is no next one to begin with.
    log.reset(last);
    log.append(RecordType.ENTRY.code(), 0, new byte[0], new byte[0]);
    log.truncate(last);
  }

  /** No record has a sequence up to {@code last} that is not there yet. */
  void leaveOut(long last) throws IOException {
    log.leaveOut(last);
  }

  void noteCheckpoint(long sequence, long covered) {
    log.noteCheckpoint(sequence, covered);
  }

  /** What sizes its segments have by now. */
  long segmentBytes() {
    return segmentBytes;
  }

  @Override
  public void close() throws IOException {
    SegmentedLog open = log;
    log = null;
    if (open != null) open.close();
  }
}
