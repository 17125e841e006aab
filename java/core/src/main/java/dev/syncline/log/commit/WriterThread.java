package dev.syncline.log.commit;

import dev.syncline.ResourceShortageException;
import dev.syncline.log.threads.EngineThread;
import dev.syncline.shortage.PatientLock;
import dev.syncline.shortage.WaitList;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The thread that writes what nobody waits for. It is there before the first record that needs it, and ends with the log only. Where logs
 * share threads it is the one that looks after the log.
 */
final class WriterThread {
  private static final long SHORTAGE_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /** What it does again and again. */
  interface Step {
    /** Waits for something to write and writes it; returns false when the log is closed. */
    boolean writeNext() throws IOException;
  }

  private final Housekeeper housekeeper;
  private final Step step;

  /** Signalled when there may be something to do. */
  private final WaitList work;

  /** Null until it is needed. Guarded by the lock. */
  private Thread thread;

  /** @param lock the queue's */
  WriterThread(PatientLock lock, Housekeeper housekeeper, Step step) {
    this.housekeeper = housekeeper;
    this.step = step;
    this.work = new WaitList(lock);
  }

  /** Makes sure that it is there. Lock held. */
  void require() throws ResourceShortageException {
    if (thread != null || !isOwn()) return;
    Thread fresh = new EngineThread(this::loop, "syncline-writer");
    EngineThread.start(fresh, "write what is appended");
    thread = fresh;
  }

  /** Lock held. */
  boolean isThere() {
    return thread != null || !isOwn();
  }

  /** Whether it is a thread of its own, which waits; if not, the queue's duties include what it does. */
  boolean isOwn() {
    return !housekeeper.isShared();
  }

  /** Lock held. */
  void signal() {
    if (isOwn()) work.signalAll();
    else housekeeper.wake();
  }

  /** Waits for a signal, for a time. Lock held; called by the thread itself. */
  void await(long nanos) {
    work.await(nanos);
  }

  private void loop() {
    while (true) {
      try {
        if (!step.writeNext()) return;
      } catch (Throwable t) {
        // If something was being written the token has latched the failure; else memory ran out on the way to it, and that may pass.
        LockSupport.parkNanos(this, SHORTAGE_PAUSE_NANOS);
      }
    }
  }
}
