package dev.syncline.bench.contender;

import io.netty.util.internal.PlatformDependent;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.activemq.artemis.core.io.SequentialFileFactory;
import org.apache.activemq.artemis.core.io.aio.AIOSequentialFileFactory;
import org.apache.activemq.artemis.core.io.mapped.MappedSequentialFileFactory;
import org.apache.activemq.artemis.core.io.nio.NIOSequentialFileFactory;
import org.apache.activemq.artemis.core.journal.LoaderCallback;
import org.apache.activemq.artemis.core.journal.PreparedTransactionInfo;
import org.apache.activemq.artemis.core.journal.RecordInfo;
import org.apache.activemq.artemis.core.journal.impl.JournalImpl;

/** The journal of Apache ActiveMQ Artemis, on one of its three ways to files. */
public final class ArtemisContender implements Contender {

  /** Artemis' journal types. */
  public enum Type {
    NIO,
    AIO,
    MAPPED
  }

  private static final int FILE_BYTES = 10 << 20;

  /** Files made ready at the beginning: what the run writes goes into them. */
  private static final int FILES_READY = 10;

  private static final int BUFFER_BYTES = 490 * 1024;
  private static final int MAX_IO = 4096;
  private static final byte RECORD_TYPE = 1;

  private final Type type;
  private final AtomicLong ids = new AtomicLong();
  private JournalImpl journal;

  /** Of a batch, the last record says that it is to be synced: so each waits here until the next one comes. */
  private byte[] held;

  public ArtemisContender(Type type) {
    this.type = type;
  }

  @Override
  public void open(Path directory, Setup setup) throws Exception {
    create(directory);
    journal.load(new Reader(new Replayed()));
  }

  @Override
  public void openToReplay(Path directory, Setup setup) throws Exception {
    create(directory);
  }

  private void create(Path directory) throws Exception {
    boolean exists;
    try (Stream<Path> files = Files.list(directory)) {
      exists = files.findAny().isPresent();
    }
    // What the journal's byte buffers need is looked up once, before anything is timed.
    PlatformDependent.hasUnsafe();
    SequentialFileFactory factory = factory(directory.toFile());
    factory.setDatasync(true);
    journal =
        new JournalImpl(FILE_BYTES, exists ? 2 : FILES_READY, FILES_READY, 0, 0, factory, "records", "log", type == Type.NIO ? 1 : MAX_IO);
    journal.start();
  }

  private SequentialFileFactory factory(File directory) throws Unavailable {
    switch (type) {
      case NIO:
        return new NIOSequentialFileFactory(directory, true, BUFFER_BYTES, timeoutNanos(), 1, false);
      case MAPPED:
        return new MappedSequentialFileFactory(directory, FILE_BYTES, true, BUFFER_BYTES, timeoutNanos(), null);
      default:
        if (!AIOSequentialFileFactory.isSupported(directory))
          throw new Unavailable("libaio is not usable here: on Debian it is in the package libaio1");
        return new AIOSequentialFileFactory(directory, BUFFER_BYTES, timeoutNanos(), MAX_IO, false);
    }
  }

  /** How long the journal waits for company before it writes: its installer measures the disk and sets about one sync. */
  private static int timeoutNanos() {
    return Integer.getInteger("bench.artemis.timeoutNanos", 100_000);
  }

  @Override
  public void append(byte[] record) throws Exception {
    journal.appendAddRecord(ids.incrementAndGet(), RECORD_TYPE, record, true);
  }

  @Override
  public void appendDeferred(byte[] record) throws Exception {
    if (held != null) journal.appendAddRecord(ids.incrementAndGet(), RECORD_TYPE, held, false);
    held = record;
  }

  @Override
  public void sync() throws Exception {
    append(held);
    held = null;
  }

  @Override
  public void replay(Replayed replayed) throws Exception {
    journal.load(new Reader(replayed));
  }

  @Override
  public void close() {
    try {
      journal.stop();
    } catch (Exception e) {
      throw new IllegalStateException("the journal did not stop", e);
    }
  }

  private static final class Reader implements LoaderCallback {
    private final Replayed replayed;

    Reader(Replayed replayed) {
      this.replayed = replayed;
    }

    @Override
    public void addRecord(RecordInfo info) {
      replayed.add(info.data.length, info.data[0]);
    }

    @Override
    public void addPreparedTransaction(PreparedTransactionInfo info) {}

    @Override
    public void deleteRecord(long id) {}

    @Override
    public void updateRecord(RecordInfo info) {}

    @Override
    public void failedTransaction(long id, List<RecordInfo> records, List<RecordInfo> deleted) {}
  }
}
