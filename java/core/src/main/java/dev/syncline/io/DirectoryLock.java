package dev.syncline.io;

import dev.syncline.LogFailedException;
import dev.syncline.LogLockedException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongPredicate;

/**
 * One owner of a directory: among processes by a record lock on {@code log.lock}, within this JVM by a registry.
 *
 * <p>Three facts shape this class.
 * <ul>
 *   <li>POSIX drops all of a process's record locks on a file when the process closes <em>any</em> descriptor of it. So one
 *       channel in the whole JVM holds the lock, and nothing else ever opens that file: not a second opener of the same
 *       directory, and not a reader of the holder's process id, which lies in {@code log.pid} for that reason.
 *   <li>A directory has many paths (symbolic links, relative ones), and one path may name a new directory tomorrow. The
 *       registry's key is therefore the directory's file key (device and inode); where there is none (Windows), its real
 *       path.
 *   <li>Class loaders may each have a copy of this class, with statics of its own. The registry therefore lives in the
 *       system properties, the one map that all class loaders of a JVM share, and consists of JDK types only. Its value is
 *       not a string; code that asks for properties by name, or for their string names, does not see it.
 * </ul>
 *
 * <p>Within the JVM the newest opener wins: it tells the previous owner to fence itself and, once that owner's operations
 * have all returned, takes over the lock <em>without releasing it</em>, so no other process gets in between. All methods
 * are safe for many threads.
 */
public final class DirectoryLock {
  /** Never to be opened by anything but this class. */
  public static final String FILE_NAME = "log.lock";

  /** Who holds the lock, for messages: the process id, then the time it was taken (ISO 8601), a line each. */
  public static final String PID_FILE_NAME = "log.pid";

  private static final String REGISTRY_KEY = "dev.syncline.io.DirectoryLock.registry.1";

  /**
   * How long another process's lock is asked for again: a killed holder's descriptors are closed a moment after its death
   * is seen.
   */
  private static final long DYING_HOLDER_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private static final long RETRY_MILLIS = 10;

  // Fields of a registry entry. It is a map because every class loader must be able to read it. Only "mutex" is read
  // without holding the mutex, and "owner", which is removed by whoever ends the ownership.
  private static final String MUTEX = "mutex"; // ReentrantLock
  private static final String OWNER = "owner"; // Object: the token of whoever may use the directory; absent if nobody may
  private static final String FENCE = "fence"; // LongPredicate of the last owner, until its operations have returned
  private static final String CHANNEL = "channel"; // FileChannel that holds the record lock
  private static final String LOCK_FILE_KEY = "lockFileKey"; // file key of log.lock when the channel was opened

  /** Found once: code that replaces the system properties later must not make this class loader forget what it holds. */
  private static final Map<Object, Map<String, Object>> REGISTRY = registry();

  /** Channels that must never be closed; kept reachable, or the garbage collector would close them. */
  private static final List<FileChannel> ABANDONED = new CopyOnWriteArrayList<>();

  private final Object directoryKey;
  private final Map<String, Object> entry;
  private final Object token = new Object();

  private DirectoryLock(Object directoryKey, Map<String, Object> entry) {
    this.directoryKey = directoryKey;
    this.entry = entry;
  }

  /**
   * Makes the caller the owner of {@code directory}, which must exist.
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
  public static DirectoryLock acquire(Path directory, LongPredicate fenceThisOwner, long timeoutNanos) throws IOException {
    long startNanos = System.nanoTime();
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        Object key = keyOf(directory);
        Map<String, Object> entry = REGISTRY.computeIfAbsent(key, absent -> newEntry());
        ReentrantLock mutex = (ReentrantLock) entry.get(MUTEX);
        interrupted |= lockWithin(mutex, timeoutNanos - (System.nanoTime() - startNanos), directory);
        try {
          // Released and dropped while this thread waited for the mutex: around again, with the entry that took its place.
          if (REGISTRY.get(key) != entry) continue;
          return new DirectoryLock(key, entry).acquired(directory, fenceThisOwner, startNanos, timeoutNanos);
        } finally {
          mutex.unlock();
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
   * Gives the directory up, so that other processes may have it. Does nothing if called again, or once a newer opener in
   * this JVM has begun to take over, whether or not it succeeded: then the lock guards what this owner may still have in
   * progress.
   */
  public void release() throws IOException {
    ReentrantLock mutex = (ReentrantLock) entry.get(MUTEX);
    // Whoever has the mutex is taking over, and may be waiting for this very owner to finish: waiting for it could be
    // forever.
    if (!mutex.tryLock()) return;
    try {
      if (entry.remove(OWNER, token)) drop();
    } finally {
      mutex.unlock();
    }
  }

  /** The caller holds the mutex. */
  private DirectoryLock acquired(Path directory, LongPredicate fenceThisOwner, long startNanos, long timeoutNanos)
      throws IOException {
    fencePrevious(directory, startNanos, timeoutNanos);
    if (!holdsLockOf(directory)) {
      closeChannel();
      lockOrDrop(directory, Math.min(DYING_HOLDER_NANOS, timeoutNanos));
    }
    entry.put(FENCE, fenceThisOwner);
    entry.put(OWNER, token);
    return this;
  }

  private void fencePrevious(Path directory, long startNanos, long timeoutNanos) throws IOException {
    entry.remove(OWNER);
    LongPredicate previous = (LongPredicate) entry.get(FENCE);
    if (previous == null) return;
    long remainingNanos = Math.max(0, timeoutNanos - (System.nanoTime() - startNanos));
    boolean quiet;
    try {
      quiet = previous.test(remainingNanos);
    } catch (RuntimeException e) {
      throw new LogFailedException(directory + ": the previous instance in this JVM failed while it was fenced", e);
    }
    if (!quiet) throw stillBusy(directory, System.nanoTime() - startNanos);
    entry.remove(FENCE);
  }

  private static LogFailedException stillBusy(Path directory, long waitedNanos) {
    return new LogFailedException(
        "%s: the previous instance in this JVM still has an operation in progress after %d ms; it is fenced, so try again"
                .formatted(directory, Duration.ofNanos(waitedNanos).toMillis())
            + " when the disk has answered");
  }

  /**
   * Whether the registered channel locks the file that is in the directory now. It does not where the directory was deleted
   * and made again with the same inode, or the file was removed: nobody else would respect such a lock.
   */
  private boolean holdsLockOf(Path directory) {
    FileChannel channel = (FileChannel) entry.get(CHANNEL);
    if (channel == null || !channel.isOpen()) return false;
    try {
      Object now = Files.readAttributes(directory.resolve(FILE_NAME), BasicFileAttributes.class).fileKey();
      return now == null || now.equals(entry.get(LOCK_FILE_KEY));
    } catch (IOException e) {
      return false;
    }
  }

  private void lockOrDrop(Path directory, long retryNanos) throws IOException {
    try {
      lock(directory, retryNanos);
    } catch (IOException | RuntimeException e) {
      drop();
      throw e;
    }
  }

  private void lock(Path directory, long retryNanos) throws IOException {
    Path file = directory.resolve(FILE_NAME);
    FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    entry.put(CHANNEL, channel);
    Object fileKey = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    if (fileKey != null) entry.put(LOCK_FILE_KEY, fileKey);
    long startNanos = System.nanoTime();
    while (!locked(channel, directory)) {
      if (System.nanoTime() - startNanos >= retryNanos) throw lockedByAnother(directory);
      pause();
    }
    recordProcess(directory);
  }

  private boolean locked(FileChannel channel, Path directory) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      // Somebody in this JVM holds it outside the registry. Closing this channel would drop that lock: it stays open for
      // good.
      ABANDONED.add(channel);
      entry.remove(CHANNEL);
      throw new LogLockedException(
          directory + " is locked by this process (" + ProcessHandle.current().pid() + "), by code that Syncline's registry"
              + " of locks does not know: were the system properties replaced?",
          e);
    }
  }

  private static LogLockedException lockedByAnother(Path directory) {
    return new LogLockedException(
        directory + " is in use by another process: " + holder(directory) + "; close it there, or open the log read-only");
  }

  private static String holder(Path directory) {
    Optional<Long> pid = recordedPid(directory);
    if (pid.isEmpty()) return "its id is not recorded in " + PID_FILE_NAME;
    boolean alive = ProcessHandle.of(pid.get()).map(ProcessHandle::isAlive).orElse(false);
    String state = alive ? "which is alive" : "which is not seen from here: it may run in another container";
    return "process " + pid.get() + ", as recorded in " + PID_FILE_NAME + ", " + state;
  }

  private static Optional<Long> recordedPid(Path directory) {
    try {
      return Files.readString(directory.resolve(PID_FILE_NAME)).lines().findFirst().map(Long::valueOf);
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static void recordProcess(Path directory) {
    String text = ProcessHandle.current().pid() + "\n" + Instant.now() + "\n";
    // A stream, since an interrupt closes a channel. Only messages depend on it: a full disk must not keep a log from
    // opening.
    try (FileOutputStream out = new FileOutputStream(directory.resolve(PID_FILE_NAME).toFile())) {
      out.write(text.getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      System.getLogger("dev.syncline.storage").log(System.Logger.Level.DEBUG, () -> "no " + PID_FILE_NAME + ": " + e);
    }
  }

  /** Forgets the entry and closes its channel; the caller holds the mutex. */
  private void drop() throws IOException {
    REGISTRY.remove(directoryKey, entry);
    entry.remove(FENCE);
    closeChannel();
  }

  private void closeChannel() throws IOException {
    FileChannel channel = (FileChannel) entry.remove(CHANNEL);
    if (channel != null) channel.close();
  }

  private static Object keyOf(Path directory) throws IOException {
    Object key = Files.readAttributes(directory, BasicFileAttributes.class).fileKey();
    return key != null ? key : directory.toRealPath();
  }

  private static Map<String, Object> newEntry() {
    Map<String, Object> entry = new ConcurrentHashMap<>();
    entry.put(MUTEX, new ReentrantLock());
    return entry;
  }

  @SuppressWarnings("unchecked")
  private static Map<Object, Map<String, Object>> registry() {
    Properties properties = System.getProperties();
    return (Map<Object, Map<String, Object>>) properties.computeIfAbsent(REGISTRY_KEY, absent -> new ConcurrentHashMap<>());
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
