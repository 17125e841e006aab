package dev.syncline.log.commit;

/**
 * For whom a leader waits before it writes: the threads that have just been seen. Those whose frame has become durable come again at once
 * if they do nothing but append; a leader that does not wait for them has them lie in the frame after its own, and so each of two halves
 * waits for the other's write as well as for its own.
 *
 * <p>What it waits for is counted, not guessed: as many as lay in the last frame and had joined the next when that was durable; never
 * alone. Guarded by the queue's lock.
 */
final class Gathering {
  private final Patience patience = new Patience(0);

  /** Threads whose records lie in the open frame. */
  private int company;

  /** Those of the frame that is being written, or was written last. */
  private int inFlight;

  /** How many are about. */
  private int wanted;

  /** A thread's record is in the open frame. */
  void joined() {
    patience.joined(++company);
  }

  /** The open frame takes no more: there is nobody left to wait for. */
  void full() {
    patience.end();
  }

  /** The calling thread is to write the open frame; returns for how long it waits first. */
  long begin() {
    return patience.begin(company, wanted);
  }

  /** What is waited with, without the lock. */
  Patience patience() {
    return patience;
  }

  /** The frame is taken. */
  void taken() {
    patience.over(company);
    inFlight = company;
    company = 0;
  }

  /** The frame is durable. */
  void written(long nanos) {
    wanted = inFlight + company;
    patience.written(nanos);
  }
}
