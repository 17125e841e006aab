package dev.syncline.lab;

import dev.syncline.io.Storage;
import dev.syncline.log.SegmentedLog;
import dev.syncline.log.commit.Entry;
import dev.syncline.log.options.LogOptions;
import dev.syncline.log.read.LogCursor;
import dev.syncline.tck.Quietly;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Random calls of one thread on the layer below the public face, and what a crash at any moment among them may leave. */
final class IndexRun {
  private static final byte[] NOTHING = new byte[0];
  private static final int TYPE = 99;

  /** What a log holds: the highest index given out, and each record with its index. */
  record State(long current, List<String> records) {
    static final State EMPTY = new State(0, List.of());

    static State of(SegmentedLog log) throws IOException {
      List<String> records = new ArrayList<>();
      try (LogCursor cursor = log.cursor(0)) {
        while (cursor.advance())
          records.add(cursor.sequence() + " " + cursor.payloadBytes() + " " + new String(cursor.payload(), 0, 8, StandardCharsets.UTF_8));
      }
      return new State(log.currentSequence(), records);
    }

    State after(List<String> appended, long last) {
      List<String> all = new ArrayList<>(records);
      all.addAll(appended);
      return new State(last, all);
    }

    State between(long above, long upTo) {
      return new State(Math.min(current, upTo), records.stream().filter(r -> index(r) > above && index(r) <= upTo).toList());
    }

    private static long index(String record) {
      return Long.parseLong(record.substring(0, record.indexOf(' ')));
    }
  }

  /** A call, and every state that a crash inside it may leave besides the one before; the last is the one after. */
  private record Call(String what, int began, int ended, List<State> outcomes) {}

  private final SimulatedDisk disk;
  private final Random random;
  private final State initial;
  private final SegmentedLog log;
  private final List<Call> calls = new ArrayList<>();
  private State state;
  private long truncated;

  /** Opens the log, which must hold what {@code initial} says. */
  IndexRun(SimulatedDisk disk, Storage storage, LogOptions options, State initial, Random random) throws IOException {
    this.disk = disk;
    this.random = random;
    this.initial = initial;
    this.state = initial;
    this.log = SegmentedLog.open(storage, options);
    this.truncated = log.truncatedThrough();
  }

  void perform(int actions) throws IOException {
    for (int i = 0; i < actions; i++) {
      switch (random.nextInt(10)) {
        case 0 -> reset();
        case 1 -> truncate();
        case 2 -> truncateAfter();
        default -> appendRun();
      }
    }
  }

  void close() {
    Quietly.close(log);
  }

  private interface Work {
    void run() throws IOException;
  }

  private void call(String what, Work work, List<State> outcomes) throws IOException {
    int began = disk.moment();
    work.run();
    calls.add(new Call(what, began, disk.moment(), outcomes));
    state = outcomes.get(outcomes.size() - 1);
    State found = State.of(log);
    if (!found.equals(state)) throw new AssertionError("after " + what + ": expected " + state + ", found " + found);
  }

  private void appendRun() throws IOException {
    long first = state.current() + 1 + (random.nextInt(5) == 0 ? random.nextInt(50) : 0);
    int count = 1 + random.nextInt(5);
    List<Entry> entries = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    List<State> outcomes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] payload = new byte[8 + random.nextInt(random.nextInt(8) == 0 ? 2000 : 200)];
      String mark = "%08x".formatted(random.nextInt());
      System.arraycopy(mark.getBytes(StandardCharsets.UTF_8), 0, payload, 0, 8);
      entries.add(new Entry(TYPE, 0, NOTHING, payload));
      lines.add(first + i + " " + payload.length + " " + mark);
      outcomes.add(state.after(lines, first + i));
    }
    call("appendRun(" + first + ", " + count + ")", () -> log.appendRun(first, entries), outcomes);
  }

  private void truncate() throws IOException {
    long through = truncated + random.nextInt((int) Math.min(1000, state.current() - truncated) + 1);
    call("truncate(" + through + ")", () -> log.truncate(through), List.of(state.between(through, Long.MAX_VALUE)));
    truncated = through;
  }

  private void truncateAfter() throws IOException {
    int kept = state.records().size() - random.nextInt(Math.min(12, state.records().size()) + 1);
    long last = kept == 0 ? truncated : State.index(state.records().get(kept - 1));
    // Or anywhere between two indexes, where no record is.
    long next = kept == state.records().size() ? state.current() : State.index(state.records().get(kept)) - 1;
    if (next > last && random.nextBoolean()) last += 1 + random.nextInt((int) Math.min(1000, next - last));
    long cut = last;
    call("truncateAfter(" + cut + ")", () -> log.truncateAfter(cut), List.of(state.between(truncated, cut)));
  }

  private void reset() throws IOException {
    long next = switch (random.nextInt(3)) {
      case 0 -> 1;
      case 1 -> 1 + random.nextInt((int) Math.min(100_000, state.current()) + 1);
      default -> state.current() + 1 + random.nextInt(40);
    };
    call("reset(" + next + ")", () -> log.reset(next), List.of(new State(next - 1, List.of())));
    truncated = next - 1;
  }

  /** Fails unless {@code found} is what a crash at that moment may leave. */
  void judge(State found, int moment) {
    List<State> possible = new ArrayList<>(List.of(initial));
    for (Call call : calls) {
      if (call.began() >= moment) break;
      if (call.ended() < moment) possible.clear();
      if (call.ended() < moment) possible.add(call.outcomes().get(call.outcomes().size() - 1));
      else possible.addAll(call.outcomes());
    }
    if (!possible.contains(found)) throw new AssertionError("expected one of " + possible + ", found " + found + " after " + calls(moment));
  }

  private List<String> calls(int moment) {
    return calls.stream().filter(call -> call.began() < moment)
        .map(call -> call.began() + "-" + call.ended() + " " + call.what()).toList();
  }
}
