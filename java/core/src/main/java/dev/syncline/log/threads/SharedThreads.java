package dev.syncline.log.threads;

import dev.syncline.ResourceShortageException;
import dev.syncline.shortage.PatientLock;
import dev.syncline.shortage.StackReserve;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/*
 * One thread, the watch, gives no turns and takes no lock of a log's, so that nothing can hold it up: it looks at the clock, wakes workers,
 * and starts one in the place of a worker that has been at one turn for a second, which may be on a disk that does not answer.
 *
 * Calling a member, and what is done between two turns, allocates nothing. Places in the line are had when a member joins.
 */

/**
 * A few threads that give many members their turns: those of one member one after the other, those of several beside each other.
 *
 * <p>A turn that takes longer than a second keeps its thread, and another takes that one's place; so {@link #LOST_MAX} turns may hang
 * before those that do not are held up.
 */
public final class SharedThreads {
  /** Threads that may be at turns which take longer than a second, on top of those that are wanted. */
  public static final int LOST_MAX = 16;

  private static final long LOST_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long SHORTAGE_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private enum At { WORK, ITS_WAY, REST }

  private final class Worker implements Runnable {
    final Thread thread = new EngineThread(this, "syncline-shared");

    // Guarded by the lock.

    At at = At.ITS_WAY;

    /** Since when it is there, by nanoTime. */
    long sinceNanos = System.nanoTime();

    @Override
    public void run() {
      boolean more = true;
      while (more) {
        try {
          more = work(this);
        } catch (Throwable t) {
          // For want of memory, say: that may pass.
          LockSupport.parkNanos(this, SHORTAGE_PAUSE_NANOS);
        }
      }
    }

    void goTo(At place) {
      at = place;
      sinceNanos = System.nanoTime();
    }

    long nanosThere() {
      return System.nanoTime() - sinceNanos;
    }

    /** Whether it is, or is about to be, at a turn that does not hang as far as is known. */
    boolean isBusy() {
      return at == At.ITS_WAY || at == At.WORK && nanosThere() < LOST_NANOS;
    }
  }

  private final int wanted;
  private final AtomicInteger members = new AtomicInteger();
  private final PatientLock lock = new PatientLock(StackReserve.MEMORY);

  /** Null before the first member. Written under the lock. */
  private volatile Thread watch;

  /** How many turns were begun. Written under the lock. */
  private volatile long turns;

  // Guarded by the lock from here.

  private final Line line = new Line();

  /** How many may call or be called: members, and those that have left and not had their last turn. */
  private int joined;

  private final Worker[] workers;
  private int workerCount;
  private boolean closed;

  /** @param wanted how many members may have turns at once that do not hang */
  public SharedThreads(int wanted) {
    this.wanted = wanted;
    this.workers = new Worker[wanted + LOST_MAX];
  }

  /** How many have joined and not left. */
  public int members() {
    return members.get();
  }

  /** Grows while members get their turns. */
  public long turns() {
    return turns;
  }

  /** Whether its threads are there. */
  public boolean isAlive() {
    Thread now = watch;
    return now != null && now.isAlive();
  }

  /**
   * Lets one more be called.
   *
   * @throws IllegalStateException if it was closed
   * @throws ResourceShortageException if the process cannot have the threads
   */
  public void join() throws ResourceShortageException {
    lock.lock();
    try {
      if (closed) throw new IllegalStateException("the runtime was closed; open the log with another one, or without");
      line.haveRoomFor(joined + 1);
      if (workerCount == 0) startWorker();
      if (!isAlive()) {
        Thread fresh = new EngineThread(this::watch, "syncline-watch");
        EngineThread.start(fresh, "look after logs");
        watch = fresh;
      }
      joined++;
      members.incrementAndGet();
    } finally {
      lock.unlock();
    }
  }

  /** The member that has joined gets a last turn, soon, and does not count any more. Once. */
  public void leave(Member member) {
    members.decrementAndGet();
    call(member);
  }

  /** Has a member get a turn soon that begins after this. Any thread; takes no lock. */
  public void call(Member member) {
    if (line.call(member)) LockSupport.unpark(watch);
  }

  /**
   * Ends the threads, unless there are members. Does not wait.
   *
   * @return whether there were none
   */
  public boolean close() {
    lock.lock();
    try {
      if (members.get() > 0) return false;
      closed = true;
      for (int i = 0; i < workerCount; i++) LockSupport.unpark(workers[i].thread);
      LockSupport.unpark(watch);
      return true;
    } finally {
      lock.unlock();
    }
  }

  private int busy() {
    int busy = 0;
    for (int i = 0; i < workerCount; i++) if (workers[i].isBusy()) busy++;
    return busy;
  }

  private int at(At place) {
    int found = 0;
    for (int i = 0; i < workerCount; i++) if (workers[i].at == place) found++;
    return found;
  }

  // Workers.

  /** Lock held. */
  private void startWorker() throws ResourceShortageException {
    Worker fresh = new Worker();
    EngineThread.start(fresh.thread, "look after logs");
    workers[workerCount++] = fresh;
  }

  /** Gives the next member a turn, or rests; returns false if the thread is to end. */
  private boolean work(Worker self) {
    Member mine;
    long restNanos = Long.MAX_VALUE;
    lock.lockAgain();
    try {
      boolean wasAtRest = self.at == At.REST;
      boolean longAtRest = wasAtRest && self.nanosThere() >= IDLE_NANOS;
      if (!wasAtRest) self.at = At.REST;
      line.takeCalled();
      mine = busy() < wanted ? line.takeFirst() : null;
      if (mine != null) {
        self.goTo(At.WORK);
        turns++;
        if (line.length() > 0 && busy() < wanted) LockSupport.unpark(watch);
      } else if (closed && line.length() == 0 || longAtRest && at(At.REST) > 1) {
        end(self);
        return false;
      } else {
        if (!wasAtRest) self.goTo(At.REST);
        // One stays.
        if (at(At.REST) > 1) restNanos = Math.max(SHORTAGE_PAUSE_NANOS, IDLE_NANOS - self.nanosThere());
      }
    } finally {
      lock.unlock();
    }
    if (mine != null) run(self, mine);
    else if (restNanos == Long.MAX_VALUE) LockSupport.park(this);
    else LockSupport.parkNanos(this, restNanos);
    return true;
  }

  private void end(Worker self) {
    for (int i = 0; i < workerCount; i++) {
      if (workers[i] != self) continue;
      workers[i] = workers[--workerCount];
      workers[workerCount] = null;
      return;
    }
  }

  private void run(Worker self, Member mine) {
    long nanos = SHORTAGE_PAUSE_NANOS;
    mine.runner = self.thread;
    try {
      nanos = mine.turn();
    } finally {
      mine.runner = null;
      lock.lockAgain();
      try {
        self.goTo(At.ITS_WAY);
        ended(mine, nanos);
      } finally {
        lock.unlock();
      }
    }
  }

  /** A turn is over. Lock held. */
  private void ended(Member mine, long nanos) {
    if (nanos == Member.LAST) joined--;
    if (line.ended(mine, nanos)) LockSupport.unpark(watch);
  }

  // The watch.

  private void watch() {
    boolean more = true;
    while (more) {
      long nanos = SHORTAGE_PAUSE_NANOS;
      try {
        nanos = look();
        more = nanos > 0;
      } catch (Throwable t) {
        // There is no memory or no thread for another worker. It is tried again, and a worker that comes back goes on with the line.
        nanos = SHORTAGE_PAUSE_NANOS;
      }
      if (nanos == Long.MAX_VALUE) LockSupport.park(this);
      else if (more) LockSupport.parkNanos(this, nanos);
    }
  }

  /** Sends workers to those that wait; returns when to look again, 0 for never. */
  private long look() throws ResourceShortageException {
    lock.lockAgain();
    try {
      if (closed) return 0;
      line.takeCalled();
      line.takeDue();
      while (line.length() > at(At.ITS_WAY) && busy() < wanted) if (!sentOne()) break;
      return line.length() > at(At.ITS_WAY) ? Math.min(line.untilDue(), untilLost()) : line.untilDue();
    } finally {
      lock.unlock();
    }
  }

  /** Lock held. */
  private boolean sentOne() throws ResourceShortageException {
    for (int i = 0; i < workerCount; i++) {
      if (workers[i].at != At.REST) continue;
      workers[i].goTo(At.ITS_WAY);
      LockSupport.unpark(workers[i].thread);
      return true;
    }
    if (workerCount == workers.length) return false;
    startWorker();
    return true;
  }

  /** When the next worker has been at its turn for so long that another takes its place. Lock held. */
  private long untilLost() {
    long until = LOST_NANOS;
    for (int i = 0; i < workerCount; i++)
      if (workers[i].at == At.WORK && workers[i].isBusy()) until = Math.min(until, LOST_NANOS - workers[i].nanosThere());
    return Math.max(1, until);
  }
}
