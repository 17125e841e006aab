package dev.syncline.io;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * One directory as a log sees it: flat names, files written at offsets, and a directory that itself must be synced.
 *
 * <p>This is the whole border between the log and an operating system; two implementations ship ({@code io.jna} and {@code
 * io.nio}) and anyone can write a third. Public methods check and pass the {@link IoGate}; {@code doX} methods do. Names
 * are plain file names, not beginning with a dot, and never that of the {@link DirectoryLock}. A name created, renamed or
 * deleted is durable only after {@link #syncDirectory}. All methods are safe for many threads.
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

  private final Path directory;
  private final IoGate gate = new IoGate();

  protected Storage(Path directory) {
    this.directory = directory;
  }

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

  /** A word that threads can sleep on, where the storage knows a cheaper way to wake many than one by one; else empty. */
  public Optional<SleepWord> newSleepWord() {
    return Optional.empty();
  }

  /** The same kind of storage on another directory (for quarantine and snapshots), with a gate of its own. */
  public abstract Storage in(Path otherDirectory) throws IOException;

  /** Creates this storage's directory with its missing parents, and syncs the parent of each one made. */
  public final void createDirectory() throws IOException {
    gated(() -> doCreateDirectory());
  }

  /** Names of the plain files in the directory, in no order. */
  public final List<String> list() throws IOException {
    gate.enter();
    try {
      return doList();
    } finally {
      gate.leave();
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
    gate.enter();
    try {
      return doCreate(name, reserveBytes);
    } finally {
      gate.leave();
    }
  }

  /**
   * Opens a file that must exist.
   *
   * @throws java.nio.file.NoSuchFileException if there is none
   */
  public final SegmentFile open(String name, Access access) throws IOException {
    requireName(name);
    gate.enter();
    try {
      return doOpen(name, access);
    } finally {
      gate.leave();
    }
  }

  /** Renames, replacing {@code to} in one step if it exists. */
  public final void rename(String from, String to) throws IOException {
    requireName(from);
    requireName(to);
    gated(() -> doRename(from, to));
  }

  /**
   * Makes {@code target}'s directory hold the same file under the same name, without copying.
   *
   * @return whether it could; false where the file system or the pair of directories does not allow hard links
   */
  public final boolean link(String name, Storage target) throws IOException {
    requireName(name);
    gate.enter();
    try {
      return doLink(name, target);
    } finally {
      gate.leave();
    }
  }

  /** How many names the file has; 0 where that cannot be known. */
  public final int linkCount(String name) throws IOException {
    requireName(name);
    gate.enter();
    try {
      return doLinkCount(name);
    } finally {
      gate.leave();
    }
  }

  /**
   * Deletes a file that must exist.
   *
   * @throws java.nio.file.NoSuchFileException if there is none
   */
  public final void delete(String name) throws IOException {
    requireName(name);
    gated(() -> doDelete(name));
  }

  /**
   * Makes names created, renamed and deleted in the directory durable. Does nothing where directories cannot be synced
   * (Windows).
   */
  public final void syncDirectory() throws IOException {
    gated(() -> doSyncDirectory());
  }

  @Override
  public void close() throws IOException {}

  protected abstract void doCreateDirectory() throws IOException;

  protected abstract List<String> doList() throws IOException;

  protected abstract SegmentFile doCreate(String name, long reserveBytes) throws IOException;

  protected abstract SegmentFile doOpen(String name, Access access) throws IOException;

  protected abstract void doRename(String from, String to) throws IOException;

  protected abstract boolean doLink(String name, Storage target) throws IOException;

  protected abstract int doLinkCount(String name) throws IOException;

  protected abstract void doDelete(String name) throws IOException;

  protected abstract void doSyncDirectory() throws IOException;

  private interface Action {
    void run() throws IOException;
  }

  private void gated(Action action) throws IOException {
    gate.enter();
    try {
      action.run();
    } finally {
      gate.leave();
    }
  }

  private void requireName(String name) {
    if (name.isEmpty() || name.indexOf('/') >= 0 || name.indexOf('\\') >= 0 || name.startsWith("."))
      throw new IllegalArgumentException("'" + name + "' is not a plain file name");
    if (name.equals(DirectoryLock.FILE_NAME))
      throw new IllegalArgumentException(name + " is the lock: closing any other descriptor of it drops the lock");
  }
}
