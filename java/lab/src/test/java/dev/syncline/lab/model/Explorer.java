package dev.syncline.lab.model;

import dev.syncline.lab.model.Frames.Commit;
import dev.syncline.lab.model.Frames.Frame;
import dev.syncline.lab.model.ModelDisk.Write;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/** Tries every sequence of operations, and a cut of the power in each of their steps. */
final class Explorer {
  /** Two, three of them fill a block; it fills one; takes two, or nearly. */
  private static final int[] SIZES = {1, 2, 3, 4, 6};

  private static final int PLAIN_SIZE = 2;
  private static final int UNSYNCED_MAX = 2;

  /** Of the crashes on a walk. */
  private static final int GOES_ON_ONE_IN = 200;

  /** What is left to do behind a recovery that was cut: recover once more, and look. */
  private static final int INTERRUPTED = 0;

  private final Mistake mistake;

  /** Chooses one operation at a time, or null: then all are tried. */
  private final Random walk;

  private final Set<Object> seen = new HashSet<>();
  private final Set<Object> checked = new HashSet<>();
  private long states;

  /** @param walk chooses, or null */
  Explorer(Mistake mistake, Random walk) {
    this.mistake = mistake;
    this.walk = walk;
  }

  static final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1;

    Violation(String message) {
      super(message);
    }
  }

  /** A log that is open, and what was said of its commits. */
  private record State(ModelDisk durable, List<Write> unsynced, ModelLog log, List<Frame> known, int tried, List<Integer> acked, List<Integer> attempted,
      String story) {}

  /** How many disks were looked at. */
  long explore(int operations) {
    List<Frame> known = new ArrayList<>();
    Disk disk = new Disk(ModelLog.empty(), List.of(), known, List.of(), "");
    ModelLog log = ModelLog.open(known, mistake, disk);
    explore(new State(disk.durable, List.of(), log, known, 0, List.of(), List.of(), ""), operations);
    return states;
  }

  private interface Action {
    void run(ModelLog log);
  }

  private void explore(State state, int left) {
    if (left == 0 || !seen.add(List.of(left, state.durable, state.unsynced, state.log.memory(), state.acked, state.attempted))) return;
    List<Runnable> choices = new ArrayList<>();
    for (int size : SIZES) if (!state.log.hasUnsynced()) choices.add(() -> tryCommit(state, size, true, left));
    if (state.unsynced.size() < UNSYNCED_MAX) choices.add(() -> tryCommit(state, PLAIN_SIZE, false, left));
    if (state.log.hasUnsynced()) choices.add(() -> tryAction(state, "sync", ModelLog::sync, state.attempted, left));
    else choices.add(() -> truncate(state, left));
    choices.add(() -> tryAction(state, "rotate", ModelLog::rotate, state.attempted, left));
    choices.add(() -> tryAction(state, "close", ModelLog::close, state.attempted, left));
    List<Integer> durable = state.acked;
    for (int at : durable.size() < 2 ? Set.<Integer>of() : new TreeSet<>(List.of(1, durable.size() - 1)))
      choices.add(() -> truncateAfter(state, durable.subList(0, at), left));
    if (walk == null) choices.forEach(Runnable::run);
    else choices.get(walk.nextInt(choices.size())).run();
  }

  private void tryCommit(State state, int size, boolean durable, int left) {
    Commit commit = new Commit(state.tried + 1, size);
    List<Frame> known = new ArrayList<>(state.known);
    List<Integer> attempted = new ArrayList<>(state.attempted);
    attempted.add(commit.number());
    State with = new State(state.durable, state.unsynced, state.log, known, commit.number(), state.acked, List.copyOf(attempted), state.story);
    if (durable) run(with, "commit " + size, log -> log.commit(commit), List.of(state.attempted, attempted), attempted, attempted, left);
    else run(with, "append " + size, log -> log.append(commit), prefixes(state.acked, attempted), state.acked, attempted, left);
  }

  /** An operation after which {@code after} is durable, and what was there before while it is under way. */
  private void tryAction(State state, String name, Action action, List<Integer> after, int left) {
    List<List<Integer>> allowed = new ArrayList<>(prefixes(state.acked, state.attempted));
    allowed.add(after);
    run(state, name, action, allowed, after, after, left);
  }

  /** Which frames go is seen on the disk: those of the segments before the newest. */
  private void truncate(State state, int left) {
    Disk disk = new Disk(state.durable, state.unsynced, state.known, List.of(), "");
    disk.looking = false;
    state.log.copy(state.known, disk).truncate();
    tryAction(state, "truncate", ModelLog::truncate, new GrowingFrame(state.known, mistake).read(disk.durable), left);
  }

  private void truncateAfter(State state, List<Integer> kept, int left) {
    int last = kept.get(kept.size() - 1);
    tryAction(state, "truncateAfter " + last, log -> log.truncateAfter(last), kept, left);
  }

  private static List<List<Integer>> prefixes(List<Integer> least, List<Integer> most) {
    List<List<Integer>> all = new ArrayList<>();
    for (int size = least.size(); size <= most.size(); size++) all.add(most.subList(0, size));
    return all;
  }

  private void run(State state, String name, Action action, List<List<Integer>> allowed, List<Integer> acked, List<Integer> attempted, int left) {
    String story = state.story + name + "; ";
    Disk disk = new Disk(state.durable, state.unsynced, state.known, allowed, story);
    disk.next = new Next(state, left);
    ModelLog log = state.log.copy(state.known, disk);
    action.run(log);
    require(List.of(attempted), disk.disk(), state.known, story + "at rest");
    State after = new State(disk.durable, List.copyOf(disk.unsynced), log, state.known, state.tried, List.copyOf(acked), List.copyOf(attempted), story);
    if (name.equals("close")) reopen(after.durable, after, left, List.of(after.acked), "open; ");
    else explore(after, left - 1);
  }

  private record Next(State state, int left) {}

  /** Opens what is there, and goes on; {@code allowed} is what may be found. */
  private void reopen(ModelDisk found, State before, int left, List<List<Integer>> allowed, String name) {
    String story = before.story + name;
    List<Integer> read = require(allowed, found, before.known, story);
    if (!checked.add(List.of(found, left, before.tried, allowed))) return;
    Disk disk = new Disk(found, List.of(), before.known, startsOf(read, allowed), story + "recovery, ");
    if (left > INTERRUPTED) disk.next = new Next(before, INTERRUPTED);
    ModelLog log = ModelLog.open(before.known, mistake, disk);
    require(List.of(read), disk.disk(), before.known, story + "recovered");
    boolean goesOn = left > 0 && (walk == null || walk.nextInt(GOES_ON_ONE_IN) == 0);
    if (goesOn) explore(new State(disk.durable, List.of(), log, before.known, before.tried, read, read, story), left - 1);
  }

  /** Nobody has been told yet of what was tried and not acknowledged: a recovery that is cut may lose it. */
  private static List<List<Integer>> startsOf(List<Integer> read, List<List<Integer>> allowed) {
    return allowed.stream().filter(list -> list.size() <= read.size() && list.equals(read.subList(0, list.size()))).toList();
  }

  private List<Integer> require(List<List<Integer>> allowed, ModelDisk disk, List<Frame> known, String story) {
    states++;
    List<Integer> read = new GrowingFrame(known, mistake).read(disk);
    if (!allowed.contains(read)) throw new Violation(story + ": expected one of " + allowed + ", found " + read + " in " + disk);
    return List.copyOf(read);
  }

  /** The steps of an operation, each looked at as a power cut leaves it. */
  private final class Disk implements ModelLog.Steps {
    private ModelDisk durable;
    private final List<Write> unsynced;
    private final List<Frame> known;
    private final List<List<Integer>> allowed;
    private final String story;
    private boolean looking = true;

    /** Where a crashed disk is opened and goes on, or null: then it is only read. */
    private Next next;

    Disk(ModelDisk durable, List<Write> unsynced, List<Frame> known, List<List<Integer>> allowed, String story) {
      this.durable = durable;
      this.unsynced = new ArrayList<>(unsynced);
      this.known = known;
      this.allowed = allowed;
      this.story = story;
    }

    @Override
    public ModelDisk disk() {
      ModelDisk all = durable;
      for (Write write : unsynced) all = all.with(write);
      return all;
    }

    @Override
    public void write(Write write, boolean isDurable) {
      List<Write> inFlight = new ArrayList<>(unsynced);
      inFlight.add(write);
      if (looking) cut(durable, inFlight, 0, write.toString());
      if (isDurable) durable = durable.with(write);
      else unsynced.add(write);
    }

    @Override
    public void sync() {
      for (Write write : unsynced) durable = durable.with(write);
      unsynced.clear();
    }

    @Override
    public void change(ModelDisk after) {
      if (!unsynced.isEmpty()) throw new AssertionError("a change before a sync");
      if (looking) crashed(durable, "before " + after.mark);
      durable = after;
      if (looking) crashed(durable, "after a change");
    }

    /** Every mix of old, new and garbled sectors of what is in flight. */
    private void cut(ModelDisk disk, List<Write> inFlight, int from, String step) {
      if (from == inFlight.size()) {
        crashed(disk, step);
        return;
      }
      int[] outcomes = new int[ModelDisk.sectors(inFlight.get(from))];
      do cut(disk.with(inFlight.get(from), outcomes), inFlight, from + 1, step);
      while (advance(outcomes));
    }

    private static boolean advance(int[] outcomes) {
      for (int i = 0; i < outcomes.length; i++) {
        if (++outcomes[i] < 3) return true;
        outcomes[i] = 0;
      }
      return false;
    }

    private void crashed(ModelDisk disk, String step) {
      if (next == null) require(allowed, disk, known, story + step);
      else reopen(disk, next.state, next.left, allowed, story.substring(next.state.story.length()) + "cut in " + step + "; ");
    }
  }
}
