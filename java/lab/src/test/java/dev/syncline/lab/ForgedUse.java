package dev.syncline.lab;

import static dev.syncline.lab.CrashJudgement.require;

import dev.syncline.CorruptionPolicy;
import dev.syncline.SynclineException;
import dev.syncline.Verification;
import dev.syncline.WalCursor;
import dev.syncline.WalOptions;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import dev.syncline.format.Layout;
import dev.syncline.tck.CountedFiles;
import dev.syncline.tck.DiskImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Does with a log whatever can be done with one, whose files somebody has forged, and requires of each call that it works or says in an
 * exception of the library's what was found; that records ascend and are those that were written; that little is read.
 */
final class ForgedUse {
  private static final int RECORDS_MAX = 5_000;

  private final Path lockDirectory;
  private final DiskImage image;
  private final Map<Long, Set<CrashRecord>> written;
  private final int forgedRecordsMax;
  private long bytesRead;
  private boolean told;

  /** @param forgedRecordsMax how many records may be other than written: those that a field was forged of */
  ForgedUse(Path lockDirectory, DiskImage image, Map<Long, Set<CrashRecord>> written, int forgedRecordsMax) {
    this.lockDirectory = lockDirectory;
    this.image = image;
    this.written = written;
    this.forgedRecordsMax = forgedRecordsMax;
  }

  /** Bytes that all of it has read. */
  long bytesRead() {
    return bytesRead;
  }

  /** Whether anything was refused, or damage told. */
  boolean told() {
    return told;
  }

  private interface Call {
    void run() throws IOException;
  }

  private interface Use {
    void of(WriteAheadLog log) throws IOException;
  }

  /** Works, or throws what the library's documentation says that it may. */
  private void declared(Call call) throws IOException {
    try {
      call.run();
    } catch (SynclineException e) {
      require(e.getMessage() != null && e.getMessage().length() > 20, "an exception that says nothing: " + e);
      told = true;
    } catch (UncheckedIOException e) {
      if (!(e.getCause() instanceof SynclineException)) throw e;
    } catch (IllegalStateException e) {
      if (!e.getMessage().contains("more would lie beyond the last one")) throw e;
    } catch (IllegalArgumentException e) {
      // A tail is cut between batches, and between the groups that a layer above has made of its records.
      if (!e.getMessage().contains("lies inside the batch") && !e.getMessage().contains("lies inside a group")) throw e;
    }
  }

  /** In every way. */
  void everything() throws IOException {
    for (Verification verification : Verification.values()) readOnly(verification);
    for (CorruptionPolicy policy : CorruptionPolicy.values()) writing(policy, Verification.TAIL);
  }

  /** In the two ways that a number chooses. */
  void some(int choice) throws IOException {
    Verification verification = Verification.values()[choice % 2];
    readOnly(verification);
    writing(CorruptionPolicy.values()[choice / 2 % 3], verification);
  }

  private void readOnly(Verification verification) throws IOException {
    WalOptions options = ForgedLogs.options().verifyOnOpen(verification).build();
    use(storage -> WriteAheadLog.openReadOnly(storage, options), this::read);
  }

  private void writing(CorruptionPolicy policy, Verification verification) throws IOException {
    WalOptions options = ForgedLogs.options().corruptionPolicy(policy).verifyOnOpen(verification).build();
    use(storage -> WriteAheadLog.open(storage, options), log -> {
      read(log);
      if (log.recovery().writable()) write(log);
    });
  }

  private interface Opening {
    WriteAheadLog on(CountedFiles storage) throws IOException;
  }

  private void use(Opening opening, Use use) throws IOException {
    SimulatedDisk disk = new SimulatedDisk(image);
    CountedFiles files = new CountedFiles(ForgedLogs.on(disk, lockDirectory));
    declared(() -> {
      WriteAheadLog log = opening.on(files);
      try {
        use.of(log);
      } finally {
        log.close();
      }
    });
    bytesRead += files.bytesRead();
    // What it has left can be opened, or is refused, but is nothing else.
    CountedFiles again = new CountedFiles(ForgedLogs.on(disk, lockDirectory));
    declared(() -> WriteAheadLog.openReadOnly(again, ForgedLogs.options().build()).close());
    bytesRead += again.bytesRead();
  }

  private void read(WriteAheadLog log) throws IOException {
    require(log.currentSequence() >= 0 && log.firstSequence() >= 0, "negative: " + log.firstSequence() + " to " + log.currentSequence());
    require(log.lastCheckpoint() >= 0 && log.lastCheckpointCovers() >= 0, "a negative checkpoint");
    told |= !log.recovery().damage().isEmpty();
    log.recovery().damage().forEach(damage -> require(damage.problem().length() > 20, "damage that says nothing: " + damage));
    declared(() -> scan(log.iterate()));
    declared(() -> scan(log.replay()));
    for (long sequence : List.of(1L, 5L, log.firstSequence(), log.currentSequence(), Long.MAX_VALUE - 1))
      declared(() -> judge(log.read(sequence).orElse(null), 0));
    declared(log::verify);
    for (long after : List.of(0L, log.firstSequence(), log.currentSequence())) declared(() -> poll(log, after));
    declared(() -> log.snapshot(lockDirectory.resolve("copy")));
  }

  private void scan(WalCursor cursor) {
    long last = 0;
    int records = 0;
    int forged = 0;
    try (cursor) {
      while (cursor.hasNext()) {
        WalRecord record = cursor.next();
        require(record.sequence() > last, "sequence " + record.sequence() + " came after " + last);
        last = record.sequence();
        forged = judge(record, forged);
        require(++records < RECORDS_MAX, "a cursor does not end");
      }
    }
  }

  private int judge(WalRecord record, int forged) {
    if (record == null) return forged;
    Set<CrashRecord> known = written.getOrDefault(record.sequence(), Set.of());
    if (known.contains(CrashRecord.of(record))) return forged;
    require(forged < forgedRecordsMax, "record " + record.sequence() + " was never written: " + record);
    return forged + 1;
  }

  private void poll(WriteAheadLog log, long after) throws IOException {
    try (WalCursor tail = log.tail(after)) {
      long last = after;
      for (int i = 0; i < 5; i++) {
        Optional<WalRecord> record = tail.next(Duration.ZERO);
        if (record.isEmpty()) return;
        require(record.get().sequence() > last, "a tail falls to " + record.get().sequence());
        last = record.get().sequence();
      }
    }
  }

  private void write(WriteAheadLog log) throws IOException {
    long before = log.currentSequence();
    declared(() -> {
      long mine = log.append(new byte[9]);
      require(mine == before + 1, "the next sequence after " + before + " is " + mine);
    });
    declared(() -> log.checkpoint(log.currentSequence()));
    declared(log::sync);
    // A log that was truncated through the last sequence there is begins behind it.
    long first = Math.min(log.firstSequence(), Layout.SEQUENCE_MAX);
    long current = log.currentSequence();
    declared(() -> log.truncate(first));
    declared(() -> log.truncateAfter(Math.max(first, current - 3)));
    declared(() -> log.append(new byte[700]));
    declared(() -> scan(log.iterate(log.currentSequence())));
    declared(log::verify);
  }
}
