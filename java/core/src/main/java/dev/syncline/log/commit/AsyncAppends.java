package dev.syncline.log.commit;

import dev.syncline.ResourceShortageException;
import dev.syncline.shortage.PatientLock;
import java.util.concurrent.Executor;

/**
 * What becomes of appends that nobody waits for. Their futures are settled under the queue's lock, and completed where code of the caller's
 * may run: on the caller's executor, or a thread of the log's that does nothing else.
 */
final class AsyncAppends {
  /** Settled futures that are not completed yet beyond which an asynchronous append waits: the executor is slower than the appends. */
  static final int WAITING_MAX = 1 << 16;

  private final PendingFutures futures;
  private final CallbackThread thread;
  private volatile boolean made;

  /** Who is asked to write what somebody waits for, or null. */
  private DurableFuture.Joined queue;

  /** @param watch has {@link #attend} called soon */
  AsyncAppends(LogState state, Executor callbacks, Runnable watch) {
    this(state, callbacks, watch, null);
  }

  /** @param queueLock the queue's, if the thread is to end while there are no futures; else null */
  AsyncAppends(LogState state, Executor callbacks, Runnable watch, PatientLock queueLock) {
    futures = new PendingFutures(state);
    thread = new CallbackThread(callbacks, futures, watch, queueLock);
    // Initializes the class of futures, while there is stack for it: one whose initialization fails cannot be used any more.
    new PendingFutures.Pending(null);
  }

  /** Has {@code queue} asked to write what somebody waits for. Before the first append. */
  void askedWhenJoined(DurableFuture.Joined queue) {
    this.queue = queue;
  }

  /** What an append will need when it is durable; before it takes a sequence. */
  PendingFutures.Pending prepare() throws ResourceShortageException {
    made = true;
    requireThread();
    return new PendingFutures.Pending(queue);
  }

  /** Whether there was one, or one was tried, so that whoever waits until appends are taken waits for its threads as well. */
  boolean areMade() {
    return made;
  }

  /** Makes sure that the thread is there that completes futures, if there are any; with the queue's lock until one is added it stays. */
  void requireThread() throws ResourceShortageException {
    if (made) thread.start();
  }

  /** Whether that is there, or is not needed. */
  boolean hasThread() {
    return !made || thread.isThere();
  }

  /** Whether an append should wait until more of those before it are completed. One that is made by a callback must not. */
  boolean isFull() {
    return futures.waitingCount() >= WAITING_MAX && !thread.isDelivering(Thread.currentThread());
  }

  /** Its record has entered a frame. Queue's lock. */
  void add(PendingFutures.Pending append, long sequence) {
    futures.add(append, sequence);
  }

  /** Everything up to {@code sequence} is durable. Queue's lock; {@link #deliver} follows. */
  void durableThrough(long sequence) {
    futures.settle(sequence, false);
  }

  /** Those that are not durable will not be known to be. Queue's lock; {@link #deliver} follows. */
  void failRest() {
    futures.settle(Long.MAX_VALUE, true);
  }

  /** Sees to it that what is settled comes to be completed. Cheap, takes no lock and runs no code of the caller's. */
  void deliver() {
    if (futures.waitingCount() > 0) thread.wake();
  }

  /** Completes what is durable up to {@code through}, as {@link CallbackThread#completeUnheard} does. */
  void completeUnheard(long through) {
    thread.completeUnheard(through);
  }

  /** Looks whether futures come to be completed; returns after how many nanoseconds to look again. Housekeeping thread. */
  long attend() {
    return thread.attend();
  }

  /** The log is closed: the thread ends when everything is delivered. */
  void stop() {
    thread.stop();
  }
}
