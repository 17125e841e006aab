package dev.syncline.lab;

import static dev.syncline.lab.CrashJudgement.require;

import dev.syncline.CorruptionPolicy;
import dev.syncline.SynclineException;
import dev.syncline.Verification;
import dev.syncline.WalCursor;
import dev.syncline.WalOptions;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import dev.syncline.io.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a fuzzer calls with bytes of its own: opens the {@link FuzzedDirectory} that they describe.
 *
 * <p>Whatever the files hold: nothing is thrown but the library's own exceptions; sequences ascend; reading twice gives the same; what
 * recovery has repaired needs no repair again. If no checksum was forged: no record is shown that was not written, and none that was
 * durable is missing without a word.
 */
public final class DirectoryFuzzer {
  private static final CorruptionPolicy[] POLICIES = CorruptionPolicy.values();
  private static final int RECORDS_MAX = 10_000;
  private static final List<GoldenLog> LOGS = new ArrayList<>();
  private static Path lockDirectory;

  private DirectoryFuzzer() {}

  /** Called by the fuzzer. */
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    prepare();
    FuzzedDirectory directory = new FuzzedDirectory(input, LOGS);
    int choice = input.length == 0 ? 0 : input[0] & 0xff;
    WalOptions.Builder options = GoldenLog.options()
        .verifyOnOpen((choice & 2) == 0 ? Verification.TAIL : Verification.FULL)
        .corruptionPolicy(POLICIES[(choice >> 2) % POLICIES.length]);
    SimulatedDisk disk = new SimulatedDisk(directory.image());
    Reading first = read(disk, options.build());
    Reading second = read(disk, options.build());
    require(first.equals(second), "the first reading gave " + first + ", the second " + second);
    if (first.refused() == null) judge(directory, first);
    recover(directory, disk, options.build());
  }

  private static synchronized void prepare() throws IOException {
    if (lockDirectory != null) return;
    lockDirectory = Files.createTempDirectory("syncline-fuzz");
    lockDirectory.toFile().deleteOnExit();
    for (boolean closed : new boolean[] {true, false}) LOGS.add(GoldenLog.write(lockDirectory, closed));
    LOGS.add(GoldenLog.joined(lockDirectory));
  }

  private static Storage on(SimulatedDisk disk) {
    return new SimulatedStorage(disk, lockDirectory, SimulatedStorage.traits(GoldenLog.BLOCK_BYTES, false, true));
  }

  /**
   * What a reader saw.
   *
   * @param refused why it could not open the log, or null
   * @param told whether it was told of any damage
   */
  private record Reading(String refused, SortedMap<Long, CrashRecord> records, boolean told) {}

  private static Reading read(SimulatedDisk disk, WalOptions options) throws IOException {
    try (WriteAheadLog log = WriteAheadLog.openReadOnly(on(disk), options)) {
      return read(log);
    } catch (SynclineException refused) {
      return new Reading(refused.getClass().getSimpleName(), new TreeMap<>(), true);
    }
  }

  private static Reading read(WriteAheadLog log) throws IOException {
    SortedMap<Long, CrashRecord> records = new TreeMap<>();
    boolean told = !log.recovery().damage().isEmpty();
    try (WalCursor cursor = log.iterate()) {
      while (cursor.hasNext()) {
        WalRecord record = cursor.next();
        require(records.isEmpty() || record.sequence() > records.lastKey(), "sequence " + record.sequence() + " came after its like");
        records.put(record.sequence(), CrashRecord.of(record));
        require(records.size() < RECORDS_MAX, "a cursor does not end");
      }
      told |= cursor.damage().isPresent();
    } catch (UncheckedIOException e) {
      requireDeclared(e);
      told = true;
    }
    told |= !log.verify().ok();
    return new Reading(null, records, told);
  }

  private static void requireDeclared(UncheckedIOException e) {
    if (!(e.getCause() instanceof SynclineException)) throw e;
  }

  /** Nobody made checksums right: what is shown was written, and what is missing is told. */
  private static void judge(FuzzedDirectory directory, Reading reading) {
    if (directory.forged()) return;
    SortedMap<Long, CrashRecord> written = directory.golden().contents().records();
    reading.records().forEach((sequence, record) -> require(record.equals(written.get(sequence)), "record " + sequence + " was changed"));
    // Without a mark nobody knows what was truncated, and a log may begin with any segment: then that is told.
    long expected = reading.told() && !reading.records().isEmpty() ? reading.records().firstKey() - 1 : 0;
    for (long sequence : reading.records().keySet()) require(sequence == ++expected, "record " + expected + " is skipped");
    boolean anythingIsLeft = directory.image().names().iterator().hasNext();
    if (anythingIsLeft && expected < directory.golden().marked() && !directory.copied())
      require(reading.told(), "records from " + (expected + 1) + " on are missing without a word");
  }

  private static void recover(FuzzedDirectory directory, SimulatedDisk disk, WalOptions options) throws IOException {
    Reading recovered;
    boolean writable;
    try {
      WriteAheadLog log = WriteAheadLog.open(on(disk), options);
      recovered = read(log);
      writable = log.recovery().writable();
      if (writable) log.append(new byte[9]);
      log.close();
    } catch (SynclineException refused) {
      return;
    }
    judge(directory, recovered);
    Reading again = read(disk, options);
    require(again.refused() == null, "what was recovered is refused: " + again.refused());
    List<Long> then = List.copyOf(recovered.records().keySet());
    List<Long> now = List.copyOf(again.records().keySet());
    boolean more = now.size() >= then.size() && now.subList(0, then.size()).equals(then);
    // Who opens a damaged log to write makes its last frames durable before he shows them, and leaves no witness of it: who only reads
    // later shows what has one.
    boolean lacksWitness = !writable && now.size() < then.size() && then.subList(0, now.size()).equals(now);
    require(more || lacksWitness, "recovered " + then + ", found later " + now);
    if (!recovered.told()) require(!again.told(), "what was recovered as whole is reported as damaged");
  }
}
