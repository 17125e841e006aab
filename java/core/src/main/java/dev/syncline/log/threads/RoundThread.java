package dev.syncline.log.threads;

import dev.syncline.ResourceShortageException;
import dev.syncline.shortage.PatientLock;
import dev.syncline.shortage.StackReserve;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One thread that comes round to everybody who has joined, fifty times a second, until each says that it is done. It is there while
 * anybody is. What is done on it may be user code: nobody else waits for it.
 */
public final class RoundThread {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** Whom it comes to. */
  public interface Host {
    /** Returns whether the thread is to come again. What it throws counts as yes. */
    boolean visit();
  }

  private final String name;
  private final PatientLock lock = new PatientLock(StackReserve.MEMORY);

  /** Replaced under the lock. */
  private volatile Host[] hosts = {};

  /** Null while nobody has joined. Written under the lock. */
  private volatile Thread thread;

  public RoundThread(String name) {
    this.name = name;
  }

  /**
   * Has the thread come to one more.
   *
   * @throws ResourceShortageException if the process cannot have the thread
   */
  public void join(Host host) throws ResourceShortageException {
    lock.lock();
    try {
      Host[] before = hosts;
      Host[] more = Arrays.copyOf(before, before.length + 1);
      more[before.length] = host;
      hosts = more;
      if (thread != null) return;
      boolean started = false;
      try {
        Thread fresh = new EngineThread(this::loop, name);
        EngineThread.start(fresh, "tell the observer of a log what happens");
        thread = fresh;
        started = true;
      } finally {
        if (!started) hosts = before;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Has it come soon. Never throws. */
  public void call() {
    LockSupport.unpark(thread);
  }

  private void loop() {
    while (true) {
      try {
        if (!round()) return;
      } catch (Throwable t) {
        // For want of memory, say: it comes round again.
        LockSupport.parkNanos(this, PAUSE_NANOS);
      }
    }
  }

  private boolean round() {
    for (Host each : hosts) if (!again(each)) leave(each);
    if (hosts.length == 0 && ended()) return false;
    LockSupport.parkNanos(this, PAUSE_NANOS);
    return true;
  }

  private static boolean again(Host host) {
    try {
      return host.visit();
    } catch (Throwable t) {
      return true;
    }
  }

  private void leave(Host host) {
    lock.lockAgain();
    try {
      Host[] before = hosts;
      int kept = 0;
      Host[] fewer = new Host[before.length - 1];
      for (Host each : before) if (each != host) fewer[kept++] = each;
      hosts = fewer;
    } finally {
      lock.unlock();
    }
  }

  /** Ends the thread, unless somebody has joined since. */
  private boolean ended() {
    lock.lockAgain();
    try {
      if (hosts.length > 0) return false;
      thread = null;
      return true;
    } finally {
      lock.unlock();
    }
  }
}
