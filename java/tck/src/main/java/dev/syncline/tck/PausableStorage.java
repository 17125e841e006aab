package dev.syncline.tck;

import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import dev.syncline.io.StorageTraits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A decorator that stops a log between two of its operations: for a while, so that a test can copy the directory as a dying process
 * leaves it, or for good, as if the process had died there.
 *
 * <p>Only operations that change something count and wait; reads go on.
 */
public final class PausableStorage extends Storage {
  private static final int ALL = Integer.MAX_VALUE;
  private final Storage delegate;

  /** One permit per changing operation under way; a pause takes them all. Fair, so that a busy log cannot keep a pause waiting. */
  private final Semaphore permits = new Semaphore(ALL, true);

  /** Changes that may still be made. Decremented by each; below zero the log's process counts as dead. */
  private final AtomicLong changesLeft;

  public PausableStorage(Storage delegate) {
    this(delegate, new AtomicLong(Long.MAX_VALUE));
  }

  private PausableStorage(Storage delegate, AtomicLong changesLeft) {
    super(delegate.directory());
    this.delegate = delegate;
    this.changesLeft = changesLeft;
  }

  /** Lets so many more operations change something; each one after them fails and changes nothing. */
  public void dieAfter(long changes) {
    changesLeft.set(changes);
  }

  /** Whether an operation was refused because the log's process counts as dead. */
  public boolean isDead() {
    return changesLeft.get() < 0;
  }

  /** Returns when no changing operation is under way; none begins until {@link #resume}. */
  public void pause() {
    permits.acquireUninterruptibly(ALL);
  }

  public void resume() {
    permits.release(ALL);
  }

  @Override
  public StorageTraits traits() {
    return delegate.traits();
  }

  @Override
  public Storage in(Path otherDirectory) throws IOException {
    return new PausableStorage(delegate.in(otherDirectory), changesLeft);
  }

  @Override
  public void close() throws IOException {
    delegate.close();
  }

  @Override
  protected void doCreateDirectory() throws IOException {
    changing(delegate::createDirectory);
  }

  @Override
  protected List<String> doList() throws IOException {
    return delegate.list();
  }

  @Override
  protected SegmentFile doCreate(String name, long reserveBytes) throws IOException {
    SegmentFile[] created = new SegmentFile[1];
    changing(() -> created[0] = delegate.create(name, reserveBytes));
    return new PausableFile(this, name, created[0]);
  }

  @Override
  protected SegmentFile doOpen(String name, Access access) throws IOException {
    return new PausableFile(this, name, delegate.open(name, access));
  }

  @Override
  protected void doRename(String from, String to) throws IOException {
    changing(() -> delegate.rename(from, to));
  }

  @Override
  protected boolean doLink(String name, Storage target) throws IOException {
    Storage plain = target instanceof PausableStorage pausable ? pausable.delegate : target;
    boolean[] linked = new boolean[1];
    changing(() -> linked[0] = delegate.link(name, plain));
    return linked[0];
  }

  @Override
  protected int doLinkCount(String name) throws IOException {
    return delegate.linkCount(name);
  }

  @Override
  protected void doDelete(String name) throws IOException {
    changing(() -> delegate.delete(name));
  }

  @Override
  protected void doSyncDirectory() throws IOException {
    delegate.syncDirectory();
  }

  private interface Change {
    void make() throws IOException;
  }

  private void changing(Change change) throws IOException {
    permits.acquireUninterruptibly();
    try {
      if (changesLeft.getAndDecrement() <= 0) throw new IOException("the process counts as dead: " + directory() + " stays as it is");
      change.make();
    } finally {
      permits.release();
    }
  }

  private static final class PausableFile extends SegmentFile {
    private final PausableStorage storage;
    private final SegmentFile delegate;

    PausableFile(PausableStorage storage, String name, SegmentFile delegate) {
      super(storage, name);
      this.storage = storage;
      this.delegate = delegate;
    }

    @Override
    protected void doWrite(ByteBuffer source, long offsetBytes) throws IOException {
      storage.changing(() -> delegate.write(source, offsetBytes));
    }

    @Override
    protected void doWriteDurably(ByteBuffer source, long offsetBytes) throws IOException {
      storage.changing(() -> delegate.writeDurably(source, offsetBytes));
    }

    @Override
    protected void doWriteZeros(long offsetBytes, long lengthBytes) throws IOException {
      storage.changing(() -> delegate.writeZeros(offsetBytes, lengthBytes));
    }

    @Override
    protected void doSync() throws IOException {
      delegate.sync();
    }

    @Override
    protected int doRead(ByteBuffer target, long offsetBytes) throws IOException {
      return delegate.read(target, offsetBytes);
    }

    @Override
    protected void doTruncate(long sizeBytes) throws IOException {
      storage.changing(() -> delegate.truncate(sizeBytes));
    }

    @Override
    protected void doReserve(long sizeBytes) throws IOException {
      storage.changing(() -> delegate.reserve(sizeBytes));
    }

    @Override
    protected long doSize() throws IOException {
      return delegate.size();
    }

    @Override
    protected void doClose() throws IOException {
      delegate.close();
    }
  }
}
