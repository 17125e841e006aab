package dev.syncline.log;

import dev.syncline.LogFailedException;
import dev.syncline.SyncMode;
import dev.syncline.format.Layout;
import dev.syncline.format.Mark;
import dev.syncline.log.options.LogOptions;
import dev.syncline.log.segment.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/*
 * Group commit, leader and follower, without a timer.
 *
 * An appender copies its record into the open frame under the lock. In SYNC mode, if nobody holds the commit token, it takes the
 * token and the frame and writes it; otherwise it waits, and the frame it lies in fills up meanwhile. Whoever finishes a write
 * frees the token and wakes a waiter of the open frame, or the writer thread if only asynchronous appends lie there; an appender
 * that comes before it is awake takes token and frame instead, and the disk need not wait for a thread to be scheduled. One thread
 * alone so pays for a copy and one durable write. In MANUAL and INTERVAL mode the writer thread writes frames as they fill, and
 * a sync makes them durable.
 *
 * What must stay true:
 *  - Only the holder of the token writes to the tail, changes its end, or replaces it. There is one token, so frames are written
 *    in order, and a frame's header may promise everything before it in SYNC mode.
 *  - A record enters a frame only if the whole frame, padded, fits the space that is ready in the tail. So a full disk is met
 *    before a sequence is used, never by a frame.
 *  - Sequences are given out under the lock, in the order of the records in their frames.
 *  - Once a write or sync has failed nothing is written again, and everybody who waited is woken with the failure, once.
 */

/** Turns appends into frames and frames into durable bytes. */
final class CommitQueue {
  /** A frame takes no further record beyond this; one record or group alone may be larger. A disk takes a megabyte faster than quarters. */
  private static final int FRAME_BODY_BYTES_MAX = (1 << 20) - Layout.FRAME_HEADER_BYTES;

  private final SyncMode mode;
  private final LogOptions options;
  private final LogState state;
  private final Housekeeper housekeeper;
  private final Surroundings surroundings;
  final CommitCounters counters = new CommitCounters();

  private final ReentrantLock lock = new ReentrantLock();

  /** Signalled when a frame was taken or written, the token was freed, or the log stopped. */
  private final Condition progress = lock.newCondition();

  /** Signalled when the writer thread may have something to do. */
  private final Condition writerWork = lock.newCondition();

  // Guarded by the lock from here.

  private final FramePool frames;

  /** Frames that are full and not written; MANUAL and INTERVAL only. The head is being written while the token is out. */
  private final ArrayDeque<Frame> fullFrames = new ArrayDeque<>();

  private long fullFramesBytes;
  private final AsyncAppends asyncAppends;
  private Frame openFrame;

  /** The segment that frames go to, or null while there is none. Changed by the token's holder. */
  private Segment tail;

  /** Where in the tail the next frame to be bound begins. */
  private long nextFrameOffsetBytes;

  /** The commit token: true while somebody holds it. */
  private boolean committing;

  /** Whether the tail is about to change: no record may enter a frame then. Implies {@link #committing}. */
  private boolean tailChanging;

  /** Callers that wait for the token to do something larger than a commit; the token is not passed on past them. */
  private int barriersWaiting;

  /** Callers in {@code progress.await}. */
  private int progressWaiters;

  private long syncWantedSequence;
  private final SyncInterval interval;
  private Thread writer;
  private boolean stopped;

  /** Whether frames were written that no sync has covered. Token. */
  private boolean unsynced;

  /** Highest sequence given out. Written under the lock. */
  private volatile long appendedSequence;

  /** Highest sequence that lies in a file, durable or not. Written under the lock by the token's holder. */
  private volatile long writtenSequence;

  /** Highest sequence that is on stable storage. Written under the lock by the token's holder. */
  private volatile long durableSequence;

  // Where the durable end lies. Guarded by the lock; ordinal 0 while this instance has made nothing durable.
  private long durableOrdinal;
  private long durableEndBytes;
  private int durableCrc;

  /** When the write or sync that is running began, by nanoTime; 0 while none is. */
  private volatile long ioBeganNanos;

  CommitQueue(LogOptions options, LogState state, Housekeeper housekeeper, Surroundings surroundings, Segment tail, long lastSequence) {
    this.mode = options.syncMode();
    this.options = options;
    this.state = state;
    this.housekeeper = housekeeper;
    this.surroundings = surroundings;
    this.interval = new SyncInterval(options.syncIntervalNanos());
    this.asyncAppends = new AsyncAppends(options.callbacks());
    frames = new FramePool(surroundings::newSleepWord);
    openFrame = frames.take(0);
    restart(tail, lastSequence, () -> {});
  }

  /** Goes on behind {@code lastSequence}, all durable, with what readers see from the same moment on. Opening, or the token's holder. */
  void restart(Segment newTail, long lastSequence, Runnable publish) {
    lock.lock();
    try {
      publish.run();
      useTail(newTail);
      appendedSequence = lastSequence;
      writtenSequence = lastSequence;
      durableSequence = lastSequence;
      durableOrdinal = 0;
      syncWantedSequence = lastSequence; // What was wanted is durable, or cut away: no wish for what takes its place.
      unsynced = false;
    } finally {
      lock.unlock();
    }
  }

  long appendedSequence() {
    return appendedSequence;
  }

  long writtenSequence() {
    return writtenSequence;
  }

  long durableSequence() {
    return durableSequence;
  }

  /** The durable end, or null if nothing has been made durable since the log was opened or its tail cut. */
  Mark.DurablePoint durablePoint() {
    lock.lock();
    try {
      return durableOrdinal == 0 ? null : new Mark.DurablePoint(durableOrdinal, durableEndBytes, durableSequence, durableCrc);
    } finally {
      lock.unlock();
    }
  }

  /** Bytes of records appended and not yet in a file. */
  long pendingBytes() {
    lock.lock();
    try {
      return fullFramesBytes + openFrame.bodyBytes();
    } finally {
      lock.unlock();
    }
  }

  long ioInProgressNanos() {
    long began = ioBeganNanos;
    return began == 0 ? 0 : Math.max(1, System.nanoTime() - began);
  }

  // Appending.

  /**
   * Appends one record; in SYNC mode it is durable on return.
   *
   * @param sequence the record's, above every one before it, or 0 for the next one
   */
  long append(long sequence, int type, int meta, byte[] head, byte[] rest) throws IOException {
    Frame mine = null;
    Followers followers = null;
    Waiter waiter = null;
    long given;
    lock.lock();
    try {
      admit(bytesOf(head, rest));
      given = sequence == 0 ? appendedSequence + 1 : requireAhead(sequence);
      if (mustWait()) followers = openFrame.followersToJoin();
      if (followers != null) waiter = followers.newMember();
      openFrame.add(given, type, false, meta, head, rest);
      try {
        mine = entered(given, 1, (long) head.length + rest.length, waiter);
      } catch (Throwable t) {
        throw poison(t, null);
      }
    } finally {
      lock.unlock();
    }
    settle(mine, followers, waiter);
    return given;
  }

  /**
   * Appends records in one frame; they take sequences without gaps. Returns the first one's.
   *
   * @param sequence the first one's, above every one before it, or 0 for the next one
   * @param together whether they count together or not at all
   */
  long appendAll(long sequence, List<Entry> entries, boolean together) throws IOException {
    Frame mine = null;
    Followers followers = null;
    Waiter waiter = null;
    long first;
    long payloadBytes = 0;
    for (Entry entry : entries) payloadBytes += entry.payloadBytes();
    lock.lock();
    try {
      admit(Math.toIntExact(payloadBytes + (long) entries.size() * Layout.RECORD_HEADER_BYTES));
      if (mustWait()) followers = openFrame.followersToJoin();
      if (followers != null) waiter = followers.newMember();
      first = sequence == 0 ? appendedSequence + 1 : requireAhead(sequence);
      addAll(entries, first, payloadBytes, together);
      try {
        mine = entered(first + entries.size() - 1, entries.size(), payloadBytes, waiter);
      } catch (Throwable t) {
        throw poison(t, null);
      }
    } finally {
      lock.unlock();
    }
    settle(mine, followers, waiter);
    return first;
  }

  private void addAll(List<Entry> entries, long first, long payloadBytes, boolean together) {
    int count = openFrame.recordCount();
    int bytes = openFrame.bodyBytes();
    long last = openFrame.lastSequence();
    try {
      openFrame.ensureCapacity(
          Math.toIntExact(Layout.FRAME_HEADER_BYTES + bytes + payloadBytes + (long) entries.size() * Layout.RECORD_HEADER_BYTES));
      for (int i = 0; i < entries.size(); i++) {
        Entry e = entries.get(i);
        openFrame.add(first + i, e.type(), together && i < entries.size() - 1, e.meta(), e.head(), e.rest());
      }
    } catch (Throwable t) {
      openFrame.rollBackTo(count, bytes, last);
      throw t;
    }
  }

  /** Appends one record and returns; the future completes when it is durable. */
  CompletableFuture<Long> appendAsync(int type, int meta, byte[] head, byte[] rest) throws IOException {
    CompletableFuture<Long> future = new CompletableFuture<>();
    lock.lock();
    try {
      startWriter();
      admit(bytesOf(head, rest));
      long sequence = appendedSequence + 1;
      asyncAppends.add(future, sequence);
      try {
        openFrame.add(sequence, type, false, meta, head, rest);
      } catch (Throwable t) {
        asyncAppends.removeLast();
        throw t;
      }
      try {
        noteAppended(sequence, 1, (long) head.length + rest.length);
        writerWork.signal();
      } catch (Throwable t) {
        throw poison(t, null);
      }
      return future;
    } finally {
      lock.unlock();
    }
  }

  /** Whether somebody else has the token, or waits to get it for something larger. */
  private boolean mustWait() {
    return mode == SyncMode.SYNC && (committing || barriersWaiting > 0);
  }

  private static int bytesOf(byte[] head, byte[] rest) {
    return Math.addExact(Math.addExact(head.length, rest.length), Layout.RECORD_HEADER_BYTES);
  }

  private long requireAhead(long sequence) {
    if (sequence <= appendedSequence)
      throw new IllegalArgumentException("expected an index above " + appendedSequence + ", found " + sequence);
    return sequence;
  }

  /** Waits until the open frame can take that many bytes; the lock is held on entry and on return. */
  private void admit(int recordBytes) throws IOException {
    while (true) {
      state.requireWritable();
      if (fits(recordBytes)) {
        if (openFrame.isEmpty()) openFrame.bind(tail, nextFrameOffsetBytes);
        return;
      }
      if (!openFrame.isEmpty() && mode != SyncMode.SYNC) {
        handOverOpenFrame();
      } else if (openFrame.isEmpty() && !committing && fullFrames.isEmpty()) {
        makeRoom(recordBytes);
      } else {
        if (!fullFrames.isEmpty() || mode == SyncMode.SYNC) writerWork.signal();
        awaitProgress();
      }
    }
  }

  private boolean fits(int recordBytes) {
    if (tail == null || tailChanging || fullFramesBytes > options.maxPendingBytes()) return false;
    boolean first = openFrame.isEmpty();
    long body = (long) openFrame.bodyBytes() + recordBytes;
    if (!first && body > FRAME_BODY_BYTES_MAX) return false;
    long start = first ? nextFrameOffsetBytes : openFrame.offsetBytes();
    long end = Layout.roundUp(start + Layout.FRAME_HEADER_BYTES + body, tail.header.blockBytes());
    return end <= tail.limitBytes && end <= tail.readyBytes;
  }

  /** Has space made ready, without the lock; the caller looks again afterwards. */
  private void makeRoom(int recordBytes) throws IOException {
    long frameBytes = Layout.roundUp((long) Layout.FRAME_HEADER_BYTES + recordBytes, options.blockBytes());
    Segment before = tail;
    committing = true;
    tailChanging = true;
    Segment now;
    lock.unlock();
    try {
      now = housekeeper.run(() -> {
        flush();
        return surroundings.makeRoom(before, frameBytes);
      });
    } catch (Throwable t) {
      lock.lock();
      if (!LogState.isHarmless(t)) throw poison(t, null);
      passTokenOn();
      throw t;
    }
    lock.lock();
    if (now != before) useTail(now);
    passTokenOn();
  }

  private void useTail(Segment newTail) {
    tail = newTail;
    nextFrameOffsetBytes = newTail == null ? 0 : newTail.endBytes();
  }

  /** A record is in the open frame: notes it, and takes token and frame if its thread is to write them. Lock held. */
  private Frame entered(long last, int count, long payloadBytes, Waiter waiter) {
    noteAppended(last, count, payloadBytes);
    if (mode != SyncMode.SYNC) {
      if (openFrame.bodyBytes() >= FRAME_BODY_BYTES_MAX) handOverOpenFrame();
      return null;
    }
    if (waiter != null) {
      openFrame.followers().join(waiter);
      return null;
    }
    committing = true;
    return takeOpenFrame();
  }

  private void noteAppended(long last, int count, long payloadBytes) {
    if (mode == SyncMode.INTERVAL && appendedSequence == durableSequence) {
      interval.begin();
      startWriter();
      writerWork.signal();
    }
    appendedSequence = last;
    counters.appends += count;
    counters.appendedBytes += payloadBytes;
  }

  /** The open frame, to be written by the caller, who holds the token; an empty one takes its place. Lock held. */
  private Frame takeOpenFrame() {
    Frame taken = openFrame;
    openFrame = frames.take(taken.capacityBytes());
    nextFrameOffsetBytes = taken.endBytes();
    signalProgress();
    return taken;
  }

  /** Puts the open frame behind those that wait to be written; whoever writes them is the caller's business. Lock held. */
  private void queueOpenFrame() {
    Frame full = takeOpenFrame();
    fullFrames.add(full);
    fullFramesBytes += full.bodyBytes();
  }

  private void handOverOpenFrame() {
    queueOpenFrame();
    startWriter();
    writerWork.signal();
  }

  private void settle(Frame mine, Followers followers, Waiter waiter) throws IOException {
    Frame led = waiter == null ? mine : awaitOutcome(followers, waiter);
    if (led != null) commit(led);
  }

  /** Waits for a frame to be durable; returns it if this thread is to write it itself, else null. */
  private Frame awaitOutcome(Followers followers, Waiter waiter) throws IOException {
    while (true) {
      Waiter.Outcome outcome = followers.await(waiter);
      if (outcome == Waiter.Outcome.FAILED) throw state.failedException(state.failure());
      Frame led = outcome == Waiter.Outcome.LEAD ? takeLead(followers) : null;
      if (led != null || outcome == Waiter.Outcome.DURABLE) return led;
      waiter.standDown();
    }
  }

  /** Token and frame for a waiter that may lead, or null: another has come first, or the log has failed, of which it will hear. */
  private Frame takeLead(Followers followers) throws IOException {
    lock.lock();
    try {
      if (committing || barriersWaiting > 0 || openFrame.followers() != followers) return null;
      if (state.failure() != null || state.fenced()) return null;
      committing = true;
      followers.successorLeads();
      return takeOpenFrame();
    } catch (Error | RuntimeException e) {
      throw poison(e, null);
    } finally {
      lock.unlock();
    }
  }

  // Committing. The token is held.

  /** Writes one frame durably, wakes who waits for it, and passes the token on. */
  private void commit(Frame frame) throws IOException {
    try {
      writeDurably(frame);
    } catch (Throwable t) {
      throw poison(t, frame);
    }
    Followers followers;
    Waiter leader;
    lock.lock();
    try {
      followers = finish(frame);
      leader = releaseToken();
    } finally {
      lock.unlock();
    }
    // First, so that the disk is not idle while the others are woken; and outside the lock, which whoever wakes will want.
    wakeLeader(leader);
    wakeFollowers(followers);
    surroundings.committed();
  }

  /** Takes in a frame that is durable; returns who waited for it. */
  private Followers finish(Frame frame) {
    lock.lock();
    try {
      Followers followers = frame.followers();
      takeIn(frame);
      durable(frame.lastSequence());
      settleFollowers(followers, false);
      frames.give(frame);
      return followers;
    } finally {
      lock.unlock();
    }
  }

  private static void settleFollowers(Followers followers, boolean failed) {
    if (followers != null) followers.settle(failed);
  }

  private static void wakeFollowers(Followers followers) {
    if (followers != null) followers.wake();
  }

  private static void wakeLeader(Waiter leader) {
    if (leader != null) leader.invite();
  }

  private void writeDurably(Frame frame) throws IOException {
    ByteBuffer bytes = frame.complete(durableSequence, frame.segment().lastCrc());
    counters.wrote(bytes.remaining());
    counters.durableWrites++;
    ioBeganNanos = System.nanoTime() | 1;
    frame.segment().writer().writeDurably(bytes, frame.offsetBytes());
    ioBeganNanos = 0;
  }

  private void write(Frame frame) throws IOException {
    ByteBuffer bytes = frame.complete(durableSequence, frame.segment().lastCrc());
    counters.wrote(bytes.remaining());
    unsynced = true;
    ioBeganNanos = System.nanoTime() | 1;
    frame.segment().writer().write(bytes, frame.offsetBytes());
    ioBeganNanos = 0;
  }

  /** Syncs what was written without being synced. */
  private void syncWritten() throws IOException {
    if (!unsynced) return;
    counters.syncs++;
    ioBeganNanos = System.nanoTime() | 1;
    tail.writer().sync();
    ioBeganNanos = 0;
    unsynced = false;
    lock.lock();
    try {
      durable(writtenSequence);
    } finally {
      lock.unlock();
    }
    surroundings.committed();
  }

  /** From now on readers find the frame in its file. Lock held. */
  private void takeIn(Frame frame) {
    frame.takeIn();
    writtenSequence = frame.lastSequence();
  }

  /** Moves the durable end, which is that of the files, and completes what waited for it. Lock held. */
  private void durable(long sequence) {
    durableSequence = sequence;
    durableOrdinal = tail.ordinal;
    durableEndBytes = tail.usedEndBytes();
    durableCrc = tail.lastCrc();
    if (mode == SyncMode.INTERVAL) interval.begin();
    asyncAppends.completeThrough(sequence);
    signalProgress();
  }

  private void passTokenOn() {
    wakeLeader(releaseToken());
  }

  /** Frees the token; returns a waiter of the open frame who may take it, to be woken, or null. */
  private Waiter releaseToken() {
    lock.lock();
    try {
      committing = false;
      tailChanging = false;
      signalProgress();
      if (mode != SyncMode.SYNC) {
        // The writer did not look at the clock or at full frames while the token was out.
        if (appendedSequence > durableSequence) writerWork.signal();
      } else if (barriersWaiting == 0 && !openFrame.isEmpty()) {
        return promote();
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  private Waiter promote() {
    Followers waiting = openFrame.followers();
    Waiter leader = waiting == null ? null : waiting.successor();
    if (leader == null) writerWork.signal();
    return leader;
  }

  private void signalProgress() {
    if (progressWaiters > 0) progress.signalAll();
  }

  private void awaitProgress() {
    progressWaiters++;
    try {
      progress.awaitUninterruptibly();
    } finally {
      progressWaiters--;
    }
  }

  // Syncing on request.

  /** Makes everything appended so far durable. */
  long sync() throws IOException {
    long target = appendedSequence;
    if (durableSequence < target) awaitDurable(target);
    else state.requireWritable();
    return durableSequence;
  }

  /** Waits until {@code target} is durable, and outside SYNC mode sees to it that it becomes so. */
  void awaitDurable(long target) throws IOException {
    while (durableSequence < target) if (!syncOneFrameOrWait(target)) return;
  }

  /** Does the sync itself where that is one durable write; else has it done, and waits a step. Returns false once durable. */
  private boolean syncOneFrameOrWait(long target) throws IOException {
    lock.lock();
    try {
      if (durableSequence >= target) return false;
      if (state.stopped()) throw state.failedException(state.failure());
      if (mode != SyncMode.SYNC) syncWantedSequence = Math.max(syncWantedSequence, target);
      boolean alone = mode != SyncMode.SYNC && !committing && !unsynced && fullFrames.isEmpty() && !openFrame.isEmpty();
      if (!alone) {
        if (mode != SyncMode.SYNC) startWriter();
        writerWork.signal();
        awaitProgress();
        return true;
      }
      committing = true;
      queueOpenFrame();
    } finally {
      lock.unlock();
    }
    asToken(() -> writeFullFrames(true));
    return true;
  }

  /** Runs work of the token's holder and gives the token back; a failure poisons. */
  private void asToken(LogState.FileChange work) throws IOException {
    try {
      work.run();
    } catch (Throwable t) {
      throw poison(t, null);
    }
    passTokenOn();
    surroundings.committed();
  }

  /** Writes the frames that are full, in order. */
  private void writeFullFrames(boolean durably) throws IOException {
    while (true) {
      Frame frame;
      boolean last;
      lock.lock();
      try {
        frame = fullFrames.peek();
        last = fullFrames.size() == 1;
      } finally {
        lock.unlock();
      }
      if (frame == null) break;
      boolean inOneCall = durably && last && !unsynced;
      if (inOneCall) writeDurably(frame);
      else write(frame);
      lock.lock();
      try {
        fullFrames.poll();
        fullFramesBytes -= frame.bodyBytes();
        takeIn(frame);
        if (inOneCall) durable(frame.lastSequence());
        frames.give(frame);
        signalProgress();
      } finally {
        lock.unlock();
      }
    }
    if (durably) syncWritten();
  }

  // The writer thread.

  private void startWriter() {
    if (writer != null || stopped) return;
    writer = new EngineThread(this::writerLoop, "syncline-writer");
    writer.start();
  }

  private void writerLoop() {
    try {
      while (true) {
        Frame frame = null;
        boolean durably;
        lock.lock();
        try {
          while (!stopped && !writerHasWork()) awaitWriterWork();
          if (stopped) return;
          committing = true;
          durably = syncIsDue();
          if (mode == SyncMode.SYNC) frame = takeOpenFrame();
          else if (durably && !openFrame.isEmpty()) queueOpenFrame();
        } catch (Error | RuntimeException e) {
          throw poison(e, null);
        } finally {
          lock.unlock();
        }
        if (frame != null) commit(frame);
        else asToken(() -> writeFullFrames(durably));
      }
    } catch (IOException e) {
      // Everybody who waits has been told; the log is poisoned and this thread has nothing left to do.
    }
  }

  private boolean writerHasWork() {
    if (committing || barriersWaiting > 0 || state.stopped()) return false;
    if (mode == SyncMode.SYNC) return !openFrame.isEmpty();
    return !fullFrames.isEmpty() || syncIsDue();
  }

  private boolean syncIsDue() {
    if (mode == SyncMode.SYNC) return true;
    if (syncWantedSequence > durableSequence) return true;
    return mode == SyncMode.INTERVAL && appendedSequence > durableSequence && interval.isOver();
  }

  private void awaitWriterWork() {
    boolean timed = mode == SyncMode.INTERVAL && appendedSequence > durableSequence && !committing;
    if (!timed) {
      writerWork.awaitUninterruptibly();
      return;
    }
    try {
      writerWork.awaitNanos(interval.leftNanos());
    } catch (InterruptedException e) {
      throw new AssertionError("engine threads cannot be interrupted", e);
    }
  }

  // Larger changes.

  /**
   * Runs {@code change} on the housekeeping thread while nothing is being committed and everything appended is durable.
   *
   * @param change gets the tail, or null, and returns what is the tail from now on
   * @throws dev.syncline.LogFailedException if the token is not free within {@code timeoutNanos}
   */
  void exclusively(Change change, long timeoutNanos) throws IOException {
    lock.lock();
    try {
      awaitToken(timeoutNanos);
      committing = true;
      tailChanging = true;
    } finally {
      lock.unlock();
    }
    Callable<Segment> onThread = () -> {
      flush();
      return change.apply(tail);
    };
    Segment now;
    try {
      now = housekeeper.run(onThread, timeoutNanos);
    } catch (Housekeeper.StillRunningException e) {
      // The token stays out: what hangs may still write.
      throw Timeouts.commitHangs(timeoutNanos, ioInProgressNanos());
    } catch (Throwable t) {
      if (!LogState.isHarmless(t)) throw poison(t, null);
      passTokenOn();
      throw t;
    }
    lock.lock();
    try {
      if (now != tail) useTail(now);
      passTokenOn();
    } finally {
      lock.unlock();
    }
  }

  /** What {@link #exclusively} runs. */
  interface Change {
    Segment apply(Segment tail) throws IOException;
  }

  private void awaitToken(long timeoutNanos) throws IOException {
    long left = timeoutNanos;
    boolean interrupted = false;
    barriersWaiting++;
    try {
      while (committing) {
        if (state.failure() != null || state.fenced()) break;
        if (left <= 0) throw Timeouts.commitHangs(timeoutNanos, ioInProgressNanos());
        progressWaiters++;
        try {
          left = progress.awaitNanos(left);
        } catch (InterruptedException e) {
          interrupted = true;
        } finally {
          progressWaiters--;
        }
      }
      if (state.failure() != null || state.fenced()) throw state.failedException(state.failure());
    } finally {
      barriersWaiting--;
      if (interrupted) Thread.currentThread().interrupt();
    }
  }

  /** Writes and syncs all that was appended. Token held, housekeeping thread. */
  private void flush() throws IOException {
    state.requireNotFailed();
    try {
      if (mode == SyncMode.SYNC) {
        flushOpenFrame();
      } else {
        lock.lock();
        try {
          if (!openFrame.isEmpty()) handOverOpenFrame();
        } finally {
          lock.unlock();
        }
        writeFullFrames(true);
      }
      surroundings.committed();
    } catch (Throwable t) {
      // Any failure, a full disk included: frames may be on disk in part. Latched before this thread turns to its other duties.
      state.fail(t);
      throw state.failedException(t);
    }
  }

  private void flushOpenFrame() throws IOException {
    Frame frame;
    lock.lock();
    try {
      if (openFrame.isEmpty()) return;
      frame = takeOpenFrame();
    } finally {
      lock.unlock();
    }
    try {
      writeDurably(frame);
    } catch (Throwable t) {
      throw poison(t, frame);
    }
    wakeFollowers(finish(frame));
  }

  // Stopping.

  /**
   * Latches a failure, frees the token and wakes everybody with the failure; returns what the caller throws.
   *
   * @param inFlight a frame that was being written, or null
   */
  private IOException poison(Throwable cause, Frame inFlight) {
    lock.lock();
    try {
      ioBeganNanos = 0;
      committing = false;
      tailChanging = false;
      return tellFailure(cause, inFlight);
    } finally {
      lock.unlock();
    }
  }

  /** Waiting threads come first, and without an allocation: the failure may be that memory has run out. Lock held. */
  private IOException tellFailure(Throwable cause, Frame inFlight) {
    if (cause != null) state.fail(cause instanceof LogFailedException && cause.getCause() != null ? cause.getCause() : cause);
    if (inFlight != null) wakeFailed(inFlight);
    wakeFailed(openFrame);
    progress.signalAll();
    writerWork.signalAll();
    asyncAppends.failAll(state);
    return state.failedException(state.failure());
  }

  private static void wakeFailed(Frame frame) {
    settleFollowers(frame.followers(), true);
    wakeFollowers(frame.followers());
  }

  /**
   * The state has changed from outside (failed in the background, fenced): wakes everybody who is not being served by a write in
   * flight.
   */
  void wakeAll() {
    lock.lock();
    try {
      tellFailure(state.failure(), null);
    } finally {
      lock.unlock();
    }
  }

  /** Ends the writer thread; the log is closed or has failed. */
  void stop() {
    lock.lock();
    try {
      stopped = true;
      writerWork.signalAll();
      progress.signalAll();
    } finally {
      lock.unlock();
    }
  }

  // Reading what is not in a file yet.

  /** A copy of the first frame in memory that reaches beyond {@code sequence}, or null if what follows it is in a file, or nothing does. */
  ByteBuffer copyOfPending(long sequence) {
    lock.lock();
    try {
      // Since the caller looked for it in a file it may have come there, and what is left in memory lies behind it.
      if (writtenSequence > sequence) return null;
      for (Frame frame : fullFrames) if (frame.lastSequence() > sequence) return frame.copyOfBody();
      return !openFrame.isEmpty() && openFrame.lastSequence() > sequence ? openFrame.copyOfBody() : null;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the durable end is beyond {@code sequence}, or as {@link dev.syncline.log.read.ReadSource#await} says. */
  void awaitDurableBeyond(long sequence, BooleanSupplier changed, long timeoutNanos) {
    long left = timeoutNanos;
    lock.lock();
    try {
      while (durableSequence <= sequence && !changed.getAsBoolean() && !state.stopped() && left > 0) {
        progressWaiters++;
        try {
          left = progress.awaitNanos(left);
        } finally {
          progressWaiters--;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /** Something has changed for readers that wait. */
  void wakeReaders() {
    lock.lock();
    try {
      signalProgress();
    } finally {
      lock.unlock();
    }
  }
}
