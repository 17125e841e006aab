package dev.syncline.log;

/**
 * A thread of the log's own, which cannot be interrupted: an interrupt would close the channel beneath its write (FileChannel) and take
 * with it what is known about bytes not yet synced.
 */
final class EngineThread extends Thread {
  EngineThread(Runnable work, String name) {
    super(work, name);
    setDaemon(true);
  }

  /** Does nothing. */
  @Override
  public void interrupt() {}
}
