package dev.syncline;

import dev.syncline.log.threads.RoundThread;
import dev.syncline.log.threads.Shared;
import dev.syncline.log.threads.SharedBuffers;
import dev.syncline.log.threads.SharedThreads;
import java.io.Closeable;

/**
 * What many logs of a process share: a few threads, and the memory to gather records in, however many logs there are. A log is opened with
 * it by {@link WalOptions.Builder#runtime}; one that is opened without has a thread of its own, which is the better choice for a few.
 *
 * <p>Its threads do what else each log's own would: they recover a log that is opened, make space ready, rotate, truncate, write the mark,
 * and write what {@link SyncMode#INTERVAL}, {@link SyncMode#MANUAL} and asynchronous appends leave to be written. In {@link SyncMode#SYNC}
 * an append is written by the thread that calls, as without. A log with asynchronous appends has one thread more while futures are under
 * way, and for two seconds after.
 *
 * <p>What one log has to do is done one thing after the other, and beside other logs. One whose disk does not answer keeps the thread
 * that is in its call: after a second another takes that one's place, for up to 16 logs at once. Behind those the others wait until one
 * returns; their appends in {@link SyncMode#SYNC} go on where space is ready for them. Where the process can have no more threads, the
 * logs wait for those that there are. Time limits ({@link WalOptions#openTimeout}, {@link WalOptions#closeTimeout}) hold as without; but
 * while a log waits for a thread and the others' work goes on, that counts for no hanging disk.
 *
 * <p>A log to which nothing is appended for a second gives its memory to the others, and has some again with its next append, which may be
 * refused for want of it ({@link ResourceShortageException}).
 *
 * <p>At rest it has two threads, and one more while logs are open that have a {@link WalObserver}. All methods are safe for many threads.
 */
public final class LogRuntime implements Closeable {
  private static final int THREADS = 2;
  private static final int THREADS_MAX = 64;

  private final SharedThreads threads;
  private final SharedBuffers buffers = new SharedBuffers();
  private final RoundThread observers = new RoundThread("syncline-observers");

  private LogRuntime(int count) {
    threads = new SharedThreads(count);
  }

  /** With two threads that work. They are started with the first log. */
  public static LogRuntime create() {
    return create(THREADS);
  }

  /**
   * With so many threads that work: as many logs can be opened, or be at other work on their files, at once.
   *
   * @param threads 1 to 64
   */
  public static LogRuntime create(int threads) {
    if (threads < 1 || threads > THREADS_MAX)
      throw new IllegalArgumentException("a runtime has 1 to " + THREADS_MAX + " threads, not " + threads);
    return new LogRuntime(threads);
  }

  /** Logs that are open with it, those included that are being opened, or were closed and wait for a disk that hangs. */
  public int openLogs() {
    return threads.members();
  }

  /**
   * Ends its threads, and does not wait for that. Closing it again does nothing.
   *
   * @throws IllegalStateException if logs are open with it; nothing has changed then
   */
  @Override
  public void close() {
    if (!threads.close())
      throw new IllegalStateException(
          "the runtime serves " + openLogs() + " open logs (those count that were closed while their disk hangs): close them first");
  }

  Shared shared() {
    return new Shared(threads, buffers, observers);
  }
}
