package dev.syncline.log.flight;

import dev.syncline.RecoveryReport;
import dev.syncline.log.events.EventKind;
import dev.syncline.log.events.Flight;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;

/**
 * The JVM's flight recorder. Until somebody begins a recording in this process no event is made: the first one makes the JDK set the
 * recorder up, which takes longer than to open a log. To be told of that recording loads some classes of the JDK, too: the log's own thread
 * asks for it when the log is open, so that nobody's first append waits for them.
 */
final class JfrFlight implements Flight, FlightRecorderListener {
  private static final int NEW = 0;
  private static final int LISTENS = 1;
  private static final int CLOSED = 2;

  private final Path directory;
  private final AtomicInteger state = new AtomicInteger(NEW);

  /** Asked, and never recorded; null before the process's first recording. */
  private volatile Events.Commit asked;

  private JfrFlight(Path directory) {
    this.directory = directory;
  }

  /** For the log in that directory. */
  static Flight ready(Path directory) {
    JfrFlight flight = new JfrFlight(directory);
    if (FlightRecorder.isInitialized()) flight.listen();
    return flight;
  }

  @Override
  public void listen() {
    if (state.get() != NEW || !state.compareAndSet(NEW, LISTENS)) return;
    FlightRecorder.addListener(this);
    // Closed meanwhile, by somebody who found nothing to take away.
    if (state.get() == CLOSED) FlightRecorder.removeListener(this);
  }

  /** What recording takes is loaded here, where there are stack and memory for it. */
  @Override
  public void recorderInitialized(FlightRecorder recorder) {
    for (EventKind each : EventKind.values()) if (each != EventKind.PROGRESS) eventOf(each).isEnabled();
    asked = new Events.Commit();
  }

  @Override
  public void close() {
    if (state.getAndSet(CLOSED) == LISTENS) FlightRecorder.removeListener(this);
  }

  /** Null as long as nobody has recorded anything in this process. */
  private Events.Commit asked() {
    // A recording may begin before the log's own thread has come to listen.
    if (state.get() == NEW && FlightRecorder.isInitialized()) listen();
    return asked;
  }

  @Override
  public boolean takesCommits() {
    Events.Commit now = asked();
    return now != null && now.isEnabled();
  }

  @Override
  public Object begin(EventKind kind) {
    if (asked() == null || kind == EventKind.COMMITTED && !takesCommits()) return null;
    SynclineEvent event = eventOf(kind);
    if (!event.isEnabled()) return null;
    event.begin();
    return event;
  }

  private static SynclineEvent eventOf(EventKind kind) {
    return switch (kind) {
      case COMMITTED -> new Events.Commit();
      case ROTATED -> new Events.Rotation();
      case PREPARED -> new Events.Preparation();
      case STALLED, RESUMED -> new Events.Stall();
      case PROGRESS -> throw new IllegalArgumentException("no recording has events of kind " + kind);
      case SHORTAGE -> new Events.Shortage();
      case DAMAGED -> new Events.Damage();
      case FAILED -> new Events.Failure();
      case RECOVERING -> new Events.Phase();
      case RECOVERED -> new Events.Recovery();
    };
  }

  @Override
  public void record(EventKind kind, Object begun, long a, long b, long c, long d, long e, long f, Object object) {
    if (asked() == null || begun == null && hasBeginning(kind)) return;
    SynclineEvent event = begun == null ? eventOf(kind) : (SynclineEvent) begun;
    if (!event.isEnabled()) return;
    event.end();
    fill(event, kind == EventKind.RESUMED, a, b, c, d, e, f, object);
    event.commitOf(directory);
  }

  private static boolean hasBeginning(EventKind kind) {
    return switch (kind) {
      case COMMITTED, ROTATED, PREPARED, RECOVERING, RECOVERED -> true;
      case STALLED, RESUMED, SHORTAGE, DAMAGED, FAILED, PROGRESS -> false;
    };
  }

  private static void fill(SynclineEvent event, boolean over, long a, long b, long c, long d, long e, long f, Object object) {
    if (event instanceof Events.Commit commit) {
      commit.lastSequence = a;
      commit.records = (int) b;
      commit.bytes = c;
      commit.waiters = (int) d;
      commit.writeTime = e;
      commit.waitTime = f;
    } else if (event instanceof Events.Rotation rotation) {
      rotation.segment = a;
    } else if (event instanceof Events.Stall stall) {
      stall.time = a;
      stall.over = over;
    } else if (event instanceof Events.Shortage shortage) {
      shortage.message = ((Throwable) object).getMessage();
    } else if (event instanceof Events.Damage damage) {
      fill(damage, (dev.syncline.Damage) object);
    } else if (event instanceof Events.Failure failure) {
      failure.message = ((Throwable) object).getMessage();
    } else if (event instanceof Events.Phase phase) {
      phase.phase = object.toString();
    } else if (event instanceof Events.Recovery recovery) {
      fill(recovery, (RecoveryReport) object);
    }
  }

  private static void fill(Events.Damage event, dev.syncline.Damage damage) {
    event.file = damage.file().toString();
    event.offset = damage.offsetBytes();
    event.problem = damage.problem();
    event.firstLost = damage.firstLost();
    event.lastLost = damage.lastLost();
  }

  private static void fill(Events.Recovery event, RecoveryReport report) {
    event.closedCleanly = report.closedCleanly();
    event.writable = report.writable();
    event.segments = report.segments();
    event.firstSequence = report.firstSequence();
    event.lastSequence = report.lastSequence();
    event.trimmedBytes = report.trimmedBytes();
    event.damagedPlaces = report.damage().size();
  }
}
