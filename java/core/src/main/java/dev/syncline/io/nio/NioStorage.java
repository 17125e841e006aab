package dev.syncline.io.nio;

import dev.syncline.ResourceShortageException;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import dev.syncline.io.StorageTraits;
import dev.syncline.shortage.PatientLock;
import dev.syncline.shortage.StackReserve;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The portable storage, on {@link FileChannel}.
 *
 * <p>It reserves no blocks (Java has no fallocate): a full disk is met by {@link SegmentFile#writeZeros}. A channel that an
 * interrupt closed is opened again by its file's name, so renames and deletions here tell the open files what became of
 * theirs. Names are those of the directory that was found first, see {@link HeldDirectory}.
 */
public final class NioStorage extends Storage {
  /** Windows offers no handle of a directory to Java, so there is nothing to sync. */
  private static final boolean SYNCS_DIRECTORIES =
      !System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");

  private final int blockSizeBytes;
  private final boolean allowDirect;

  /** The storage whose directory this one's lies in, if it was made by it; else null. */
  private final NioStorage parent;

  final Uninterrupted uninterrupted;

  /** Held while a name changes or a file is opened by name, so that neither sees the other half done. */
  private final PatientLock names = new PatientLock(StackReserve.MEMORY);

  /** Every open file. Its members' names change under {@link #names} only. */
  private final Set<NioSegmentFile> openFiles = ConcurrentHashMap.newKeySet();

  /** Null until the directory exists and is used. Written under {@link #names}, once. */
  private volatile HeldDirectory held;

  /** What names are made durable through: opened with the first file that is written, so that it is there when they are to be. */
  private final ReopeningChannel syncing;

  /** What the directory supports; null until it is held. Written under {@link #names}, once, after {@link #traits}. */
  private volatile DirectSupport direct;

  /** Asked for with every write, so made once: the file system's type takes a read of the mount table. */
  private volatile StorageTraits traits;

  private NioStorage(Path directory, int blockSizeBytes, boolean allowDirect, NioStorage parent, Uninterrupted uninterrupted) {
    super(directory);
    this.blockSizeBytes = blockSizeBytes;
    this.allowDirect = allowDirect;
    this.parent = parent;
    this.uninterrupted = uninterrupted;
    syncing = new ReopeningChannel(directory.toString(), () -> held().openToSync(HeldDirectory.ITSELF));
  }

  /**
   * A storage on {@code directory}. If the directory exists and direct I/O is allowed, one file is written there and
   * removed, to find out whether it works; if it does not exist, that happens when it has been created.
   *
   * @param blockSizeBytes what the log's writes are multiples of; direct I/O is used only if that suits the file system
   * @param allowDirect false to keep to buffered I/O and to write nothing here
   */
  public static NioStorage open(Path directory, int blockSizeBytes, boolean allowDirect) throws IOException {
    return open(directory, blockSizeBytes, allowDirect, new Uninterrupted());
  }

  static NioStorage open(Path directory, int blockSizeBytes, boolean allowDirect, Uninterrupted uninterrupted) throws IOException {
    // Loaded, and its text learnt, while there are descriptors for that: it is needed when there may be none.
    FirstUse.prepare();
    Full.here();
    return new NioStorage(directory, blockSizeBytes, allowDirect, null, uninterrupted).begun();
  }

  private NioStorage begun() throws IOException {
    if (exists()) held();
    return this;
  }

  private boolean exists() throws IOException {
    if (held != null) return true;
    return parent == null ? Files.isDirectory(directory()) : parent.exists() && parent.held().hasChild(childName());
  }

  private String childName() {
    return directory().getFileName().toString();
  }

  /** One sentence, without its full stop, on how this storage does its I/O and why. */
  public String explanation() {
    return direct().reason();
  }

  @Override
  public StorageTraits traits() {
    StorageTraits known = traits;
    return known != null ? known : traitsOf(direct());
  }

  @Override
  public Object directoryKey() throws IOException {
    return held().key();
  }

  @Override
  protected Storage doIn(Path otherDirectory) throws IOException {
    // What lies in this directory is reached through it, wherever it is by now.
    NioStorage around = directory().equals(otherDirectory.getParent()) ? this : null;
    return new NioStorage(otherDirectory, blockSizeBytes, allowDirect, around, uninterrupted).begun();
  }

  @Override
  protected void doClose() throws IOException {
    try {
      syncing.close();
    } finally {
      if (held != null) held.close();
    }
  }

  private DirectSupport direct() {
    DirectSupport known = direct;
    return known != null ? known : DirectSupport.none(directory() + " does not exist yet");
  }

  /** The directory, which is found under its path when it is first used. */
  private HeldDirectory held() throws IOException {
    HeldDirectory known = held;
    return known != null ? known : found();
  }

  private HeldDirectory found() throws IOException {
    names.lock();
    try {
      if (held != null) return held;
      HeldDirectory found = parent == null ? HeldDirectory.open(directory()) : parent.held().openChild(childName());
      DirectSupport support;
      try {
        support = allowDirect
            ? DirectSupport.probe(found, newProbeName(), blockSizeBytes, uninterrupted)
            : DirectSupport.none("direct I/O was not asked for");
      } catch (IOException | RuntimeException | Error e) {
        found.close();
        throw e;
      }
      traits = traitsOf(support);
      direct = support;
      held = found;
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
    if (!exists()) {
      if (parent == null) {
        createWithParents(directory().toAbsolutePath());
      } else {
        parent.doCreateDirectory();
        parent.held().makeChild(childName());
      }
    }
    // Whoever made it may have died before its name was durable.
    syncParent(held());
  }

  private void createWithParents(Path directory) throws IOException {
    Path above = directory.getParent();
    if (above != null && !Files.isDirectory(above)) createWithParents(above);
    try {
      Files.createDirectory(directory);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(directory))
        throw new NotDirectoryException(directory + " is a file where a directory should be");
    }
    try (HeldDirectory made = HeldDirectory.open(directory)) {
      syncParent(made);
    }
  }

  @Override
  protected List<String> doList() throws IOException {
    return held().plainFiles();
  }

  @Override
  protected SegmentFile doCreate(String name, long reserveBytes) throws IOException {
    HeldDirectory here = held();
    try {
      // Apart from opening it: an open with O_DIRECT that fails may have created the file, or not.
      here.openChannel(name, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)).close();
    } catch (FileAlreadyExistsException | AccessDeniedException | ResourceShortageException e) {
      throw e;
    } catch (IOException e) {
      throw Full.here().notMade(e, directory().resolve(name));
    }
    try {
      return doOpen(name, Access.WRITE);
    } catch (IOException | RuntimeException | Error e) {
      discard(here, name, e);
      throw e;
    }
  }

  private static void discard(HeldDirectory here, String name, Throwable because) {
    try {
      here.delete(name);
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }

  @Override
  protected SegmentFile doOpen(String name, Access access) throws IOException {
    held();
    if (access == Access.WRITE && SYNCS_DIRECTORIES) syncing.get();
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
      try {
        held().move(from, to);
      } catch (IOException | RuntimeException | Error e) {
        followMoved(from, to, e);
        throw e;
      }
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
      held().delete(name);
      tellRenamed(name, null);
    } finally {
      names.unlock();
    }
  }

  private void keepReadable(String name) throws IOException {
    for (NioSegmentFile file : openFiles) if (name.equals(file.currentName)) file.keepReadable();
  }

  /** A rename may say that it failed and have been done; a file that was lost from sight then could not be opened again. */
  private void followMoved(String from, String to, Throwable because) {
    try {
      for (NioSegmentFile file : openFiles) {
        boolean moved = from.equals(file.currentName) && file.fileKey != null && file.fileKey.equals(held().keyOf(to));
        if (moved) file.currentName = to;
      }
    } catch (NoSuchFileException e) {
      // Nothing lies under the new name.
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }

  private void tellRenamed(String from, String to) {
    for (NioSegmentFile file : openFiles) if (from.equals(file.currentName)) file.currentName = to;
  }

  @Override
  protected boolean doLink(String name, Storage target) throws IOException {
    return target instanceof NioStorage other && held().link(name, other.held());
  }

  @Override
  protected int doLinkCount(String name) throws IOException {
    return held().linkCount(name);
  }

  @Override
  protected void doSyncDirectory() throws IOException {
    syncNames(() -> syncing.get().force(true));
  }

  private void syncParent(HeldDirectory directory) throws IOException {
    syncNames(
        () -> {
          try (FileChannel channel = directory.openToSync(HeldDirectory.PARENT)) {
            channel.force(true);
          } catch (AccessDeniedException e) {
            // It may be passed through and not be read.
          }
        });
  }

  private interface NamesSync {
    void run() throws IOException;
  }

  /** Rare next to its cost, and an interrupt during it could hide an error: so always where none can reach. */
  private void syncNames(NamesSync sync) throws IOException {
    if (!SYNCS_DIRECTORIES) return;
    uninterrupted.once(
        () -> {
          sync.run();
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
      FileChannel channel = held().openChannel(file.currentName, options);
      try {
        requireSame(file);
        return channel;
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } finally {
      names.unlock();
    }
  }

  private void requireSame(NioSegmentFile file) throws IOException {
    Object key = held().keyOf(file.currentName);
    if (file.fileKey == null) file.fileKey = key;
    if (key != null && !key.equals(file.fileKey))
      throw new IOException(directory().resolve(file.currentName) + " is no longer the file that was opened: something else replaced it");
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
