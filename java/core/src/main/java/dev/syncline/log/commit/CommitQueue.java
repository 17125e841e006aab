package dev.syncline.log.commit;

import dev.syncline.ResourceShortageException;
import dev.syncline.StorageFullException;
import dev.syncline.format.Layout;
import dev.syncline.io.SleepWord;
import dev.syncline.log.events.LogEvents;
import dev.syncline.log.options.LogOptions;
import dev.syncline.log.segment.Segment;
import dev.syncline.shortage.StackReserve;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Supplier;

/*
 * What must stay true, in both kinds:
 *  - Only the holder of the token writes to the tail, changes its end, or replaces it. There is one token, so frames are written
 *    in order, and a frame's header may promise everything before it in SYNC mode.
 *  - A record enters a frame only if the whole frame, padded, fits the space that is ready in the tail. So a full disk is met
 *    before a sequence is used, never by a frame.
 *  - What an append may run short of (stack, memory, threads) it has before its record enters a frame. What fails before that refuses the
 *    append; what fails after it ends the log. There is never a record in a frame that nobody is going to write.
 *  - Sequences are given out under the lock, in the order of the records in their frames.
 *  - Once a write or sync has failed nothing is written again, and everybody who waited is told of the failure, once.
 *  - No code of a caller's runs under the lock, or but for the clock while its thread has the token.
 *  - Nobody waits for longer than a second without looking at the state: who should wake him may have run out of memory.
 */

/** Turns appends into frames and frames into durable bytes: the open frame, and who may change what comes behind it. */
public abstract class CommitQueue extends CommitBase {
  private static final long CALLBACKS_RETRY_NANOS = 10_000_000;

  private final LogOptions options;
  final Rotation rotation;
  final AsyncAppends asyncAppends;

  // Guarded by the lock from here.
  private final OpenFrame open;
  private boolean stopped;
  private final RoomTrials trials = new RoomTrials();

  /** Highest sequence given out. Written under the lock. */
  private volatile long appendedSequence;

  CommitQueue(
      LogOptions options, LogState state, LockWatch lockWatch, Housekeeper housekeeper, Rotation rotation, Supplier<SleepWord> words,
      Runnable afterCommit, LogEvents events) {
    super(state, lockWatch, options, housekeeper, afterCommit, events);
    this.options = options;
    this.rotation = rotation;
    this.asyncAppends = new AsyncAppends(state, options.callbacks(), housekeeper::wake, housekeeper.isShared() ? lock : null);
    open = new OpenFrame(words, options.shared() == null ? null : options.shared().buffers(), events);
  }

  /** Goes on behind {@code lastSequence}, all durable, with what readers see from the same moment on. Opening, or the token's holder. */
  public void restart(long lastSequence, Runnable publish) {
    lock.lockAgain();
    try {
      publish.run();
      disk.newest().forget();
      followTail();
      appendedSequence = lastSequence;
      end.restart(lastSequence);
      restarted(lastSequence);
    } finally {
      lock.unlock();
    }
  }

  /** The log goes on behind {@code lastSequence}: what was wanted is durable, or cut away. Lock held. */
  void restarted(long lastSequence) {}

  @Override
  public long appendedSequence() {
    return appendedSequence;
  }

  /** Highest sequence whose append has returned. */
  public abstract long currentSequence();

  /** Bytes of records appended and not yet in a file. */
  public long pendingBytes() {
    lock.lock();
    try {
      return fullBytes() + open.get().bodyBytes();
    } finally {
      lock.unlock();
    }
  }

  /** Bytes of records in full frames that wait to be written. Lock held. */
  abstract long fullBytes();

  // Appending.

  /**
   * Appends one record; in SYNC mode it is durable on return.
   *
   * @param sequence the record's, above every one before it, or 0 for the next one
   */
  public long append(long sequence, int type, int meta, byte[] head, byte[] rest) throws IOException {
    try {
      return append(sequence, null, false, type, meta, head, rest);
    } catch (StorageFullException | ResourceShortageException e) {
      throw refused(e);
    }
  }

  /**
   * Appends records in one frame; they take sequences without gaps. Returns the first one's.
   *
   * @param sequence the first one's, above every one before it, or 0 for the next one
   * @param together whether they count together or not at all
   */
  public long appendAll(long sequence, List<Entry> entries, boolean together) throws IOException {
    try {
      return append(sequence, entries, together, 0, 0, null, null);
    } catch (StorageFullException | ResourceShortageException e) {
      throw refused(e);
    }
  }

  /** One record, or a group where {@code group} is not null: told apart by that, since an object for either would be an allocation. */
  abstract long append(long sequence, List<Entry> group, boolean together, int type, int meta, byte[] head, byte[] rest)
      throws IOException;

  /** Appends one record and returns; the future completes when it is durable. */
  public AsyncAppend appendAsync(int type, int meta, byte[] head, byte[] rest) throws IOException {
    return appendAsync(null, type, meta, head, rest);
  }

  /** The same for records that count together or not at all. */
  public AsyncAppend appendAllAsync(List<Entry> entries) throws IOException {
    return appendAsync(entries, 0, 0, null, null);
  }

  private AsyncAppend appendAsync(List<Entry> group, int type, int meta, byte[] head, byte[] rest) throws IOException {
    StackReserve.require(StackReserve.DISK);
    PendingFutures.Pending pending = asyncAppends.prepare();
    int bytes = Entry.bytesOf(group, head, rest);
    lock.lock();
    try {
      requireThreads();
      while (asyncAppends.isFull()) {
        state.requireWritable();
        waitForRoom(CALLBACKS_RETRY_NANOS);
      }
      admit(bytes);
      asyncAppends.requireThread();
      AsyncAppend appended = new AsyncAppend(Sequences.next(appendedSequence, Entry.countOf(group)), Entry.countOf(group), pending.future);
      add(0, group, bytes, true, type, meta, head, rest);
      asyncAppends.add(pending, appendedSequence);
      enteredAsync();
      return appended;
    } catch (StorageFullException | ResourceShortageException e) {
      throw refused(e);
    } finally {
      lock.unlock();
    }
  }

  /** Makes sure that whoever has to write what nobody waits for is there, before a sequence is used. Lock held. */
  abstract void requireThreads() throws IOException;

  /** Whether it is there, or appends of the kinds that were made so far do without. Lock held. */
  abstract boolean hasThreads();

  /** A record is in the open frame that nobody waits for. Lock held. */
  abstract void enteredAsync();

  /**
   * Adds what was admitted to the open frame; if anything is thrown the frame is as it was before, and no sequence was used. Returns the
   * first one's sequence. Lock held.
   *
   * @param bytes as {@link Entry#bytesOf} says
   */
  final long add(long sequence, List<Entry> group, int bytes, boolean together, int type, int meta, byte[] head, byte[] rest) {
    int count = Entry.countOf(group);
    long first = sequence == 0 ? Sequences.next(appendedSequence, count) : Sequences.requireAhead(appendedSequence, sequence);
    long last = first + count - 1;
    if (group == null) open.get().add(first, type, false, meta, head, rest);
    else open.get().addAll(first, group, bytes, together);
    appendedSequence = last;
    counters.appends += count;
    counters.appendedBytes += bytes - (long) count * Layout.RECORD_HEADER_BYTES;
    return first;
  }

  /** Waits until the open frame can take that many bytes; the lock is held on entry and on return. */
  final void admit(int recordBytes) throws IOException {
    while (true) {
      state.requireWritable();
      if (fits(recordBytes)) {
        disk.newest().haveBuffer();
        open.takeRecords(rotation.tail());
        return;
      }
      StackReserve.require(StackReserve.DISK);
      if (open.get().isEmpty() && !token.isOut() && fullBytes() == 0) makeRoom(recordBytes);
      else if (!handOverOpenFrame()) waitForRoom(DurableEnd.LOOK_NANOS);
    }
  }

  private boolean fits(int recordBytes) {
    if (tailIsChanging() || fullBytes() > options.maxPendingBytes()) return false;
    Segment tail = rotation.tail();
    return tail != null && open.fits(tail, recordBytes);
  }

  /** The open frame, or the space behind it, is full: has it written, unless it is being. Whether there may be room now. Lock held. */
  abstract boolean handOverOpenFrame() throws IOException;

  /** Has the housekeeping thread make space ready, without the lock; the caller looks again afterwards. */
  private void makeRoom(int recordBytes) throws IOException {
    long frameBytes = Layout.roundUp((long) Layout.FRAME_HEADER_BYTES + recordBytes, options.blockBytes());
    TailChange work = new TailChange(() -> rotation.makeRoom(frameBytes, appendedSequence));
    takeFor(work);
    lock.unlock();
    try {
      runOnHousekeeper(work, Long.MAX_VALUE);
    } finally {
      lock.lockAgain();
    }
  }

  /** Waits until a small append would be taken at once; makes room for it if that is all it takes. */
  public boolean awaitRoom(long timeoutNanos) throws IOException {
    StackReserve.require(StackReserve.DISK);
    long beganNanos = System.nanoTime();
    lock.lock();
    try {
      while (true) {
        state.requireWritable();
        if (!asyncAppends.isFull() && asyncAppends.hasThread() && hasThreads() && fits(Layout.RECORD_HEADER_BYTES)) return true;
        long leftNanos = Math.max(0, timeoutNanos) - (System.nanoTime() - beganNanos);
        if (!asyncAppends.isFull() && trials.areDue() && triedToMakeRoom()) continue;
        if (leftNanos <= 0 || Thread.currentThread().isInterrupted()) return false;
        waitForRoom(Math.min(leftNanos, trials.pauseNanos()));
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean triedToMakeRoom() throws IOException {
    boolean fits = fits(Layout.RECORD_HEADER_BYTES);
    if (!fits && (token.isOut() || fullBytes() > 0)) return false;
    if (!fits && !open.get().isEmpty()) return handOverOpenFrame();
    trials.begin();
    try {
      asyncAppends.requireThread();
      if (!hasThreads()) requireThreads();
      if (!fits) makeRoom(Layout.RECORD_HEADER_BYTES);
      trials.succeeded();
      return true;
    } catch (StorageFullException | ResourceShortageException e) {
      // That is what the caller waits for the end of.
      return false;
    }
  }

  @Override
  final void followTail() {
    Segment tail = rotation.tail();
    open.goOnAt(tail == null ? 0 : tail.endBytes());
  }

  @Override
  final void committed() {
    asyncAppends.deliver();
    super.committed();
  }

  @Override
  final Segment tail() {
    return rotation.tail();
  }

  final Frame openFrame() {
    return open.get();
  }

  final FramePool frames() {
    return open.pool;
  }

  /**
   * The open frame, to be written by the caller; an empty one takes its place. Lock held. If anything is thrown nothing has changed.
   * {@link #signalRoom} follows.
   */
  final Frame takeOpenFrame() {
    return open.take();
  }

  /** From now on readers see a frame that was written. Lock held. */
  final void takeIn(Frame frame) {
    if (disk.takeIn(frame)) end.written(frame.lastSequence());
    else open.moveUp(frame.segment().endBytes(), firstFull());
  }

  /** {@link dev.syncline.log.SegmentedLog#beginFrame}. */
  public void beginFrame(long committedMillis) throws IOException {
    lock.lock();
    try {
      handOverOpenFrame();
      open.committedAt(committedMillis);
    } finally {
      lock.unlock();
    }
  }

  // Syncing on request.

  /** Makes everything appended so far durable. */
  public long sync() throws IOException {
    long target = appendedSequence;
    if (end.sequence() < target) awaitDurable(target);
    else state.requireWritable();
    return end.sequence();
  }

  /** Waits until {@code target} is durable, and outside SYNC mode sees to it that it becomes so. */
  public abstract void awaitDurable(long target) throws IOException;

  // Stopping.

  /** An end was latched. Waiting threads come first, and without an allocation: the failure may be that memory has run out. */
  final void tellEnd() {
    lock.lockAgain();
    try {
      if (state.hasEnded()) {
        Followers.fail(open.get().followers());
        asyncAppends.failRest();
      }
      signalRoom();
      end.signal();
      signalThreads();
    } finally {
      lock.unlock();
    }
    asyncAppends.deliver();
  }

  /** What is being written hangs, and closing has given up on it: whoever waits for it is told that the log has failed. */
  public void giveUp() {}

  /** Something has changed that the kind's own thread should look at. Lock held. */
  abstract void signalThreads();

  /** Ends the threads; the log is closed or has failed. */
  public void stop() {
    lock.lockAgain();
    try {
      stopped = true;
      signalThreads();
      signalRoom();
      end.signal();
    } finally {
      lock.unlock();
    }
    asyncAppends.stop();
  }

  final boolean stopped() {
    return stopped;
  }

  /** What the housekeeping thread looks after; returns after how many nanoseconds to come again. */
  public long attend() {
    return Math.min(asyncAppends.attend(), untilRest());
  }

  @Override
  final boolean rest() {
    return fullBytes() == 0 && open.rest();
  }

  // Reading what is not in a file yet.

  /** A copy of the first frame in memory that reaches beyond {@code sequence}, or null if what follows it is in a file, or nothing does. */
  public ByteBuffer copyOfPending(long sequence) {
    lock.lock();
    try {
      // Since the caller looked for it in a file it may have come there, and what is left in memory lies behind it.
      if (end.writtenSequence() > sequence) return null;
      ByteBuffer grown = disk.newest().copyOfBody(sequence);
      if (grown != null) return grown;
      for (Frame frame = firstFull(); frame != null; frame = frame.next)
        if (frame.lastSequence() > sequence) return frame.copyOfBody();
      Frame last = open.get();
      return !last.isEmpty() && last.lastSequence() > sequence ? last.copyOfBody() : null;
    } finally {
      lock.unlock();
    }
  }

  /** The first of the full frames that wait to be written, or null. Lock held. */
  abstract Frame firstFull();
}
