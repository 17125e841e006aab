package dev.syncline.log;

import dev.syncline.CorruptLogException;
import dev.syncline.Damage;
import dev.syncline.LogFailedException;
import dev.syncline.LogFencedException;
import dev.syncline.RecordTooLargeException;
import dev.syncline.RecoveryReport;
import dev.syncline.StorageFullException;
import dev.syncline.SyncMode;
import dev.syncline.VerifyReport;
import dev.syncline.WalStats;
import dev.syncline.format.Mark;
import dev.syncline.format.SegmentName;
import dev.syncline.io.DirectoryLock;
import dev.syncline.io.SleepWord;
import dev.syncline.io.Storage;
import dev.syncline.log.options.LogOptions;
import dev.syncline.log.read.DirectoryFollower;
import dev.syncline.log.read.LogCursor;
import dev.syncline.log.read.LogReader;
import dev.syncline.log.read.ReadSource;
import dev.syncline.log.read.ReadView;
import dev.syncline.log.read.RecordView;
import dev.syncline.log.read.RecordVisitor;
import dev.syncline.log.read.ViewCopy;
import dev.syncline.log.recovery.DamageReport;
import dev.syncline.log.recovery.Recovery;
import dev.syncline.log.recovery.Verdict;
import dev.syncline.log.segment.CleanClose;
import dev.syncline.log.segment.Closing;
import dev.syncline.log.segment.Incompatible;
import dev.syncline.log.segment.FileCut;
import dev.syncline.log.segment.MarkFile;
import dev.syncline.log.segment.Pins;
import dev.syncline.log.segment.ReaderFiles;
import dev.syncline.log.segment.Rewind;
import dev.syncline.log.segment.Segment;
import dev.syncline.log.segment.SegmentPreparer;
import dev.syncline.log.segment.SegmentSet;
import dev.syncline.log.segment.Snapshot;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * A durable sequence of opaque records in segment files: group commit, rotation, recovery, and truncation at both ends.
 *
 * <p>This is the engine beneath {@link dev.syncline.WriteAheadLog}, and what a consensus engine uses directly: records have an
 * index that the caller may assign, a type byte, and 32 bits of the caller's beside the payload. All methods are safe for many
 * threads.
 */
public final class SegmentedLog implements Closeable {
  private static final long FULL_RETRY_NANOS = 100_000_000;

  private final Storage storage;
  private final LogOptions options;
  private final LogState state;
  private final boolean readOnly;
  private final AtomicBoolean closeBegun = new AtomicBoolean();
  private final Housekeeper housekeeper;
  private final Pins pins = new Pins();
  private final ReaderFiles readerFiles;
  private final LogReader reader;

  /** What readers see of a log that this instance writes; null in a read-only one. */
  private final LiveSource live;

  /** What a read-only log follows; null in one that is written to. */
  private final DirectoryFollower follower;

  /** The one of these two that there is. */
  private final ReadSource source;

  private final MarkDuty markDuty;
  private final ReentrantLock checkpointLock = new ReentrantLock();
  private DirectoryLock lock;
  private final SegmentSet segments = new SegmentSet(pins);

  // Set by open, and again when a truncation past damage has made the log writable. Housekeeping thread, or open. None of them in a
  // read-only log.
  private volatile CommitQueue queue;
  private volatile RecoveryReport recovery;
  private volatile List<Damage> damage = List.of();
  private volatile MarkFile markFile;
  private volatile SegmentPreparer preparer;

  /** The mark as it was read, where the log is not writable. */
  private volatile Mark readMark;

  /** Highest sequence of a log that is not writable. */
  private volatile long readLast;

  /** The segment that frames go to. Written by the housekeeping thread. */
  private volatile Segment tail;

  private volatile long fullUntilNanos;

  /** The last checkpoint of a log without a mark file of its own. */
  private volatile MarkFile.Checkpoint readCheckpoint = new MarkFile.Checkpoint(0, 0);

  private SegmentedLog(Storage storage, LogOptions options, boolean readOnly) {
    this.storage = storage;
    this.options = options;
    this.readOnly = readOnly;
    this.markDuty = new MarkDuty(options.markIntervalNanos());
    this.state = new LogState(storage.directory(), readOnly);
    this.readerFiles = new ReaderFiles(storage);
    this.follower = readOnly ? new DirectoryFollower(storage, readerFiles, state::requireReadable) : null;
    this.housekeeper = new Housekeeper("syncline-" + storage.directory().getFileName(), this::attend);
    this.live = readOnly ? null : new LiveSource(state, options.syncMode(), this::readerLeft);
    this.source = readOnly ? follower : live;
    this.reader = new LogReader(storage, source, readerFiles, pins, !readOnly);
  }

  /**
   * Opens the log in the storage's directory, which is created with its parents if need be, and recovers it. An instance that
   * was abandoned in this JVM is fenced first.
   *
   * @throws dev.syncline.LogLockedException if another process holds it
   */
  public static SegmentedLog open(Storage storage, LogOptions options) throws IOException {
    SegmentedLog log = new SegmentedLog(storage, options, false);
    requireOwnNames(storage);
    storage.createDirectory();
    log.lock = DirectoryLock.acquire(storage.directory(), log::fence, options.openTimeoutNanos());
    try {
      long began = System.nanoTime();
      log.install(new Recovery(storage, options).recover(), began);
      log.housekeeper.start();
      return log;
    } catch (IOException | RuntimeException | Error e) {
      log.releaseAfter(e);
      throw e;
    }
  }

  /** Opens a log to read what is there: takes no lock, writes nothing, fences nobody, and works beside a live writer. */
  public static SegmentedLog openReadOnly(Storage storage, LogOptions options) throws IOException {
    SegmentedLog log = new SegmentedLog(storage, options, true);
    try {
      log.follow();
      return log;
    } catch (IOException | RuntimeException | Error e) {
      log.releaseAfter(e);
      throw e;
    }
  }

  /** A stray file gets its message before a lock file is made beside it. */
  private static void requireOwnNames(Storage storage) throws IOException {
    if (!Files.isDirectory(storage.directory())) return;
    for (String name : storage.list())
      if (SegmentName.isSegment(name) && SegmentName.ordinal(name) < 0) throw Incompatible.foreignName(storage, name);
  }

  /** Takes over what recovery found. */
  private void install(Recovery.Outcome outcome, long beganNanos) throws IOException {
    Verdict verdict = outcome.verdict();
    segments.replaceAll(outcome.segments());
    damage = outcome.writable() ? List.of() : outcome.damage();
    readMark = outcome.mark();
    readLast = verdict.lastSequence();
    readCheckpoint = new MarkFile.Checkpoint(outcome.mark().lastCheckpoint(), outcome.mark().covered());
    markFile = outcome.markFile();
    state.damaged(outcome.writable() || damage.isEmpty() ? null : damage.get(0));
    if (!outcome.writable()) DamageReport.warn(storage.directory(), verdict, "It can be read but not written");
    if (outcome.writable()) {
      preparer = new SegmentPreparer(storage, options, markFile);
      if (outcome.tail() != null) preparer.resume(outcome.tail());
      tail = outcome.tail();
    }
    if (queue == null) queue = new CommitQueue(options, state, housekeeper, new Around(), tail, verdict.lastSequence());
    else queue.restart(tail, verdict.lastSequence(), () -> {});
    live.use(queue);
    publish();
    recovery = outcome.report(firstSequence(), System.nanoTime() - beganNanos);
  }

  /** Begins to follow what somebody else writes. */
  private void follow() throws IOException {
    long began = System.nanoTime();
    Verdict verdict = follower.open(options.verification());
    damage = verdict.damage();
    DamageReport.warn(storage.directory(), verdict, "It is read up to there");
    recovery = verdict.report(firstSequence(), durableSequence(), System.nanoTime() - began);
  }

  /** Shows readers the structure as it is now. */
  private void publish() {
    Mark mark = mark();
    live.publish(new ReadView(segments.live(), mark.truncatedThrough(), mark.cuts(), damage));
  }

  private void readerLeft() {
    if (segments.hasRetired()) housekeeper.nudge();
  }

  // Appending.

  /** Appends one record with the next index; returns it. In SYNC mode it is durable then. */
  public long append(int type, int meta, byte[] head, byte[] rest) throws IOException {
    requireSize(1, (long) head.length + rest.length);
    return queue().append(0, type, meta, head, rest);
  }

  /** Appends one record with the caller's index, which must be above every one before it. */
  public long appendAt(long index, int type, int meta, byte[] head, byte[] rest) throws IOException {
    if (index <= 0) throw new IllegalArgumentException("expected an index above 0, found " + index);
    requireSize(1, (long) head.length + rest.length);
    return queue().append(index, type, meta, head, rest);
  }

  /** Appends records that survive a crash together or not at all; returns the first one's index, the rest follow without gaps. */
  public long appendGroup(List<Entry> entries) throws IOException {
    requireSize(entries);
    return queue().appendAll(0, entries, true);
  }

  /**
   * Appends records with the caller's indexes, one after the other from {@code first} on, in one write. Each counts by itself: a crash
   * may leave some of them, from the front and without a hole.
   *
   * @param first must be above every index before it, and may leave any number of them out
   */
  public void appendRun(long first, List<Entry> entries) throws IOException {
    if (first <= 0 || first > Long.MAX_VALUE - entries.size())
      throw new IllegalArgumentException("expected indexes above 0, found " + entries.size() + " from " + first + " on");
    if (entries.isEmpty()) throw new IllegalArgumentException("expected at least one record, found none");
    requireSize(entries);
    queue().appendAll(first, entries, false);
  }

  /** Appends one record; the future completes with its index when it is durable. */
  public CompletableFuture<Long> appendAsync(int type, int meta, byte[] head, byte[] rest) throws IOException {
    requireSize(1, (long) head.length + rest.length);
    return queue().appendAsync(type, meta, head, rest);
  }

  private CommitQueue queue() throws IOException {
    CommitQueue now = queue;
    if (now == null) state.requireWritable();
    return now;
  }

  private void requireSize(List<Entry> entries) throws RecordTooLargeException {
    long bytes = 0;
    for (Entry entry : entries) bytes += entry.payloadBytes();
    requireSize(entries.size(), bytes);
  }

  private void requireSize(int records, long bytes) throws RecordTooLargeException {
    if (bytes > options.maxGroupBytes() || bytes + 32L * records > Integer.MAX_VALUE - (2 << 20))
      throw new RecordTooLargeException(
          "expected at most " + options.maxGroupBytes() + " bytes in one batch, found " + bytes + " in " + records
              + " records. Nothing was written");
  }

  /** Makes everything appended durable; returns the highest durable index. */
  public long sync() throws IOException {
    return queue().sync();
  }

  /** Waits until {@code sequence} is durable; outside SYNC mode asks for a sync instead of waiting for the next one. */
  public void awaitDurable(long sequence) throws IOException {
    state.requireReadable();
    source.current();
    long appended = readOnly ? follower.durableSequence() : queue.appendedSequence();
    if (sequence > appended)
      throw new IllegalArgumentException("sequence " + sequence + " was not appended: the highest is " + appended);
    if (!readOnly) queue.awaitDurable(sequence);
  }

  // Positions.

  /** Highest index whose append has returned; in a read-only log the highest that it has seen to be durable. */
  public long currentSequence() {
    return readOnly ? follower.lookedEnd() : live.currentSequence();
  }

  public long durableSequence() {
    return readOnly ? follower.lookedEnd() : live.durableSequence();
  }

  /** Records up to here are forgotten. */
  public long truncatedThrough() {
    return source.known().truncatedThrough();
  }

  /** First index that can be read, or the current one + 1 if there is none. */
  public long firstSequence() {
    if (readOnly) follower.lookedEnd();
    return reader.firstSequence();
  }

  private Mark mark() {
    MarkFile file = markFile;
    return file == null ? readMark : file.current();
  }

  private MarkFile.Checkpoint checkpoint() {
    MarkFile file = markFile;
    if (file != null) return file.checkpoint();
    return readOnly ? follower.checkpoint(readCheckpoint) : readCheckpoint;
  }

  /** Sequence of the last checkpoint that {@link #noteCheckpoint} was told of, or 0. */
  public long lastCheckpoint() {
    return checkpoint().sequence();
  }

  /** What that checkpoint covers. */
  public long checkpointCovers() {
    return checkpoint().covered();
  }

  /** Remembers a durable checkpoint, and soon writes it to the mark file. */
  public void noteCheckpoint(long sequence, long covered) {
    checkpointLock.lock();
    try {
      if (sequence <= checkpoint().sequence()) return;
      readCheckpoint = new MarkFile.Checkpoint(sequence, covered);
      if (readOnly) follower.noted();
      if (markFile != null) markFile.noteCheckpoint(readCheckpoint);
    } finally {
      checkpointLock.unlock();
    }
    markDuty.note();
    if (!readOnly) housekeeper.nudge();
  }

  /**
   * Where to look for checkpoints that the mark does not know of: every mark that begins a segment knows those before it.
   *
   * @return a sequence below all of them, or -1 if no record of that type lies beyond the mark's
   */
  public long checkpointsMayFollow(int type) {
    Segment newest = source.known().newest();
    boolean may = newest != null && newest.hasType(type) && newest.reachesBeyond(lastCheckpoint());
    return may ? Math.max(lastCheckpoint(), newest.header.baseSequence()) : -1;
  }

  // Reading.

  /** A cursor over everything above {@code after} up to what is visible now. */
  public LogCursor cursor(long after) throws IOException {
    return reader.cursor(after);
  }

  /** A cursor that follows the durable end; it fails if truncation overtakes it. */
  public LogCursor follow(long after) throws IOException {
    return reader.follow(after);
  }

  /** A cursor for one record: after {@link LogCursor#advance} it stands on {@code sequence} or the next one there is. */
  public LogCursor seek(long sequence) throws IOException {
    return reader.seek(sequence);
  }

  /**
   * Reads one record; never waits for a commit or a sync. Any number of threads.
   *
   * @param use makes the result from the record, which is good only while it runs
   * @return null if there is no such record (yet, or any more)
   * @throws CorruptLogException if it was there and is unreadable
   */
  public <T> T read(long sequence, Function<? super RecordView, T> use) throws IOException {
    return reader.read(sequence, use);
  }

  /**
   * Shows every record of one type above {@code after} that is visible now, in order. Segments without that type are not read: their
   * seals say what they hold.
   *
   * @throws dev.syncline.CorruptLogException if damage lies in what is read
   */
  public void scan(int type, long after, RecordVisitor visitor) throws IOException {
    reader.scan(type, after, visitor);
  }

  // Truncating.

  /** Forgets every record up to {@code through}, durably; segments that hold nothing else are recycled or deleted. */
  public void truncate(long through) throws IOException {
    state.requireReadable();
    if (through < 0 || through > currentSequence())
      throw new IllegalArgumentException("cannot truncate through " + through + ": expected 0 to " + currentSequence());
    if (state.damaged()) {
      housekeeper.run(() -> truncateDamaged(through));
      return;
    }
    state.requireWritable();
    if (through <= truncatedThrough()) return;
    if (through > queue.durableSequence()) queue.awaitDurable(through);
    try {
      housekeeper.run(() -> {
        state.finalOnFailure(() -> truncateOnThread(through));
        return null;
      });
    } catch (LogFailedException e) {
      queue.wakeAll();
      throw e;
    }
  }

  private void truncateOnThread(long through) throws IOException {
    state.requireNotFailed();
    Mark mark = markFile.current();
    if (through <= mark.truncatedThrough()) return;
    List<Segment> live = segments.live();
    List<Segment> forgotten = new ArrayList<>();
    for (Segment segment : live) {
      boolean needed = segment == tail || segment.reachesBeyond(through) || mark.rewinding() && segment.ordinal == mark.rewindOrdinal();
      if (needed) break;
      forgotten.add(segment);
    }
    long firstLeft = forgotten.size() < live.size() ? live.get(forgotten.size()).ordinal : mark.lastOrdinal() + 1;
    markFile.store(mark.withTruncatedThrough(through, firstLeft).withFloor(Math.max(through, mark.floorSequence())));
    segments.retire(forgotten);
    publish();
    disposeUnread();
  }

  /** Moves the truncation mark past damage, and then recovers what is left as if the log had just been opened. */
  private Void truncateDamaged(long through) throws IOException {
    long began = System.nanoTime();
    Mark mark = readMark;
    List<Segment> live = segments.live();
    long firstLeft = mark.lastOrdinal() + 1;
    for (int i = live.size() - 1; i >= 0 && live.get(i).reachesBeyond(through); i--) firstLeft = live.get(i).ordinal;
    if (through < damage.stream().mapToLong(Damage::lastLost).max().orElse(0)) firstLeft = mark.firstOrdinal();
    Mark truncated = mark.withTruncatedThrough(Math.max(through, mark.truncatedThrough()), firstLeft)
        .withFloor(Math.max(readLast, mark.floorSequence()));
    MarkFile.replace(storage, truncated);
    // Cursors that are opened from now on begin behind it. What an older one may still read stays until that one ends.
    readMark = truncated;
    publish();
    long lowestPin = pins.lowest();
    install(new Recovery(storage, options).recover(lowestPin), began);
    segments.retireAsWell(live, lowestPin);
    for (Segment segment : live) if (segment.ordinal < lowestPin || segments.isLive(segment.ordinal)) readerFiles.release(segment);
    return null;
  }

  /**
   * Forgets every record above {@code sequence}, durably; the next append gets {@code sequence + 1}.
   *
   * @param lastCheckpoint the last checkpoint that stays, or 0
   * @param covered what it covers
   */
  public void truncateAfter(long sequence, long lastCheckpoint, long covered) throws IOException {
    state.requireWritable();
    if (sequence < truncatedThrough() || sequence > currentSequence())
      throw new IllegalArgumentException(
          "cannot truncate after " + sequence + ": expected " + truncatedThrough() + " to " + currentSequence());
    poisoning(() -> {
      queue.exclusively(now -> {
        if (sequence >= queue.appendedSequence()) return now;
        Segment clipped = Rewind.clipped(storage, segments.live(), sequence);
        FileCut cut = FileCut.prepare(storage, clipped.name, clipped.endBytes());
        markFile.noteCheckpoint(new MarkFile.Checkpoint(lastCheckpoint, covered));
        state.finalOnFailure(() -> rewind(sequence, clipped, cut));
        return null;
      }, Long.MAX_VALUE);
      return null;
    });
  }

  /** From when the mark is stored the records are gone, whatever becomes of their bytes; readers hear of it before a file changes. */
  private void rewind(long sequence, Segment clipped, FileCut cut) throws IOException {
    if (tail != null) tail.stopWriting().close();
    tail = null;
    Mark.DurablePoint point = new Mark.DurablePoint(clipped.ordinal, 0, clipped.lastSequence(), 0);
    markFile.store(markFile.current().withRewind(sequence, clipped.ordinal).withFloor(sequence).withDurable(point, false)
        .withCut(sequence, newCutId()));
    List<Segment> gone = segments.cutBehind(clipped);
    queue.restart(null, sequence, this::publish);
    for (Segment segment : gone) {
      readerFiles.dispose(segment);
      storage.delete(segment.name);
      storage.syncDirectory();
    }
    cut.apply();
  }

  private int newCutId() {
    return (int) options.identifiers().getAsLong();
  }

  /**
   * Forgets every record, durably: the next append gets {@code next}, or a higher index of the caller's. That may lie before what was
   * forgotten or far beyond it. With {@link #truncateAfter} the only way in which an index is given out twice.
   */
  public void reset(long next) throws IOException {
    if (next <= 0) throw new IllegalArgumentException("expected an index above 0 to go on with, found " + next);
    state.requireWritable();
    poisoning(() -> {
      queue.exclusively(now -> {
        forgetAll(next - 1);
        return null;
      }, Long.MAX_VALUE);
      return null;
    });
  }

  /** Storing the mark is the moment of the change: from then on every segment lies before the first one in use. */
  private void forgetAll(long through) throws IOException {
    if (tail != null) tail.stopWriting().close();
    tail = null;
    markFile.noteCheckpoint(new MarkFile.Checkpoint(0, 0));
    markFile.store(markFile.current().withoutRecords(through).withCut(through, newCutId()));
    segments.retire(segments.live());
    queue.restart(null, through, this::publish);
    disposeUnread();
  }

  // Copying and checking.

  /**
   * Makes {@code target}'s directory a log that holds what this one holds now: hard links where possible, else copies. A read-only log is
   * copied as far as it is known to be durable, and never linked.
   */
  public void snapshot(Storage target) throws IOException {
    if (readOnly) {
      state.requireReadable();
      new ViewCopy(storage, target, follower).copy();
      return;
    }
    state.requireWritable();
    StorageFullException[] full = new StorageFullException[1];
    poisoning(() -> {
      queue.exclusively(now -> {
        sealForSnapshot();
        try {
          Snapshot.write(storage, target, segments.live(), markFile.current().withFloor(queue.appendedSequence()));
        } catch (StorageFullException e) {
          // The copy is at fault, and the queue must still hear what its tail is now.
          full[0] = e;
        }
        return tail;
      }, Long.MAX_VALUE);
      return null;
    });
    if (full[0] != null) throw full[0];
  }

  /** After this every live segment is finished, or holds no records and has its link to the one before. */
  private void sealForSnapshot() throws IOException {
    Segment newest = segments.newest();
    if (newest == null) return;
    boolean empty = newest == tail && !newest.reachesBeyond(newest.header.baseSequence());
    if (empty) return;
    if (markFile.current().rewinding()) {
      beginSegment(0);
    } else if (!newest.sealed()) {
      preparer.makeRoomForSeal(newest);
      state.finalOnFailure(() -> preparer.seal(newest));
      tail = null;
    }
  }

  /** Reads and checks everything that lies in files; damage is reported, not thrown. */
  public VerifyReport verify() throws IOException {
    return reader.verify();
  }

  // What the queue asks for.

  private final class Around implements Surroundings {
    @Override
    public Segment makeRoom(Segment now, long frameBytes) throws IOException {
      if (now != null && preparer.belongs(now, frameBytes)) {
        preparer.fill(now, now.endBytes() + frameBytes);
        return now;
      }
      return beginSegment(frameBytes);
    }

    @Override
    public void committed() {
      Segment now = tail;
      boolean spaceRunsLow = now != null
          && (preparer.runsLow(now) || preparer.wantsSuccessor(now))
          && (fullUntilNanos == 0 || System.nanoTime() - fullUntilNanos > 0);
      if (markDuty.note() || spaceRunsLow) housekeeper.nudge();
    }

    @Override
    public SleepWord newSleepWord() {
      return options.syncMode() == SyncMode.SYNC ? storage.newSleepWord().orElse(null) : null;
    }
  }

  /** Begins the next segment behind the newest one, which is sealed first. Housekeeping thread, with the commit token. */
  private Segment beginSegment(long frameBytes) throws IOException {
    Segment newest = segments.newest();
    // The seal's room first: on a full disk what is prepared is given up for it.
    if (newest != null) preparer.makeRoomForSeal(newest);
    preparer.prepare(frameBytes, segments.diskBytes());
    // From here on the log's files change.
    state.finalOnFailure(() -> {
      if (newest != null) preparer.seal(newest);
      long base = queue.appendedSequence();
      tail = preparer.begin(newest, newest == null ? base : newest.lastSequence(), base);
    });
    segments.add(tail);
    publish();
    return tail;
  }
  // Duties of the housekeeping thread.

  private long attend() {
    if (state.stopped() || markFile == null) return Long.MAX_VALUE;
    try {
      disposeUnread();
      boolean more = attendSpace();
      long untilMark = markDuty.attend(queue, markFile);
      return more ? 0 : untilMark;
    } catch (Throwable t) {
      fail(t);
      return Long.MAX_VALUE;
    }
  }

  /**
   * Keeps ready space ahead of the tail; returns whether there is more to do at once. A full disk is for the append that needs
   * the space.
   */
  private boolean attendSpace() throws IOException {
    Segment now = tail;
    if (now == null || now.writer() == null) return false;
    try {
      fullUntilNanos = 0;
      if (preparer.runsLow(now)) preparer.fillAhead(now);
      else if (preparer.wantsSuccessor(now)) preparer.prepare(0, segments.diskBytes());
      return preparer.runsLow(now);
    } catch (StorageFullException e) {
      fullUntilNanos = System.nanoTime() + FULL_RETRY_NANOS;
      return false;
    }
  }

  private void disposeUnread() throws IOException {
    List<Segment> unread = segments.takeUnread();
    if (unread.isEmpty()) return;
    for (Segment segment : unread) readerFiles.dispose(segment);
    preparer.dispose(unread);
    storage.syncDirectory();
  }

  // Failing, fencing, closing.

  private interface Work<T> {
    T run() throws IOException;
  }

  /** Runs a change of the log's files; a failure in it is final, unless nothing had changed. */
  private <T> T poisoning(Work<T> work) throws IOException {
    try {
      return work.run();
    } catch (LogFailedException | LogFencedException e) {
      throw e;
    } catch (IOException | Error e) {
      if (LogState.isHarmless(e)) throw e;
      fail(e);
      throw state.failedException(e);
    }
  }

  private void fail(Throwable cause) {
    state.fail(cause);
    queue.wakeAll();
  }

  private boolean fence(long timeoutNanos) {
    state.fence();
    CommitQueue now = queue;
    if (now != null) now.wakeAll();
    boolean empty = storage.gate().shut(timeoutNanos);
    if (now != null) now.stop();
    housekeeper.stop();
    if (empty) closeFilesQuietly();
    return empty;
  }

  /** An abandoned instance may never be closed: its descriptors go with the directory. */
  private void closeFilesQuietly() {
    try {
      closeFiles();
    } catch (IOException e) {
      System.getLogger("dev.syncline.log").log(System.Logger.Level.DEBUG, "closing a fenced instance's files", e);
    }
  }

  private void closeFiles() throws IOException {
    List<Closeable> open = new ArrayList<>();
    readerFiles.close();
    if (follower != null) open.add(follower);
    if (markFile != null) open.add(markFile);
    if (preparer != null) open.add(preparer::abandon);
    for (Segment segment : segments.live()) open.add(segment::close);
    for (Segment segment : segments.retired()) open.add(segment::close);
    open.add(storage);
    Closing.all(open);
  }

  /**
   * Makes everything durable, cuts what was prepared and not used, and lets the directory go. Closing again does nothing.
   *
   * @throws LogFailedException if a write or sync failed before or fails now, or hangs for longer than the close timeout
   */
  @Override
  public void close() throws IOException {
    if (!closeBegun.compareAndSet(false, true)) return;
    state.close();
    if (readOnly || state.fenced() || queue == null || markFile == null) {
      release();
      return;
    }
    IOException failed = null;
    if (state.failure() != null) {
      failed = state.failedException(state.failure());
    } else {
      try {
        queue.exclusively(this::finish, options.closeTimeoutNanos());
      } catch (IOException e) {
        failed = e;
      }
    }
    if (failed instanceof LogFailedException && failed.getCause() == null && storage.gate().inside() > 0) {
      // A write may still land: the directory stays locked.
      state.fail(failed);
      throw failed;
    }
    release();
    if (failed != null && !state.fenced()) throw failed;
  }

  private Segment finish(Segment now) throws IOException {
    state.finalOnFailure(() -> {
      tail = null;
      readerFiles.close();
      CleanClose.finish(storage, segments, preparer, markFile, now, queue.appendedSequence());
    });
    return null;
  }

  /** Stops the threads, closes descriptors, and releases the lock; touches no file. */
  private void release() throws IOException {
    if (queue != null) queue.stop();
    housekeeper.stop();
    IOException failed = null;
    try {
      closeFiles();
    } catch (IOException e) {
      failed = e;
    } finally {
      if (lock != null) lock.release();
    }
    if (failed != null && !state.fenced()) throw failed;
  }

  private void releaseAfter(Throwable because) {
    try {
      release();
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }

  // Telling.

  /** What opening found and did. */
  public RecoveryReport recovery() {
    return recovery;
  }

  public WalStats stats() {
    CommitQueue commits = queue;
    CommitCounters counters = commits == null ? new CommitCounters() : commits.counters;
    SegmentPreparer files = preparer;
    int segmentCount = source.known().segments().size();
    return new WalStats(counters.appends, counters.appendedBytes, counters.commits, counters.durableWrites, counters.syncs,
        counters.writtenBytes, files == null ? 0 : files.rotations(), files == null ? 0 : files.recycledFiles(), segmentCount,
        segments.retired().size(), segments.diskBytes() + (files == null ? 0 : files.spareBytes()), readerFiles.openCount(),
        commits == null ? 0 : commits.pendingBytes(), commits == null ? 0 : commits.ioInProgressNanos(), state.failure() != null);
  }
}
