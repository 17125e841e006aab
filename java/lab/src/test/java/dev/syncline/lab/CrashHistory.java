package dev.syncline.lab;

import dev.syncline.RecordType;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What was asked of a log, and what it answered, each with its moment on the disk's clock: so what a crash at any moment owes.
 *
 * <p>Safe for many threads. Calls of several threads may overlap, but for cuts of the tail and reopenings.
 */
final class CrashHistory {
  enum Kind {
    APPEND,
    BATCH,
    CHECKPOINT,
    SYNC,
    TRUNCATE,
    TRUNCATE_AFTER,
    REOPEN
  }

  /** One call. */
  static final class Call {
    final Kind kind;
    final List<CrashRecord> records;

    /** What it is asked to truncate to; what a checkpoint covers. */
    final long argument;

    final int began;

    /** Guarded by the history. */
    private int ended = Integer.MAX_VALUE;

    /** For appends the first sequence, for a sync the durable one. Guarded by the history. */
    private long result;

    /** Whether all up to its last record was durable when it returned. Guarded by the history. */
    private boolean durable;

    /** What a reopened log held. Guarded by the history. */
    private CrashContents found;

    Call(Kind kind, List<CrashRecord> records, long argument, int began) {
      this.kind = kind;
      this.records = records;
      this.argument = argument;
      this.began = began;
    }

    boolean isAppend() {
      return kind == Kind.APPEND || kind == Kind.BATCH || kind == Kind.CHECKPOINT;
    }

    long lastSequence() {
      return result + records.size() - 1;
    }

    @Override
    public String toString() {
      String outcome = ended == Integer.MAX_VALUE ? "" : " = " + result + "@" + ended;
      return kind + "@" + began + " " + (isAppend() ? records : argument) + outcome;
    }
  }

  private final SimulatedDisk disk;
  private final CrashContents base;
  private final List<Call> calls = new ArrayList<>();

  /** @param base what the log holds to begin with, all of it durable */
  CrashHistory(SimulatedDisk disk, CrashContents base) {
    this.disk = disk;
    this.base = base;
  }

  synchronized Call begin(Kind kind, List<CrashRecord> records, long argument) {
    List<CrashRecord> all = new ArrayList<>(records);
    // The COMMIT names the batch's first sequence, which is known only afterwards.
    if (kind == Kind.BATCH) all.add(CrashRecord.marker(RecordType.COMMIT, -1));
    Call call = new Call(kind, List.copyOf(all), argument, disk.moment());
    calls.add(call);
    return call;
  }

  synchronized void end(Call call, long result, boolean durable) {
    call.result = result;
    call.durable = durable;
    call.ended = disk.moment();
  }

  synchronized void reopened(Call call, CrashContents found) {
    call.found = found;
    end(call, found.current(), true);
  }

  synchronized List<Call> calls() {
    return List.copyOf(calls);
  }

  /** What a crash at {@code moment} must leave, and what it may. */
  synchronized Owed owedAt(int moment) {
    Owed owed = new Owed(base);
    List<Call> returned = new ArrayList<>();
    for (Call call : calls) if (call.ended < moment) returned.add(call);
    returned.sort((a, b) -> Integer.compare(a.ended, b.ended));
    for (Call call : returned) owed.take(call);
    for (Call call : calls) if (call.began < moment && call.ended >= moment) owed.inFlight.add(call);
    return owed;
  }

  /** The state after all calls that had returned, and the calls that had not. */
  static final class Owed {
    final SortedMap<Long, CrashRecord> records;
    final List<Call> inFlight = new ArrayList<>();

    /** Highest sequence that is durable for certain. */
    long durable;

    /** Highest sequence given out. */
    long current;

    /** Records up to here are truncated away. */
    long floor;

    Owed(CrashContents base) {
      records = new TreeMap<>(base.records());
      durable = base.current();
      current = base.current();
      floor = base.floor();
    }

    private void take(Call call) {
      switch (call.kind) {
        case APPEND, BATCH, CHECKPOINT -> {
          for (int i = 0; i < call.records.size(); i++) records.put(call.result + i, settled(call.records.get(i), call.result));
          current = Math.max(current, call.lastSequence());
          if (call.durable) durable = Math.max(durable, call.lastSequence());
        }
        case SYNC -> durable = Math.max(durable, call.result);
        case TRUNCATE -> {
          floor = Math.max(floor, call.argument);
          durable = Math.max(durable, call.argument);
        }
        case TRUNCATE_AFTER -> {
          records.tailMap(call.argument + 1).clear();
          current = Math.min(current, call.argument);
          durable = current;
        }
        case REOPEN -> {
          records.clear();
          records.putAll(call.found.records());
          current = call.found.current();
          durable = current;
          floor = call.found.floor();
        }
      }
    }

    /** A batch's COMMIT names its first sequence. */
    static CrashRecord settled(CrashRecord record, long first) {
      return record.type() == RecordType.COMMIT ? CrashRecord.marker(RecordType.COMMIT, first) : record;
    }
  }
}
