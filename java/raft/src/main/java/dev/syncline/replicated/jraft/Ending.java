package dev.syncline.replicated.jraft;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waits for something to end, and not for ever: JRaft keeps locks that it holds when it trips over a log that it cannot read. */
final class Ending {
  private Ending() {}

  interface Step {
    void run() throws InterruptedException;
  }

  /** @throws IOException if it has not ended in time, or this thread was interrupted; it goes on all the same */
  static void of(String address, Step step, long millisMax) throws IOException {
    CountDownLatch ended = new CountDownLatch(1);
    Thread ending = new Thread(() -> {
      try {
        step.run();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        ended.countDown();
      }
    }, "syncline-ending-" + address);
    ending.setDaemon(true);
    ending.start();
    try {
      if (ended.await(millisMax, TimeUnit.MILLISECONDS)) return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(address + " was interrupted while it stopped; it may still be using its directory", e);
    }
    throw new IOException(address + " has not stopped within " + millisMax + " ms: its directory stays locked. End the process, then start"
        + " the node again; what it has acknowledged is on its disk");
  }
}
