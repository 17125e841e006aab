package dev.syncline.log.repair;

import dev.syncline.format.Mark;
import dev.syncline.io.Storage;
import dev.syncline.log.SegmentedLog;
import dev.syncline.log.commit.Entry;
import dev.syncline.log.options.LogOptions;
import dev.syncline.log.segment.MarkFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The log that takes a damaged one's place, while it is being written: by the engine, closed and opened again wherever a gap is to go on
 * record, since that is where a segment begins behind sequences that were given up.
 */
final class NewLog implements Closeable {
  private final Storage storage;
  private final Path directory;
  private final LogOptions options;

  /** Null while it is closed. */
  private SegmentedLog log;

  private long lastSequence;
  private long committedMillis;

  /** @param storage of the damaged log, whose lock the caller holds */
  NewLog(Storage storage, Path directory, LogOptions options) {
    this.storage = storage;
    this.directory = directory;
    this.options = options;
  }

  /** Makes it a log without records. */
  void create(Mark first) throws IOException {
    try (Storage target = storage.in(directory)) {
      target.createDirectory();
      MarkFile.create(target, first).close();
    }
    lastSequence = Math.max(first.truncatedThrough(), first.floorSequence());
  }

  /** Appends records that belong together, the first with that sequence. */
  void append(long first, List<Entry> records) throws IOException {
    if (records.size() == 1) {
      Entry record = records.get(0);
      opened().appendAt(first, record.type(), record.meta(), record.head(), record.rest());
    } else {
      // A group takes the sequences that come next.
      if (first != lastSequence + 1) skipTo(first - 1);
      opened().appendGroup(records);
    }
    lastSequence = first + records.size() - 1;
  }

  /**
   * What comes next was committed at that time, and goes into a frame of its own, as it did: what is damaged later is to take no more with
   * it than it would have.
   */
  void beginFrame(long millis) throws IOException {
    committedMillis = millis;
    if (log != null) log.beginFrame(millis);
  }

  private SegmentedLog opened() throws IOException {
    if (log != null) return log;
    log = SegmentedLog.openInside(storage.in(directory), options);
    log.beginFrame(committedMillis);
    return log;
  }

  /** Gives up what lies between the last record and {@code sequence}, which is on record from now on. */
  void skipTo(long sequence) throws IOException {
    close();
    try (Storage target = storage.in(directory)) {
      MarkFile.replace(target, mark(target).withFloor(sequence));
    }
    lastSequence = sequence;
  }

  /** Ends it, durably: the next record comes after {@code floor}. */
  void finish(long floor, MarkFile.Checkpoint checkpoint) throws IOException {
    close();
    try (Storage target = storage.in(directory)) {
      MarkFile.replace(target, mark(target).withFloor(floor).withCheckpoint(checkpoint.sequence(), checkpoint.covered()));
    }
  }

  private Mark mark(Storage target) throws IOException {
    return MarkFile.read(target).mark().orElseThrow(() -> new IOException(directory + ": its mark cannot be read back"));
  }

  /** Makes durable what was appended. */
  @Override
  public void close() throws IOException {
    SegmentedLog open = log;
    log = null;
    if (open != null) open.close();
  }
}
