package dev.syncline.log.events;

import dev.syncline.Activity;
import dev.syncline.Damage;
import dev.syncline.RecoveryPhase;
import dev.syncline.RecoveryReport;
import dev.syncline.WalObserver;
import dev.syncline.log.threads.EngineThread;
import dev.syncline.log.threads.RoundThread;
import java.io.IOException;

/** Hands what has happened to the observer, and looks whether anything hangs. One thread, but for {@link #watch} and {@link #end}. */
final class Delivery implements RoundThread.Host {
  /** Told of a stall, apart from the observer. */
  interface StallListener {
    void heard(EventKind kind, long nanos);
  }

  private final WalObserver observer;
  private final EventRing ring;
  private final long stallNanos;
  private final StallListener stallListener;

  /** Null before the log is there. */
  private volatile Watched watched;

  private volatile boolean ended;

  /** What is under way, or null. */
  private volatile Work work;

  /** What was told last. */
  private long toldBytes;

  /** For how long what hangs has been under way; 0 if nothing does. */
  private long stalledNanos;

  private boolean toldEnd;
  private boolean warned;

  Delivery(WalObserver observer, EventRing ring, long stallNanos, StallListener stallListener) {
    this.observer = observer;
    this.ring = ring;
    this.stallNanos = stallNanos;
    this.stallListener = stallListener;
  }

  void track(Work newest) {
    work = newest;
  }

  void watch(Watched log) {
    watched = log;
  }

  void end() {
    ended = true;
  }

  @Override
  public boolean visit() {
    // Before what was told is handed on: so whatever came before it is heard before it.
    boolean last = ended;
    Watched log = watched;
    long inProgress = log == null || last ? 0 : log.inProgressNanos();
    IOException why = log == null || toldEnd ? null : log.ended();
    tellProgress();
    // One that is told faster than it hears leaves the others their turn.
    for (int i = 0; i < EventRing.EVENTS && ring.next(); i++) handOn();
    tellMissed();
    tellStall(inProgress);
    if (why != null) {
      toldEnd = true;
      call(() -> observer.failed(why));
    }
    if (last) call(observer::closed);
    return !last;
  }

  private void handOn() {
    try {
      tell();
    } catch (Throwable t) {
      threw(t);
    } finally {
      ring.take();
    }
  }

  private void tell() {
    switch (ring.kind()) {
      case COMMITTED -> observer.committed(
          ring.number(0), (int) ring.number(1), ring.number(2), (int) ring.number(3), ring.number(4), ring.number(5));
      case ROTATED -> observer.rotated(ring.number(0), ring.number(1));
      case PREPARED -> observer.prepared(ring.number(0));
      case SHORTAGE -> observer.shortage((IOException) ring.object());
      case DAMAGED -> observer.damaged((Damage) ring.object());
      case RECOVERING -> observer.recovering((RecoveryPhase) ring.object(), ring.number(0));
      case PROGRESS -> observer.progress((Activity) ring.object(), ring.number(0), ring.number(0));
      case RECOVERED -> observer.recovered((RecoveryReport) ring.object());
      case STALLED, RESUMED, FAILED -> throw new AssertionError(ring.kind() + " is not told this way");
    }
  }

  private void tellProgress() {
    Work now = work;
    if (now == null) return;
    long done = now.doneBytes();
    if (done == toldBytes) return;
    toldBytes = done;
    call(() -> observer.progress(now.activity, done, now.totalBytes));
  }

  private void tellMissed() {
    long missed = ring.takeMissed();
    if (missed > 0) call(() -> observer.missed(missed));
  }

  private void tellStall(long nanos) {
    long before = stalledNanos;
    // Another one is under way since that was looked at last.
    boolean over = before > 0 && nanos < before;
    if (over) {
      stalledNanos = 0;
      stallListener.heard(EventKind.RESUMED, before);
      call(() -> observer.resumed(before));
    }
    if (nanos < stallNanos) return;
    boolean begins = stalledNanos == 0;
    stalledNanos = nanos;
    if (!begins) return;
    stallListener.heard(EventKind.STALLED, nanos);
    call(() -> observer.stalled(nanos));
  }

  private void call(Runnable event) {
    try {
      event.run();
    } catch (Throwable t) {
      threw(t);
    }
  }

  private void threw(Throwable t) {
    if (warned) return;
    warned = true;
    EngineThread.warn("the observer of a log threw, which the log takes no notice of; said once", t);
  }
}
