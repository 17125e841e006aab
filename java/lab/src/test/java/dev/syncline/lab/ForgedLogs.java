package dev.syncline.lab;

import dev.syncline.Operation;
import dev.syncline.SyncMode;
import dev.syncline.WalCursor;
import dev.syncline.WalOptions;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import dev.syncline.format.Layout;
import dev.syncline.tck.DiskImage;
import dev.syncline.tck.LogTestBase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A good log to forge a field of.
 *
 * @param written every record that ever had that sequence: a forged mark may bring back what was cut
 */
record ForgedLogs(String name, DiskImage image, Map<Long, Set<CrashRecord>> written, long current) {
  private static final int BLOCK_BYTES = GoldenLog.BLOCK_BYTES;

  /** Of a frame without a checkpoint. */
  private static final int FRAME_RECORDS = 5;

  @Override
  public String toString() {
    return name;
  }

  static WalOptions.Builder options() {
    return GoldenLog.options().maxSegmentSize(Layout.FRAMES_START_BYTES + 15 * BLOCK_BYTES);
  }

  static SimulatedStorage on(SimulatedDisk disk, Path lockDirectory) {
    return new SimulatedStorage(disk, lockDirectory, SimulatedStorage.traits(BLOCK_BYTES, true, true));
  }

  /** Closed and crashed; with segments that were sealed, cut at either end, used again; with batches and checkpoints. */
  static List<ForgedLogs> all(Path lockDirectory) throws IOException {
    return List.of(
        write("closed", lockDirectory, (log, written) -> frames(log, written, 4), true),
        write("crashed", lockDirectory, (log, written) -> frames(log, written, 4), false),
        write("truncated and used again", lockDirectory, ForgedLogs::useAgain, false),
        write("cut at the tail", lockDirectory, (log, written) -> {
          frames(log, written, 4);
          log.truncateAfter(log.currentSequence() - FRAME_RECORDS);
        }, true),
        write("cut three times and gone on", lockDirectory, (log, written) -> {
          for (int i = 0; i < 3; i++) {
            frames(log, written, 2);
            log.truncateAfter(log.currentSequence() - FRAME_RECORDS);
          }
          frames(log, written, 1);
        }, false),
        write("with a lone checkpoint", lockDirectory, (log, written) -> log.checkpoint(), true),
        write("crashed with commits that share a block", lockDirectory, (log, written) -> joined(log, written, 20), false, joining()),
        write("with a commit that has just crossed", lockDirectory, ForgedLogs::crossed, false, joining()));
  }

  private interface Writing {
    void on(WriteAheadLog log, Map<Long, Set<CrashRecord>> written) throws IOException;
  }

  private static WalOptions.Builder joining() {
    return options().syncMode(SyncMode.SYNC).joinCommitsWithin(Duration.ofHours(1));
  }

  private static ForgedLogs write(String name, Path lockDirectory, Writing writing, boolean closed) throws IOException {
    return write(name, lockDirectory, writing, closed, options());
  }

  private static ForgedLogs write(String name, Path lockDirectory, Writing writing, boolean closed, WalOptions.Builder options)
      throws IOException {
    SimulatedDisk disk = new SimulatedDisk(DiskImage.empty());
    Map<Long, Set<CrashRecord>> written = new TreeMap<>();
    WriteAheadLog log = WriteAheadLog.open(on(disk, lockDirectory), options.build());
    writing.on(log, written);
    note(log, written);
    long current = log.currentSequence();
    if (closed) log.close();
    DiskImage image = disk.cut(disk.moment(), new Survival(Survival.Kind.EVERYTHING, 1));
    if (!closed) log.close();
    return new ForgedLogs(name, image, written, current);
  }

  private static void note(WriteAheadLog log, Map<Long, Set<CrashRecord>> written) throws IOException {
    try (WalCursor cursor = log.iterate()) {
      while (cursor.hasNext()) {
        WalRecord record = cursor.next();
        written.computeIfAbsent(record.sequence(), sequence -> new HashSet<>()).add(CrashRecord.of(record));
      }
    }
  }

  private static void frames(WriteAheadLog log, Map<Long, Set<CrashRecord>> written, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      String name = log.currentSequence() + "";
      log.put(LogTestBase.bytes("k" + name), LogTestBase.bytes("value " + name));
      log.appendBatch(List.of(Operation.delete(LogTestBase.bytes("d" + name)), Operation.entry(new byte[300])));
      if (i % 3 == 2) log.checkpoint();
      log.append(new byte[i * 90]);
      log.sync();
    }
    note(log, written);
  }

  /** Both slots hold what the newest frame was lately. */
  private static void joined(WriteAheadLog log, Map<Long, Set<CrashRecord>> written, int count) throws IOException {
    for (int i = 0; i < count; i++) log.append(LogTestBase.bytes("small " + log.currentSequence()));
    note(log, written);
  }

  /** The slots hold what the frame before the newest was. */
  private static void crossed(WriteAheadLog log, Map<Long, Set<CrashRecord>> written) throws IOException {
    joined(log, written, 5);
    log.append(new byte[BLOCK_BYTES]);
    note(log, written);
  }

  private static void useAgain(WriteAheadLog log, Map<Long, Set<CrashRecord>> written) throws IOException {
    for (int i = 0; i < 20 && log.stats().recycledSegments() < 2; i++) {
      frames(log, written, 4);
      log.truncate(log.currentSequence() - 12);
    }
    frames(log, written, 1);
    if (log.stats().recycledSegments() < 2) throw new AssertionError("no file was used again");
  }

  /** Values that a field of so many bytes may be set to, beside the one that it has. */
  static List<Long> extremes(long value, int bytes, int fileBytes) {
    List<Long> all = new ArrayList<>(List.of(0L, 1L, 2L, -1L, value - 1, value + 1, 127L, -128L));
    if (bytes > 1) all.addAll(List.of((long) Short.MIN_VALUE, (long) Short.MAX_VALUE));
    if (bytes > 2)
      all.addAll(List.of((long) Integer.MIN_VALUE, (long) Integer.MAX_VALUE, 512L, 1024L, 2048L, 4096L, 8192L, fileBytes + 0L,
          fileBytes + 1L, value + BLOCK_BYTES, (long) Integer.MAX_VALUE - (1 << 20)));
    if (bytes > 4) all.addAll(List.of(Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE - 1, 1L << 32, 1L << 40, -value));
    return all.stream().map(each -> narrowed(each, bytes)).distinct().filter(each -> each != value).toList();
  }

  private static long narrowed(long value, int bytes) {
    int shift = 64 - 8 * bytes;
    return value << shift >> shift;
  }
}
