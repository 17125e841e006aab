package dev.syncline.io.jna;

import dev.syncline.io.ProcessLock;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.SleepWord;
import dev.syncline.io.Storage;
import dev.syncline.io.StorageTraits;
import dev.syncline.shortage.PatientLock;
import dev.syncline.shortage.StackReserve;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Storage through the C layer: space reserved on the device, one system call for a durable write, the true errno.
 *
 * <p>Direct I/O and reservation are each used where the directory takes them, and each is done without where it does not.
 */
public final class NativeStorage extends Storage {
  private static final Probe NOT_THERE = new Probe(1, "the directory does not exist yet", false, "");

  private final int blockSizeBytes;
  private final boolean readOnly;

  /** The storage whose directory this one's lies in, if it was made by it; else null. */
  private final NativeStorage parent;

  private final PatientLock opening = new PatientLock(StackReserve.MEMORY);

  /** Null until the directory exists and is used. Written under {@link #opening}, once. */
  private volatile NativeDirectory held;

  /** What was found out about the directory. Written under {@link #opening}, before {@link #held}. */
  private volatile Probe probe;

  private volatile StorageTraits traits;

  private NativeStorage(Path directory, int blockSizeBytes, boolean readOnly, NativeStorage parent) {
    super(directory);
    this.blockSizeBytes = blockSizeBytes;
    this.readOnly = readOnly;
    this.parent = parent;
    this.probe = readOnly ? Probe.withoutWriting(directory) : NOT_THERE;
    this.traits = traitsOf(probe);
  }

  private static StorageTraits traitsOf(Probe probe) {
    return new StorageTraits(
        "native", probe.directIo(), probe.alignmentBytes(), probe.preallocates(), true, true, probe.fileSystem());
  }

  /**
   * Tries the directory with files that are gone when this returns; where the directory does not exist yet, that happens when it is
   * first used.
   *
   * @param blockSizeBytes what the log aligns its frames to; direct I/O that wants more is not used
   * @throws IOException if the library cannot be used ({@link NativeLoader#problem} says so beforehand), or if the directory
   *     cannot be written
   */
  public static NativeStorage open(Path directory, int blockSizeBytes) throws IOException {
    return begun(directory, blockSizeBytes, false);
  }

  /**
   * For a directory that may only be read: writes nothing, so that its traits promise nothing about writing. Uncached reads drop
   * cached pages first.
   */
  public static NativeStorage openReadOnly(Path directory, int blockSizeBytes) throws IOException {
    return begun(directory, blockSizeBytes, true);
  }

  /** The lock of such a storage, before there is one. */
  public static Optional<ProcessLock> tryLock(Path directory, ProcessLock.Source portable) throws IOException {
    return NativeLock.tryTake(directory, portable);
  }

  private static NativeStorage begun(Path directory, int blockSizeBytes, boolean readOnly) throws IOException {
    requireUsable(directory);
    NativeStorage storage = new NativeStorage(directory, blockSizeBytes, readOnly, null);
    if (storage.exists()) storage.held();
    return storage;
  }

  private boolean exists() throws IOException {
    if (held != null) return true;
    return parent == null ? Files.isDirectory(directory()) : parent.exists() && parent.held().hasChild(childName());
  }

  /** With what a test says about the directory, which must exist. */
  static NativeStorage open(Path directory, int blockSizeBytes, Probe probe) throws IOException {
    NativeStorage storage = new NativeStorage(directory, blockSizeBytes, false, null);
    storage.hold(NativeDirectory.open(directory), probe);
    return storage;
  }

  /** The directory, which is found under its path when it is first used. */
  private NativeDirectory held() throws IOException {
    NativeDirectory known = held;
    return known != null ? known : found();
  }

  private NativeDirectory found() throws IOException {
    opening.lock();
    try {
      if (held != null) return held;
      NativeDirectory found = parent == null ? NativeDirectory.open(directory()) : parent.held().openChild(childName());
      try {
        hold(found, readOnly ? Probe.withoutWriting(directory()) : Probe.of(found, newProbeName(), blockSizeBytes));
        return found;
      } catch (IOException | RuntimeException | Error e) {
        found.close();
        throw e;
      }
    } finally {
      opening.unlock();
    }
  }

  private void hold(NativeDirectory found, Probe what) {
    probe = what;
    traits = traitsOf(what);
    held = found;
  }

  private String childName() {
    return directory().getFileName().toString();
  }

  @Override
  public StorageTraits traits() {
    return traits;
  }

  @Override
  public Object directoryKey() throws IOException {
    return held().key();
  }

  @Override
  public Optional<SleepWord> newSleepWord() {
    return Optional.of(new NativeSleepWord());
  }

  /** What this directory supports, in one sentence for people. */
  public String explanation() {
    String direct =
        probe.directIo()
            ? "direct I/O with " + probe.alignmentBytes() + "-byte alignment"
            : "buffered I/O (" + probe.directProblem() + ")";
    String space = probe.preallocates() ? "space is reserved ahead" : "space cannot be reserved ahead";
    String where = probe.fileSystem().isEmpty() ? "" : " on " + probe.fileSystem();
    return "native storage" + where + ": " + direct + ", " + space;
  }

  /** Probes the other directory by itself: it may lie on another file system. */
  @Override
  protected NativeStorage doIn(Path otherDirectory) throws IOException {
    if (!directory().equals(otherDirectory.getParent())) return begun(otherDirectory, blockSizeBytes, readOnly);
    // What lies in this directory is reached through it, wherever it is by now.
    NativeStorage child = new NativeStorage(otherDirectory, blockSizeBytes, readOnly, this);
    if (child.exists()) child.held();
    return child;
  }

  @Override
  protected void doClose() throws IOException {
    if (held != null) held.close();
  }

  @Override
  protected Optional<ProcessLock> doTryLock() throws IOException {
    return tryLock(directory(), super::doTryLock);
  }

  @Override
  protected void doCreateDirectory() throws IOException {
    if (!exists()) {
      if (parent == null) {
        createWithParents(directory().toAbsolutePath());
      } else {
        parent.doCreateDirectory();
        parent.held().makeChild(childName());
      }
    }
    // Whoever made it may have died before its name was durable.
    held().syncParent();
  }

  private static void createWithParents(Path directory) throws IOException {
    if (Files.isDirectory(directory)) return;
    Path above = directory.getParent();
    if (above != null) createWithParents(above);
    try {
      Files.createDirectory(directory);
    } catch (FileAlreadyExistsException e) {
      // Another thread may have been faster; its directory is as good, and is synced here for both.
      if (!Files.isDirectory(directory)) throw e;
    }
    NativeDirectory made = NativeDirectory.open(directory);
    try {
      made.syncParent();
    } finally {
      made.close();
    }
  }

  @Override
  protected List<String> doList() throws IOException {
    return held().plainFiles();
  }

  @Override
  protected SegmentFile doCreate(String name, long reserveBytes) throws IOException {
    NativeDirectory here = held();
    int direct = probe.directIo() ? LibSyncline.OPEN_DIRECT : 0;
    int fd = here.openFile(name, LibSyncline.OPEN_WRITE | LibSyncline.OPEN_CREATE | direct);
    if (fd < 0) throw Errno.failure(fd, "creation", directory().resolve(name));
    NativeSegmentFile file = new NativeSegmentFile(this, name, fd, probe.alignmentBytes(), false);
    try {
      file.doReserve(reserveBytes);
      return file;
    } catch (IOException | RuntimeException e) {
      discard(file, here, e);
      throw e;
    }
  }

  @Override
  protected SegmentFile doOpen(String name, Access access) throws IOException {
    NativeDirectory here = held();
    boolean direct = probe.directIo() && access != Access.READ;
    boolean dropsCache = !direct && access == Access.READ_UNCACHED;
    int flags = (access == Access.WRITE ? LibSyncline.OPEN_WRITE : 0) | (direct ? LibSyncline.OPEN_DIRECT : 0);
    int fd = here.openFile(name, flags);
    if (fd < 0) throw Errno.failure(fd, "open", directory().resolve(name));
    return new NativeSegmentFile(this, name, fd, direct ? probe.alignmentBytes() : 1, dropsCache);
  }

  @Override
  protected void doRename(String from, String to) throws IOException {
    held().rename(from, to);
  }

  @Override
  protected boolean doLink(String name, Storage target) throws IOException {
    return target instanceof NativeStorage other && held().link(name, other.held());
  }

  @Override
  protected int doLinkCount(String name) throws IOException {
    return held().linkCount(name);
  }

  @Override
  protected void doDelete(String name) throws IOException {
    held().delete(name);
  }

  @Override
  protected void doSyncDirectory() throws IOException {
    held().sync();
  }

  @Override
  public String toString() {
    return "NativeStorage[" + directory() + "]";
  }

  private static void discard(SegmentFile file, NativeDirectory here, Exception because) {
    try {
      file.close();
      here.delete(file.name());
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }

  private static void requireUsable(Path directory) throws IOException {
    if (NativeLoader.problem().isPresent())
      throw new IOException("native storage cannot be used: " + NativeLoader.problem().get());
    if (directory.getFileSystem() != FileSystems.getDefault())
      throw new IOException("native storage cannot be used: " + directory + " is not in the default file system");
    FirstUse.prepare();
  }
}
