package dev.syncline.log.commit;

import dev.syncline.log.commit.LogState.FileChange;
import dev.syncline.log.events.LogEvents;
import dev.syncline.log.options.LogOptions;
import dev.syncline.log.segment.Segment;
import dev.syncline.shortage.PatientLock;
import dev.syncline.shortage.StackReserve;
import dev.syncline.shortage.WaitList;
import java.io.IOException;
import java.util.concurrent.Callable;

/** The queue's lock and its token, and what is done with them beyond a commit: changes of the tail, for which everything else waits. */
abstract class CommitBase {
  private final Housekeeper housekeeper;
  private final Runnable afterCommit;
  final LogEvents events;
  final LogState state;
  final CommitCounters counters = new CommitCounters();
  final FrameWriter disk;

  /** Null in a log that shares nothing. */
  private final Resting resting;

  final PatientLock lock = new PatientLock(StackReserve.MEMORY);
  final CommitToken token;
  final DurableEnd end = new DurableEnd(lock);

  /** Signalled when a frame was taken or written, or the token was freed: there may be room. */
  private final WaitList room = new WaitList(lock);

  // Guarded by the lock from here.

  /** Whether the tail is about to change: no record may enter a frame then. Implies that the token is out. */
  private boolean tailChanging;

  /** Callers that wait for the token to change the tail; it is not passed on past them. */
  private int barriersWaiting;

  /** @param afterCommit called when a commit has moved the durable end, with neither lock nor token; cheap, and throws nothing */
  CommitBase(
      LogState state, LockWatch lockWatch, LogOptions options, Housekeeper housekeeper, Runnable afterCommit, LogEvents events) {
    this.state = state;
    this.housekeeper = housekeeper;
    this.afterCommit = afterCommit;
    this.events = events;
    this.token = new CommitToken(state);
    this.disk = new FrameWriter(counters, lockWatch, options.clock(), options.joinMillis(), events);
    this.resting = options.shared() == null ? null : new Resting(this::appendedSequence, this::restsNow);
  }

  public DurableEnd end() {
    return end;
  }

  public CommitCounters counters() {
    return counters;
  }

  /** How long the write or sync of a frame has been running, or what the housekeeping thread is at if that hangs; 0 if neither. */
  public long ioInProgressNanos() {
    return Math.max(disk.ioInProgressNanos(), housekeeper.hangsNanos());
  }

  final void wakeHousekeeper() {
    housekeeper.wake();
  }

  /** Highest sequence given out. */
  abstract long appendedSequence();

  // Resting.

  /** Looks whether memory is to be given to other logs; returns after how many nanoseconds to look again. Housekeeping thread. */
  final long untilRest() {
    return resting == null ? Long.MAX_VALUE : resting.attend();
  }

  private boolean restsNow() {
    lock.lockAgain();
    try {
      return !token.isOut() && rest();
    } finally {
      lock.unlock();
    }
  }

  /** Gives the memory of frames to other logs, unless something is to be written. Lock held. */
  abstract boolean rest();

  // Waiting for room, and for the token.

  final void signalRoom() {
    room.signalAll();
  }

  /** Lock held; it ends after {@code nanos} at the latest. */
  final void waitForRoom(long nanos) {
    room.await(nanos);
  }

  final boolean tailIsChanging() {
    return tailChanging;
  }

  /** Whether somebody waits to get the token for something larger. Lock held. */
  final boolean barrierWaits() {
    return barriersWaiting > 0;
  }

  /** The work is finished, or has changed nothing. Returns a follower who may take the lead, to be told, or null. Lock held. */
  final Waiter release(long turn) {
    token.release(turn);
    tailChanging = false;
    signalRoom();
    return tokenFreed();
  }

  /** The token is free: who is next? Lock held. */
  abstract Waiter tokenFreed();

  static void offerLead(Waiter next) {
    if (next != null) next.offerLead();
  }

  /** A commit has moved the durable end, and neither lock nor token is held any more. */
  void committed() {
    afterCommit.run();
  }

  /** An append was refused, and nothing was changed. */
  final <E extends IOException> E refused(E why) {
    events.shortage(why);
    return why;
  }

  /** The work ended nobody knows how: latches that, tells everybody, and returns what the caller throws. */
  final IOException failed(long turn, Throwable cause, Followers inFlight) {
    try {
      token.close(turn, cause);
    } finally {
      Followers.fail(inFlight);
      housekeeper.wake();
    }
    return state.failedException();
  }

  // Changing the tail.

  /** One change on its way: made before the token is taken, so that from then on nothing is allocated that the way back needs. */
  final class TailChange implements Callable<Void>, Runnable {
    private final FileChange change;
    private long turn;

    TailChange(FileChange change) {
      this.change = change;
    }

    /** On the housekeeping thread. */
    @Override
    public Void call() throws IOException {
      changeOnThread(turn, change);
      return null;
    }

    /** Instead of it, on whatever thread finds that it will not be made: gives the token back. */
    @Override
    public void run() {
      giveBack(turn);
    }
  }

  /** Takes the token, which is free. Lock held. */
  final void takeFor(TailChange work) {
    tailChanging = true;
    work.turn = token.take();
  }

  /**
   * Runs {@code change} on the housekeeping thread while nothing is being committed and everything appended is durable. What it throws
   * without having latched a failure has changed nothing.
   *
   * @throws dev.syncline.LogFailedException if the token is not free within {@code timeoutNanos}, or the change does not end by then
   */
  public final void exclusively(FileChange change, long timeoutNanos) throws IOException {
    StackReserve.require(StackReserve.DISK);
    long beganNanos = System.nanoTime();
    TailChange work = new TailChange(change);
    lock.lock();
    try {
      awaitToken(timeoutNanos);
      takeFor(work);
    } finally {
      lock.unlock();
    }
    runOnHousekeeper(work, Math.max(1, timeoutNanos - (System.nanoTime() - beganNanos)));
  }

  private void awaitToken(long timeoutNanos) throws IOException {
    long beganNanos = System.nanoTime();
    barriersWaiting++;
    try {
      while (token.isOut() && !state.hasEnded()) {
        long leftNanos = timeoutNanos - (System.nanoTime() - beganNanos);
        if (leftNanos <= 0) throw Timeouts.commitHangs(timeoutNanos, ioInProgressNanos());
        waitForRoom(Math.min(leftNanos, DurableEnd.LOOK_NANOS));
      }
      if (state.hasEnded()) throw state.failedException();
    } finally {
      barriersWaiting--;
    }
  }

  /** Has the change made, which has the token: that goes back on every path, by the housekeeping thread, or here if that never began. */
  final void runOnHousekeeper(TailChange work, long timeoutNanos) throws IOException {
    try {
      housekeeper.run(work, timeoutNanos, work);
    } catch (Housekeeper.StillRunningException e) {
      // The token stays with the work: what hangs may still write.
      throw Timeouts.commitHangs(timeoutNanos, ioInProgressNanos());
    } catch (Housekeeper.NotRunException e) {
      state.requireReadable();
      throw Timeouts.commitHangs(timeoutNanos, ioInProgressNanos());
    }
  }

  private void giveBack(long turn) {
    Waiter next;
    lock.lockAgain();
    try {
      next = release(turn);
    } finally {
      lock.unlock();
    }
    offerLead(next);
  }

  private void changeOnThread(long turn, FileChange change) throws IOException {
    Throwable refused = null;
    try {
      state.requireNotFailed();
      state.finalOnFailure(this::settle);
      change.run();
    } catch (Throwable t) {
      refused = t;
    }
    if (state.hasEnded()) throw failed(turn, refused == null ? state.failure() : refused, null);
    try {
      Waiter next;
      lock.lockAgain();
      try {
        followTail();
        next = release(turn);
      } finally {
        lock.unlock();
      }
      offerLead(next);
    } catch (Throwable t) {
      throw failed(turn, t, null);
    }
    committed();
    Rethrown.asIo(refused);
  }

  /** Writes and syncs all that was appended, each frame in its place. Token held, housekeeping thread. */
  private void settle() throws IOException {
    flush();
    Segment tail = tail();
    if (!disk.placeNewest(tail)) return;
    lock.lockAgain();
    try {
      disk.newest().placed();
      end.written(tail.lastSequence());
    } finally {
      lock.unlock();
    }
  }

  /** The segment that frames go to, or null. */
  abstract Segment tail();

  /** Writes and syncs all that was appended; of the newest frame a tail slot may have more than its place. */
  abstract void flush() throws IOException;

  /** The tail is another one, or none. Lock held. */
  abstract void followTail();
}
