package dev.syncline.log;

import dev.syncline.RecoveryReport;
import dev.syncline.SequenceRange;
import dev.syncline.StorageMode;
import dev.syncline.VerifyReport;
import dev.syncline.WalStats;
import dev.syncline.io.Storage;
import dev.syncline.log.commit.AsyncAppend;
import dev.syncline.log.commit.CommitQueue;
import dev.syncline.log.commit.Entry;
import dev.syncline.log.commit.Housekeeper;
import dev.syncline.log.commit.LockWatch;
import dev.syncline.log.commit.LogState;
import dev.syncline.log.commit.Rotation;
import dev.syncline.log.events.LogEvents;
import dev.syncline.log.options.LogOptions;
import dev.syncline.log.read.DirectoryFollower;
import dev.syncline.log.read.LogCursor;
import dev.syncline.log.read.LogReader;
import dev.syncline.log.read.ReadSource;
import dev.syncline.log.read.RecordView;
import dev.syncline.log.read.RecordVisitor;
import dev.syncline.log.read.ViewCopy;
import dev.syncline.log.recovery.DamageReport;
import dev.syncline.log.recovery.Verdict;
import dev.syncline.log.segment.Closing;
import dev.syncline.log.segment.MarkFile;
import dev.syncline.log.segment.Pins;
import dev.syncline.log.segment.ReaderFiles;
import dev.syncline.log.segment.SegmentSet;
import dev.syncline.log.segment.Snapshot;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongFunction;

/**
 * A durable sequence of opaque records in segment files: group commit, rotation, recovery, and truncation at both ends.
 *
 * <p>This is the engine beneath {@link dev.syncline.WriteAheadLog}, and what a consensus engine uses directly: records have an
 * index that the caller may assign, a type byte, and 32 bits of the caller's beside the payload. All methods are safe for many
 * threads.
 */
public final class SegmentedLog implements Closeable {
  private final Storage storage;
  private final LogOptions options;
  private final LogState state;
  private final Housekeeper housekeeper;
  private final SegmentSet segments;
  private final ReaderFiles readerFiles;
  private final LogReader reader;
  private final Rotation rotation;
  private final LastCheckpoint checkpoint;
  private final Shutdown shutdown;

  /** What a read-only log follows; null in one that is written to. */
  private final DirectoryFollower follower;

  /** What a log that is written to consists of, and what readers see of it; null in a read-only one. */
  private final LogWriter writer;
  private final ReadSource source;

  /** What opening a read-only log found. */
  private volatile RecoveryReport recovery;

  /** {@link LogWriter#open} follows, on that thread, if it is to be written to. */
  SegmentedLog(Storage storage, LogOptions options, Housekeeper housekeeper, LogEvents events, boolean readOnly) {
    this.storage = storage;
    this.options = options;
    this.state = new LogState(storage.directory(), readOnly);
    Pins pins = new Pins();
    this.segments = new SegmentSet(pins);
    this.readerFiles = new ReaderFiles(storage);
    this.rotation = new Rotation(state, segments, () -> writer().publish(), events);
    this.follower = readOnly ? new DirectoryFollower(storage, readerFiles, state::requireReadable) : null;
    this.housekeeper = housekeeper;
    LiveSource live = readOnly ? null : new LiveSource(state, () -> writer().readerLeft());
    this.source = readOnly ? follower : live;
    this.reader = new LogReader(storage, source, readerFiles, pins, !readOnly, events);
    this.checkpoint = new LastCheckpoint(rotation, source, follower);
    this.shutdown = new Shutdown(storage, state, options.closeTimeoutNanos(), housekeeper, segments, rotation, readerFiles, events);
    this.writer = readOnly ? null : new LogWriter(storage, options, state, segments, pins, readerFiles, rotation, live, checkpoint,
        new LockWatch(state, storage.gate(), shutdown::requireLocked), housekeeper, reader::firstSequence, events);
    if (readOnly) shutdown.closesToo(follower);
    else shutdown.uses(writer.queue());
  }

  /**
   * Opens the log in {@code directory}, which is created with its parents if need be, and recovers it. An instance that was abandoned in
   * this JVM is fenced first.
   *
   * @param mode whose lock is taken
   * @throws dev.syncline.LogLockedException if another process holds it
   * @throws LogFailedException if for {@link LogOptions#openTimeoutNanos} nothing moves: the disk hangs
   */
  public static SegmentedLog open(Path directory, StorageMode mode, StorageOpener opener, LogOptions options) throws IOException {
    return Opening.of(directory, mode, opener, options);
  }

  /** The same in the directory of a storage, which takes the lock, and is closed with the log, or if that cannot be opened. */
  public static SegmentedLog open(Storage storage, LogOptions options) throws IOException {
    return Opening.of(storage, options);
  }

  /** Opens a log in a directory inside one whose lock the caller holds. */
  public static SegmentedLog openInside(Storage storage, LogOptions options) throws IOException {
    return Opening.inside(storage, options);
  }

  Shutdown shutdown() {
    return shutdown;
  }

  /** Opens a log to read what is there: takes no lock, writes nothing, fences nobody, and works beside a live writer. */
  public static SegmentedLog openReadOnly(Storage storage, LogOptions options) throws IOException {
    return Opening.toRead(storage, options);
  }

  /** Begins to follow what somebody else writes. */
  void follow() throws IOException {
    long began = System.nanoTime();
    Verdict verdict = follower.open(options.verification());
    DamageReport.warn(storage.directory(), verdict, "It is read up to there");
    checkpoint.markKnows(verdict.markedOrdinal());
    recovery = verdict.report(firstSequence(), durableSequence(), System.nanoTime() - began);
  }

  /** The duties of the housekeeping thread. */
  long attend() {
    long untilReleased = shutdown.attend();
    return untilReleased > 0 ? untilReleased : writer.attend();
  }

  LogWriter writer() {
    return writer;
  }

  // Appending.

  /** Appends one record with the next index; returns it. In SYNC mode it is durable then. */
  public long append(int type, int meta, byte[] head, byte[] rest) throws IOException {
    AppendLimits.require(options, head, rest);
    return queue().append(0, type, meta, head, rest);
  }

  /** Appends one record with the caller's index, which must be above every one before it. */
  public long appendAt(long index, int type, int meta, byte[] head, byte[] rest) throws IOException {
    AppendLimits.requireIndexes(index, 1);
    AppendLimits.require(options, head, rest);
    return queue().append(index, type, meta, head, rest);
  }

  /** Appends records that survive a crash together or not at all; returns the first one's index, the rest follow without gaps. */
  public long appendGroup(List<Entry> entries) throws IOException {
    AppendLimits.require(options, entries);
    return queue().appendAll(0, entries, true);
  }

  /**
   * Appends records with the caller's indexes from {@code first} on, which may leave out any number, in one write. Each counts by itself: a
   * crash may leave some of them, from the front and without a hole.
   */
  public void appendRun(long first, List<Entry> entries) throws IOException {
    AppendLimits.requireIndexes(first, entries.size());
    AppendLimits.require(options, entries);
    queue().appendAll(first, entries, false);
  }

  /** Appends one record; its index is given at once, and the future completes when it is durable. */
  public AsyncAppend appendAsync(int type, int meta, byte[] head, byte[] rest) throws IOException {
    AppendLimits.require(options, head, rest);
    return queue().appendAsync(type, meta, head, rest);
  }

  /** The same for records that survive a crash together or not at all. */
  public AsyncAppend appendGroupAsync(List<Entry> entries) throws IOException {
    AppendLimits.require(options, entries);
    return queue().appendAllAsync(entries);
  }

  /** Waits until a small append would be taken at once; false if the time is over before, or at an interrupt. */
  public boolean awaitRoom(long timeoutNanos) throws IOException {
    return queue().awaitRoom(timeoutNanos);
  }

  /** Outside SYNC mode: what is appended now has been committed before, at {@code millis} (-1: when it is written), in another frame. */
  public void beginFrame(long millis) throws IOException {
    queue().beginFrame(millis);
  }

  private CommitQueue queue() throws IOException {
    return written().queue();
  }

  /** What there is of a log that is written to; whoever asks that of a read-only one is refused. */
  private LogWriter written() throws IOException {
    if (writer == null) state.requireWritable();
    return writer;
  }

  /** Makes everything appended durable; returns the highest durable index. */
  public long sync() throws IOException {
    return queue().sync();
  }

  /** Waits until {@code sequence} is durable; outside SYNC mode asks for a sync instead of waiting for the next one. */
  public void awaitDurable(long sequence) throws IOException {
    if (sequence < 0) throw new IllegalArgumentException("expected 0 or more, found " + sequence);
    state.requireReadable();
    source.current();
    AppendLimits.requireAppended(sequence, writer == null ? follower.durableSequence() : writer.queue().appendedSequence());
    if (writer != null) writer.queue().awaitDurable(sequence);
  }

  /** Highest index whose append has returned; in a read-only log the highest that it has seen to be durable. */
  public long currentSequence() {
    return writer == null ? follower.lookedEnd() : writer.queue().currentSequence();
  }

  public long durableSequence() {
    return writer == null ? follower.lookedEnd() : writer.queue().end().sequence();
  }

  /** Records up to here are forgotten. */
  public long truncatedThrough() {
    return source.known().truncatedThrough();
  }

  /** First index that can be read, or the current one + 1 if there is none. */
  public long firstSequence() {
    if (writer == null) follower.lookedEnd();
    return reader.firstSequence();
  }

  /** Highest index that can be read and was committed at {@code millis} since 1970 or before, as its frame says; 0 if none was. */
  public long sequenceAt(long millis) throws IOException {
    return reader.sequenceAt(millis);
  }

  /** Sequence of the last checkpoint that {@link #noteCheckpoint} was told of, or 0. */
  public long lastCheckpoint() {
    return checkpoint.get().sequence();
  }

  /** What that checkpoint covers. */
  public long checkpointCovers() {
    return checkpoint.get().covered();
  }

  /**
   * Appends a record that is a checkpoint, makes it and everything before it durable, and remembers it: one step for whoever cuts the tail.
   * It covers {@code covered}, or whatever has been appended if that is -1; {@code payload} makes the record's payload from what it covers.
   */
  public long checkpoint(int type, long covered, LongFunction<byte[]> payload) throws IOException {
    AppendLimits.requireCovered(covered, currentSequence());
    state.requireWritable();
    return writer.checkpoint(type, covered, payload);
  }

  /** Remembers a durable checkpoint, and soon writes it to the mark file. */
  public void noteCheckpoint(long sequence, long covered) {
    MarkFile.Checkpoint latest = new MarkFile.Checkpoint(sequence, covered);
    if (writer == null) checkpoint.noteFound(latest, currentSequence());
    else writer.noteCheckpoint(AppendLimits.requireCheckpoint(latest, currentSequence()));
  }

  /** Where checkpoints may lie, records of that type, that the mark does not know of; the first place that has one has the last of all. */
  public List<SequenceRange> checkpointsMayLie(int type) {
    return checkpoint.mayLie(type);
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
   * @throws dev.syncline.CorruptLogException if it was there and is unreadable
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
    written().truncate(through);
  }

  /**
   * Forgets every record above {@code sequence}, durably; the next append gets {@code sequence + 1}. {@code checkpoints} is asked, while
   * nothing else can be cut, for the last checkpoint that stays and what it covers; zeros if there is none.
   */
  public void truncateAfter(long sequence, CheckpointFinder checkpoints) throws IOException {
    state.requireWritable();
    AppendLimits.requireCut("after", sequence, truncatedThrough(), currentSequence());
    writer.truncation().truncateAfter(sequence, checkpoints);
  }

  /** The same for a log without checkpoints. */
  public void truncateAfter(long sequence) throws IOException {
    truncateAfter(sequence, last -> new MarkFile.Checkpoint(0, 0));
  }

  /**
   * Forgets every record, durably: the next append gets {@code next}, or a higher index of the caller's. That may lie before what was
   * forgotten or far beyond it. With {@link #truncateAfter} the only way in which an index is given out twice.
   */
  public void reset(long next) throws IOException {
    AppendLimits.requireIndexes(next, 1);
    state.requireWritable();
    writer.truncation().forgetAll(next - 1);
  }

  /** Leaves indexes out, durably: the next append gets {@code next}; {@link RecoveryReport#gaps} names those between. */
  public void skipTo(long next) throws IOException {
    AppendLimits.requireIndexes(next, 1);
    leaveOut(next - 1);
  }

  /** The same, up to {@code last}, which may be the last index there is. */
  public void leaveOut(long last) throws IOException {
    state.requireWritable();
    writer.truncation().leaveOut(last);
  }

  // Copying and checking.

  /** Makes {@code target} a log that holds what this one does: by links, or copies; a read-only log as far as it is known to be durable. */
  public void snapshot(Storage target) throws IOException {
    if (writer == null) state.requireReadable();
    else state.requireWritable();
    Snapshot.orNothing(target, () -> {
      if (writer == null) new ViewCopy(storage, target, follower, checkpoint::get).copy();
      else writer.truncation().snapshot(target);
    });
  }

  /** Reads and checks everything that lies in files; damage is reported, not thrown. */
  public VerifyReport verify() throws IOException {
    return reader.verify();
  }

  /**
   * Makes everything durable, cuts what was prepared and not used, and lets the directory go; a second close waits for the first. If an
   * operation hangs for longer than the close timeout, the directory is let go when it returns: by this log's thread, or by closing again.
   * @throws dev.syncline.LogFailedException if a write or sync failed before or fails now, or hangs for longer than the close timeout
   */
  @Override
  public void close() throws IOException {
    shutdown.close();
  }

  // Telling.

  public boolean isReadOnly() {
    return writer == null;
  }

  /** What opening found and did. */
  public RecoveryReport recovery() {
    return writer == null ? recovery : writer.recovery();
  }

  public WalStats stats() {
    CommitQueue commits = writer == null ? null : writer.queue();
    return LogStats.of(
        commits, rotation.preparer(), segments, source.known().segments().size(), readerFiles.openCount(), state.failure() != null);
  }
}
