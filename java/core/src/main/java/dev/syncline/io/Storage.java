package dev.syncline.io;

import dev.syncline.LogClosedException;
import dev.syncline.shortage.LogLines;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One directory as a log sees it: flat names, files written at offsets, and a directory that itself must be synced.
 *
 * <p>This is the whole border between the log and an operating system; two implementations ship ({@code io.jna} and {@code
 * io.nio}) and anyone can write a third. Public methods check and pass the {@link IoGate}; {@code doX} methods do. Names
 * are plain file names, not beginning with a dot, and never that of the {@link DirectoryLock}. A name created, renamed or
 * deleted is durable only after {@link #syncDirectory}. All methods are safe for many threads.
 *
 * <p>A storage goes on in the directory that it found under its path when it first used it. If that path leads elsewhere later (a link
 * turns, the directory is renamed or replaced), operations happen where the directory is by then, or fail; never in the other one.
 */
public abstract class Storage implements Closeable {

  /** How a file is opened. */
  public enum Access {
    /** To read and write, past the page cache where the directory takes it. Buffers must be aligned as the traits say. */
    WRITE,
    /** To read through the page cache; any offset, any buffer. */
    READ,
    /**
     * To read the device and not cached pages, where {@link StorageTraits#readsPastCache}; else as READ. Aligned buffers.
     */
    READ_UNCACHED
  }

  private static final int CLOSED = 1 << 30;

  private final Path directory;
  private final IoGate gate = new IoGate();

  /** Operations inside, plus {@link #CLOSED} once the storage is to be closed; none enters after that. */
  private final AtomicInteger uses = new AtomicInteger();

  /** Storages made by {@link #in} and not closed yet. */
  private final Set<Storage> children = ConcurrentHashMap.newKeySet();

  /** Whose {@link #children} this one is among. */
  private final List<Storage> parents = new CopyOnWriteArrayList<>();

  protected Storage(Path directory) {
    this.directory = directory;
  }

  /** The path that the storage was opened with. For messages, and for files that others look after: it may lead elsewhere by now. */
  public final Path directory() {
    return directory;
  }

  /**
   * The door that a successor shuts; see {@link IoGate#shut}. A decorator shares its delegate's fate by being shut first.
   */
  public final IoGate gate() {
    return gate;
  }

  public abstract StorageTraits traits();

  /**
   * What tells the directory that this storage works in from every other one: its file key (see {@link BasicFileAttributes#fileKey}), or
   * its real path where there are no such keys. The directory must exist.
   */
  public Object directoryKey() throws IOException {
    Object key = Files.readAttributes(directory, BasicFileAttributes.class).fileKey();
    return key != null ? key : directory.toRealPath();
  }

  /** A word that threads can sleep on, where the storage knows a cheaper way to wake many than one by one; else empty. */
  public Optional<SleepWord> newSleepWord() {
    return Optional.empty();
  }

  /**
   * The same kind of storage on another directory (for quarantine and snapshots). Its gate lies inside this one's: shutting this one
   * refuses and waits for its operations too. It is closed with this one, if it is not closed before.
   */
  public final Storage in(Path otherDirectory) throws IOException {
    enter();
    try {
      Storage child = doIn(otherDirectory);
      child.gate.putInside(gate);
      child.parents.add(this);
      children.add(child);
      if (!isClosed()) return child;
      child.close();
      throw closedException();
    } finally {
      leave();
    }
  }

  /**
   * Keeps other processes out of the directory, which must exist, by a lock on {@link DirectoryLock#FILE_NAME} in it. For {@link
   * DirectoryLock} alone, which sees to it that one JVM does this once.
   *
   * @return empty if another process has the lock
   */
  public final Optional<ProcessLock> tryLock() throws IOException {
    gate.enter();
    try {
      return doTryLock();
    } finally {
      gate.leave();
    }
  }

  /** Creates this storage's directory with its missing parents, and syncs the parent of each one made. */
  public final void createDirectory() throws IOException {
    gated("creating", directory, () -> doCreateDirectory());
  }

  /** Names of the plain files in the directory, in no order. */
  public final List<String> list() throws IOException {
    enter();
    try {
      return doList();
    } catch (IOException e) {
      throw naming(e, "listing", directory);
    } finally {
      leave();
    }
  }

  /**
   * Creates a file that must not exist and opens it to write, with device blocks reserved up to {@code reserveBytes} where
   * the storage preallocates. Its size is anything up to {@code reserveBytes} and unwritten bytes read as zeros.
   *
   * @throws java.nio.file.FileAlreadyExistsException if the name is taken
   * @throws dev.syncline.StorageFullException if there is no room; no file is left behind then
   */
  public final SegmentFile create(String name, long reserveBytes) throws IOException {
    requireName(name);
    if (reserveBytes < 0) throw new IllegalArgumentException("cannot reserve " + reserveBytes + " bytes");
    enter();
    try {
      return doCreate(name, reserveBytes);
    } catch (IOException e) {
      throw naming(e, "creating", directory.resolve(name));
    } finally {
      leave();
    }
  }

  /**
   * Opens a file that must exist.
   *
   * @throws java.nio.file.NoSuchFileException if there is none
   */
  public final SegmentFile open(String name, Access access) throws IOException {
    requireName(name);
    enter();
    try {
      return doOpen(name, access);
    } catch (IOException e) {
      throw naming(e, "opening", directory.resolve(name));
    } finally {
      leave();
    }
  }

  /** Renames, replacing {@code to} in one step if it exists. */
  public final void rename(String from, String to) throws IOException {
    requireName(from);
    requireName(to);
    gated("renaming", directory.resolve(from), () -> doRename(from, to));
  }

  /**
   * Makes {@code target}'s directory hold the same file under the same name, without copying.
   *
   * @return whether it could; false where the file system or the pair of directories does not allow hard links
   */
  public final boolean link(String name, Storage target) throws IOException {
    requireName(name);
    enter();
    try {
      target.enter();
      try {
        return doLink(name, target);
      } finally {
        target.leave();
      }
    } catch (IOException e) {
      throw naming(e, "linking", directory.resolve(name));
    } finally {
      leave();
    }
  }

  /** How many names the file has; 0 where that cannot be known. */
  public final int linkCount(String name) throws IOException {
    requireName(name);
    enter();
    try {
      return doLinkCount(name);
    } catch (IOException e) {
      throw naming(e, "asking for the names of", directory.resolve(name));
    } finally {
      leave();
    }
  }

  /**
   * Deletes a file that must exist.
   *
   * @throws java.nio.file.NoSuchFileException if there is none
   */
  public final void delete(String name) throws IOException {
    requireName(name);
    gated("deleting", directory.resolve(name), () -> doDelete(name));
  }

  /**
   * Makes names created, renamed and deleted in the directory durable. Does nothing where directories cannot be synced
   * (Windows).
   */
  public final void syncDirectory() throws IOException {
    gated("syncing", directory, () -> doSyncDirectory());
  }

  /**
   * Closes what the storage holds, once, and the storages that {@link #in} made; every operation after it fails. Waits for nothing:
   * what operations under way need is closed with the last of them.
   */
  @Override
  public final void close() throws IOException {
    for (Storage parent : parents) parent.children.remove(this);
    IOException failure = null;
    for (Storage child : children) failure = closing(child::close, failure);
    if (uses.getAndAccumulate(CLOSED, (now, bit) -> now | bit) == 0) failure = closing(this::doClose, failure);
    if (failure != null) throw failure;
  }

  private static IOException closing(Action close, IOException earlier) {
    try {
      close.run();
      return earlier;
    } catch (IOException e) {
      if (earlier == null) return e;
      earlier.addSuppressed(e);
      return earlier;
    }
  }

  /** Storages made by {@link #in} and not closed yet. */
  final int openChildren() {
    return children.size();
  }

  private boolean isClosed() {
    return uses.get() >= CLOSED;
  }

  private LogClosedException closedException() {
    return new LogClosedException("the storage in " + directory + " was used after it was closed");
  }

  /** Lets go of what the storage holds. Called once, when no operation is inside. */
  protected void doClose() throws IOException {}

  /** A storage on another directory, not known to this one yet. */
  protected abstract Storage doIn(Path otherDirectory) throws IOException;

  /** A lock that excludes those of both storages here; what Java has for it, unless a storage knows better. */
  protected Optional<ProcessLock> doTryLock() throws IOException {
    return PortableLock.tryTake(directory);
  }

  protected abstract void doCreateDirectory() throws IOException;

  protected abstract List<String> doList() throws IOException;

  protected abstract SegmentFile doCreate(String name, long reserveBytes) throws IOException;

  protected abstract SegmentFile doOpen(String name, Access access) throws IOException;

  protected abstract void doRename(String from, String to) throws IOException;

  protected abstract boolean doLink(String name, Storage target) throws IOException;

  protected abstract int doLinkCount(String name) throws IOException;

  protected abstract void doDelete(String name) throws IOException;

  protected abstract void doSyncDirectory() throws IOException;

  /** A name for a file that is made to try what the directory takes: the same characters in every locale, and of nobody else's file. */
  protected static String newProbeName() {
    String digits = Long.toHexString(ThreadLocalRandom.current().nextLong());
    return "probe-" + "0".repeat(16 - digits.length()) + digits + ".tmp";
  }

  /** What a system says of a file that is open does not name it, and what an author of a storage throws may not either. */
  static IOException naming(IOException failure, String doing, Path path) {
    String said = String.valueOf(failure.getMessage());
    if (failure.getClass() != IOException.class || said.contains(path.toString())) return failure;
    return new IOException(doing + " " + path + " failed: " + said, failure);
  }

  private interface Action {
    void run() throws IOException;
  }

  private void gated(String doing, Path place, Action action) throws IOException {
    enter();
    try {
      action.run();
    } catch (IOException e) {
      throw naming(e, doing, place);
    } finally {
      leave();
    }
  }

  /** For an operation of this storage or of one of its files; {@link #leave} must follow. */
  final void enter() throws IOException {
    gate.enter();
    int now;
    do {
      now = uses.get();
      if (now >= CLOSED) {
        gate.leave();
        throw closedException();
      }
    } while (!uses.compareAndSet(now, now + 1));
  }

  final void leave() {
    if (uses.decrementAndGet() == CLOSED) {
      // Nobody is left to hear of a failure, which vouches for nothing: what must be durable was synced before.
      IOException unheard = closing(this::doClose, null);
      if (unheard != null) LogLines.say(LogLines.STORAGE, System.Logger.Level.DEBUG, "closing " + directory, unheard);
    }
    gate.leave();
  }

  private void requireName(String name) {
    if (name.isEmpty() || name.startsWith(".") || name.indexOf('/') >= 0 || name.indexOf('\\') >= 0 || name.indexOf(0) >= 0)
      throw new IllegalArgumentException("'" + name + "' is not a plain file name");
    if (name.equals(DirectoryLock.FILE_NAME))
      throw new IllegalArgumentException(name + " is the lock: closing any other descriptor of it drops the lock");
  }
}
