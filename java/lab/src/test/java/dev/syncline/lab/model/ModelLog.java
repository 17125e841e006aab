package dev.syncline.lab.model;

import dev.syncline.lab.model.Frames.Commit;
import dev.syncline.lab.model.Frames.Frame;
import dev.syncline.lab.model.ModelDisk.HeaderWrite;
import dev.syncline.lab.model.ModelDisk.Mark;
import dev.syncline.lab.model.ModelDisk.Segment;
import dev.syncline.lab.model.ModelDisk.SlotWrite;
import dev.syncline.lab.model.ModelDisk.StreamWrite;
import dev.syncline.lab.model.ModelDisk.Write;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;

/** A log that is written by the rule. Its memory is the newest frame, and where that lies. */
final class ModelLog {

  /** What a step does to the disk. Whoever explores it looks at every disk that a cut may leave. */
  interface Steps {
    /** A write and its sync in one, or one that waits for {@link #sync}. */
    void write(Write write, boolean durable);

    void sync();

    /** A change that is there or not: a mark, the end or the name of a file. */
    void change(ModelDisk after);

    /** With all that was written, synced or not. */
    ModelDisk disk();
  }

  /** Every frame that was ever tried, by its number. */
  private final List<Frame> known;

  private final Mistake mistake;
  private final GrowingFrame rule;
  private final Steps steps;

  /** The newest segment. */
  private int segment;

  /** The newest frame, or null if the segment has none. */
  private Frame newest;

  /** The last commit; 0 if there is none. */
  private int last;

  /** Whether others may join it: it was written durably, takes one block, and there is room. */
  private boolean grows;

  /** Whether its place holds all of it. */
  private boolean inPlace;

  private boolean unsynced;
  private int lastSlot = 1;

  private ModelLog(List<Frame> known, Mistake mistake, Steps steps) {
    this.known = known;
    this.mistake = mistake;
    this.rule = new GrowingFrame(known, mistake);
    this.steps = steps;
  }

  static ModelDisk empty() {
    TreeMap<Integer, Segment> segments = new TreeMap<>();
    segments.put(1, Segment.begun(true, 0, 0));
    return new ModelDisk(segments, new Mark(1, 1, 0, 0, -1));
  }

  /** What the writer remembers, for comparing: nothing else decides what it does next. */
  List<Object> memory() {
    return Arrays.asList(segment, newest, last, grows, inPlace, unsynced, lastSlot);
  }

  /** The same memory for other steps. */
  ModelLog copy(List<Frame> frames, Steps others) {
    ModelLog log = new ModelLog(frames, mistake, others);
    log.segment = segment;
    log.newest = newest;
    log.last = last;
    log.grows = grows;
    log.inPlace = inPlace;
    log.unsynced = unsynced;
    log.lastSlot = lastSlot;
    return log;
  }

  private ModelDisk disk() {
    return steps.disk();
  }

  private Segment tail() {
    return disk().segments.get(segment);
  }

  boolean hasUnsynced() {
    return unsynced;
  }

  // Appending.

  private Frame frame(int previous, int block, List<Commit> commits) {
    Frame frame = new Frame(known.size(), previous, block, commits);
    known.add(frame);
    return frame;
  }

  private Frame joined(Commit commit) {
    List<Commit> commits = new ArrayList<>(newest.commits());
    commits.add(commit);
    return frame(newest.previous(), newest.block(), List.copyOf(commits));
  }

  private Frame behind(Commit commit) {
    return frame(newest == null ? -segment : newest.number(), newest == null ? 0 : newest.end(), List.of(commit));
  }

  /** One durable write. */
  void commit(Commit commit) {
    boolean fits = grows && newest.size() + commit.size() <= Frames.BLOCK;
    if (!fits) {
      writeBehind(commit, true);
    } else if (mistake == Mistake.JOINS_IN_PLACE && inPlace) {
      newest = joined(commit);
      steps.write(new StreamWrite(segment, newest.block() * Frames.BLOCK, newest.units()), true);
    } else {
      int slot = mistake == Mistake.SAME_SLOT_AGAIN ? lastSlot : 1 - lastSlot;
      newest = joined(commit);
      steps.write(new SlotWrite(segment, slot, newest.units()), true);
      inPlace = false;
      lastSlot = slot;
    }
    last = commit.number();
  }

  /** One that no sync covers yet. */
  void append(Commit commit) {
    boolean joins = mistake == Mistake.JOINS_PAST_UNSYNCED && grows && newest.size() + commit.size() <= Frames.BLOCK;
    if (joins) {
      newest = joined(commit);
      lastSlot = 1 - lastSlot;
      steps.write(new SlotWrite(segment, lastSlot, newest.units()), false);
      inPlace = false;
    } else {
      writeBehind(commit, false);
    }
    unsynced = true;
    last = commit.number();
  }

  /** A frame of its own, with the one before if the place of that does not hold all of it. */
  private void writeBehind(Commit commit, boolean durable) {
    Frame next = behind(commit);
    boolean brings = newest != null && !inPlace && mistake != Mistake.LEAVES_THE_FRAME_IN_ITS_SLOT;
    List<Integer> units = new ArrayList<>();
    if (brings) units.addAll(newest.units());
    units.addAll(next.units());
    steps.write(new StreamWrite(segment, (brings ? newest.block() : next.block()) * Frames.BLOCK, List.copyOf(units)), durable);
    newest = next;
    inPlace = true;
    grows = durable && next.size() < Frames.BLOCK;
  }

  void sync() {
    if (!unsynced) return;
    steps.sync();
    unsynced = false;
  }

  // Ending a segment.

  /** Brings the newest frame to its place. */
  private void settle() {
    if (newest != null && !inPlace) steps.write(new StreamWrite(segment, newest.block() * Frames.BLOCK, newest.units()), true);
    inPlace = true;
    grows = false;
  }

  private void cutFile(int number, int endAt) {
    Segment in = disk().segments.get(number);
    List<Integer> stream = new ArrayList<>(in.stream());
    while (stream.size() < endAt) stream.add(Frames.ZERO);
    if (in.stream().size() != endAt) steps.change(disk().with(number, in.withStream(List.copyOf(stream.subList(0, endAt)))));
  }

  private void seal(int number, int endBlock) {
    cutFile(number, endBlock * Frames.BLOCK);
    steps.write(new StreamWrite(number, endBlock * Frames.BLOCK, Collections.nCopies(Frames.BLOCK, Frames.SEAL)), true);
  }

  void rotate() {
    sync();
    if (newest == null) return;
    if (mistake != Mistake.SEALS_WITHOUT_SETTLING) settle();
    seal(segment, newest.end());
    begin();
  }

  /** The next segment, behind the newest one's last commit. */
  private void begin() {
    int next = disk().mark.lastSegment() + 1;
    steps.write(new HeaderWrite(next, segment, last), true);
    if (mistake != Mistake.WRITES_BEFORE_THE_MARK) enterMark(next);
    segment = next;
    newest = null;
    grows = false;
    inPlace = true;
    lastSlot = 1;
  }

  private void enterMark(int next) {
    Mark mark = disk().mark;
    steps.change(disk().with(new Mark(mark.firstSegment(), next, 0, 0, -1)));
  }

  // Truncating.

  void truncate() {
    sync();
    Mark mark = disk().mark;
    if (mark.firstSegment() == segment) return;
    steps.change(disk().with(new Mark(segment, mark.lastSegment(), 0, 0, -1)));
    for (int number : List.copyOf(disk().segments.headMap(segment).keySet())) steps.change(disk().with(number, null));
  }

  /** @param commit the last that stays, which is durable; its frame stays whole */
  void truncateAfter(int commit) {
    sync();
    if (mistake != Mistake.CUTS_WITHOUT_SETTLING) settle();
    int holder = holderOf(commit);
    Mark mark = disk().mark;
    steps.change(disk().with(new Mark(mark.firstSegment(), mark.lastSegment(), holder, commit, -1)));
    finishCut();
  }

  private int holderOf(int commit) {
    for (int number : disk().segments.descendingKeySet()) if (frameOf(number, commit) != null) return number;
    throw new AssertionError("no commit " + commit + " in " + disk());
  }

  private Frame frameOf(int number, int commit) {
    for (Frame frame : rule.find(number, disk().segments.get(number)))
      if (frame.commits().stream().anyMatch(each -> each.number() == commit)) return frame;
    return null;
  }

  private void finishCut() {
    Mark mark = disk().mark;
    int holder = mark.cutSegment();
    for (int number : List.copyOf(disk().segments.tailMap(holder, false).descendingKeySet())) steps.change(disk().with(number, null));
    if (mistake != Mistake.CUTS_WITHOUT_SETTLING) settleFound(holder);
    Frame kept = frameOf(holder, mark.cutCommit());
    seal(holder, kept == null ? 0 : kept.end());
    segment = holder;
    last = mark.cutCommit();
    begin();
  }

  // Closing and opening.

  void close() {
    sync();
    copy();
    settle();
    if (newest != null) {
      touchLastBlock();
      cutFile(segment, newest.block() * Frames.BLOCK + newest.size());
    }
    Mark mark = disk().mark;
    steps.change(disk().with(new Mark(mark.firstSegment(), mark.lastSegment(), 0, 0, tail().stream().size())));
  }

  /** Before the file system writes its place: has a slot hold the newest frame, if one can. */
  private void copy() {
    if (newest == null || newest.blocks() > 1 || mistake == Mistake.CLOSES_WITHOUT_COPY) return;
    for (int i = 0; i < 2; i++)
      if (newest.equals(Frames.frameAt(tail().slot(i), 0, known))) {
        lastSlot = i;
        return;
      }
    lastSlot = 1 - lastSlot;
    steps.write(new SlotWrite(segment, lastSlot, newest.units()), true);
  }

  /** A file system that moves the end of a file within a block writes that block. Of a larger frame that is a limit of the format. */
  private void touchLastBlock() {
    if (newest.blocks() > 1 || newest.size() == Frames.BLOCK) return;
    steps.write(new StreamWrite(segment, newest.block() * Frames.BLOCK, newest.units()), true);
  }

  /** Opens what is on disk, and repairs what a crash has left. */
  static ModelLog open(List<Frame> known, Mistake mistake, Steps steps) {
    ModelLog log = new ModelLog(known, mistake, steps);
    log.recover();
    return log;
  }

  private void recover() {
    Mark mark = disk().mark;
    for (int number : List.copyOf(disk().segments.keySet()))
      if (number < mark.firstSegment() || number > mark.lastSegment()) steps.change(disk().with(number, null));
    if (mark.cutSegment() != 0) {
      finishCut();
      return;
    }
    segment = mark.lastSegment();
    settleFound(segment);
    List<Frame> found = rule.find(segment, tail());
    last = tail().linkedCommit();
    if (!found.isEmpty()) {
      newest = found.get(found.size() - 1);
      last = newest.commits().get(newest.commits().size() - 1).number();
    }
    inPlace = true;
    if (mark.closedAt() == tail().stream().size() && !tail().sealed()) {
      grow();
    } else if (!tail().stream().isEmpty()) {
      if (!tail().sealed()) seal(segment, newest == null ? 0 : newest.end());
      begin();
    }
  }

  /** What a closed log goes on in grows again, which writes its last block. */
  private void grow() {
    if (newest == null) return;
    copy();
    touchLastBlock();
    cutFile(segment, newest.end() * Frames.BLOCK);
  }

  /** Brings a frame to its place if a slot has more of it: one may follow it already. */
  private void settleFound(int number) {
    Segment in = disk().segments.get(number);
    if (in.sealed()) return;
    List<Frame> found = rule.find(number, in);
    for (int i = 0; i < found.size(); i++) {
      Frame frame = found.get(i);
      boolean last = i == found.size() - 1;
      boolean there = frame.equals(Frames.frameAt(in.stream(), frame.block() * Frames.BLOCK, known));
      boolean settles = !there && (last || mistake != Mistake.SETTLES_THE_LAST_FRAME_ONLY) || last && mistake == Mistake.ALWAYS_SETTLES;
      if (settles) steps.write(new StreamWrite(number, frame.block() * Frames.BLOCK, frame.units()), true);
    }
  }
}
