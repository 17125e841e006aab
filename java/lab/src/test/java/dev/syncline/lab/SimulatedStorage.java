package dev.syncline.lab;

import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import dev.syncline.io.StorageTraits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * A storage whose files lie on a {@link SimulatedDisk}. Its directory is a real one, but only the lock lies there.
 */
public final class SimulatedStorage extends Storage {
  private final SimulatedDisk disk;
  private final Path root;
  private final String key;
  private final StorageTraits traits;

  /** @param directory where the lock lies; the disk's own directories are named relative to it */
  public SimulatedStorage(SimulatedDisk disk, Path directory, StorageTraits traits) {
    this(disk, directory, directory, traits);
  }

  private SimulatedStorage(SimulatedDisk disk, Path root, Path directory, StorageTraits traits) {
    super(directory);
    this.disk = disk;
    this.root = root;
    this.key = root.relativize(directory).toString();
    this.traits = traits;
  }

  /** What a plain disk can do: writes in units of {@code alignmentBytes}. */
  public static StorageTraits traits(int alignmentBytes, boolean preallocates, boolean readsPastCache) {
    return new StorageTraits("simulated", alignmentBytes > 1, alignmentBytes, preallocates, readsPastCache, true, "memory");
  }

  @Override
  public StorageTraits traits() {
    return traits;
  }

  @Override
  protected Storage doIn(Path otherDirectory) {
    return new SimulatedStorage(disk, root, otherDirectory, traits);
  }

  @Override
  protected void doCreateDirectory() throws IOException {
    disk.makeDirectory(key);
  }

  @Override
  protected List<String> doList() throws IOException {
    return disk.list(key);
  }

  @Override
  protected SegmentFile doCreate(String name, long reserveBytes) throws IOException {
    File file = new File(name, disk.create(key, name));
    file.doReserve(reserveBytes);
    return file;
  }

  @Override
  protected SegmentFile doOpen(String name, Access access) throws IOException {
    return new File(name, disk.open(key, name));
  }

  @Override
  protected void doRename(String from, String to) throws IOException {
    disk.rename(key, from, to);
  }

  @Override
  protected boolean doLink(String name, Storage target) throws IOException {
    if (!(target instanceof SimulatedStorage other) || other.disk != disk) return false;
    disk.link(key, name, other.key);
    return true;
  }

  @Override
  protected int doLinkCount(String name) throws IOException {
    return disk.links(key, name);
  }

  @Override
  protected void doDelete(String name) throws IOException {
    disk.delete(key, name);
  }

  @Override
  protected void doSyncDirectory() throws IOException {
    disk.syncDirectory(key);
  }

  private final class File extends SegmentFile {
    private final SimulatedDisk.Inode inode;

    File(String name, SimulatedDisk.Inode inode) {
      super(SimulatedStorage.this, name);
      this.inode = inode;
    }

    @Override
    protected void doWrite(ByteBuffer source, long offsetBytes) throws IOException {
      disk.write(inode, name(), taken(source), offsetBytes, false);
    }

    @Override
    protected void doWriteDurably(ByteBuffer source, long offsetBytes) throws IOException {
      disk.write(inode, name(), taken(source), offsetBytes, true);
    }

    private byte[] taken(ByteBuffer source) {
      byte[] bytes = new byte[source.remaining()];
      source.get(bytes);
      return bytes;
    }

    @Override
    protected void doWriteZeros(long offsetBytes, long lengthBytes) throws IOException {
      disk.write(inode, name(), new byte[Math.toIntExact(lengthBytes)], offsetBytes, false);
    }

    @Override
    protected void doSync() throws IOException {
      disk.sync(inode, name());
    }

    @Override
    protected int doRead(ByteBuffer target, long offsetBytes) throws IOException {
      byte[] bytes = disk.read(inode, offsetBytes, target.remaining());
      target.put(bytes);
      return bytes.length;
    }

    @Override
    protected void doTruncate(long sizeBytes) throws IOException {
      disk.resize(inode, name(), sizeBytes);
    }

    @Override
    protected void doReserve(long sizeBytes) throws IOException {
      if (traits.preallocates() && sizeBytes > disk.size(inode)) disk.resize(inode, name(), sizeBytes);
    }

    @Override
    protected long doSize() throws IOException {
      return disk.size(inode);
    }

    @Override
    protected void doClose() {}
  }
}
