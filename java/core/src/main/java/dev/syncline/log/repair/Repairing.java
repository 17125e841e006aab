package dev.syncline.log.repair;

import dev.syncline.Activity;
import dev.syncline.LogFailedException;
import dev.syncline.RepairResult;
import dev.syncline.StorageMode;
import dev.syncline.io.DirectoryLock;
import dev.syncline.io.ProcessLock;
import dev.syncline.io.Refusal;
import dev.syncline.io.Storage;
import dev.syncline.io.Storages;
import dev.syncline.log.commit.Housekeeper;
import dev.syncline.log.commit.Timeouts;
import dev.syncline.log.events.LogEvents;
import dev.syncline.log.options.LogOptions;
import dev.syncline.log.segment.Incompatible;
import dev.syncline.log.segment.SegmentFiles;
import dev.syncline.shortage.Parking;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Runs a repair as a log is opened: nothing is tried in the directory before its lock is had, and all of it is done by a thread of its own.
 * The caller waits for as long as something moves, and gives up when nothing has for the open timeout, and a second at least. Then the
 * repair does nothing more, and lets the directory go when the disk answers.
 */
public final class Repairing {
  private static final long SILENCE_NANOS_MIN = 1_000_000_000;
  private static final long FENCE_LOOK_NANOS = 200_000;

  /** The old log is judged, judged once more for what can be salvaged, copied and compared; the new one is verified and compared. */
  private static final int READ_TIMES = 6;

  private final Path directory;
  private final LogOptions options;
  private final CheckpointSearch checkpoints;
  private final LogEvents events;

  /** Which storage is opened, where the caller has none. */
  private final StorageMode mode;

  private final Storage given;

  // Set on the way, by the repair's thread.

  private volatile Storage storage;
  private volatile long steps;
  private volatile boolean ended;

  /** The caller has given up, or another opener wants the directory. */
  private volatile boolean unwanted;

  private Repairing(Path directory, LogOptions options, StorageMode mode, Storage given, CheckpointSearch checkpoints) {
    this.directory = directory;
    this.options = options;
    this.mode = mode;
    this.given = given;
    this.checkpoints = checkpoints;
    this.events = LogEvents.of(options.observer());
  }

  /** @param options of which the identifiers, the block size, and the time limits count */
  public static Repairing of(Path directory, LogOptions options, StorageMode mode, CheckpointSearch checkpoints) {
    return new Repairing(directory, options, mode, null, checkpoints);
  }

  /** The same through a storage of the caller's, who closes it. */
  public static Repairing of(Storage storage, LogOptions options, CheckpointSearch checkpoints) {
    return new Repairing(storage.directory(), options, null, storage, checkpoints);
  }

  /**
   * Repairs the log, or goes on with what was begun. An instance of it that was abandoned in this JVM is fenced first.
   *
   * @throws dev.syncline.LogLockedException if another process holds the log
   * @throws LogFailedException if nothing moves in the directory for longer than the open timeout
   */
  public RepairResult run() throws IOException {
    Housekeeper thread = new Housekeeper("syncline-repair-" + directory.getFileName(), () -> Long.MAX_VALUE);
    events.begin();
    try {
      thread.start();
      return thread.runWhileMoving(this::repair, this::progress, silenceNanos(), () -> {}, this::abandoned);
    } catch (IOException e) {
      throw Refusal.explained(e, directory, true);
    } finally {
      thread.stop();
      events.end();
    }
  }

  private long silenceNanos() {
    return Math.max(options.openTimeoutNanos(), SILENCE_NANOS_MIN);
  }

  private long progress() {
    Storage opened = storage;
    return steps + (opened == null ? 0 : opened.gate().entries());
  }

  private RepairResult repair() throws IOException {
    DirectoryLock lock = null;
    try {
      int blockBytes = look();
      ProcessLock.Source locking = given != null ? given::tryLock : () -> Storages.tryLock(directory, mode);
      lock = DirectoryLock.acquire(directory, locking, () -> !unwanted, this::fence, options.openTimeoutNanos());
      steps++;
      storage = given != null ? given : Storages.open(directory, mode, blockBytes).storage();
      if (unwanted) storage.gate().close(0);
      lock.requireSameAs(storage);
      DirectoryLock held = lock;
      return events.track(Activity.REPAIRING, storage, () -> READ_TIMES * new SegmentFiles(storage).bytes(false),
          () -> new Repair(storage, options, checkpoints).apply(held));
    } finally {
      ended = true;
      letGo(lock);
    }
  }

  private void letGo(DirectoryLock lock) throws IOException {
    try {
      if (given == null && storage != null) storage.close();
    } finally {
      if (lock != null) lock.release();
    }
  }

  /** A stray file gets its message before a lock file is made beside it. Returns the blocks that the log is written in. */
  private int look() throws IOException {
    if (given != null) {
      Incompatible.requireOwnNames(given);
      steps++;
      return options.blockBytes();
    }
    try (Storage looking = Storages.openToRead(directory, options.blockBytes()).storage()) {
      Incompatible.requireOwnNames(looking);
      steps++;
      return Repair.blockBytes(looking, options.blockBytes());
    }
  }

  private IOException abandoned() {
    unwanted = true;
    Storage opened = storage;
    if (opened != null) opened.gate().close(0);
    return Timeouts.repairHangs(directory, silenceNanos());
  }

  /** Another opener in this JVM wants the directory; returns whether nothing of this repair is under way in it any more. */
  private boolean fence(long waitNanos) {
    unwanted = true;
    long beganNanos = System.nanoTime();
    while (storage == null && !ended && System.nanoTime() - beganNanos < waitNanos) Parking.stay(this, FENCE_LOOK_NANOS);
    Storage opened = storage;
    return opened == null ? ended : opened.gate().shut(Math.max(0, waitNanos - (System.nanoTime() - beganNanos)));
  }
}
