package dev.syncline.log.commit;

import dev.syncline.io.SleepWord;
import dev.syncline.log.commit.Waiter.Outcome;
import dev.syncline.log.events.LogEvents;
import dev.syncline.log.options.LogOptions;
import dev.syncline.shortage.StackReserve;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;

/*
 * Group commit, leader and follower; a leader waits for those only that it has just seen ({@link Gathering}), and the writer thread for as
 * many as there have just been ({@link Burst}).
 *
 * An appender copies its record into the open frame under the lock. If nobody holds the commit token, it takes the token and the frame and
 * writes it; otherwise it waits, and the frame it lies in fills up. Whoever finishes a write frees the token and wakes a waiter of the open
 * frame, or the writer thread if only asynchronous appends lie there; an appender that comes before it is awake takes both instead, as does
 * who joins a future, and the disk need not wait for a thread. One thread alone so pays for a copy and one durable write.
 *
 * Whoever waits may also lead without being woken: after a second it looks, and if its frame is still open and the token is free it writes
 * it. So no frame depends on one thread's having been woken, or on its having the stack that writing takes.
 */

/** SYNC: an append returns when its record is durable. */
final class GroupCommit extends CommitQueue implements DurableFuture.Joined {
  /** Writes frames that hold asynchronous appends only. */
  private final WriterThread writer;

  private final Gathering gathering = new Gathering();
  private final Burst burst = new Burst();

  /** Whether the housekeeping thread is to write the open frame. Written under the lock. */
  private volatile boolean leaderWanted;

  /** Those of the last frame that was written, or null. Written by the token's holder. */
  private volatile Followers lastFollowers;

  GroupCommit(
      LogOptions options, LogState state, LockWatch lockWatch, Housekeeper housekeeper, Rotation rotation, Supplier<SleepWord> words,
      Runnable afterCommit, LogEvents events) {
    super(options, state, lockWatch, housekeeper, rotation, words, afterCommit, events);
    writer = new WriterThread(lock, housekeeper, this::writeNext);
    asyncAppends.askedWhenJoined(this);
    VirtualThreads.isCurrent();
  }

  @Override
  public long currentSequence() {
    return end.sequence();
  }

  // Appending.

  @Override
  long append(long sequence, List<Entry> group, boolean together, int type, int meta, byte[] head, byte[] rest) throws IOException {
    Followers followers = null;
    Waiter waiter = null;
    Frame led = null;
    long turn = 0;
    long first;
    int bytes = Entry.bytesOf(group, head, rest);
    lock.lock();
    try {
      admit(bytes);
      if (token.isOut() || barrierWaits()) {
        followers = openFrame().followersToJoin();
        waiter = followers.newMember();
      } else {
        StackReserve.require(StackReserve.DISK);
      }
      first = add(sequence, group, bytes, together, type, meta, head, rest);
      gathering.joined();
      burst.hurry();
      if (waiter != null) {
        followers.join(waiter);
      } else {
        led = takeFrameOrGather();
        turn = token.take();
        signalRoom();
      }
    } catch (Throwable t) {
      if (turn != 0) throw failed(turn, t, led == null ? null : led.followers());
      throw t;
    } finally {
      lock.unlock();
    }
    if (turn == 0) awaitOutcome(followers, waiter);
    else commit(turn, led == null ? gathered(turn) : led);
    return first;
  }

  /** The open frame, or null if the calling thread is to wait for others first. Lock held. */
  private Frame takeFrameOrGather() {
    return gathering.begin() > 0 ? null : takeFrame();
  }

  /** The open frame, when those who are expected have joined it or the time is over. The token is held. */
  private Frame gathered(long turn) throws IOException {
    gathering.patience().await();
    Waiter next = null;
    lock.lockAgain();
    try {
      if (state.hasEnded()) throw state.failedException();
      Frame frame = takeFrame();
      signalRoom();
      return frame;
    } catch (Throwable t) {
      next = release(turn);
      throw t;
    } finally {
      lock.unlock();
      offerLead(next);
    }
  }

  private Frame takeFrame() {
    Frame frame = takeOpenFrame();
    gathering.taken();
    burst.taken();
    return frame;
  }

  /** Waits for a frame to be durable, and writes it if that falls to this thread. */
  private void awaitOutcome(Followers followers, Waiter waiter) throws IOException {
    try {
      while (true) {
        Outcome outcome = followers.await(waiter, DurableEnd.LOOK_NANOS);
        if (outcome == Outcome.DURABLE) return;
        if (outcome == Outcome.FAILED) throw state.failedException();
        // It may lead, or a second is over. The offer is taken back before it is looked into: if another has come first the next one
        // may come before this thread waits again.
        waiter.declineLead();
        if (lead(followers, waiter)) return;
      }
    } finally {
      followers.leave(waiter);
    }
  }

  /** Writes the frame if nobody else has taken it and the token is free; returns whether it has. */
  private boolean lead(Followers followers, Waiter waiter) throws IOException {
    boolean stackLasts = StackReserve.has(StackReserve.DISK);
    long turn;
    Frame led;
    lock.lockAgain();
    try {
      if (followers.outcome() != Outcome.WAITING || token.isOut()) return false;
      if (state.hasEnded()) {
        // Nobody writes, so whoever had the frame has ended without a word: which the token has latched.
        followers.settle(Outcome.FAILED);
        followers.wake();
        return false;
      }
      if (barrierWaits() || openFrame().followers() != followers) return false;
      if (!stackLasts) {
        wantLeader();
        return false;
      }
      led = takeFrameOrGather();
      turn = token.take();
      followers.leads(waiter);
      signalRoom();
    } finally {
      lock.unlock();
    }
    commit(turn, led == null ? gathered(turn) : led);
    return true;
  }

  /** Nobody who waits can write the open frame, or nobody waits: the housekeeping thread does. Lock held. */
  private void wantLeader() {
    leaderWanted = true;
    wakeHousekeeper();
  }

  @Override
  public long attend() {
    Followers last = lastFollowers;
    if (last != null) last.wakeSleepersAgain();
    try {
      if (leaderWanted || !writer.isOwn()) leadForOthers();
    } catch (IOException e) {
      // The token has latched it, and everybody has been told.
      return Long.MAX_VALUE;
    }
    return super.attend();
  }

  private void leadForOthers() throws IOException {
    long turn;
    Frame led;
    lock.lockAgain();
    try {
      leaderWanted = false;
      if (!hasWork()) return;
      led = takeFrame();
      turn = token.take();
      signalRoom();
    } finally {
      lock.unlock();
    }
    commit(turn, led);
  }

  @Override
  boolean handOverOpenFrame() {
    gathering.full();
    burst.hurry();
    signalThreads();
    Followers waiting = openFrame().followers();
    boolean nobodyWaits = waiting == null || waiting.successor() == null;
    if (hasWork() && nobodyWaits) wantLeader();
    return false;
  }

  @Override
  long fullBytes() {
    return 0;
  }

  @Override
  Frame firstFull() {
    return null;
  }

  // Committing. The token is held.

  private void commit(long turn, Frame frame) throws IOException {
    write(turn, frame);
    committed();
  }

  /** Writes one frame durably, wakes who waits for it, and passes the token on; {@link #committed} follows. */
  private void write(long turn, Frame frame) throws IOException {
    Followers followers = frame.followers();
    Waiter next;
    lastFollowers = followers;
    try {
      disk.writeDurably(frame, end.sequence());
      lock.lockAgain();
      try {
        gathering.written(disk.ioNanos());
        burst.written(disk.ioNanos(), openFrame().isEmpty());
        takeIn(frame, followers);
        next = release(turn);
      } finally {
        lock.unlock();
      }
    } catch (Throwable t) {
      throw failed(turn, t, followers);
    }
    // First, so that the disk is not idle while the others are woken; and outside the lock, which whoever wakes will want.
    offerLead(next);
    if (followers != null) followers.wake();
  }

  /** Takes in a frame that is durable. Lock held. */
  private void takeIn(Frame frame, Followers followers) {
    takeIn(frame);
    end.moveTo(frame.lastSequence(), frame.segment());
    disk.becameDurable(frame.lastSequence());
    asyncAppends.durableThrough(frame.lastSequence());
    if (followers != null) followers.settle(Outcome.DURABLE);
    frames().give(frame);
  }

  @Override
  Waiter tokenFreed() {
    if (barrierWaits() || openFrame().isEmpty()) return null;
    Followers waiting = openFrame().followers();
    Waiter next = waiting == null ? null : waiting.successor();
    if (next == null) signalThreads();
    return next;
  }

  @Override
  void flush() throws IOException {
    Frame frame;
    lock.lockAgain();
    try {
      if (openFrame().isEmpty()) return;
      frame = takeFrame();
      signalRoom();
    } finally {
      lock.unlock();
    }
    Followers followers = frame.followers();
    lastFollowers = followers;
    try {
      disk.writeDurably(frame, end.sequence());
      lock.lockAgain();
      try {
        takeIn(frame, followers);
      } finally {
        lock.unlock();
      }
    } catch (Throwable t) {
      if (followers != null) followers.settle(Outcome.FAILED);
      throw t;
    } finally {
      if (followers != null) followers.wake();
    }
  }

  @Override
  public void awaitDurable(long target) throws IOException {
    lock.lock();
    try {
      while (!end.hasReached(target, appendedSequence())) {
        if (state.stopped()) throw state.failedException();
        burst.hurry();
        if (hasWork()) wantLeader();
        end.awaitMove();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void commitForJoin(long sequence) {
    // A virtual thread that waits leaves its carrier to others; one that writes does not.
    if (VirtualThreads.isCurrent() || !StackReserve.has(StackReserve.DISK)) return;
    long turn;
    Frame led;
    lock.lock();
    try {
      if (end.hasReached(sequence, appendedSequence())) return;
      burst.join();
      if (!hasWork()) return;
      led = takeFrameOrGather();
      turn = token.take();
      signalRoom();
    } finally {
      lock.unlock();
    }
    try {
      write(turn, led == null ? gathered(turn) : led);
    } catch (IOException e) {
      // The token has latched it, and the future will tell.
      return;
    }
    asyncAppends.completeUnheard(sequence);
    committed();
  }

  // The writer thread.

  @Override
  void requireThreads() throws IOException {
    writer.require();
  }

  @Override
  boolean hasThreads() {
    return !asyncAppends.areMade() || writer.isThere();
  }

  @Override
  void enteredAsync() {
    burst.added();
    if (!token.isOut()) signalThreads();
  }

  @Override
  public void giveUp() {
    lock.lock();
    try {
      Followers.fail(lastFollowers);
    } finally {
      lock.unlock();
    }
  }

  @Override
  void signalThreads() {
    writer.signal();
  }

  /** Waits for a frame that nobody leads and writes it; returns false when the log is closed. */
  private boolean writeNext() throws IOException {
    long burstNanos;
    lock.lockAgain();
    try {
      while (!stopped() && !hasWork()) writer.await(DurableEnd.LOOK_NANOS);
      if (stopped()) return false;
      burstNanos = burst.begin();
    } finally {
      lock.unlock();
    }
    if (burstNanos > 0) burst.patience().await(burstNanos);
    else leadForOthers();
    return true;
  }

  private boolean hasWork() {
    return !token.isOut() && !barrierWaits() && !state.hasEnded() && !openFrame().isEmpty();
  }
}
