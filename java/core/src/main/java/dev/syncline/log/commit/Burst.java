package dev.syncline.log.commit;

/**
 * What the writer thread waits for before it writes asynchronous appends: a burst as long as the one before. Who makes some appends and
 * waits for the last of them makes as many again; a thread that writes the first few at once has the rest wait for that write as well as
 * for their own. If he wrote the last burst himself, since he joined its future, he is waited for: he is to write this one too.
 *
 * <p>A burst is what comes from when nothing was left to write until that is so again. Who never stops appending is never waited for, and
 * for one append that is alone no more than a moment is. The commit token is free meanwhile, so that nobody else is made to wait.
 * Guarded by the queue's lock.
 */
final class Burst {
  /** A thread that is woken by the first append of a burst may be there before the second: what part of a wait it gives that. */
  private static final int MOMENT = 4;

  /** Of a write in memory a quarter is less than the switches of threads that a wait is made of. */
  private static final long SHORTEST_NANOS = 5_000;

  private final Patience patience = new Patience(SHORTEST_NANOS);
  private int count;
  private int countBefore;

  /** How many of it lie in the open frame. */
  private int open;

  /** Whether the writer thread has waited for a second one, and for the rest. */
  private boolean waitedAlone;

  private boolean waited;

  /** Whether somebody waits for those. */
  private boolean hurried;

  /** Whether it is somebody who would write them himself. */
  private boolean joined;

  /** The same of the frame before. */
  private boolean joinedBefore;

  /** An append is in the open frame that nobody waits for. */
  void added() {
    open++;
    if (count < Integer.MAX_VALUE) patience.joined(++count);
  }

  /** Somebody waits for what is not durable, or the open frame takes no more. */
  void hurry() {
    if (open == 0) return;
    hurried = true;
    patience.end();
  }

  /** Somebody waits for the newest append and writes it if he can. */
  void join() {
    if (open == 0) joinedBefore = true;
    else joined = true;
    hurry();
  }

  /** The calling thread is to write the open frame; returns for how long it waits first. It asks again after that. */
  long begin() {
    if (hurried || waited) return 0;
    if (count < 2) return beginAlone();
    waited = true;
    return patience.begin(count, joinedBefore && count <= countBefore ? Integer.MAX_VALUE : countBefore);
  }

  private long beginAlone() {
    if (waitedAlone || countBefore < 2) return 0;
    waitedAlone = true;
    return patience.begin(count, 2) / MOMENT;
  }

  /** What is waited with, without the lock. */
  Patience patience() {
    return patience;
  }

  /** The frame is taken, by whoever it may be. */
  void taken() {
    patience.end();
    if (joinedBefore) patience.over(joined);
    else patience.over(count);
    open = 0;
    joinedBefore = joined;
    joined = false;
    hurried = false;
    waitedAlone = false;
    waited = false;
  }

  /** The frame is durable. */
  void written(long nanos, boolean nothingLeft) {
    patience.written(nanos);
    if (!nothingLeft || count == 0) return;
    countBefore = count;
    count = 0;
  }
}
