package dev.syncline.log.commit;

/**
 * What the writer thread waits for before it writes asynchronous appends: a burst as long as the one before. Who makes some appends and
 * waits for the last of them makes as many again; a thread that writes the first few at once has the rest wait for that write as well as
 * for their own.
 *
 * <p>A burst is what comes from when nothing was left to write until that is so again. Who never stops appending is never waited for, nor
 * is one append that is still alone when the thread comes to it, and nobody else is made to wait. Guarded by the queue's lock.
 */
final class Burst {
  private final Patience patience = new Patience();
  private int count;
  private int countBefore;

  /** Whether somebody waits for the open frame. */
  private boolean hurried;

  /** An append is in the open frame that nobody waits for. */
  void joined() {
    if (count < Integer.MAX_VALUE) patience.joined(++count);
  }

  /** Somebody waits for the open frame, or it takes no more. */
  void hurry() {
    hurried = true;
    patience.end();
  }

  /** The calling thread is to write the open frame; returns for how long it waits first. */
  long begin() {
    return hurried || count < 2 ? 0 : patience.begin(count, countBefore);
  }

  /** What is waited with, without the lock. */
  Patience patience() {
    return patience;
  }

  /** The frame is taken. */
  void taken() {
    patience.over(count);
    hurried = false;
  }

  /** The frame is durable. */
  void written(long nanos, boolean nothingLeft) {
    patience.written(nanos);
    if (!nothingLeft || count == 0) return;
    countBefore = count;
    count = 0;
  }
}
