package dev.syncline.log;

import dev.syncline.log.commit.LogState;
import dev.syncline.shortage.PatientLock;
import dev.syncline.shortage.StackReserve;
import dev.syncline.shortage.WaitList;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * Passed by whoever cuts the tail, alone, and by whoever must not see a cut half-way, in any number: a copy of the files, a checkpoint
 * between its append and its being noted. Whoever got in has the stack to leave.
 */
final class CutGate {
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final LogState state;
  private final PatientLock lock = new PatientLock(StackReserve.DISK);
  private final WaitList left = new WaitList(lock);

  // Guarded by the lock.
  private int inside;
  private boolean cutting;

  CutGate(LogState state) {
    this.state = state;
  }

  /**
   * Keeps cuts out until {@link #leave}.
   *
   * @throws IOException if the log ends before: whoever is inside may hang
   */
  void enter() throws IOException {
    lock.lock();
    try {
      while (cutting) await();
      inside++;
    } finally {
      lock.unlock();
    }
  }

  /** Keeps everybody out until {@link #leave}; throws as {@link #enter}. */
  void enterToCut() throws IOException {
    lock.lock();
    try {
      while (cutting || inside > 0) await();
      cutting = true;
    } finally {
      lock.unlock();
    }
  }

  private void await() throws IOException {
    state.requireWritable();
    left.await(LOOK_NANOS);
  }

  /** By whoever got in, and is the only one if he cuts. */
  void leave() {
    lock.lockAgain();
    try {
      if (cutting) cutting = false;
      else inside--;
      left.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
