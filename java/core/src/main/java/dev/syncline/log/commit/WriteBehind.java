package dev.syncline.log.commit;

import dev.syncline.SyncMode;
import dev.syncline.io.SleepWord;
import dev.syncline.log.events.LogEvents;
import dev.syncline.log.options.LogOptions;
import dev.syncline.shortage.StackReserve;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;

/**
 * INTERVAL and MANUAL: an append returns when its record is in memory. A thread of the log's writes frames as they fill, and a sync, asked
 * for or due, makes them durable.
 */
final class WriteBehind extends CommitQueue {
  /** Whether a sync becomes due by itself. */
  private final boolean syncsByItself;

  private final long intervalNanos;

  private final WriterThread writer;

  // Guarded by the lock.

  /** Frames that are full and not written. The first is being written while the token is out. */
  private final FrameChain fullFrames = new FrameChain();

  private long syncWantedSequence;

  /** Whether something was appended since the last sync, so that the next one becomes due. */
  private boolean intervalRuns;

  /** When the oldest append was made that no sync has covered. */
  private long intervalBeganNanos;

  /** Whether the writer's turn is to end with a sync. Token. */
  private boolean writesDurably;

  /** Whether frames were written that no sync has covered. Token. */
  private boolean unsynced;

  WriteBehind(
      LogOptions options, LogState state, LockWatch lockWatch, Housekeeper housekeeper, Rotation rotation, Supplier<SleepWord> words,
      Runnable afterCommit, LogEvents events) {
    super(options, state, lockWatch, housekeeper, rotation, words, afterCommit, events);
    writer = new WriterThread(lock, housekeeper, this::writeNext);
    syncsByItself = options.syncMode() == SyncMode.INTERVAL;
    intervalNanos = options.syncIntervalNanos();
  }

  @Override
  public long currentSequence() {
    return appendedSequence();
  }

  @Override
  void restarted(long lastSequence) {
    syncWantedSequence = lastSequence;
    unsynced = false;
  }

  // Appending.

  @Override
  long append(long sequence, List<Entry> group, boolean together, int type, int meta, byte[] head, byte[] rest) throws IOException {
    int bytes = Entry.bytesOf(group, head, rest);
    lock.lock();
    try {
      requireThreads();
      admit(bytes);
      long first = add(sequence, group, bytes, together, type, meta, head, rest);
      entered();
      return first;
    } finally {
      lock.unlock();
    }
  }

  @Override
  void enteredAsync() {
    entered();
  }

  /** Allocates nothing and throws nothing: the record is in. */
  private void entered() {
    boolean full = openFrame().bodyBytes() >= OpenFrame.BODY_BYTES_MAX;
    // First: a record that fills a frame alone has nobody before it who has begun one.
    if (syncsByItself && !intervalRuns) beginInterval();
    if (full && frames().hasSpare() && StackReserve.has(StackReserve.DISK)) handOver();
  }

  private void beginInterval() {
    intervalRuns = true;
    intervalBeganNanos = System.nanoTime();
    writer.signal();
  }

  /** Puts the open frame behind those that wait to be written. If anything is thrown nothing has changed. Lock held. */
  private void queueOpenFrame() {
    fullFrames.add(takeOpenFrame());
    signalRoom();
  }

  /** The same for the writer's thread to write. */
  private void handOver() {
    queueOpenFrame();
    writer.signal();
  }

  @Override
  boolean handOverOpenFrame() {
    writer.signal();
    // One that waits already must be written first, or memory would not be bounded by what may be pending.
    if (openFrame().isEmpty()) return false;
    handOver();
    return true;
  }

  @Override
  long fullBytes() {
    return fullFrames.bodyBytes();
  }

  @Override
  Frame firstFull() {
    return fullFrames.first();
  }

  // Writing. The token is held.

  /** Writes the frames that are full, in order. */
  private void writeFullFrames(boolean durably) throws IOException {
    while (true) {
      Frame frame;
      boolean last;
      lock.lockAgain();
      try {
        frame = fullFrames.first();
        last = fullFrames.hasOne();
      } finally {
        lock.unlock();
      }
      if (frame == null) break;
      boolean inOneCall = durably && last && !unsynced;
      if (inOneCall) disk.writeDurably(frame, end.sequence());
      else writeUnsynced(frame);
      lock.lockAgain();
      try {
        takeIn(frame, inOneCall);
      } finally {
        lock.unlock();
      }
    }
    if (durably) syncWritten();
  }

  private void writeUnsynced(Frame frame) throws IOException {
    unsynced = true;
    disk.write(frame, end.sequence());
  }

  /** From now on readers find the first full frame in its file. Lock held. */
  private void takeIn(Frame frame, boolean durable) {
    fullFrames.removeFirst();
    takeIn(frame);
    if (durable) becomeDurable(frame.lastSequence());
    frames().give(frame);
    signalRoom();
  }

  /** Syncs what was written without being synced. */
  private void syncWritten() throws IOException {
    if (!unsynced) return;
    disk.sync(rotation.tail());
    lock.lockAgain();
    try {
      unsynced = false;
      becomeDurable(end.writtenSequence());
    } finally {
      lock.unlock();
    }
  }

  private void becomeDurable(long sequence) {
    end.moveTo(sequence, rotation.tail());
    disk.becameDurable(sequence);
    intervalRuns = syncsByItself && appendedSequence() > sequence;
    intervalBeganNanos = System.nanoTime();
    asyncAppends.durableThrough(sequence);
  }

  @Override
  void flush() throws IOException {
    boolean more;
    do {
      lock.lockAgain();
      try {
        // Where there is no spare frame to take its place, what is full is written first, which gives one back. Appenders that wait for
        // room may hand the open one over meanwhile.
        boolean spare = frames().hasSpare() || fullFrames.isEmpty();
        if (spare && !openFrame().isEmpty()) queueOpenFrame();
        more = !openFrame().isEmpty();
      } finally {
        lock.unlock();
      }
      writeFullFrames(true);
    } while (more);
  }

  @Override
  Waiter tokenFreed() {
    // The writer did not look at the clock or at full frames while the token was out.
    if (appendedSequence() > end.sequence()) writer.signal();
    return null;
  }

  // Syncing on request.

  @Override
  public void awaitDurable(long target) throws IOException {
    StackReserve.require(StackReserve.DISK);
    while (end.sequence() < target) if (!syncOneFrameOrWait(target)) return;
  }

  /** Does the sync itself where that is one durable write; else has it done, and waits a step. Returns false once durable. */
  private boolean syncOneFrameOrWait(long target) throws IOException {
    long turn;
    lock.lock();
    try {
      if (end.hasReached(target, appendedSequence())) return false;
      if (state.stopped()) throw state.failedException();
      syncWantedSequence = Math.max(syncWantedSequence, target);
      boolean alone = !token.isOut() && !unsynced && fullFrames.isEmpty() && !openFrame().isEmpty();
      if (!alone) {
        requireThreads();
        writer.signal();
        end.awaitMove();
        return true;
      }
      queueOpenFrame();
      turn = token.take();
    } finally {
      lock.unlock();
    }
    write(turn, true, true);
    return true;
  }

  /**
   * Writes and gives the token back; a failure ends the log. Allocates nothing before it can do that.
   *
   * @param ownOnly only the frame that the caller has queued alone: what others have queued behind it meanwhile is the writer's, since a
   *     caller may be interrupted, and has waited for this one only
   */
  private void write(long turn, boolean durably, boolean ownOnly) throws IOException {
    try {
      if (ownOnly) writeFirstDurably();
      else writeFullFrames(durably);
      lock.lockAgain();
      try {
        release(turn);
      } finally {
        lock.unlock();
      }
    } catch (Throwable t) {
      throw failed(turn, t, null);
    }
    committed();
  }

  private void writeFirstDurably() throws IOException {
    // Only the token's holder takes it away.
    Frame first = fullFrames.first();
    disk.writeDurably(first, end.sequence());
    lock.lockAgain();
    try {
      takeIn(first, true);
    } finally {
      lock.unlock();
    }
  }

  // The writer thread.

  @Override
  void requireThreads() throws IOException {
    if (!stopped()) writer.require();
  }

  @Override
  boolean hasThreads() {
    return writer.isThere();
  }

  @Override
  void signalThreads() {
    writer.signal();
  }

  /** Waits until something is to be written and writes it; returns false when the log is closed. */
  private boolean writeNext() throws IOException {
    long turn;
    lock.lockAgain();
    try {
      while (!stopped() && !hasWork()) writer.await(untilNextLook());
      if (stopped()) return false;
      turn = takeWork();
    } finally {
      lock.unlock();
    }
    write(turn, writesDurably, false);
    return true;
  }

  /** Takes what is to be written, and the token. If anything is thrown neither is taken. Lock held. */
  private long takeWork() {
    boolean durably = syncIsDue();
    if (durably && !openFrame().isEmpty()) queueOpenFrame();
    writesDurably = durably;
    return token.take();
  }

  @Override
  public long attend() {
    try {
      long untilWrite = writer.isOwn() ? Long.MAX_VALUE : writeWhatIsDue();
      return Math.min(untilWrite, super.attend());
    } catch (IOException e) {
      // The token has latched it, and everybody has been told.
      return Long.MAX_VALUE;
    }
  }

  /** What the writer does, without waiting; returns after how many nanoseconds to come again. */
  private long writeWhatIsDue() throws IOException {
    long turn;
    lock.lockAgain();
    try {
      if (stopped() || !hasWork()) return intervalRuns && !token.isOut() ? untilNextLook() : Long.MAX_VALUE;
      turn = takeWork();
    } finally {
      lock.unlock();
    }
    write(turn, writesDurably, false);
    return 0;
  }

  private boolean hasWork() {
    if (token.isOut() || barrierWaits() || state.hasEnded()) return false;
    return !fullFrames.isEmpty() || syncIsDue();
  }

  private boolean syncIsDue() {
    if (syncWantedSequence > end.sequence()) return true;
    return intervalRuns && System.nanoTime() - intervalBeganNanos >= intervalNanos;
  }

  private long untilNextLook() {
    // Where it may not write a clock that has run out is no reason to look.
    if (!intervalRuns || token.isOut() || barrierWaits() || state.hasEnded()) return DurableEnd.LOOK_NANOS;
    return Math.max(1, Math.min(DurableEnd.LOOK_NANOS, intervalBeganNanos + intervalNanos - System.nanoTime()));
  }
}
