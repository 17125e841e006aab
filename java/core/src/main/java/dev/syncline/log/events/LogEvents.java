package dev.syncline.log.events;

import dev.syncline.Activity;
import dev.syncline.Damage;
import dev.syncline.RecoveryPhase;
import dev.syncline.RecoveryReport;
import dev.syncline.ResourceShortageException;
import dev.syncline.WalObserver;
import dev.syncline.io.Storage;
import dev.syncline.log.threads.RoundThread;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What the engine tells of itself. Any thread, with whatever lock or token it has: no code of a caller's runs here, nothing waits, nothing
 * is thrown, and a commit allocates nothing. Where nobody watches it costs a look at a field that does not change.
 */
public final class LogEvents {
  /** Null where nobody observes. */
  private final EventRing ring;

  private final Delivery delivery;
  private final RoundThread thread;
  private final Flight flight;
  private final long stallNanos;
  private final AtomicBoolean failed = new AtomicBoolean();

  /**
   * @param observer who is told, or null
   * @param stallNanos after how long what has not returned is a stall
   * @param thread on which the observer is called; it need not run yet
   * @param flight null where the process has no flight recorder
   */
  public LogEvents(WalObserver observer, long stallNanos, RoundThread thread, Flight flight) {
    this.ring = observer == null ? null : new EventRing();
    this.thread = thread;
    this.flight = flight;
    this.stallNanos = stallNanos;
    this.delivery = observer == null ? null : new Delivery(observer, ring, stallNanos, this::recordStall);
  }

  /** Of what is no open log: nothing is recorded, and nothing watched. */
  public static LogEvents of(WalObserver observer) {
    return new LogEvents(observer, Long.MAX_VALUE, new RoundThread("syncline-observer"), null);
  }

  /**
   * From now on the observer hears what is told.
   *
   * @throws ResourceShortageException if the process cannot have the thread for that
   */
  public void begin() throws ResourceShortageException {
    if (delivery != null) thread.join(delivery);
  }

  /** From now on it also hears what hangs, and that the log has ended. */
  public void watch(Watched log) {
    if (delivery != null) delivery.watch(log);
  }

  /** From now on the flight recorder is heard, if it was not before. The log's own thread, again and again. */
  public void listen() {
    if (flight != null) flight.listen();
  }

  /** There is nothing more to tell. Does nothing if called again. */
  public void end() {
    if (flight != null) flight.close();
    if (delivery == null) return;
    delivery.end();
    thread.call();
  }

  /**
   * Does something that takes long, and has the observer told how far it is.
   *
   * @param storage what is read
   * @param total tells how many bytes that will be; asked where somebody wants to know
   */
  public <T> T track(Activity activity, Storage storage, Phase.Work<Long> total, Phase.Work<T> task) throws IOException {
    if (delivery == null) return task.run();
    Work work = new Work(activity, storage.gate(), total.run());
    delivery.track(work);
    T result;
    try {
      result = task.run();
    } finally {
      delivery.track(null);
    }
    // In its place among the other events, however short it was.
    ring.add(EventKind.PROGRESS, work.totalBytes, 0, 0, 0, 0, 0, activity);
    return result;
  }

  /** Whether somebody wants to know how long commits take. */
  public boolean timesCommits() {
    return ring != null || flight != null && recordsCommits();
  }

  private boolean recordsCommits() {
    try {
      return flight.takesCommits();
    } catch (Throwable t) {
      // Stack or memory is short: it records one less.
      return false;
    }
  }

  /** Something begins that {@link WalObserver} hears when it is over: returns what is given back then, or null. */
  public Object begin(EventKind kind) {
    if (flight == null) return null;
    try {
      return flight.begin(kind);
    } catch (Throwable t) {
      return null;
    }
  }

  /** As {@link WalObserver#committed} has it. */
  public void committed(Object begun, long lastSequence, int records, long bytes, int waiters, long writeNanos, long waitedNanos) {
    tell(EventKind.COMMITTED, begun, lastSequence, records, bytes, waiters, writeNanos, waitedNanos, null);
    // Who has an observer hears it while it hangs.
    if (ring == null && writeNanos >= stallNanos) recordStall(EventKind.RESUMED, writeNanos);
  }

  /** As {@link WalObserver#rotated} has it. */
  public void rotated(Object begun, long segment, long nanos) {
    tell(EventKind.ROTATED, begun, segment, nanos, null);
  }

  /** As {@link WalObserver#prepared} has it. */
  public void prepared(Object begun, long nanos) {
    tell(EventKind.PREPARED, begun, nanos, 0, null);
  }

  /** As {@link WalObserver#shortage} has it. */
  public void shortage(IOException refusal) {
    tell(EventKind.SHORTAGE, null, 0, 0, refusal);
  }

  /** As {@link WalObserver#damaged} has it. */
  public void damaged(Damage damage) {
    tell(EventKind.DAMAGED, null, 0, 0, damage);
  }

  /** The log has failed, if {@code why} is not null: the recorder gets it here, the observer by {@link Watched#ended}. Once. */
  public void failed(Throwable why) {
    if (flight != null && why != null && failed.compareAndSet(false, true)) record(EventKind.FAILED, null, 0, 0, 0, 0, 0, 0, why);
  }

  /** As {@link WalObserver#recovering} has it. */
  public void phaseEnded(Object begun, RecoveryPhase phase, long nanos) {
    tell(EventKind.RECOVERING, begun, nanos, 0, phase);
  }

  /** As {@link WalObserver#recovered} has it, and what is damaged before. */
  public void recovered(Object begun, RecoveryReport report) {
    for (Damage each : report.damage()) damaged(each);
    tell(EventKind.RECOVERED, begun, 0, 0, report);
  }

  private void recordStall(EventKind kind, long nanos) {
    record(kind, null, nanos, 0, 0, 0, 0, 0, null);
  }

  private void tell(EventKind kind, Object begun, long a, long b, Object object) {
    tell(kind, begun, a, b, 0, 0, 0, 0, object);
  }

  private void tell(EventKind kind, Object begun, long a, long b, long c, long d, long e, long f, Object object) {
    if (ring != null && ring.add(kind, a, b, c, d, e, f, object)) thread.call();
    record(kind, begun, a, b, c, d, e, f, object);
  }

  private void record(EventKind kind, Object begun, long a, long b, long c, long d, long e, long f, Object object) {
    if (flight == null) return;
    try {
      flight.record(kind, begun, a, b, c, d, e, f, object);
    } catch (Throwable t) {
      // The recorder finds stack or memory short. It records one less.
      return;
    }
  }
}
