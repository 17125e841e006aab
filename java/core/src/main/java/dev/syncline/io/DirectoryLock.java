package dev.syncline.io;

import dev.syncline.LogFailedException;
import dev.syncline.LogFencedException;
import dev.syncline.LogLockedException;
import dev.syncline.shortage.LogLines;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongPredicate;

/**
 * One owner of a directory: among processes by the storage's {@link ProcessLock} and a record of who holds it, within this JVM by a
 * registry that all class loaders share.
 *
 * <p><b>Within the JVM</b> the newest opener wins: it tells the previous owner to fence itself and, once that owner's operations have
 * all returned, takes over the lock <em>without releasing it</em>, so no other process gets in between. A directory has many paths
 * (symbolic links, relative ones), and one path may name a new directory tomorrow; so directories are told apart by their file key
 * (device and inode) or, where there is none (Windows), their real path.
 *
 * <p><b>Among processes</b> two things must hold: an opener gets the lock, and {@link #PID_FILE_NAME} names no living process. The
 * second is for the locks of Java, which the system drops without a word when their process closes any descriptor of {@link
 * #FILE_NAME}, and for a lock file that was removed: an opener that gets the lock of such a holder is refused. The record
 * tells nothing about processes of another pid namespace or another machine, those that a mount option of {@code /proc} hides, or if it
 * could not be written, on a full disk: then the lock alone has to do. It is deleted with the release, and a killed process's names
 * nobody who lives.
 *
 * <p><b>The holder</b> sees by {@link #check} whether it is still the only one. What is noticed, and when:
 * <ul>
 *   <li>The lock file was removed or replaced: at the next check, with either lock.
 *   <li>A lock of Java was dropped and nobody came: it is taken again at the next check. Another process came: seen at the
 *       next check by that process's lock, or once it has gone by the record, which was removed or rewritten. Not seen if there was no
 *       record to begin with, and the other process came and went between two checks.
 *   <li>A native lock is never dropped. The record is not looked at then.
 * </ul>
 * So where both the lock of a holder was dropped (or its file removed) and its record too, or where that record means nothing to the
 * opener, two processes may write from when the second has opened until the first one's next check, and no longer.
 *
 * <p>All methods are safe for many threads.
 */
public final class DirectoryLock {
  /** The locked file. To be opened by nothing but a {@link ProcessLock}: closing it again may drop the lock. */
  public static final String FILE_NAME = "log.lock";

  /** Who holds the lock: the process id in the first line, then when the lock was taken (ISO 8601), then what tells the process apart. */
  public static final String PID_FILE_NAME = "log.pid";

  /** How long another process's lock is asked for again: a dead one counts as living for a moment. One seen to be dying is waited for. */
  private static final long DYING_HOLDER_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private static final long RETRY_MILLIS = 10;

  // Fields of a registry entry, all of JDK types. Changed under the entry's mutex, but for "owner", which whoever ends the ownership
  // removes, and "leaver".
  private static final String OWNER = "owner"; // Object: the token of whoever may use the directory; absent if nobody may
  private static final String FENCE = "fence"; // LongPredicate of the last owner, until its operations have returned
  private static final String LAST = "last"; // Object: the token of the owner that FENCE is of
  private static final String LEAVER = "leaver"; // Object: the token of an owner that wants the directory to be given up
  private static final String LOCK = "lock"; // Closeable: the ProcessLock
  private static final String LOSS = "loss"; // Callable<Optional<String>>: ProcessLock.loss
  private static final String RECORD = "record"; // String: the text of log.pid; absent if it could not be written
  private static final String RECORD_MATTERS = "recordMatters"; // Boolean: whether check looks at it
  private static final String DIRECTORY = "directory"; // Path: the real one in which the lock lies

  private final Path directory;
  private final Object directoryKey;
  private final Map<String, Object> entry;
  private final LongPredicate fence;
  private final Object token = new Object();
  private final RecordWatch recordWatch = new RecordWatch();

  private DirectoryLock(Path directory, Object directoryKey, LongPredicate fence) {
    this.directory = directory;
    this.directoryKey = directoryKey;
    this.entry = JvmLocks.entryOf(directoryKey);
    this.fence = fence;
  }

  /**
   * Makes the caller the owner of the storage's directory, which must exist.
   *
   * <p>An interrupt of the calling thread changes nothing and stays set.
   *
   * @param fenceThisOwner called, perhaps more than once and on any thread, when a later opener wants the directory. It
   *     must make the caller refuse every new operation, then wait at most the given nanoseconds, and say whether all its
   *     operations have returned. It must not call {@link #acquire}.
   * @param timeoutNanos how long to wait for a previous owner in this JVM
   * @throws LogLockedException if another live process is the owner
   * @throws LogFailedException if a previous owner in this JVM still has an operation in progress; it stays fenced, and a
   *     later call may succeed
   */
  public static DirectoryLock acquire(Storage storage, LongPredicate fenceThisOwner, long timeoutNanos) throws IOException {
    return acquire(storage.directory(), storage::tryLock, () -> true, fenceThisOwner, timeoutNanos);
  }

  /** @throws IOException if the storage works in another directory: the path led elsewhere between the two */
  public void requireSameAs(Storage storage) throws IOException {
    if (!directoryKey.equals(storage.directoryKey()))
      throw new IOException(
          directory + ": expected one directory, found two: the path led elsewhere while the log was being opened (a symbolic link that"
              + " turned, a directory that was replaced). No record was written; open it again");
  }

  /** The same for a directory without a storage, by the lock that Java has. */
  public static DirectoryLock acquire(Path directory, LongPredicate fenceThisOwner, long timeoutNanos) throws IOException {
    return acquire(directory, () -> PortableLock.tryTake(directory), () -> true, fenceThisOwner, timeoutNanos);
  }

  /**
   * The same by a lock of the caller's choice, for one who may be given up meanwhile: he fences nobody then, since {@code wanted} is asked
   * before, where no other opener in this JVM can come between.
   */
  public static DirectoryLock acquire(
      Path directory, ProcessLock.Source locking, BooleanSupplier wanted, LongPredicate fence, long timeoutNanos) throws IOException {
    long startNanos = System.nanoTime();
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        DirectoryLock lock = new DirectoryLock(directory, keyOf(directory), fence);
        ReentrantLock mutex = JvmLocks.mutexOf(lock.entry);
        interrupted |= lockWithin(mutex, timeoutNanos - (System.nanoTime() - startNanos), directory);
        try {
          // Released and dropped while this thread waited for the mutex: around again, with the entry that took its place.
          if (JvmLocks.isRegistered(lock.entry) && lock.acquired(locking, wanted, startNanos, timeoutNanos)) return lock;
        } finally {
          mutex.unlock();
          lock.letLeaverGoQuietly();
        }
      }
    } finally {
      if (interrupted) Thread.currentThread().interrupt();
    }
  }

  /** Whether this object is still the owner: neither released nor superseded. */
  public boolean held() {
    return entry.get(OWNER) == token;
  }

  /**
   * Looks whether this owner may still acknowledge what it has written: to be asked after the write and before the acknowledgement. A
   * few system calls, none of which needs a descriptor unless something has changed. It waits for no other owner.
   *
   * @throws LogFencedException if another process may have taken the directory, or if this owner is none any more: for good
   * @throws IOException if it cannot be told, for want of a descriptor for one; the next check may succeed
   */
  @SuppressWarnings("unchecked")
  public void check() throws IOException {
    Callable<Optional<String>> lock = (Callable<Optional<String>>) entry.get(LOSS);
    if (lock == null || !held()) throw superseded();
    Optional<String> loss = lossOf(lock);
    if (loss.isEmpty()) loss = recordLoss();
    // A release or a takeover meanwhile looks like a loss and is none.
    if (!held()) throw superseded();
    if (loss.isPresent())
      throw new LogFencedException(
          directory + ": this process can no longer be sure that it alone writes here, and acknowledges nothing more: " + loss.get()
              + "; close this log, see to it that one process opens the directory, and open it again");
  }

  private LogFencedException superseded() {
    return new LogFencedException(directory + ": this instance has released the directory, or a newer opener in this JVM owns it now");
  }

  /**
   * Gives the directory up, so that other processes may have it. Does nothing if called again, or once a newer opener in
   * this JVM has taken over. If one has tried and failed, the lock guards what this owner may still have in progress: then the
   * directory is given up if all that has returned; if not, call this again later.
   */
  public void release() throws IOException {
    if (entry.get(LAST) != token) return;
    entry.put(LEAVER, token);
    if (entry.get(LAST) != token) entry.remove(LEAVER, token);
    letLeaverGo();
  }

  /**
   * Gives the directory up if its last owner wants that. Whoever has the mutex may be waiting for that owner, and is not
   * waited for: it does this itself when it is done.
   */
  private void letLeaverGo() throws IOException {
    ReentrantLock mutex = JvmLocks.mutexOf(entry);
    while (entry.get(LEAVER) != null && !mutex.isHeldByCurrentThread() && mutex.tryLock()) {
      try {
        Object leaver = entry.remove(LEAVER);
        if (leaver != null && leaver == entry.get(LAST) && (entry.remove(OWNER) != null || isQuiet(0))) drop();
      } finally {
        mutex.unlock();
      }
    }
  }

  private void letLeaverGoQuietly() {
    try {
      letLeaverGo();
    } catch (IOException | RuntimeException e) {
      LogLines.say(LogLines.STORAGE, System.Logger.Level.WARNING, directory + ": a lock could not be given up: " + e, null);
    }
  }

  /** The caller holds the mutex. False if the path names another directory by now. */
  private boolean acquired(ProcessLock.Source locking, BooleanSupplier wanted, long startNanos, long timeoutNanos) throws IOException {
    if (!wanted.getAsBoolean())
      throw new LogFailedException(directory + ": the opening was given up before the directory was its own; nothing was changed");
    fencePrevious(startNanos, timeoutNanos);
    try {
      if (!isLocked()) {
        closeLock();
        lock(locking, timeoutNanos);
      }
      if (!directoryKey.equals(keyOf(directory))) {
        drop();
        return false;
      }
      if (!entry.containsKey(RECORD)) writeRecord();
    } catch (IOException | RuntimeException | Error e) {
      dropAfter(e);
      throw e;
    }
    JvmLocks.adopt(entry);
    entry.put(FENCE, fence);
    entry.put(LAST, token);
    entry.put(OWNER, token);
    return true;
  }

  private void fencePrevious(long startNanos, long timeoutNanos) throws IOException {
    entry.remove(OWNER);
    if (!entry.containsKey(FENCE)) return;
    if (!isQuiet(Math.max(0, timeoutNanos - (System.nanoTime() - startNanos)))) throw stillBusy(directory, System.nanoTime() - startNanos);
    entry.remove(FENCE);
    entry.remove(LAST);
  }

  private boolean isQuiet(long timeoutNanos) throws LogFailedException {
    try {
      return ((LongPredicate) entry.get(FENCE)).test(timeoutNanos);
    } catch (RuntimeException e) {
      throw new LogFailedException(directory + ": the previous instance in this JVM failed while it was fenced", e);
    }
  }

  private static LogFailedException stillBusy(Path directory, long waitedNanos) {
    return new LogFailedException(
        directory + ": the previous instance in this JVM still has an operation in progress after "
            + Duration.ofNanos(waitedNanos).toMillis() + " ms; it is fenced, so try again when the disk has answered");
  }

  /**
   * Whether the registered lock keeps others out. It does not where the directory was deleted and made again with the same inode, or
   * the file was removed: nobody else would respect such a lock.
   */
  @SuppressWarnings("unchecked")
  private boolean isLocked() {
    Callable<Optional<String>> lock = (Callable<Optional<String>>) entry.get(LOSS);
    try {
      return lock != null && lossOf(lock).isEmpty() && recordLoss().isEmpty();
    } catch (IOException e) {
      return false;
    }
  }

  private static Optional<String> lossOf(Callable<Optional<String>> lock) throws IOException {
    try {
      return lock.call();
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("the lock cannot be checked", e);
    }
  }

  /** Where only the record tells that no other process has come and gone: whether it is as it was written. */
  private Optional<String> recordLoss() throws IOException {
    String text = (String) entry.get(RECORD);
    Path real = (Path) entry.get(DIRECTORY);
    if (text == null || real == null || !Boolean.TRUE.equals(entry.get(RECORD_MATTERS))) return Optional.empty();
    return recordWatch.loss(real, text);
  }

  private void lock(ProcessLock.Source locking, long timeoutNanos) throws IOException {
    Path real = directory.toRealPath();
    long startNanos = System.nanoTime();
    while (true) {
      Optional<ProcessLock> lock = locking.tryLock();
      Optional<LockRecord> living = Optional.empty();
      if (lock.isPresent()) {
        keep(lock.get(), real);
        living = LockRecord.read(real).filter(record -> record.namesLivingHolder(directoryKey));
        if (living.isEmpty()) return;
        closeLock();
      }
      long waitedNanos = System.nanoTime() - startNanos;
      if (waitedNanos >= timeoutNanos || waitedNanos >= DYING_HOLDER_NANOS && !LockRecord.isHolderDying(real))
        throw living.map(record -> record.refusal(directory)).orElseGet(() -> lockedByAnother(real));
      pause();
    }
  }

  private void keep(ProcessLock lock, Path real) {
    entry.put(LOCK, (Closeable) lock);
    entry.put(LOSS, (Callable<Optional<String>>) lock::loss);
    entry.put(RECORD_MATTERS, !lock.endsWithHolderOnly());
    entry.put(DIRECTORY, real);
    entry.remove(RECORD);
  }

  /** A full disk must not keep a log from opening: it may be there to be truncated. The lock is weaker then, as the class says. */
  private void writeRecord() {
    try {
      String text = LockRecord.text(directoryKey);
      LockRecord.write((Path) entry.get(DIRECTORY), text);
      entry.put(RECORD, text);
    } catch (IOException e) {
      LogLines.say(LogLines.STORAGE, System.Logger.Level.DEBUG,
          directory + ": without " + PID_FILE_NAME + " the lock alone keeps others out: " + e, null);
    }
  }

  private LogLockedException lockedByAnother(Path real) {
    return new LogLockedException(
        directory + " is in use by another process: " + LockRecord.holder(real) + "; close it there, or open the log read-only");
  }

  /** Gives the directory up: the record first, while the lock still keeps others from writing theirs. The caller holds the mutex. */
  private void drop() throws IOException {
    entry.remove(FENCE);
    entry.remove(LAST);
    String record = (String) entry.remove(RECORD);
    Path real = (Path) entry.remove(DIRECTORY);
    try {
      if (record != null) LockRecord.delete(real, record);
    } finally {
      try {
        closeLock();
      } finally {
        JvmLocks.remove(directoryKey, entry);
      }
    }
  }

  private void dropAfter(Throwable because) {
    try {
      drop();
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }

  private void closeLock() throws IOException {
    entry.remove(LOSS);
    Closeable lock = (Closeable) entry.remove(LOCK);
    if (lock != null) lock.close();
  }

  private static Object keyOf(Path directory) throws IOException {
    Object key = Files.readAttributes(directory, BasicFileAttributes.class).fileKey();
    return key != null ? key : directory.toRealPath();
  }

  /** Returns whether the thread was interrupted meanwhile; the flag is clear then. */
  private static boolean lockWithin(ReentrantLock mutex, long timeoutNanos, Path directory) throws LogFailedException {
    long startNanos = System.nanoTime();
    boolean interrupted = false;
    while (true) {
      try {
        long remainingNanos = timeoutNanos - (System.nanoTime() - startNanos);
        if (mutex.tryLock(Math.max(0, remainingNanos), TimeUnit.NANOSECONDS)) return interrupted;
        if (interrupted) Thread.currentThread().interrupt();
        throw stillBusy(directory, timeoutNanos);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
  }

  private static void pause() {
    long startNanos = System.nanoTime();
    boolean interrupted = false;
    while (System.nanoTime() - startNanos < TimeUnit.MILLISECONDS.toNanos(RETRY_MILLIS)) {
      try {
        Thread.sleep(RETRY_MILLIS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) Thread.currentThread().interrupt();
  }
}
