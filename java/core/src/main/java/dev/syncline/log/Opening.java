package dev.syncline.log;

import dev.syncline.Activity;
import dev.syncline.LogFencedException;
import dev.syncline.RecoveryPhase;
import dev.syncline.StorageMode;
import dev.syncline.Verification;
import dev.syncline.io.DirectoryLock;
import dev.syncline.io.ProcessLock;
import dev.syncline.io.Refusal;
import dev.syncline.io.Storage;
import dev.syncline.io.Storages;
import dev.syncline.log.commit.Housekeeper;
import dev.syncline.log.commit.Timeouts;
import dev.syncline.log.events.EventKind;
import dev.syncline.log.events.LogEvents;
import dev.syncline.log.events.Phase;
import dev.syncline.log.events.Watched;
import dev.syncline.log.flight.Flights;
import dev.syncline.log.options.LogOptions;
import dev.syncline.log.segment.RepairState;
import dev.syncline.log.segment.SegmentFiles;
import dev.syncline.log.threads.RoundThread;
import dev.syncline.log.threads.Shared;
import dev.syncline.shortage.Parking;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * How a log is opened to write, in order: strange files are refused, the directory is made, its lock is taken, what it takes is tried, and
 * what lies in it is recovered. Nothing is tried or written before the lock is had.
 *
 * <p>All of that is done by the log's own thread, since a disk that hangs holds up whoever asks it: the caller waits for as long as
 * something moves, and gives up when for the open timeout, and a second at least, nothing has. The opening then goes on by itself, and
 * what it has opened when the disk answers is let go at once.
 */
final class Opening implements Watched {
  /** A disk that was silent for less does not hang, however short the open timeout. */
  private static final long SILENCE_NANOS_MIN = TimeUnit.SECONDS.toNanos(1);

  private static final long FENCE_LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

  private enum Outcome { RUNNING, OPENED, FAILED, ABANDONED }

  private final Path directory;
  private final LogOptions options;

  /** Null if the caller holds what keeps others out. */
  private final ProcessLock.Source locking;

  private final StorageOpener opener;
  private final Housekeeper housekeeper;
  private final LogEvents events;
  private final AtomicReference<Outcome> outcome = new AtomicReference<>(Outcome.RUNNING);

  /** Where nothing can be counted yet: how many steps were made. Written by the log's thread. */
  private volatile long steps;

  // Set on the way, by the log's thread.

  private volatile Storage storage;
  private volatile SegmentedLog log;

  /** Why it has failed, written before the outcome is. */
  private volatile Throwable failure;

  /** Nothing of a failed opening is under way any more. */
  private volatile boolean ended;

  /** Another opener wants the directory. */
  private volatile boolean fenced;

  // Of the observer's thread: how far it was when that was seen to move last, and when that was.

  private long seenProgress;
  private long movedNanos = System.nanoTime();

  private Opening(Path directory, LogOptions options, ProcessLock.Source locking, StorageOpener opener, Storage storage) {
    this.directory = directory;
    this.options = options;
    this.locking = locking;
    this.opener = opener;
    this.storage = storage;
    this.events = eventsOf(directory, options);
    Shared shared = options.shared();
    this.housekeeper = new Housekeeper("syncline-" + directory.getFileName(), this::attend, shared == null ? null : shared.threads());
  }

  private static LogEvents eventsOf(Path directory, LogOptions options) {
    Shared shared = options.shared();
    RoundThread thread = shared == null ? new RoundThread("syncline-observer") : shared.observers();
    return new LogEvents(options.observer(), options.stallNanos(), thread, Flights.of(directory));
  }

  /** @param opener called once the directory is there and locked */
  static SegmentedLog of(Path directory, StorageMode mode, StorageOpener opener, LogOptions options) throws IOException {
    return new Opening(directory, options, () -> Storages.tryLock(directory, mode), opener, null).run();
  }

  static SegmentedLog of(Storage storage, LogOptions options) throws IOException {
    return new Opening(storage.directory(), options, storage::tryLock, () -> storage, storage).run();
  }

  /** The same in a directory inside one whose lock the caller holds. */
  static SegmentedLog inside(Storage storage, LogOptions options) throws IOException {
    return new Opening(storage.directory(), options, null, () -> storage, storage).run();
  }

  /** On the caller's thread: nothing is held up by a disk that hangs but this call. */
  static SegmentedLog toRead(Storage storage, LogOptions options) throws IOException {
    FirstUse.prepare();
    LogEvents events = eventsOf(storage.directory(), options);
    Housekeeper none = new Housekeeper("syncline-" + storage.directory().getFileName(), () -> Long.MAX_VALUE);
    SegmentedLog log = new SegmentedLog(storage, options, none, events, true);
    try {
      events.begin();
      RepairState.requireOpenable(storage);
      Object begun = events.begin(EventKind.RECOVERED);
      boolean all = options.verification() == Verification.FULL;
      new Phase(events, RecoveryPhase.READING).run(
          () -> events.track(Activity.OPENING, storage, () -> new SegmentFiles(storage).bytes(!all), () -> {
            log.follow();
            return null;
          }));
      events.recovered(begun, log.recovery());
      return log;
    } catch (IOException e) {
      log.shutdown().releaseAfter(e);
      throw Refusal.explained(e, storage.directory(), false);
    } catch (RuntimeException | Error e) {
      log.shutdown().releaseAfter(e);
      throw e;
    }
  }

  private SegmentedLog run() throws IOException {
    FirstUse.prepare();
    try {
      events.begin();
      events.watch(this);
      housekeeper.start();
    } catch (IOException | RuntimeException | Error e) {
      letGo(null, e);
      throw e;
    }
    try {
      return housekeeper.runWhileMoving(this::open, this::progress, silenceNanos(), this::notBegun, this::abandoned);
    } catch (IOException e) {
      throw Refusal.explained(e, directory, true);
    }
  }

  private long silenceNanos() {
    return Math.max(options.openTimeoutNanos(), SILENCE_NANOS_MIN);
  }

  private long progress() {
    Storage opened = storage;
    return steps + (opened == null ? 0 : opened.gate().entries());
  }

  /** The caller gives up. */
  private IOException abandoned() {
    IOException hangs = Timeouts.openingHangs(directory, silenceNanos());
    housekeeper.stop();
    events.end();
    if (outcome.compareAndSet(Outcome.RUNNING, Outcome.ABANDONED)) return hangs;
    // This very moment it has ended, and nobody has heard how.
    if (failure == null) log.shutdown().releaseAfter(hangs);
    else if (failure instanceof IOException e) return e;
    else hangs.addSuppressed(failure);
    return hangs;
  }

  /** The log's thread has not begun, and will not. */
  private void notBegun() {
    letGo(null, Timeouts.openingHangs(directory, silenceNanos()));
  }

  private SegmentedLog open() throws IOException {
    DirectoryLock lock = null;
    try {
      prepareDirectory();
      if (locking != null) lock = new Phase(events, RecoveryPhase.LOCKING).run(this::acquire);
      steps++;
      storage = opener.open();
      if (lock != null) lock.requireSameAs(storage);
      requireBlocksFit();
      log = new SegmentedLog(storage, options, housekeeper, events, false);
      log.shutdown().holds(lock);
      log.writer().open();
      requireWanted();
      events.watch(log.writer());
      return log;
    } catch (IOException | RuntimeException | Error e) {
      failure = e;
      outcome.compareAndSet(Outcome.RUNNING, Outcome.FAILED);
      letGo(lock, e);
      throw e;
    }
  }

  private DirectoryLock acquire() throws IOException {
    return DirectoryLock.acquire(directory, locking, this::isWanted, this::fence, options.openTimeoutNanos());
  }

  /** A stray file gets its message before a lock file is made beside it. */
  private void prepareDirectory() throws IOException {
    if (storage != null) {
      prepare(storage);
    } else {
      try (Storage looking = Storages.openToRead(directory, options.blockBytes()).storage()) {
        prepare(looking);
      }
    }
    steps++;
  }

  private static void prepare(Storage in) throws IOException {
    RepairState.requireOpenable(in);
    in.createDirectory();
  }

  /** A storage that was chosen here fits; one of the caller's need not. */
  private void requireBlocksFit() {
    int unitBytes = storage.traits().alignmentBytes();
    if (options.blockBytes() % unitBytes != 0)
      throw new IllegalArgumentException(
          directory + ": a blockSize of " + options.blockBytes() + " bytes is not a multiple of the " + unitBytes + " bytes that the "
              + storage.traits().name() + " storage writes at once here; choose a larger blockSize, or a storage with buffered I/O");
  }

  private boolean isWanted() {
    return outcome.get() == Outcome.RUNNING;
  }

  private void requireWanted() throws IOException {
    if (fenced) throw new LogFencedException(directory + ": while the log was being opened a newer opener took the directory");
    if (!outcome.compareAndSet(Outcome.RUNNING, Outcome.OPENED)) throw Timeouts.openingHangs(directory, silenceNanos());
  }

  /** Nothing of it stays, whatever had been done. */
  private void letGo(DirectoryLock lock, Throwable because) {
    try {
      if (log != null) {
        log.shutdown().releaseAfter(because);
        return;
      }
      housekeeper.stop();
      events.end();
      if (storage != null) {
        storage.gate().close(0);
        storage.close();
      }
    } catch (IOException e) {
      because.addSuppressed(e);
    } finally {
      ended = true;
      if (log == null && lock != null) release(lock, because);
    }
  }

  private static void release(DirectoryLock lock, Throwable because) {
    try {
      lock.release();
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }

  /** Another opener in this JVM wants the directory; returns whether nothing of this one is under way in it any more. */
  private boolean fence(long waitNanos) {
    fenced = true;
    long beganNanos = System.nanoTime();
    while (log == null && !ended && System.nanoTime() - beganNanos < waitNanos) Parking.stay(this, FENCE_LOOK_NANOS);
    SegmentedLog opened = log;
    if (opened != null) events.listen();
    return opened == null ? ended : opened.shutdown().fence(Math.max(0, waitNanos - (System.nanoTime() - beganNanos)));
  }

  // What the observer's thread asks before there is a log.

  @Override
  public long inProgressNanos() {
    // Whoever waits for the lock, or makes the directory, is at no file of the log's yet.
    if (log == null) return 0;
    long now = progress();
    if (now != seenProgress) {
      seenProgress = now;
      movedNanos = System.nanoTime();
    }
    return System.nanoTime() - movedNanos;
  }

  @Override
  public IOException ended() {
    return null;
  }

  /** The duties of the thread, once there is a log. */
  private long attend() {
    SegmentedLog opened = log;
    return opened == null ? Long.MAX_VALUE : opened.attend();
  }
}
