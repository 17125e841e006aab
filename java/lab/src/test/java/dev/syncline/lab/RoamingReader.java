package dev.syncline.lab;

import static dev.syncline.lab.FollowedLog.require;

import dev.syncline.RecordsRewoundException;
import dev.syncline.RecordsTruncatedException;
import dev.syncline.VerifyReport;
import dev.syncline.WalCursor;
import dev.syncline.WriteAheadLog;
import dev.syncline.lab.WriterTimeline.Life;
import dev.syncline.lab.WriterTimeline.Window;
import dev.syncline.lab.WrittenRecord.Shown;
import dev.syncline.tck.Quietly;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Reads a read-only log at full speed beside a roaming writer, in a thread of its own, and keeps what it was shown and when. What may be
 * shown when is judged afterwards: then it is known what the writer did meanwhile.
 */
final class RoamingReader {
  private static final Duration MOMENT = Duration.ofMillis(2);
  private static final int CUTS_REMEMBERED = 4;

  /** What can only be said when it is known what the writer did. */
  private interface Judgement {
    void judge(WriterTimeline timeline);
  }

  /** A record as far as it need be kept, its content already compared with what it names; {@code bytes} is a marker's mark. */
  private record Seen(long sequence, int generation, int ordinalOfType, long bytes) {
    static Seen of(Shown shown) {
      if (!shown.type().isData()) return new Seen(shown.sequence(), -1, shown.type().ordinal(), shown.marked());
      int sizeBytes = shown.value().length;
      boolean whole = WrittenRecord.data(shown.sequence(), shown.generation(), sizeBytes, shown.sequence()).is(shown);
      require(whole, "what is shown was never appended: " + shown);
      return new Seen(shown.sequence(), shown.generation(), shown.type().ordinal(), sizeBytes);
    }

    boolean is(WrittenRecord record) {
      if (record.type().ordinal() != ordinalOfType) return false;
      return record.type().isData() ? record.generation() == generation : record.marked() == bytes;
    }
  }

  private final String name;
  private final Path directory;
  private final Path said;
  private final Random random;
  private final boolean tails;
  private final List<Judgement> judgements = new ArrayList<>();
  private WriteAheadLog log;
  private long beganAt;

  // Of the tail that is open: how far it has come, as it is asked and again as it is judged.
  private WalCursor tail;
  private long position;
  private long judgedPosition;
  private Window judgedWindow;

  // How far the log has shown the history, as it is judged, and in which look.
  private long floor;
  private Window floorWindow;
  private String floorBy = "nobody";
  private String asked;

  /**
   * @param said where the writer says what it does
   * @param tails whether it follows with tails, or asks for everything else
   */
  RoamingReader(String name, Path directory, Path said, long seed, boolean tails) throws IOException {
    this.name = name;
    this.directory = directory;
    this.said = said;
    this.random = new Random(seed);
    this.tails = tails;
    openAnew();
  }

  WriteAheadLog log() {
    return log;
  }

  private void openAnew() throws IOException {
    if (log != null) log.close();
    log = WriteAheadLog.openReadOnly(directory);
    judgements.add(timeline -> {
      floor = 0;
      floorWindow = null;
    });
  }

  /** One look, or a few at a tail. */
  void look() throws IOException {
    if (tails) followTail();
    else if (random.nextInt(50) == 0) openAnew();
    else
      switch (random.nextInt(8)) {
        case 0 -> lookAtPositions();
        case 1 -> verify();
        case 2, 3 -> readSome();
        case 4 -> {
          if (random.nextInt(8) == 0) snapshot();
        }
        case 5 -> list(false);
        default -> list(true);
      }
  }

  void close() {
    if (tail != null) tail.close();
    Quietly.close(log);
  }

  /** Fails if anything that it was shown was not to be shown then. */
  void judge(WriterTimeline timeline) {
    for (Judgement judgement : judgements) judgement.judge(timeline);
  }

  // Looks.

  private void begin() throws IOException {
    beganAt = Files.size(said);
  }

  private Window end() throws IOException {
    return new Window(beganAt, Files.size(said));
  }

  private interface Rule {
    void apply(WriterTimeline timeline, Window window);
  }

  private void keep(String what, Rule rule) throws IOException {
    Window window = end();
    judgements.add(timeline -> {
      asked = what;
      try {
        rule.apply(timeline, window);
      } catch (AssertionError e) {
        throw new AssertionError(name + ", asked for " + what + ": " + e.getMessage() + "; shown before: " + floor + " by " + floorBy + "; what was done:"
            + timeline.about(window), e);
      }
    });
  }

  private void lookAtPositions() throws IOException {
    begin();
    long first = log.firstSequence();
    keep("firstSequence()", (timeline, window) -> require(
        first >= frontBefore(timeline, window) + 1 && first <= frontAfter(timeline, window) + 1, "it is " + first));
    begin();
    long current = log.currentSequence();
    keep("currentSequence()", (timeline, window) -> reach(timeline, window, current));
    begin();
    long durable = log.durableSequence();
    keep("durableSequence()", (timeline, window) -> reach(timeline, window, durable));
  }

  private void verify() throws IOException {
    begin();
    VerifyReport report = log.verify();
    keep("verify()", (timeline, window) -> {
      require(report.ok(), "it finds " + report);
      require(report.records() >= report.lastSequence() - frontAfter(timeline, window), "it has read too little: " + report);
      reach(timeline, window, report.lastSequence());
    });
  }

  private void readSome() throws IOException {
    long near = log.currentSequence();
    for (int i = 0; i < 5; i++) {
      long sequence = Math.max(1, near + 5 - random.nextInt(100));
      read(sequence);
    }
  }

  private void read(long sequence) throws IOException {
    begin();
    String what = "read(" + sequence + ")";
    Optional<Seen> seen;
    try {
      seen = log.read(sequence).map(Shown::of).map(Seen::of);
    } catch (RecordsTruncatedException e) {
      keep(what, (timeline, window) -> judgeInterrupted(timeline, window, e));
      return;
    }
    keep(what, (timeline, window) -> {
      if (seen.isEmpty()) {
        require(sequence <= frontAfter(timeline, window) || sequence > floorIn(timeline, window), "it finds nothing");
        return;
      }
      require(sequence > frontBefore(timeline, window), "it shows what was forgotten");
      requireVisible(timeline, window, seen.get());
    });
  }

  private void list(boolean dataOnly) throws IOException {
    long after = random.nextInt(3) == 0 ? 0 : Math.max(0, log.currentSequence() - random.nextInt(150));
    begin();
    List<Seen> shown = new ArrayList<>();
    String what = (dataOnly ? "replay(" : "iterate(") + after + ")";
    try (WalCursor cursor = dataOnly ? log.replay(after) : log.iterate(after)) {
      while (cursor.hasNext()) shown.add(Seen.of(Shown.of(cursor.next())));
      cursor.requireComplete();
    } catch (IOException | UncheckedIOException e) {
      RecordsTruncatedException truncated = truncated(e);
      keep(what, (timeline, window) -> judgeInterrupted(timeline, window, truncated));
      return;
    }
    String range = shown.isEmpty() ? "nothing" : shown.get(0).sequence() + " to " + shown.get(shown.size() - 1).sequence();
    keep(what + ", which showed " + range, (timeline, window) -> judgeList(timeline, window, after, shown, dataOnly));
  }

  private void snapshot() throws IOException {
    Path target = directory.resolveSibling("snapshot-of-" + name.replace(' ', '-') + "-" + judgements.size());
    begin();
    log.snapshot(target);
    Window taken = end();
    List<Seen> shown = new ArrayList<>();
    try (WriteAheadLog copy = WriteAheadLog.openReadOnly(target); WalCursor cursor = copy.iterate()) {
      while (cursor.hasNext()) shown.add(Seen.of(Shown.of(cursor.next())));
      require(copy.verify().ok(), "the snapshot's verify() finds " + copy.verify());
    }
    keep("a snapshot", (timeline, window) -> judgeList(timeline, taken, 0, shown, false));
  }

  private static RecordsTruncatedException truncated(Exception e) throws IOException {
    Throwable cause = e instanceof UncheckedIOException ? e.getCause() : e;
    if (cause instanceof RecordsTruncatedException truncated) return truncated;
    throw (IOException) cause;
  }

  // Tails.

  private void followTail() throws IOException {
    begin();
    try {
      if (tail == null) openTail();
      for (int i = 0; i < 20; i++) {
        Optional<Seen> seen = tail.next(MOMENT).map(Shown::of).map(Seen::of);
        keep("a tail", (timeline, window) -> judgeTail(timeline, window, seen));
        if (seen.isPresent()) position = seen.get().sequence();
        begin();
      }
      if (random.nextInt(20) == 0) closeTail();
    } catch (RecordsTruncatedException e) {
      keep("a tail", (timeline, window) -> judgeTail(timeline, window, e));
      closeTail();
    }
  }

  private void openTail() throws IOException {
    position = Math.max(0, log.durableSequence() - random.nextInt(30));
    long after = position;
    keep("a new tail", (timeline, window) -> {
      // What the log knows may date from its last look or from this one.
      judgedWindow = new Window(judgedWindow == null ? 0 : judgedWindow.before(), window.after());
      judgedPosition = after;
    });
    tail = log.tail(position);
  }

  private void closeTail() {
    if (tail != null) tail.close();
    tail = null;
  }

  private void requireNotCut(WriterTimeline timeline, Window window, Object instead) {
    long cut = timeline.lowestCut(timeline.begunIn(judgedWindow), timeline.doneBefore(window));
    boolean untouched = cut >= judgedPosition;
    require(untouched, "at " + judgedPosition + " it should have said that the tail was cut behind " + cut + ", not " + instead);
  }

  private void judgeTail(WriterTimeline timeline, Window window, Optional<Seen> seen) {
    requireNotCut(timeline, window, seen);
    if (seen.isEmpty())
      require(judgedPosition >= frontBefore(timeline, window), "at " + judgedPosition + " it should have said that more is forgotten");
    else {
      require(seen.get().sequence() == judgedPosition + 1, "behind " + judgedPosition + " it shows " + seen.get());
      requireVisible(timeline, window, seen.get());
      judgedPosition++;
    }
    judgedWindow = window;
  }

  private void judgeTail(WriterTimeline timeline, Window window, RecordsTruncatedException e) {
    List<Long> cuts = timeline.cuts(timeline.doneBefore(judgedWindow), timeline.begunIn(window));
    if (e instanceof RecordsRewoundException rewound) {
      long sure = timeline.lowestCut(timeline.begunIn(judgedWindow), timeline.doneBefore(window));
      long highest = cuts.stream().mapToLong(cut -> cut).max().orElse(-1);
      require(cuts.size() >= CUTS_REMEMBERED || cuts.stream().anyMatch(cut -> cut < judgedPosition),
          "at " + judgedPosition + " it says " + e + ", but the cuts were " + cuts);
      boolean right = rewound.lastShared() >= 0 && rewound.lastShared() <= Math.min(sure, highest);
      require(right, "at " + judgedPosition + " it says " + rewound.lastShared() + ", but the cuts were " + cuts);
    } else {
      requireNotCut(timeline, window, e);
      require(judgedPosition < frontAfter(timeline, window), "at " + judgedPosition + " it says " + e);
    }
    judgedWindow = window;
  }

  // Judging.

  private static long frontBefore(WriterTimeline timeline, Window window) {
    return timeline.front(timeline.doneBefore(window));
  }

  private static long frontAfter(WriterTimeline timeline, Window window) {
    return timeline.front(timeline.begunIn(window));
  }

  /** What it has shown, but for what was cut since then or may have been. */
  private long floorIn(WriterTimeline timeline, Window window) {
    if (floorWindow == null) return 0;
    return Math.min(floor, timeline.lowestCut(timeline.doneBefore(floorWindow), timeline.begunIn(window)));
  }

  private void reach(WriterTimeline timeline, Window window, long end) {
    require(end >= floorIn(timeline, window), "it ends at " + end);
    require(end <= frontAfter(timeline, window) || !timeline.visible(end, window).isEmpty(), end + " cannot be durable, or was cut away");
    floor = end;
    floorBy = asked;
    floorWindow = window;
  }

  /** Which lives it may be of: the markers of two histories may be alike. */
  private static List<Life> requireVisible(WriterTimeline timeline, Window window, Seen seen) {
    List<Life> lives = timeline.visible(seen.sequence(), window);
    List<Life> same = lives.stream().filter(life -> seen.is(life.record())).toList();
    require(!same.isEmpty(), "it shows " + seen + " instead of " + lives);
    return same;
  }

  /** No gap but markers, all of one history, and as far as was shown before. */
  private void judgeList(WriterTimeline timeline, Window window, long after, List<Seen> shown, boolean dataOnly) {
    long at = Math.max(after, frontAfter(timeline, window));
    if (!shown.isEmpty()) at = Math.min(at, Math.max(shown.get(0).sequence() - 1, Math.max(after, frontBefore(timeline, window))));
    int youngest = 0;
    for (Seen seen : shown) {
      require(seen.sequence() > at, "behind " + at + " it shows " + seen);
      requireMarkers(timeline, window, at + 1, seen.sequence() - 1, dataOnly);
      int before = youngest;
      List<Life> fitting = requireVisible(timeline, window, seen).stream().filter(life -> life.died() > before).toList();
      require(!fitting.isEmpty(), seen + " belongs to another history than what was shown before it");
      youngest = Math.max(youngest, fitting.stream().mapToInt(Life::born).min().getAsInt());
      at = seen.sequence();
    }
    long least = floorIn(timeline, window);
    requireMarkers(timeline, window, at + 1, least, dataOnly);
    // A list without records says nothing of how far the log has come: what it wanted may be forgotten.
    if (shown.isEmpty() || at < least) return;
    floor = at;
    floorBy = asked;
    floorWindow = window;
  }

  private static void requireMarkers(WriterTimeline timeline, Window window, long first, long last, boolean dataOnly) {
    for (long sequence = first; sequence <= last; sequence++) {
      List<Life> lives = timeline.visible(sequence, window);
      boolean marker = dataOnly && lives.stream().anyMatch(life -> !life.record().type().isData());
      require(marker, sequence + " is missing, of " + lives);
    }
  }

  /** Only a truncation or cut that came between excuses a reader that does not come to its end. */
  private static void judgeInterrupted(WriterTimeline timeline, Window window, RecordsTruncatedException e) {
    boolean cut = !timeline.cuts(timeline.doneBefore(window), timeline.begunIn(window)).isEmpty();
    boolean truncated = frontAfter(timeline, window) > frontBefore(timeline, window);
    require(e instanceof RecordsRewoundException ? cut : truncated, "it says " + e);
  }
}
