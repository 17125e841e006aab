package dev.syncline.log;

import dev.syncline.Damage;
import dev.syncline.RecoveryReport;
import dev.syncline.SyncMode;
import dev.syncline.format.Mark;
import dev.syncline.io.SleepWord;
import dev.syncline.io.Storage;
import dev.syncline.log.commit.CommitQueue;
import dev.syncline.log.commit.CommitQueues;
import dev.syncline.log.commit.Housekeeper;
import dev.syncline.log.commit.LockWatch;
import dev.syncline.log.commit.LogState;
import dev.syncline.log.commit.MarkDuty;
import dev.syncline.log.commit.Rotation;
import dev.syncline.log.events.EventKind;
import dev.syncline.log.events.LogEvents;
import dev.syncline.log.events.Watched;
import dev.syncline.log.options.LogOptions;
import dev.syncline.log.read.ReadView;
import dev.syncline.log.recovery.DamageReport;
import dev.syncline.log.recovery.Recovery;
import dev.syncline.log.recovery.Verdict;
import dev.syncline.log.segment.MarkFile;
import dev.syncline.log.segment.Pins;
import dev.syncline.log.segment.ReaderFiles;
import dev.syncline.log.segment.RepairState;
import dev.syncline.log.segment.Segment;
import dev.syncline.log.segment.SegmentPreparer;
import dev.syncline.log.segment.SegmentSet;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;

/**
 * What a log that is opened to write consists of: made from what recovery has left, and made again when a truncation past damage has left
 * something that can be written to. Also the duties of its thread.
 */
final class LogWriter implements Watched {
  private static final long SHORTAGE_RETRY_NANOS = 100_000_000;
  private static final byte[] NOTHING = {};

  private final Storage storage;
  private final LogOptions options;
  private final LogState state;
  private final SegmentSet segments;
  private final Pins pins;
  private final ReaderFiles readerFiles;
  private final Rotation rotation;
  private final LiveSource live;
  private final LastCheckpoint checkpoint;
  private final MarkDuty markDuty;
  private final Housekeeper housekeeper;
  private final LongSupplier firstSequence;
  private final LockWatch lockWatch;
  private final LogEvents events;
  private final CommitQueue queue;
  private final Truncation truncation;

  // Set by opening, and again when a truncation past damage has made the log writable. Housekeeping thread, or opening.
  private volatile RecoveryReport recovery;
  private volatile List<Damage> damage = List.of();

  /** The mark as it was read, where the log is not writable. */
  private volatile Mark readMark;

  /** Highest sequence of a log that is not writable. */
  private volatile long readLast;

  /** Whether the housekeeping thread has something to look after. */
  private volatile boolean opened;

  LogWriter(
      Storage storage, LogOptions options, LogState state, SegmentSet segments, Pins pins, ReaderFiles readerFiles, Rotation rotation,
      LiveSource live, LastCheckpoint checkpoint, LockWatch lockWatch, Housekeeper housekeeper, LongSupplier firstSequence,
      LogEvents events) {
    this.storage = storage;
    this.options = options;
    this.state = state;
    this.segments = segments;
    this.pins = pins;
    this.readerFiles = readerFiles;
    this.rotation = rotation;
    this.live = live;
    this.checkpoint = checkpoint;
    this.housekeeper = housekeeper;
    this.firstSequence = firstSequence;
    this.lockWatch = lockWatch;
    this.events = events;
    this.markDuty = new MarkDuty(options.markIntervalNanos());
    this.queue = CommitQueues.of(options, state, lockWatch, housekeeper, rotation, this::newSleepWord, this::committed, events);
    this.truncation = new Truncation(storage, options, state, housekeeper, segments, pins, readerFiles, rotation, queue, this::publish);
    live.use(queue);
  }

  CommitQueue queue() {
    return queue;
  }

  Truncation truncation() {
    return truncation;
  }

  @Override
  public long inProgressNanos() {
    // Opening is one piece of work, however long it takes: whether that hangs is seen by what moves.
    return opened ? queue.ioInProgressNanos() : 0;
  }

  @Override
  public IOException ended() {
    return state.ended();
  }

  /** What opening found and did. */
  RecoveryReport recovery() {
    return recovery;
  }

  /** Recovers the log; from then on it can be used. */
  void open() throws IOException {
    final Object begun = events.begin(EventKind.RECOVERED);
    final long began = System.nanoTime();
    // Asked again now that no repair can begin.
    RepairState.requireNone(storage);
    install(new Recovery(storage, options, events).recover(), began);
    // Also loads what a look takes while there is stack for it.
    lockWatch.requireAlone();
    opened = true;
    events.recovered(begun, recovery);
    housekeeper.wake();
  }

  /** Takes over what recovery found. */
  private void install(Recovery.Outcome outcome, long beganNanos) throws IOException {
    Verdict verdict = outcome.verdict();
    segments.replaceAll(outcome.segments());
    damage = outcome.writable() ? List.of() : outcome.damage();
    Mark read = outcome.mark();
    readMark = read;
    readLast = verdict.lastSequence();
    checkpoint.readFromMark(new MarkFile.Checkpoint(read.lastCheckpoint(), read.covered()), outcome.markedOrdinal());
    if (outcome.writable()) outcome.markFile().guardedBy(lockWatch::requireAlone);
    if (outcome.writable())
      rotation.resume(new SegmentPreparer(storage, options, outcome.markFile()), outcome.markFile(), outcome.tail());
    else
      DamageReport.warn(storage.directory(), verdict, "It can be read but not written");
    queue.restart(verdict.lastSequence(), this::publish);
    // Last: who has waited for a log that can be written to appends to what is whole.
    state.damaged(damage.isEmpty() ? null : damage.get(0), DamageReport.stake(storage.directory(), verdict));
    recovery = outcome.report(firstSequence.getAsLong(), System.nanoTime() - beganNanos);
  }

  /** Shows readers the structure as it is now. */
  void publish() {
    Mark mark = mark();
    live.publish(new ReadView(segments.live(), mark.truncatedThrough(), mark.cuts(), damage));
  }

  private Mark mark() {
    MarkFile file = rotation.markFile();
    return file == null ? readMark : file.current();
  }

  /** Forgets every record up to {@code through}, durably. */
  void truncate(long through) throws IOException {
    state.requireReadable();
    AppendLimits.requireCut("through", through, 0, queue.currentSequence());
    if (state.damaged() && truncateDamaged(through)) return;
    state.requireWritable();
    boolean done = false;
    while (!done && through > mark().truncatedThrough()) {
      AppendLimits.requireCut("through", through, 0, queue.currentSequence());
      queue.awaitDurable(through);
      done = truncation.truncate(through);
    }
    truncation.giveUpTailIfFull(through);
  }

  /**
   * Moves the truncation mark past damage, and then recovers what is left as if the log had just been opened. Returns false if another has
   * done so meanwhile: what is written to since is not to be recovered again.
   */
  private boolean truncateDamaged(long through) throws IOException {
    Callable<Boolean> work = () -> {
      state.requireReadable();
      if (!state.damaged()) return false;
      truncateDamagedOnThread(through);
      return true;
    };
    return housekeeper.run(work, state::notRunException);
  }

  private void truncateDamagedOnThread(long through) throws IOException {
    final Object begun = events.begin(EventKind.RECOVERED);
    final long began = System.nanoTime();
    Mark mark = readMark;
    List<Segment> before = segments.live();
    long firstLeft = mark.lastOrdinal() + 1;
    for (int i = before.size() - 1; i >= 0 && before.get(i).reachesBeyond(through); i--) firstLeft = before.get(i).ordinal;
    if (through < damage.stream().mapToLong(Damage::lastLost).max().orElse(0)) firstLeft = mark.firstOrdinal();
    Mark truncated = mark.withTruncatedThrough(Math.max(through, mark.truncatedThrough()), firstLeft)
        .withFloor(Math.max(readLast, mark.floorSequence()));
    MarkFile.replace(storage, truncated);
    // Cursors that are opened from now on begin behind it. What an older one may still read stays until that one ends.
    readMark = truncated;
    publish();
    long lowestPin = pins.lowest();
    MarkFile.Checkpoint found = checkpoint.get();
    install(new Recovery(storage, options, events).recover(lowestPin), began);
    checkpoint.note(found);
    segments.retireAsWell(before, lowestPin);
    for (Segment segment : before) if (segment.ordinal < lowestPin || segments.isLive(segment.ordinal)) readerFiles.release(segment);
    events.recovered(begun, recovery);
  }

  /** As {@link SegmentedLog#checkpoint}. */
  long checkpoint(int type, long wanted, LongFunction<byte[]> payload) throws IOException {
    CutGate history = truncation.history();
    history.enter();
    try {
      // Only now: what was there before may have been cut away, and its sequences are used anew.
      long current = queue.currentSequence();
      AppendLimits.requireCovered(wanted, current);
      long covered = wanted < 0 ? current : wanted;
      long sequence = queue.append(0, type, 0, NOTHING, payload.apply(covered));
      queue.awaitDurable(sequence);
      noteCheckpoint(new MarkFile.Checkpoint(sequence, covered));
      return sequence;
    } finally {
      history.leave();
    }
  }

  /** Remembers a durable checkpoint, and soon writes it to the mark file. */
  void noteCheckpoint(MarkFile.Checkpoint latest) {
    if (!checkpoint.note(latest)) return;
    markDuty.note();
    housekeeper.wake();
  }

  // What the queue asks for.

  /** Where the storage has such a thing, and threads wait for frames. */
  private SleepWord newSleepWord() {
    return options.syncMode() == SyncMode.SYNC ? storage.newSleepWord().orElse(null) : null;
  }

  private void committed() {
    if (markDuty.note() || rotation.runsLow() || lockWatch.shouldBeRenewed()) housekeeper.wake();
  }

  /** A reader has ended: files that only it kept may go. */
  void readerLeft() {
    if (segments.hasRetired()) housekeeper.wake();
  }

  /** The duties of the housekeeping thread; returns after how many nanoseconds to come again. */
  long attend() {
    if (!opened) return Long.MAX_VALUE;
    long untilQueue = queue.attend();
    if (state.stopped() || rotation.markFile() == null) return untilQueue;
    try {
      if (lockWatch.shouldBeRenewed()) lockWatch.requireAlone();
      lockWatch.tell();
      truncation.disposeUnread();
      boolean more = rotation.attendSpace();
      long untilMark = markDuty.attend(queue.end(), rotation.markFile());
      return more ? 0 : Math.min(untilQueue, untilMark);
    } catch (OutOfMemoryError e) {
      // Of the heap, while another part of the program fills it: what was to be done is still to be done.
      return SHORTAGE_RETRY_NANOS;
    } catch (Throwable t) {
      state.fail(t);
      return untilQueue;
    }
  }
}
