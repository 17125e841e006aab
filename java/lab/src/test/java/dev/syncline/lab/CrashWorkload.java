package dev.syncline.lab;

import dev.syncline.Operation;
import dev.syncline.RecordType;
import dev.syncline.SyncMode;
import dev.syncline.WriteAheadLog;
import dev.syncline.format.Layout;
import dev.syncline.lab.CrashHistory.Call;
import dev.syncline.lab.CrashHistory.Kind;
import dev.syncline.tck.Together;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Does random things to a log on a simulated disk, and takes down what was asked and what was answered. */
final class CrashWorkload {
  private static final long PATIENCE_SECONDS = 120;

  private final CrashSettings settings;
  private final SimulatedDisk disk;
  private final Path directory;
  private final CrashHistory history;
  private final long seed;

  /** Replaced by reopenings, which only a run of one thread has. */
  private volatile WriteAheadLog log;

  private CrashWorkload(CrashSettings settings, SimulatedDisk disk, Path directory, CrashHistory history, long seed, WriteAheadLog log) {
    this.settings = settings;
    this.disk = disk;
    this.directory = directory;
    this.history = history;
    this.seed = seed;
    this.log = log;
  }

  static WriteAheadLog open(CrashSettings settings, SimulatedDisk disk, Path directory, long seed) throws IOException {
    return WriteAheadLog.open(new SimulatedStorage(disk, directory, settings.traits()), settings.options(seed));
  }

  /** A whole run, from a fresh directory on. */
  static CrashHistory run(CrashSettings settings, SimulatedDisk disk, Path directory, long seed) throws Exception {
    CrashHistory history = new CrashHistory(disk, CrashContents.empty());
    CrashWorkload work = new CrashWorkload(settings, disk, directory, history, seed, open(settings, disk, directory, seed));
    if (settings.threads() == 1) work.act(new Random(seed), 0, settings.actions(), true);
    else Together.run(settings.threads(), thread -> work.act(new Random(seed + thread), thread, settings.actions() / 2, false));
    return history;
  }

  /** A few more actions on a log that was recovered and held {@code found}. */
  static CrashHistory goOn(
      CrashSettings settings, SimulatedDisk disk, Path directory, long seed, WriteAheadLog log, CrashContents found, int actions)
      throws Exception {
    CrashHistory history = new CrashHistory(disk, found);
    new CrashWorkload(settings, disk, directory, history, seed, log).act(new Random(seed), 0, actions, true);
    return history;
  }

  private void act(Random random, int thread, int actions, boolean alone) throws Exception {
    for (int i = 0; i < actions; i++) {
      String name = Long.toHexString(seed & 0xffffff) + "-" + thread + "-" + i;
      int choice = random.nextInt(100);
      if (choice < 52) append(random, name, alone);
      else if (choice < 67) batch(random, name, alone);
      else if (choice < 73) checkpoint(random);
      else if (choice < 79) sync();
      else if (choice < 86) truncate(random);
      else if (!alone) append(random, name, false);
      else if (choice < 91) truncateAfter(random);
      else if (choice < 94) appendAsync(random, name);
      else reopen(random.nextBoolean());
    }
  }

  private boolean durableOnReturn() {
    return settings.mode() == SyncMode.SYNC;
  }

  private CrashRecord record(Random random, String name) {
    RecordType type = List.of(RecordType.PUT, RecordType.DELETE, RecordType.ENTRY).get(random.nextInt(3));
    return CrashRecord.data(type, name + " ", valueBytes(random));
  }

  private int valueBytes(Random random) {
    int size = random.nextInt(40);
    if (size == 0) return random.nextInt(3 * (settings.segmentBytes() - (int) Layout.FRAMES_START_BYTES));
    return size < 8 ? random.nextInt(4 * settings.blockBytes()) : random.nextInt(100);
  }

  private void append(Random random, String name, boolean alone) throws IOException {
    CrashRecord record = record(random, name);
    long before = log.currentSequence();
    Call call = history.begin(Kind.APPEND, List.of(record), 0);
    long sequence = log.append(record.operation());
    history.end(call, sequence, durableOnReturn());
    if (alone) CrashJudgement.require(sequence == before + 1, "expected sequence " + (before + 1) + ", got " + sequence);
  }

  private void appendAsync(Random random, String name) throws Exception {
    CrashRecord record = record(random, name);
    Call call = history.begin(Kind.APPEND, List.of(record), 0);
    CompletableFuture<Long> future = log.appendAsync(record.operation()).durable();
    if (settings.mode() == SyncMode.MANUAL) log.sync();
    history.end(call, future.get(PATIENCE_SECONDS, TimeUnit.SECONDS), true);
  }

  private void batch(Random random, String name, boolean alone) throws IOException {
    List<CrashRecord> records = new ArrayList<>();
    List<Operation> operations = new ArrayList<>();
    for (int i = 0; i <= random.nextInt(5); i++) records.add(record(random, name + "-" + i));
    for (CrashRecord record : records) operations.add(record.operation());
    long before = log.currentSequence();
    Call call = history.begin(Kind.BATCH, records, 0);
    long first = log.appendBatch(operations).first();
    history.end(call, first, durableOnReturn());
    if (alone) CrashJudgement.require(first == before + 1, "expected sequence " + (before + 1) + ", got " + first);
  }

  private void checkpoint(Random random) throws IOException {
    long covered = log.currentSequence() == 0 ? 0 : random.nextInt((int) log.currentSequence() + 1);
    Call call = history.begin(Kind.CHECKPOINT, List.of(CrashRecord.marker(RecordType.CHECKPOINT, covered)), covered);
    history.end(call, log.checkpoint(covered), true);
  }

  private void sync() throws IOException {
    Call call = history.begin(Kind.SYNC, List.of(), 0);
    history.end(call, log.sync(), true);
  }

  private void truncate(Random random) throws IOException {
    long first = log.firstSequence();
    long through = Math.max(0, first - 1 + random.nextInt((int) Math.max(1, log.currentSequence() - first + 2)));
    Call call = history.begin(Kind.TRUNCATE, List.of(), through);
    log.truncate(through);
    history.end(call, 0, true);
  }

  private void truncateAfter(Random random) throws IOException {
    Map<Long, CrashRecord> records = CrashContents.of(log).records();
    long first = log.firstSequence();
    long after = Math.max(0, first - 1 + random.nextInt((int) Math.max(1, log.currentSequence() - first + 2)));
    for (Map.Entry<Long, CrashRecord> each : records.entrySet())
      if (each.getValue().type() == RecordType.COMMIT && each.getValue().marked() <= after && after < each.getKey()) after = each.getKey();
    Call call = history.begin(Kind.TRUNCATE_AFTER, List.of(), after);
    log.truncateAfter(after);
    history.end(call, 0, true);
  }

  /** Closes the log, or just drops it as a process does that dies; then opens it again on the same disk. */
  private void reopen(boolean close) throws IOException {
    if (close) {
      Call closing = history.begin(Kind.SYNC, List.of(), 0);
      long current = log.currentSequence();
      log.close();
      history.end(closing, current, true);
    }
    CrashHistory.Owed owed = history.owedAt(disk.moment());
    Call call = history.begin(Kind.REOPEN, List.of(), 0);
    log = open(settings, disk, directory, seed ^ disk.moment());
    CrashContents found = CrashJudgement.judge(log, owed);
    if (close) CrashJudgement.require(log.recovery().closedCleanly(), "a closed log was not taken for one: " + log.recovery());
    history.reopened(call, found);
  }
}
