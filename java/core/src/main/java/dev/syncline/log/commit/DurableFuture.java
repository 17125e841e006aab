package dev.syncline.log.commit;

import java.util.concurrent.CompletableFuture;

/**
 * The future of an asynchronous append. Who waits for it with {@link #join} has nothing else to do, and cannot be interrupted: where nobody
 * is writing his record he writes it himself, as an append that is waited for does. So no thread need wake another for it.
 *
 * <p>{@code get} leaves that to others, since it may be interrupted, or have a limit. So does a join of what has a limit of its own ({@code
 * orTimeout}), or anything else attached that may complete before the disk answers.
 */
final class DurableFuture extends CompletableFuture<Long> {
  /** Where a record may be written by who waits for it. */
  interface Joined {
    /** The calling thread waits for {@code sequence}, and for nothing else: writes it if nobody does. */
    void commitForJoin(long sequence);
  }

  /** Null if there is nobody to ask, or no need any more: who keeps a future does not keep the log. */
  private Joined queue;

  /** Written before the caller has the future. */
  private long sequence;

  DurableFuture(Joined queue) {
    this.queue = queue;
  }

  long sequence() {
    return sequence;
  }

  /** Its record has entered a frame. Queue's lock. */
  void appended(long sequence) {
    this.sequence = sequence;
  }

  /** It is completed. */
  void leaveQueue() {
    queue = null;
  }

  @Override
  public Long join() {
    Joined queue = this.queue;
    if (queue != null && !isDone() && getNumberOfDependents() == 0) queue.commitForJoin(sequence);
    return super.join();
  }
}
