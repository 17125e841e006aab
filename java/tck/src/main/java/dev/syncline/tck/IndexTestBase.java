package dev.syncline.tck;

import dev.syncline.CorruptionPolicy;
import dev.syncline.SyncMode;
import dev.syncline.io.Storage;
import dev.syncline.log.commit.Entry;
import dev.syncline.log.SegmentedLog;
import dev.syncline.log.options.LogOptions;
import dev.syncline.log.read.LogCursor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.junit.jupiter.api.AfterEach;

/** The vocabulary of the contracts of the layer below the public face: records by index, as a consensus engine keeps them. */
public abstract class IndexTestBase extends LogTestBase {
  /** The type of records that a test does not say otherwise of. */
  protected static final int PLAIN = 70;

  protected static final byte[] NOTHING = new byte[0];

  private final ConcurrentLinkedDeque<SegmentedLog> openedLogs = new ConcurrentLinkedDeque<>();

  @AfterEach
  final void closeLogsThatAreStillOpen() {
    for (SegmentedLog log = openedLogs.pollFirst(); log != null; log = openedLogs.pollFirst()) Quietly.close(log);
  }

  protected final SegmentedLog openLog(Path directory) throws IOException {
    return openLog(openStorage(directory), smallOptions());
  }

  protected final SegmentedLog openLog(Storage storage, LogOptions options) throws IOException {
    SegmentedLog log = SegmentedLog.open(storage, options);
    openedLogs.addFirst(log);
    return log;
  }

  /** Small segments; damage fails the opening. */
  protected static LogOptions smallOptions() {
    return LogOptions.defaults().withJoinMillis(0).withSizes(SMALL_SEGMENT_BYTES, 16 << 20).withCorruptionPolicy(CorruptionPolicy.REFUSE);
  }

  protected static LogOptions manualOptions() {
    return smallOptions().withSyncMode(SyncMode.MANUAL);
  }

  /** A closed log in {@link #directory} with the records {@code first} to {@code last}, each in a write of its own. */
  protected final Path givenRecords(long first, long last) throws IOException {
    try (SegmentedLog log = openLog(directory())) {
      appendOneByOne(log, first, last);
    }
    return directory();
  }

  protected static void appendOneByOne(SegmentedLog log, long first, long last) throws IOException {
    for (long index = first; index <= last; index++) log.appendAt(index, PLAIN, 0, NOTHING, entryPayload(index));
  }

  /** The records of a run: their payloads say which index they have. */
  protected static List<Entry> run(long first, long last) {
    List<Entry> entries = new ArrayList<>();
    for (long index = first; index <= last; index++) entries.add(new Entry(PLAIN, 0, NOTHING, entryPayload(index)));
    return entries;
  }

  protected static Entry entry(int type, String text) {
    return new Entry(type, 0, NOTHING, bytes(text));
  }

  /** Everything that can be read, each record in one legible line. */
  protected static List<String> contents(SegmentedLog log) throws IOException {
    List<String> lines = new ArrayList<>();
    try (LogCursor cursor = log.cursor(0)) {
      while (cursor.advance()) lines.add(cursor.sequence() + " " + text(cursor.payload()));
    }
    return lines;
  }

  /** What {@link #contents} shows of the records {@code first} to {@code last}. */
  protected static List<String> records(long first, long last) {
    List<String> lines = new ArrayList<>();
    for (long index = first; index <= last; index++) lines.add(index + " " + text(entryPayload(index)));
    return lines;
  }
}
