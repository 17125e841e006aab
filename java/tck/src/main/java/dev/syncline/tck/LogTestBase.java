package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.Operation;
import dev.syncline.RecordType;
import dev.syncline.WalCursor;
import dev.syncline.WalOptions;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import dev.syncline.format.Layout;
import dev.syncline.io.Storage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The vocabulary that all contract classes share, around the one method that a storage's author writes.
 *
 * <p>Every log is opened on a {@link PausableStorage}, so that {@link #crashCopy} sees the directory between two operations,
 * as a process that dies leaves it. Segments are small here: rotation is part of most tests. And each commit has a frame of its own, so
 * that a test can say where a record lies; where that is not so is for {@link JoinedCommitsContract}.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // A log ignores interrupts, so one cannot end a hang.
public abstract class LogTestBase {
  public static final int BLOCK_BYTES = 4096;

  /** Where the first frame of a segment begins. */
  public static final int FRAMES_START_BYTES = (int) Layout.FRAMES_START_BYTES;

  public static final int SMALL_SEGMENT_BYTES = FRAMES_START_BYTES + 15 * BLOCK_BYTES;

  /** For {@code markInterval}, where a test looks at the mark, harms it or stops its writing: no other mark comes in between. */
  protected static final Duration NEVER = Duration.ofDays(1);

  @TempDir(factory = KitDirectory.class)
  protected Path temporary;

  private final ConcurrentLinkedDeque<WriteAheadLog> opened = new ConcurrentLinkedDeque<>();
  private final Map<WriteAheadLog, PausableStorage> storages = new ConcurrentHashMap<>();
  private int copies;

  /** The storage under test, on a directory that may not exist yet; the log that is opened on it closes it. */
  protected abstract Storage openStorage(Path directory) throws IOException;

  /** What a child process makes an instance of to get at {@link #openStorage}; needs a constructor without arguments. */
  protected Class<? extends LogTestBase> factory() {
    return getClass();
  }

  @AfterEach
  final void closeWhatIsStillOpen() {
    for (WriteAheadLog log = opened.pollFirst(); log != null; log = opened.pollFirst()) {
      storages.remove(log);
      Quietly.close(log);
    }
  }

  protected final Path directory() {
    return temporary.resolve("log");
  }

  protected final WriteAheadLog open() throws IOException {
    return open(directory());
  }

  protected final WriteAheadLog open(Path directory) throws IOException {
    return open(directory, options -> {});
  }

  protected final WriteAheadLog open(Consumer<WalOptions.Builder> choice) throws IOException {
    return open(directory(), choice);
  }

  protected final WriteAheadLog open(Path directory, Consumer<WalOptions.Builder> choice) throws IOException {
    PausableStorage storage = new PausableStorage(openStorage(directory));
    WriteAheadLog log = open(storage, choice);
    storages.put(log, storage);
    return log;
  }

  /** Opens on a decorated storage; {@link #crashCopy} is not for such a log. */
  protected final WriteAheadLog open(Storage storage, Consumer<WalOptions.Builder> choice) throws IOException {
    WalOptions.Builder options = WalOptions.builder().maxSegmentSize(1 << 20).joinCommitsWithin(Duration.ZERO);
    choice.accept(options);
    WriteAheadLog log = WriteAheadLog.open(storage, options.build());
    opened.addFirst(log);
    return log;
  }

  protected final WriteAheadLog openReadOnly(Path directory) throws IOException {
    WriteAheadLog log = WriteAheadLog.openReadOnly(directory);
    opened.addFirst(log);
    return log;
  }

  /** Asks a read-only log until it shows {@code sequence}: the last records have no witness before the next frame or mark. */
  protected static void awaitDurable(WriteAheadLog reader, long sequence) throws IOException {
    try (WalCursor tail = reader.tail(sequence - 1)) {
      assertThat(tail.next(Duration.ofSeconds(60))).as("record %d, or a later one", sequence).isPresent();
    }
  }

  /** For {@link #open}: segments that a few appends fill. */
  protected static void smallSegments(WalOptions.Builder options) {
    options.maxSegmentSize(SMALL_SEGMENT_BYTES);
  }

  /** Whether a file that was opened under this name is a segment; most get their final name only when they are ready. */
  protected static boolean isSegment(String openedAs) {
    return Character.isDigit(openedAs.isEmpty() ? '-' : openedAs.charAt(0));
  }

  /** The first segment of a fresh log: what goes wrong there hits appends, and not the file that is made ready next. */
  protected static boolean isFirstSegment(String openedAs) {
    return openedAs.startsWith(String.format(Locale.ROOT, "%020d.", 1));
  }

  /** A closed log in {@link #directory} that holds the entries 1 to {@code count}, in small segments. */
  protected final Path givenClosedLog(int count) throws IOException {
    try (WriteAheadLog log = open(LogTestBase::smallSegments)) {
      appendEntries(log, count);
    }
    return directory();
  }

  /** A copy of what a process leaves that died after it had appended the entries 1 to {@code count}, in small segments. */
  protected final Path givenCrashedLog(int count) throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    appendEntries(log, count);
    return crashCopy(log);
  }

  /** Copies the directory between two operations of the storage: what the operating system keeps if the process dies now. */
  protected final Path crashCopy(WriteAheadLog log) throws IOException {
    Path copy = newCopyName();
    storages.get(log).copyTo(copy);
    return copy;
  }

  /** A second directory with the same bytes, for tests that damage one. */
  protected final Path copyOf(Path directory) throws IOException {
    Path copy = newCopyName();
    DirectoryBytes.copy(directory, copy);
    return copy;
  }

  /** A directory that does not exist yet, in this test's own. */
  protected final Path newCopyName() {
    return temporary.resolve("copy-" + ++copies);
  }

  /** Appends {@code count} entries whose text names their sequence, provided that only such entries are in the log. */
  protected static void appendEntries(WriteAheadLog log, int count) throws IOException {
    for (int i = 0; i < count; i++) log.append(entryPayload(log.currentSequence() + 1));
  }

  /** The payload of the entry with this sequence; no other entry's payload contains it. */
  protected static byte[] entryPayload(long sequence) {
    return bytes("<entry-" + sequence + ">");
  }

  /** What {@link #lines} shows for the entries {@code first} to {@code last}. */
  protected static List<String> entryLines(long first, long last) {
    List<String> lines = new ArrayList<>();
    for (long sequence = first; sequence <= last; sequence++) lines.add(sequence + " ENTRY <entry-" + sequence + ">");
    return lines;
  }

  protected static List<Operation> batch(String... keys) {
    List<Operation> operations = new ArrayList<>();
    for (String key : keys) operations.add(Operation.put(bytes(key), bytes("of " + key)));
    return operations;
  }

  public static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  public static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** Everything up to the end or the damage; closes the cursor. */
  public static List<WalRecord> records(WalCursor cursor) {
    List<WalRecord> records = new ArrayList<>();
    try (cursor) {
      while (cursor.hasNext()) records.add(cursor.next());
    }
    return records;
  }

  /** Each record in one legible line; closes the cursor. */
  protected static List<String> lines(WalCursor cursor) {
    return records(cursor).stream().map(LogTestBase::line).toList();
  }

  protected static String line(WalRecord record) {
    String prefix = record.sequence() + " " + record.type();
    if (!record.type().isData()) return prefix;
    if (record.type() == RecordType.PUT) return prefix + " " + text(record.key()) + "=" + text(record.value());
    return prefix + " " + text(record.type() == RecordType.DELETE ? record.key() : record.value());
  }

  public static List<Long> sequences(WalCursor cursor) {
    return records(cursor).stream().map(WalRecord::sequence).toList();
  }

  /** What the log says while {@code work} runs. */
  protected static List<String> warningsOf(Runnable work) {
    List<String> said = new CopyOnWriteArrayList<>();
    Handler listener = new Handler() {
      @Override
      public void publish(LogRecord line) {
        if (line.getLevel() == Level.WARNING)
          said.add(new SimpleFormatter().formatMessage(line));
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
    Logger logger = Logger.getLogger("dev.syncline.log");
    logger.addHandler(listener);
    try {
      work.run();
    } finally {
      logger.removeHandler(listener);
    }
    return said;
  }
}
