package dev.syncline.lab;

import dev.syncline.RecordType;
import dev.syncline.WalCursor;
import dev.syncline.WriteAheadLog;
import dev.syncline.lab.CrashHistory.Call;
import dev.syncline.lab.CrashHistory.Kind;
import dev.syncline.lab.CrashHistory.Owed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Compares what a recovered log holds with what is owed: acknowledged in recovered in attempted, a prefix, no changed byte. */
final class CrashJudgement {
  private static final long NOWHERE = -1;

  private final Owed owed;
  private final CrashContents found;

  private CrashJudgement(Owed owed, CrashContents found) {
    this.owed = owed;
    this.found = found;
  }

  /** Reads the log and fails if it is not one that the crash may leave; returns what it holds. */
  static CrashContents judge(WriteAheadLog log, Owed owed) throws IOException {
    require(log.recovery().damage().isEmpty(), "a crash was taken for damage: " + log.recovery().damage());
    require(log.recovery().writable(), "the log is not writable after a crash");
    require(log.recovery().gaps().isEmpty(), "sequences were given up: " + log.recovery().gaps());
    CrashContents found = CrashContents.of(log);
    new CrashJudgement(owed, found).judge();
    require(log.verify().ok(), "verify finds damage in a recovered log: " + log.verify());
    requireReplay(log, found);
    return found;
  }

  private static void requireReplay(WriteAheadLog log, CrashContents found) throws IOException {
    Map<Long, CrashRecord> data = new TreeMap<>(found.records());
    data.values().removeIf(record -> !record.type().isData());
    Map<Long, CrashRecord> replayed = new TreeMap<>();
    try (WalCursor cursor = log.replay()) {
      cursor.forEachRemaining(record -> replayed.put(record.sequence(), CrashRecord.of(record)));
    }
    require(replayed.equals(data), "replay differs from iterate: " + replayed + " instead of " + data);
  }

  private void judge() {
    requireContiguous();
    Call cut = inFlight(Kind.TRUNCATE_AFTER);
    boolean cutDone = cut != null && found.current() == cut.argument;
    require(cutDone || found.current() >= owed.durable, "acknowledged " + owed.durable + ", recovered " + found.current());
    require(floorIsAllowed(), "truncated through " + found.floor() + ", expected " + owed.floor + " or what was under way");
    if (!cutDone) requireNoBatchInPart();
    Set<Call> used = new HashSet<>();
    for (Map.Entry<Long, CrashRecord> each : found.records().entrySet()) {
      CrashRecord expected = owed.records.get(each.getKey());
      if (expected != null)
        require(expected.equals(each.getValue()), "record " + each.getKey() + " was " + expected + ", is " + each.getValue());
      else requireAttempted(each.getKey(), used);
    }
  }

  private Call inFlight(Kind kind) {
    return owed.inFlight.stream().filter(call -> call.kind == kind).findFirst().orElse(null);
  }

  private void requireContiguous() {
    long expected = found.floor();
    for (long sequence : found.records().keySet()) require(sequence == ++expected, "expected sequence " + expected + ", found " + sequence);
    require(expected == found.current(), "records end at " + expected + ", but the current sequence is " + found.current());
  }

  private boolean floorIsAllowed() {
    if (found.floor() == owed.floor) return true;
    for (Call call : owed.inFlight) if (call.kind == Kind.TRUNCATE && call.argument == found.floor()) return true;
    return false;
  }

  /** A record that nobody was told of must belong to a call that was under way, and bring all of that call with it. */
  private void requireAttempted(long sequence, Set<Call> used) {
    for (Call call : used) if (belongsTo(call, sequence)) return;
    List<String> under = new ArrayList<>();
    for (Call call : owed.inFlight) {
      if (!call.isAppend()) continue;
      under.add(call.toString());
      long first = used.contains(call) ? NOWHERE : firstOf(call, sequence);
      if (first == NOWHERE) continue;
      used.add(call);
      started.put(call, first);
      return;
    }
    throw new AssertionError(
        "record " + sequence + " is " + found.records().get(sequence) + ", which nobody appended; under way: " + under);
  }

  private final Map<Call, Long> started = new java.util.IdentityHashMap<>();

  private boolean belongsTo(Call call, long sequence) {
    long first = started.get(call);
    return sequence >= first && sequence < first + call.records.size();
  }

  /**
   * Where a call's records begin, if that at {@code sequence} is the first of them that is there; {@link #NOWHERE} if it is none of them.
   * What was durable and had not returned may have been truncated from its front meanwhile.
   */
  private long firstOf(Call call, long sequence) {
    long gone = sequence == found.floor() + 1 ? Math.min(call.records.size(), sequence) - 1 : 0;
    for (int front = 0; front <= gone; front++) if (wholeFrom(call, front, sequence - front)) return sequence - front;
    return NOWHERE;
  }

  private boolean wholeFrom(Call call, int front, long first) {
    for (int i = front; i < call.records.size(); i++) {
      CrashRecord there = found.records().get(first + i);
      CrashRecord expected = Owed.settled(call.records.get(i), first);
      boolean same = expected.equals(there)
          || there != null && expected.type() == RecordType.CHECKPOINT && there.type() == RecordType.CHECKPOINT && expected.marked() < 0;
      if (!same) return false;
    }
    return true;
  }

  /** A batch is there whole or not at all, but for what was truncated from its front. */
  private void requireNoBatchInPart() {
    owed.records.tailMap(found.current() + 1).forEach((sequence, record) -> {
      boolean cut = record.type() == RecordType.COMMIT && record.marked() <= found.current();
      require(!cut, "the batch of " + record.marked() + " to " + sequence + " was cut at " + found.current());
    });
  }

  static void require(boolean holds, String otherwise) {
    if (!holds) throw new AssertionError(otherwise);
  }
}
