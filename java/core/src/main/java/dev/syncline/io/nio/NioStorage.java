package dev.syncline.io.nio;

import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import dev.syncline.io.StorageTraits;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The portable storage, on {@link FileChannel}.
 *
 * <p>It reserves no blocks (Java has no fallocate): a full disk is met by {@link SegmentFile#writeZeros}. A channel that an
 * interrupt closed is opened again by its file's name, so renames and deletions here tell the open files what became of
 * theirs.
 */
public final class NioStorage extends Storage {
  /** Windows offers no handle of a directory to Java, so there is nothing to sync. */
  private static final boolean SYNCS_DIRECTORIES =
      !System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");

  private final int blockSizeBytes;
  private final boolean allowDirect;

  /** Held while a name changes or a file is opened by name, so that neither sees the other half done. */
  private final ReentrantLock names = new ReentrantLock();

  /** Every open file. Its members' names change under {@link #names} only. */
  private final Set<NioSegmentFile> openFiles = ConcurrentHashMap.newKeySet();

  /** What the directory supports; null until it exists. Written under {@link #names}, once, after {@link #traits}. */
  private volatile DirectSupport direct;

  /** Asked for with every write, so made once: the file system's type takes a read of the mount table. */
  private volatile StorageTraits traits;

  private NioStorage(Path directory, int blockSizeBytes, boolean allowDirect) {
    super(directory);
    this.blockSizeBytes = blockSizeBytes;
    this.allowDirect = allowDirect;
  }

  /**
   * A storage on {@code directory}. If the directory exists and direct I/O is allowed, one file is written there and
   * removed, to find out whether it works; if it does not exist, that happens when it has been created.
   *
   * @param blockSizeBytes what the log's writes are multiples of; direct I/O is used only if that suits the file system
   * @param allowDirect false to keep to buffered I/O and to write nothing here
   */
  public static NioStorage open(Path directory, int blockSizeBytes, boolean allowDirect) throws IOException {
    NioStorage storage = new NioStorage(directory, blockSizeBytes, allowDirect);
    storage.direct();
    return storage;
  }

  /** One sentence, without its full stop, on how this storage does its I/O and why. */
  public String explanation() {
    return direct().reason();
  }

  @Override
  public StorageTraits traits() {
    DirectSupport support = direct();
    StorageTraits known = traits;
    return known != null ? known : traitsOf(support);
  }

  @Override
  public Storage in(Path otherDirectory) throws IOException {
    return open(otherDirectory, blockSizeBytes, allowDirect);
  }

  private DirectSupport direct() {
    DirectSupport known = direct;
    return known != null ? known : probed();
  }

  private DirectSupport probed() {
    names.lock();
    try {
      if (direct != null) return direct;
      if (!Files.isDirectory(directory())) return DirectSupport.none(directory() + " does not exist yet");
      DirectSupport found =
          allowDirect
              ? DirectSupport.probe(directory(), blockSizeBytes)
              : DirectSupport.none("direct I/O was not asked for");
      traits = traitsOf(found);
      direct = found;
      return found;
    } finally {
      names.unlock();
    }
  }

  private StorageTraits traitsOf(DirectSupport support) {
    boolean usable = support.usable();
    return new StorageTraits("portable", usable, support.alignmentBytes(), false, usable, false, fileSystemType());
  }

  private String fileSystemType() {
    try {
      return Files.getFileStore(directory()).type();
    } catch (IOException e) {
      return "";
    }
  }

  @Override
  protected void doCreateDirectory() throws IOException {
    createWithParents(directory().toAbsolutePath());
    direct();
  }

  private static void createWithParents(Path directory) throws IOException {
    Path parent = directory.getParent();
    if (Files.isDirectory(directory)) {
      // Whoever made it may have died before its name was durable.
      if (parent != null && Files.isReadable(parent)) syncDirectory(parent);
      return;
    }
    if (parent != null) createWithParents(parent);
    try {
      Files.createDirectory(directory);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(directory))
        throw new NotDirectoryException(directory + " is a file where a directory should be");
    }
    if (parent != null) syncDirectory(parent);
  }

  @Override
  protected List<String> doList() throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory())) {
      for (Path entry : entries)
        if (isPlainFile(entry)) names.add(entry.getFileName().toString());
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
    try {
      // Apart from opening it: an open with O_DIRECT that fails may have created the file, or not.
      Files.createFile(path);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (IOException e) {
      throw Full.explained(e, path, 0, 1);
    }
    try {
      return doOpen(name, Access.WRITE);
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(path);
      throw e;
    }
  }

  @Override
  protected SegmentFile doOpen(String name, Access access) throws IOException {
    NioSegmentFile file = new NioSegmentFile(this, name, access, direct());
    openFiles.add(file);
    try {
      file.openFirst();
      return file;
    } catch (IOException | RuntimeException e) {
      openFiles.remove(file);
      throw e;
    }
  }

  @Override
  protected void doRename(String from, String to) throws IOException {
    names.lock();
    try {
      keepReadable(to);
      Files.move(directory().resolve(from), directory().resolve(to), StandardCopyOption.ATOMIC_MOVE);
      if (!from.equals(to)) tellRenamed(to, null);
      tellRenamed(from, to);
    } finally {
      names.unlock();
    }
  }

  @Override
  protected void doDelete(String name) throws IOException {
    names.lock();
    try {
      keepReadable(name);
      Files.delete(directory().resolve(name));
      tellRenamed(name, null);
    } finally {
      names.unlock();
    }
  }

  private void keepReadable(String name) throws IOException {
    for (NioSegmentFile file : openFiles) if (name.equals(file.currentName)) file.keepReadable();
  }

  private void tellRenamed(String from, String to) {
    for (NioSegmentFile file : openFiles) if (from.equals(file.currentName)) file.currentName = to;
  }

  @Override
  protected boolean doLink(String name, Storage target) throws IOException {
    try {
      Files.createLink(target.directory().resolve(name), directory().resolve(name));
      return true;
    } catch (NoSuchFileException | FileAlreadyExistsException | AccessDeniedException e) {
      throw e;
    } catch (UnsupportedOperationException | FileSystemException e) {
      // Another device, no permission, too many links: texts that follow the locale. The caller copies instead, and if the
      // disk is at fault the copy meets the same fault.
      return false;
    }
  }

  @Override
  protected int doLinkCount(String name) throws IOException {
    try {
      return (Integer) Files.getAttribute(directory().resolve(name), "unix:nlink", LinkOption.NOFOLLOW_LINKS);
    } catch (UnsupportedOperationException | IllegalArgumentException e) {
      return 0;
    }
  }

  @Override
  protected void doSyncDirectory() throws IOException {
    syncDirectory(directory());
  }

  private static void syncDirectory(Path directory) throws IOException {
    if (!SYNCS_DIRECTORIES) return;
    // Rare next to its cost, and an interrupt during it could hide an error: so always where none can reach.
    Uninterrupted.call(
        () -> {
          try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
          }
          return null;
        });
  }

  /**
   * Opens a channel on {@code file} by the name that it has now; a file of the same name that is not the same file is
   * refused.
   */
  FileChannel openChannel(NioSegmentFile file, Set<OpenOption> options) throws IOException {
    names.lock();
    try {
      if (!openFiles.contains(file)) throw new IOException(file.path() + " was closed while it was in use");
      if (file.currentName == null) throw lostWithItsName(file);
      Path path = directory().resolve(file.currentName);
      FileChannel channel = FileChannel.open(path, options);
      try {
        requireSame(file, path);
        return channel;
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } finally {
      names.unlock();
    }
  }

  private static void requireSame(NioSegmentFile file, Path path) throws IOException {
    Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    if (file.fileKey == null) file.fileKey = key;
    if (key != null && !key.equals(file.fileKey))
      throw new IOException(path + " is no longer the file that was opened: something else replaced it");
  }

  private static IOException lostWithItsName(NioSegmentFile file) {
    if (file.isKept()) return new ClosedChannelException();
    return new IOException(
        file.path() + " was deleted while it was open, then an interrupt closed its channel: it cannot be opened again");
  }

  void forget(NioSegmentFile file) {
    names.lock();
    try {
      openFiles.remove(file);
    } finally {
      names.unlock();
    }
  }
}
