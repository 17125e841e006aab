package dev.syncline.io.jna;

import dev.syncline.io.SegmentFile;
import dev.syncline.io.SleepWord;
import dev.syncline.io.Storage;
import dev.syncline.io.StorageTraits;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Storage through the C layer: space reserved on the device, one system call for a durable write, the true errno.
 *
 * <p>Direct I/O and reservation are each used where the directory takes them, and each is done without where it does not.
 */
public final class NativeStorage extends Storage {
  private final int blockSizeBytes;
  private final Probe probe;
  private final StorageTraits traits;
  private final boolean readOnly;

  NativeStorage(Path directory, int blockSizeBytes, Probe probe, boolean readOnly) {
    super(directory);
    this.blockSizeBytes = blockSizeBytes;
    this.probe = probe;
    this.traits = new StorageTraits(
        "native", probe.directIo(), probe.alignmentBytes(), probe.preallocates(), true, true, probe.fileSystem());
    this.readOnly = readOnly;
  }

  /**
   * Tries the directory with a file that is gone when this returns; where the directory does not exist yet, tries its nearest
   * parent that does.
   *
   * @param blockSizeBytes what the log aligns its frames to; direct I/O that wants more is not used
   * @throws IOException if the library cannot be used ({@link NativeLoader#problem} says so beforehand), or if the directory
   *     cannot be written
   */
  public static NativeStorage open(Path directory, int blockSizeBytes) throws IOException {
    requireUsable(directory);
    return new NativeStorage(directory, blockSizeBytes, Probe.of(nearestExisting(directory), blockSizeBytes), false);
  }

  /**
   * For a directory that may only be read: writes nothing, so that its traits promise nothing about writing. Uncached reads drop
   * cached pages first.
   */
  public static NativeStorage openReadOnly(Path directory, int blockSizeBytes) throws IOException {
    requireUsable(directory);
    return new NativeStorage(directory, blockSizeBytes, Probe.withoutWriting(nearestExisting(directory)), true);
  }

  @Override
  public StorageTraits traits() {
    return traits;
  }

  @Override
  public Optional<SleepWord> newSleepWord() {
    return Optional.of(new NativeSleepWord());
  }

  /** What this directory supports, in one sentence for people. */
  public String explanation() {
    String direct =
        probe.directIo()
            ? "direct I/O with %d-byte alignment".formatted(probe.alignmentBytes())
            : "buffered I/O (%s)".formatted(probe.directProblem());
    String space = probe.preallocates() ? "space is reserved ahead" : "space cannot be reserved ahead";
    String where = probe.fileSystem().isEmpty() ? "" : " on " + probe.fileSystem();
    return "native storage%s: %s, %s".formatted(where, direct, space);
  }

  /** Probes the other directory by itself: it may lie on another file system. */
  @Override
  public NativeStorage in(Path otherDirectory) throws IOException {
    return readOnly ? openReadOnly(otherDirectory, blockSizeBytes) : open(otherDirectory, blockSizeBytes);
  }

  @Override
  protected void doCreateDirectory() throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    Path at = directory().toAbsolutePath();
    for (; at != null && !Files.isDirectory(at); at = at.getParent()) missing.push(at);
    // Whoever made the deepest one that exists may have died before its name was durable.
    Path above = at == null ? null : at.getParent();
    if (above != null && Files.isReadable(above)) syncDirectory(above);
    for (Path made : missing) {
      try {
        Files.createDirectory(made);
      } catch (FileAlreadyExistsException e) {
        // Another thread may have been faster; its directory is as good, and is synced here for both.
        if (!Files.isDirectory(made)) throw e;
      }
      syncDirectory(made.getParent());
    }
  }

  @Override
  protected List<String> doList() throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory())) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        // Names with a dot in front are nobody's files here: an NFS client keeps open, deleted files under such names.
        if (!name.startsWith(".") && isPlainFile(entry)) names.add(name);
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return names;
  }

  /** A file that cannot be looked at fails the listing: left out, a segment would count as missing. One that is gone by now is none. */
  private static boolean isPlainFile(Path entry) throws IOException {
    try {
      return Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).isRegularFile();
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  @Override
  protected SegmentFile doCreate(String name, long reserveBytes) throws IOException {
    Path path = directory().resolve(name);
    int direct = probe.directIo() ? LibSyncline.OPEN_DIRECT : 0;
    int fd = LibSyncline.syncline_open(RawPath.of(path), LibSyncline.OPEN_WRITE | LibSyncline.OPEN_CREATE | direct);
    if (fd < 0) throw Errno.failure(fd, "creation", path);
    NativeSegmentFile file = new NativeSegmentFile(this, name, fd, probe.alignmentBytes(), false);
    try {
      file.doReserve(reserveBytes);
      return file;
    } catch (IOException | RuntimeException e) {
      discard(file, path, e);
      throw e;
    }
  }

  @Override
  protected SegmentFile doOpen(String name, Access access) throws IOException {
    Path path = directory().resolve(name);
    boolean direct = probe.directIo() && access != Access.READ;
    boolean dropsCache = !direct && access == Access.READ_UNCACHED;
    int flags = (access == Access.WRITE ? LibSyncline.OPEN_WRITE : 0) | (direct ? LibSyncline.OPEN_DIRECT : 0);
    int fd = LibSyncline.syncline_open(RawPath.of(path), flags);
    if (fd < 0) throw Errno.failure(fd, "open", path);
    return new NativeSegmentFile(this, name, fd, direct ? probe.alignmentBytes() : 1, dropsCache);
  }

  @Override
  protected void doRename(String from, String to) throws IOException {
    Files.move(directory().resolve(from), directory().resolve(to), StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  protected boolean doLink(String name, Storage target) throws IOException {
    Path from = directory().resolve(name);
    Path to = target.directory().resolve(name);
    if (to.getFileSystem() != FileSystems.getDefault()) return false;
    int result = LibSyncline.syncline_link(RawPath.of(from), RawPath.of(to));
    if (result == 0) return true;
    boolean cannot =
        Errno.EXDEV.is(result)
            || Errno.EPERM.is(result)
            || Errno.EMLINK.is(result)
            || Errno.EOPNOTSUPP.is(result)
            || Errno.ENOSYS.is(result);
    if (cannot) return false;
    throw Errno.failure(result, "link", Errno.EEXIST.is(result) ? to : from);
  }

  @Override
  protected int doLinkCount(String name) throws IOException {
    return (Integer) Files.getAttribute(directory().resolve(name), "unix:nlink", LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  protected void doDelete(String name) throws IOException {
    Files.delete(directory().resolve(name));
  }

  @Override
  protected void doSyncDirectory() throws IOException {
    syncDirectory(directory());
  }

  @Override
  public String toString() {
    return "NativeStorage[" + directory() + "]";
  }

  private static void syncDirectory(Path directory) throws IOException {
    int result = LibSyncline.syncline_sync_directory(RawPath.of(directory));
    if (result < 0) throw Errno.failure(result, "sync", directory);
  }

  private static void discard(SegmentFile file, Path path, Exception because) {
    try {
      file.close();
      Files.deleteIfExists(path);
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }

  private static void requireUsable(Path directory) throws IOException {
    if (NativeLoader.problem().isPresent())
      throw new IOException("native storage cannot be used: " + NativeLoader.problem().get());
    if (directory.getFileSystem() != FileSystems.getDefault())
      throw new IOException("native storage cannot be used: " + directory + " is not in the default file system");
  }

  private static Path nearestExisting(Path directory) throws IOException {
    Path at = directory.toAbsolutePath();
    while (at.getParent() != null && !Files.exists(at)) at = at.getParent();
    if (!Files.isDirectory(at)) throw new NotDirectoryException(at.toString());
    return at;
  }
}
