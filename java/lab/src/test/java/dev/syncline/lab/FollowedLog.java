package dev.syncline.lab;

import dev.syncline.VerifyReport;
import dev.syncline.WalCursor;
import dev.syncline.WriteAheadLog;
import dev.syncline.lab.WrittenRecord.Shown;
import dev.syncline.tck.Quietly;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * A read-only log whose every answer is compared with what its writer has done: nothing but durable records of the present history,
 * nothing that is forgotten, all up to an end that only a cut of the tail takes back. The writer does nothing meanwhile.
 */
final class FollowedLog implements AutoCloseable {
  /** Where snapshots go, and who looks at them. */
  interface Snapshots {
    /** One that does not exist yet. */
    Path newDirectory();

    /** Looks at the snapshot now and later. */
    void keep(FollowedSnapshot snapshot) throws Exception;
  }

  private static final int CURSORS_MAX = 6;

  private final String name;
  private final WriteAheadLog log;
  private final WrittenHistory history;
  private final Random random;
  private final Snapshots snapshots;
  private final List<FollowedCursor> cursors = new ArrayList<>();

  /** How far it has shown the history, and which state of it. */
  private long floor;

  private int version;

  FollowedLog(String name, WriteAheadLog log, WrittenHistory history, Random random, Snapshots snapshots) {
    this.name = name;
    this.log = log;
    this.history = history;
    this.random = random;
    this.snapshots = snapshots;
    this.version = history.version();
  }

  WriteAheadLog log() {
    return log;
  }

  WrittenHistory history() {
    return history;
  }

  /** The state of the history at its last look. */
  int version() {
    return version;
  }

  /** What it has shown it must show again, as far as it was not cut away; what is forgotten was durable. */
  long floor() {
    floor = Math.max(history.front(), Math.min(floor, history.sharedSince(version)));
    version = history.version();
    return floor;
  }

  /** It or a cursor on it has shown records up to this one. */
  void reached(long sequence) throws Exception {
    history.requireMayBeDurable(sequence);
    floor = Math.max(floor(), sequence);
  }

  boolean hasReached(long sequence) {
    return floor() >= sequence;
  }

  // Asking.

  /** One look of some kind. */
  void ask() {
    int choice = random.nextInt(100);
    if (choice < 12) asking("the positions", this::askPositions);
    else if (choice < 30) askForRecords(true, someSequence());
    else if (choice < 48) askForRecords(false, someSequence());
    else if (choice < 64) asking("single records", this::readSome);
    else if (choice < 72) asking("verify", this::verify);
    else if (choice < 74) asking("a snapshot", this::snapshot);
    else if (cursors.size() < CURSORS_MAX) asking("a new cursor", () -> cursors.add(FollowedCursor.open(this, random)));
  }

  /** Some of the cursors that are open look again. */
  void askCursors() {
    for (FollowedCursor cursor : List.copyOf(cursors)) {
      if (random.nextInt(10) < 3) continue;
      askCursor(cursor, new int[] {1, 2, 5, 1000}[random.nextInt(4)]);
    }
  }

  private void askCursor(FollowedCursor cursor, int records) {
    asking(cursor.toString(), () -> cursor.look(records));
    if (cursor.ended()) cursors.remove(cursor);
  }

  /** Everything that there is to ask for, to the end. */
  void askForAll() {
    asking("the positions", this::askPositions);
    askForRecords(true, 0);
    askForRecords(false, 0);
    asking("verify", this::verify);
    for (FollowedCursor cursor : List.copyOf(cursors)) askCursor(cursor, Integer.MAX_VALUE);
    asking("the positions", this::askPositions);
  }

  private interface Question {
    void ask() throws Exception;
  }

  private void asking(String what, Question question) {
    int before = version;
    try {
      question.ask();
    } catch (Throwable t) {
      throw new AssertionError(name + ", asked for " + what + ", last at " + floor + " of version " + before + " (now "
          + history.version() + "): " + t.getMessage() + "; the history: " + history, t);
    }
  }

  private long someSequence() {
    return random.nextInt(5) < 2 ? 0 : random.nextInt((int) history.current() + 3);
  }

  private void askPositions() throws Exception {
    floor();
    require(log.firstSequence() == history.front() + 1, "firstSequence() is " + log.firstSequence());
    requireReached("currentSequence()", log.currentSequence());
    requireReached("durableSequence()", log.durableSequence());
  }

  private void requireReached(String what, long end) throws Exception {
    require(end >= floor(), what + " went back to " + end);
    reached(end);
  }

  private void readSome() throws Exception {
    for (int i = 0; i < 3; i++) {
      long sequence = 1 + random.nextInt((int) history.current() + 2);
      long least = floor();
      Optional<Shown> shown = log.read(sequence).map(Shown::of);
      if (shown.isEmpty()) {
        require(sequence <= history.front() || sequence > least, "read(" + sequence + ") finds nothing");
        continue;
      }
      require(sequence > history.front(), "read(" + sequence + ") shows what is forgotten: " + shown);
      requireIs(history.at(sequence), shown.get());
      reached(sequence);
    }
  }

  private void verify() throws Exception {
    long least = floor();
    VerifyReport report = log.verify();
    require(report.ok(), "verify() finds " + report);
    require(report.firstSequence() == history.front() + 1 && report.lastSequence() >= least, "verify() says " + report);
    long records = report.lastSequence() - history.front();
    require(report.records() >= records, "verify() has read too few records: " + report);
    boolean some = report.frames() > 0 && report.segments() > 0 && report.bytes() >= report.frames() * 512;
    require(records == 0 || some, "verify() has counted too little: " + report);
    reached(report.lastSequence());
  }

  private void snapshot() throws Exception {
    long least = floor();
    Path target = snapshots.newDirectory();
    log.snapshot(target);
    try (WriteAheadLog copy = WriteAheadLog.openReadOnly(target)) {
      List<Shown> shown = drain(copy.iterate(), Integer.MAX_VALUE);
      judge(shown, history.front(), least, false);
      snapshots.keep(new FollowedSnapshot(target, history, shown.isEmpty() ? history.front() : shown.get(shown.size() - 1).sequence()));
    }
  }

  private void askForRecords(boolean dataOnly, long after) {
    asking((dataOnly ? "replay(" : "iterate(") + after + ")", () -> {
      long least = floor();
      WalCursor cursor = dataOnly ? log.replay(after) : log.iterate(after);
      judge(drain(cursor, Integer.MAX_VALUE), Math.max(after, history.front()), least, dataOnly);
    });
  }

  // Judging.

  /** Reads on by one of the ways that there are; closes the cursor. */
  private List<Shown> drain(WalCursor cursor, int most) throws Exception {
    List<Shown> shown = new ArrayList<>();
    boolean views = random.nextBoolean();
    try (cursor) {
      while (shown.size() < most && (views ? cursor.advance() : cursor.hasNext())) {
        if (views) shown.add(Shown.under(cursor));
        else shown.add(Shown.of(cursor.next()));
      }
      cursor.requireComplete();
      return shown;
    }
  }

  /** The records behind {@code after}, without a gap, by whole batches, and as far as was shown before. */
  private void judge(List<Shown> shown, long after, long least, boolean dataOnly) throws Exception {
    long at = after;
    for (Shown record : shown) {
      requireIs(history.next(at, dataOnly), record);
      at = record.sequence();
    }
    WrittenRecord missing = history.next(at, dataOnly);
    require(missing == null || missing.sequence() > least, "ended at " + at + " although " + least + " was shown before");
    if (shown.isEmpty()) return;
    long unitEnd = history.at(at).unitEnd();
    require(at == unitEnd || dataOnly && (missing == null || missing.sequence() > unitEnd), "half a batch is shown, up to " + at);
    reached(at);
  }

  static void requireIs(WrittenRecord expected, Shown shown) {
    require(expected != null && expected.is(shown), "expected " + expected + ", but it shows " + shown);
  }

  static void require(boolean holds, String otherwise) {
    if (!holds) throw new AssertionError(otherwise);
  }

  @Override
  public void close() {
    for (FollowedCursor cursor : cursors) cursor.close();
    cursors.clear();
    Quietly.close(log);
  }

  @Override
  public String toString() {
    return name;
  }
}
