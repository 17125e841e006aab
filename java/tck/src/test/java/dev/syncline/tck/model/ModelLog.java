package dev.syncline.tck.model;

import dev.syncline.tck.model.Frames.Found;
import dev.syncline.tck.model.Frames.Frame;
import dev.syncline.tck.model.ModelDisk.HeaderWrite;
import dev.syncline.tck.model.ModelDisk.Mark;
import dev.syncline.tck.model.ModelDisk.Segment;
import dev.syncline.tck.model.ModelDisk.Slot;
import dev.syncline.tck.model.ModelDisk.StreamWrite;
import dev.syncline.tck.model.ModelDisk.Tail;
import dev.syncline.tck.model.ModelDisk.TailWrite;
import dev.syncline.tck.model.ModelDisk.Write;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;

/**
 * A log that is written by the rule. Its memory is the place of the tail: where the stream ends, what the block holds in which it ends
 * (the open block), and whether that lies in a tail block, too.
 */
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

  private final Frame[] known;
  private final Mistake mistake;
  private final TailPair rule;
  private final Steps steps;

  /** Units of a block that a tail block needs for itself. */
  private final int header;

  /** The newest segment. */
  private int segment;

  /** Where the last frame ends. */
  private int end;

  /** Where the last durable frame ends. */
  private int durableEnd;

  /** The number of the last frame, or of the segment below 0. */
  private int last;

  /** The beginning of the block that {@link #end} lies in. */
  private List<Integer> open = List.of();

  /** Whether all of the open block lies in the tail block that was written last. */
  private boolean inTail;

  private int lastSlot = 1;

  private ModelLog(Frame[] known, Mistake mistake, int header, Steps steps) {
    this.header = header;
    this.known = known;
    this.mistake = mistake;
    this.rule = new TailPair(known, mistake);
    this.steps = steps;
  }

  static ModelDisk empty() {
    TreeMap<Integer, Segment> segments = new TreeMap<>();
    segments.put(1, new Segment(true, 0, -1, List.of(), Slot.EMPTY, Slot.EMPTY));
    return new ModelDisk(segments, new Mark(1, 1, 0, 0, false));
  }

  /** What the writer remembers, for comparing: nothing else decides what it does next. */
  List<Object> memory() {
    return List.of(segment, end, durableEnd, last, open, inTail, lastSlot);
  }

  /** The same memory for other steps. */
  ModelLog copy(Frame[] frames, Steps others) {
    ModelLog log = new ModelLog(frames, mistake, header, others);
    log.segment = segment;
    log.end = end;
    log.durableEnd = durableEnd;
    log.last = last;
    log.open = open;
    log.inTail = inTail;
    log.lastSlot = lastSlot;
    return log;
  }

  private ModelDisk disk() {
    return steps.disk();
  }

  private Segment tail() {
    return disk().segments.get(segment);
  }

  int last() {
    return last;
  }

  boolean hasUnsynced() {
    return durableEnd < end;
  }

  // Appending.

  /** One durable write. */
  void commit(Frame frame) {
    int place = end / Frames.BLOCK;
    int used = end % Frames.BLOCK;
    int fits = mistake == Mistake.FULL_BLOCK_IN_TAIL_ONLY ? Frames.BLOCK : Frames.BLOCK - header;
    if (used + frame.size() <= fits) {
      int slot = mistake == Mistake.SAME_TAIL_AGAIN ? lastSlot : 1 - lastSlot;
      steps.write(new TailWrite(segment, slot, new Tail(place, with(open, frame))), true);
      end += frame.size();
      open = end % Frames.BLOCK == 0 ? List.of() : with(open, frame);
      inTail = end % Frames.BLOCK != 0;
      lastSlot = slot;
    } else {
      boolean copied = inTail
          || mistake == Mistake.CROSSES_WITHOUT_COPY
          || mistake == Mistake.PLACE_IS_TAKEN_FOR_COPY && rule.tails(tail(), false).stream().anyMatch(t -> t.place() == place);
      writeStream(frame, used == 0 || copied, true);
    }
    last = frame.number();
    durableEnd = end;
  }

  /** A frame that no sync covers yet. */
  void append(Frame frame) {
    boolean overDurable = end % Frames.BLOCK != 0 && durableEnd > end / Frames.BLOCK * Frames.BLOCK;
    writeStream(frame, !overDurable || mistake == Mistake.WRITES_PLAINLY_OVER_DURABLE, false);
    last = frame.number();
  }

  void sync() {
    if (!hasUnsynced()) return;
    steps.sync();
    durableEnd = end;
  }

  /** @param join whether the open block's frames are written again, before the frame; else it begins at the next block */
  private void writeStream(Frame frame, boolean join, boolean durable) {
    int start = join ? end / Frames.BLOCK * Frames.BLOCK : Frames.roundUp(end);
    List<Integer> units = join ? with(open, frame) : with(List.of(), frame);
    steps.write(new StreamWrite(segment, start, block(units)), durable);
    end = start + units.size();
    open = units.subList(units.size() - end % Frames.BLOCK, units.size());
    inTail = false;
  }

  private static List<Integer> with(List<Integer> open, Frame frame) {
    List<Integer> all = new ArrayList<>(open);
    for (int unit : frame.units()) all.add(unit);
    return List.copyOf(all);
  }

  /** With zeros up to the block. */
  private static List<Integer> block(List<Integer> units) {
    List<Integer> all = new ArrayList<>(units);
    while (all.size() % Frames.BLOCK != 0) all.add(Frames.ZERO);
    return List.copyOf(all);
  }

  // Ending a segment.

  /**
   * Writes a block to its place in the stream where a tail block says more than that does: with whatever else of it counts, and up to
   * {@code endAt}.
   */
  private void materialise(int number, int endAt) {
    Segment in = disk().segments.get(number);
    int[] units = rule.units(number, in, false);
    for (Tail tail : rule.tails(in, false)) {
      int at = tail.place() * Frames.BLOCK;
      int known = Math.max(0, Math.min(tail.units().size(), endAt - at));
      if (known == 0 || tail.units().subList(0, known).equals(streamAt(in, at, known))) continue;
      List<Integer> whole = new ArrayList<>();
      for (int i = at; i < Math.min(endAt, at + Frames.BLOCK); i++) whole.add(units[i]);
      steps.write(new StreamWrite(number, at, block(whole)), true);
    }
  }

  private static List<Integer> streamAt(Segment in, int at, int length) {
    List<Integer> stream = in.stream();
    return at >= stream.size() ? List.of() : stream.subList(at, Math.min(stream.size(), at + length));
  }

  private void cutFile(int number, int endAt) {
    Segment in = disk().segments.get(number);
    List<Integer> stream = new ArrayList<>(in.stream());
    while (stream.size() < endAt) stream.add(Frames.ZERO);
    if (in.stream().size() != endAt) steps.change(disk().with(number, in.withStream(List.copyOf(stream.subList(0, endAt)))));
  }

  private void seal(int number, int endAt) {
    int at = Frames.roundUp(endAt);
    cutFile(number, at);
    steps.write(new StreamWrite(number, at, Collections.nCopies(Frames.BLOCK, Frames.SEAL)), true);
  }

  void rotate() {
    sync();
    if (end == 0) return;
    if (mistake != Mistake.SEALS_WITHOUT_MATERIALISING) materialise(segment, end);
    seal(segment, end);
    begin();
  }

  /** The next segment, behind the newest one's last frame. */
  private void begin() {
    int next = disk().mark.lastSegment() + 1;
    steps.write(new HeaderWrite(next, segment, last), true);
    if (mistake != Mistake.WRITES_BEFORE_THE_MARK) enterMark(next);
    segment = next;
    end = 0;
    durableEnd = 0;
    last = -next;
    open = List.of();
    inTail = false;
    lastSlot = 1;
  }

  private void enterMark(int next) {
    Mark mark = disk().mark;
    steps.change(disk().with(new Mark(mark.firstSegment(), next, 0, 0, false)));
  }

  // Truncating.

  void truncate() {
    sync();
    Mark mark = disk().mark;
    if (mark.firstSegment() == segment) return;
    steps.change(disk().with(new Mark(segment, mark.lastSegment(), 0, 0, false)));
    for (int number : List.copyOf(disk().segments.headMap(segment).keySet())) steps.change(disk().with(number, null));
  }

  /** @param frame the last that stays, which is durable */
  void truncateAfter(int frame) {
    sync();
    int holder = holderOf(frame);
    Mark mark = disk().mark;
    steps.change(disk().with(new Mark(mark.firstSegment(), mark.lastSegment(), holder, frame, false)));
    finishCut();
  }

  private int holderOf(int frame) {
    for (int number : disk().segments.descendingKeySet())
      if (find(number).frames().stream().anyMatch(f -> f.number() == frame)) return number;
    throw new AssertionError("no frame " + frame + " in " + disk());
  }

  private Found find(int number) {
    return rule.find(number, disk().segments.get(number), disk().mark.closed());
  }

  private void finishCut() {
    Mark mark = disk().mark;
    cut(mark.cutSegment(), mark.cutFrame());
    segment = mark.cutSegment();
    last = mark.cutFrame();
    begin();
  }

  private void cut(int holder, int frame) {
    for (int number : List.copyOf(disk().segments.tailMap(holder, false).descendingKeySet())) steps.change(disk().with(number, null));
    int keptEnd = 0;
    int at = 0;
    int[] units = rule.units(holder, disk().segments.get(holder), false);
    for (Frame f : find(holder).frames()) {
      at = isAt(units, at, f) ? at : Frames.roundUp(at);
      at += f.size();
      if (f.number() == frame) keptEnd = at;
    }
    if (mistake != Mistake.CUTS_WITHOUT_MATERIALISING) materialise(holder, keptEnd);
    seal(holder, keptEnd);
  }

  private static boolean isAt(int[] units, int at, Frame frame) {
    return at < units.length && units[at] == frame.unit(0);
  }

  // Closing and opening.

  void close() {
    sync();
    if (end % Frames.BLOCK != 0 && !inTail && mistake != Mistake.CLOSES_WITHOUT_COPY) copyOpen();
    materialise(segment, end);
    touchLastBlock();
    cutFile(segment, end);
    Mark mark = disk().mark;
    steps.change(disk().with(new Mark(mark.firstSegment(), mark.lastSegment(), 0, 0, true)));
  }

  private void copyOpen() {
    lastSlot = 1 - lastSlot;
    steps.write(new TailWrite(segment, lastSlot, new Tail(end / Frames.BLOCK, open)), true);
    inTail = true;
  }

  /** A file system that moves the end of a file within a block writes that block. */
  private void touchLastBlock() {
    if (end % Frames.BLOCK == 0) return;
    int at = end / Frames.BLOCK * Frames.BLOCK;
    steps.write(new StreamWrite(segment, at, block(streamAt(tail(), at, end - at))), true);
  }

  /** Opens what is on disk, and repairs what a crash has left. */
  static ModelLog open(Frame[] known, Mistake mistake, int header, Steps steps) {
    ModelLog log = new ModelLog(known, mistake, header, steps);
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
    Found found = find(segment);
    end = found.end();
    durableEnd = end;
    last = found.last(segment);
    if (tail().sealed()) {
      begin();
      return;
    }
    goOn();
  }

  private void goOn() {
    int at = end / Frames.BLOCK * Frames.BLOCK;
    int[] units = rule.units(segment, tail(), disk().mark.closed());
    List<Integer> content = new ArrayList<>();
    for (int i = at; i < end; i++) content.add(units[i]);
    open = List.copyOf(content);
    if (mistake == Mistake.ALWAYS_MATERIALISES && !open.isEmpty()) steps.write(new StreamWrite(segment, at, block(open)), true);
    materialise(segment, end);
    inTail = false;
    for (int i = 0; i < 2; i++) {
      Tail tail = tail().slot(i).valid();
      if (tail == null || tail.place() * Frames.BLOCK != at || !tail.units().equals(open) || open.isEmpty()) continue;
      inTail = true;
      lastSlot = i;
    }
    if (mistake == Mistake.REOPENS_AS_IN_TAIL) inTail = true;
    if (tail().stream().size() % Frames.BLOCK != 0) {
      if (!inTail && !open.isEmpty()) copyOpen();
      touchLastBlock();
      cutFile(segment, Frames.roundUp(tail().stream().size()));
    }
  }
}
