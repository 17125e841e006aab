package dev.syncline.tck;

import dev.syncline.io.ProcessLock;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.SleepWord;
import dev.syncline.io.Storage;
import dev.syncline.io.StorageTraits;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A storage around another, whose every operation passes through one method. The real storage's code runs beneath.
 *
 * <p>It has a gate of its own: a log on top shuts this one, and what is inside here is inside there.
 */
public abstract class InterceptedStorage extends Storage {
  private final Storage delegate;

  protected InterceptedStorage(Storage delegate) {
    super(delegate.directory());
    this.delegate = delegate;
  }

  /** What would happen without interception. */
  protected interface Call<T> {
    T run() throws IOException;

    /** Writes only the first bytes, if this is a write; a disk may do so before it fails. */
    default void runPart(long lengthBytes) throws IOException {}
  }

  /** Runs {@code call}, or part of it, or fails. On the caller's thread. */
  protected abstract <T> T intercept(Operation operation, Call<T> call) throws IOException;

  /** The same interception around another storage, for {@link #in}. */
  protected abstract Storage around(Storage other);

  protected final Storage delegate() {
    return delegate;
  }

  @Override
  public StorageTraits traits() {
    return delegate.traits();
  }

  @Override
  public Optional<SleepWord> newSleepWord() {
    return delegate.newSleepWord();
  }

  @Override
  public Object directoryKey() throws IOException {
    return delegate.directoryKey();
  }

  @Override
  protected Storage doIn(Path otherDirectory) throws IOException {
    return around(delegate.in(otherDirectory));
  }

  @Override
  protected void doClose() throws IOException {
    delegate.close();
  }

  @Override
  protected Optional<ProcessLock> doTryLock() throws IOException {
    return delegate.tryLock();
  }

  @Override
  protected void doCreateDirectory() throws IOException {
    intercept(on("", Op.CREATE_DIRECTORY), () -> done(delegate::createDirectory));
  }

  @Override
  protected List<String> doList() throws IOException {
    return intercept(on("", Op.LIST), delegate::list);
  }

  @Override
  protected SegmentFile doCreate(String name, long reserveBytes) throws IOException {
    Operation operation = Operation.of(Op.CREATE, name, 0, reserveBytes);
    return new File(intercept(operation, () -> delegate.create(name, reserveBytes)));
  }

  @Override
  protected SegmentFile doOpen(String name, Access access) throws IOException {
    return new File(intercept(on(name, Op.OPEN), () -> delegate.open(name, access)));
  }

  @Override
  protected void doRename(String from, String to) throws IOException {
    intercept(on(from, Op.RENAME), () -> done(() -> delegate.rename(from, to)));
  }

  @Override
  protected boolean doLink(String name, Storage target) throws IOException {
    Storage inner = target instanceof InterceptedStorage intercepted ? intercepted.delegate : target;
    return intercept(on(name, Op.LINK), () -> delegate.link(name, inner));
  }

  @Override
  protected int doLinkCount(String name) throws IOException {
    return intercept(on(name, Op.LINK_COUNT), () -> delegate.linkCount(name));
  }

  @Override
  protected void doDelete(String name) throws IOException {
    intercept(on(name, Op.DELETE), () -> done(() -> delegate.delete(name)));
  }

  @Override
  protected void doSyncDirectory() throws IOException {
    intercept(on("", Op.SYNC_DIRECTORY), () -> done(delegate::syncDirectory));
  }

  private static Operation on(String file, Op op) {
    return Operation.of(op, file, 0, 0);
  }

  private interface Action {
    void run() throws IOException;
  }

  private static Void done(Action action) throws IOException {
    action.run();
    return null;
  }

  private final class File extends SegmentFile {
    private final SegmentFile file;

    File(SegmentFile file) {
      super(InterceptedStorage.this, file.name());
      this.file = file;
    }

    private Operation on(Op op, long offsetBytes, long lengthBytes) {
      return Operation.of(op, name(), offsetBytes, lengthBytes);
    }

    @Override
    protected void doWrite(ByteBuffer source, long offsetBytes) throws IOException {
      write(Op.WRITE, source, part -> file.write(part, offsetBytes), offsetBytes);
    }

    @Override
    protected void doPrepareDurableWrites() throws IOException {
      file.prepareDurableWrites();
    }

    @Override
    protected void doPrepareDurableWritesOnly() throws IOException {
      file.prepareDurableWritesOnly();
    }

    @Override
    protected void doWriteDurably(ByteBuffer source, long offsetBytes) throws IOException {
      write(Op.WRITE_DURABLY, source, part -> file.writeDurably(part, offsetBytes), offsetBytes);
    }

    private void write(Op op, ByteBuffer source, Writing writing, long offsetBytes) throws IOException {
      intercept(
          on(op, offsetBytes, source.remaining()),
          new Call<Void>() {
            @Override
            public Void run() throws IOException {
              return done(() -> writing.run(source));
            }

            @Override
            public void runPart(long lengthBytes) throws IOException {
              int partBytes = (int) Math.min(lengthBytes, source.remaining());
              writing.run(source.duplicate().limit(source.position() + partBytes));
            }
          });
    }

    @Override
    protected void doWriteZeros(long offsetBytes, long lengthBytes) throws IOException {
      intercept(
          on(Op.WRITE_ZEROS, offsetBytes, lengthBytes),
          new Call<Void>() {
            @Override
            public Void run() throws IOException {
              return done(() -> file.writeZeros(offsetBytes, lengthBytes));
            }

            @Override
            public void runPart(long partBytes) throws IOException {
              file.writeZeros(offsetBytes, Math.min(partBytes, lengthBytes));
            }
          });
    }

    @Override
    protected void doSync() throws IOException {
      intercept(on(Op.SYNC, 0, 0), () -> done(file::sync));
    }

    @Override
    protected int doRead(ByteBuffer target, long offsetBytes) throws IOException {
      return intercept(on(Op.READ, offsetBytes, target.remaining()), () -> file.read(target, offsetBytes));
    }

    @Override
    protected void doTruncate(long sizeBytes) throws IOException {
      intercept(on(Op.TRUNCATE, 0, sizeBytes), () -> done(() -> file.truncate(sizeBytes)));
    }

    @Override
    protected void doReserve(long sizeBytes) throws IOException {
      intercept(on(Op.RESERVE, 0, sizeBytes), () -> done(() -> file.reserve(sizeBytes)));
    }

    @Override
    protected long doSize() throws IOException {
      return intercept(on(Op.SIZE, 0, 0), file::size);
    }

    @Override
    protected void doRenamed(String newName) {
      file.renamed(newName);
    }

    @Override
    protected void doClose() throws IOException {
      intercept(on(Op.CLOSE, 0, 0), () -> done(file::close));
    }
  }

  private interface Writing {
    void run(ByteBuffer source) throws IOException;
  }
}
