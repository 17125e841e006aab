package dev.syncline.bench.contender;

import dev.syncline.LogRuntime;
import dev.syncline.Operation;
import dev.syncline.StorageMode;
import dev.syncline.SyncMode;
import dev.syncline.WalCursor;
import dev.syncline.WalObserver;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;

/** Syncline on one of its storages. */
public final class SynclineContender implements Contender {
  /** Segments that stay behind the newest when old ones are forgotten. */
  private static final int KEPT_SEGMENTS = 2;

  private static final int FILLING_RECORD_BYTES = 256 << 10;

  /** Set in a variant whose log has an observer. */
  private static final String OBSERVED = "syncline.bench.observed";

  /** What a program's metrics do with a commit. */
  private static final class Timing implements WalObserver {
    private final Histogram writeNanos = new Histogram(TimeUnit.MINUTES.toNanos(1), 3);
    private final Histogram waitedNanos = new Histogram(TimeUnit.MINUTES.toNanos(1), 3);
    private final LongAdder records = new LongAdder();
    private final LongAdder bytes = new LongAdder();

    @Override
    public void committed(long lastSequence, int recordCount, long byteCount, int waiters, long write, long waited) {
      records.add(recordCount);
      bytes.add(byteCount);
      writeNanos.recordValue(Math.min(write, writeNanos.getHighestTrackableValue()));
      waitedNanos.recordValue(Math.min(waited, waitedNanos.getHighestTrackableValue()));
    }
  }

  private final StorageMode storage;
  private Setup setup;
  private WriteAheadLog log;

  /** The last future: the ones before it complete first. */
  private CompletableFuture<Long> last;

  /** What those made by {@link #another} share. */
  private LogRuntime shared;

  private LogRuntime runtime;

  private SynclineContender(StorageMode storage) {
    this.storage = storage;
  }

  public static SynclineContender nativeStorage() {
    return new SynclineContender(StorageMode.NATIVE);
  }

  /** The portable storage; {@code direct} false keeps it to buffered I/O. */
  public static SynclineContender portableStorage(boolean direct) {
    System.setProperty("syncline.portable.direct", Boolean.toString(direct));
    return new SynclineContender(StorageMode.PORTABLE);
  }

  @Override
  public void open(Path directory, Setup setup) throws IOException {
    this.setup = setup;
    SyncMode syncMode = setup.mode() == Setup.Mode.DEFERRED ? SyncMode.MANUAL : SyncMode.SYNC;
    WalOptions.Builder options = WalOptions.builder().storage(storage).syncMode(syncMode).maxSegmentSize(setup.segmentBytes());
    if (runtime != null) options.runtime(runtime);
    if (Boolean.getBoolean(OBSERVED)) options.observer(new Timing());
    log = WriteAheadLog.open(directory, options.build());
    if (setup.steady()) useFilesAgain();
  }

  /** Fills and truncates until the newest segment is a file that was used before, and so is the one that is ready to follow it. */
  private void useFilesAgain() throws IOException {
    byte[] record = new byte[FILLING_RECORD_BYTES];
    while (log.stats().recycledSegments() < 2) {
      log.append(record);
      log.sync();
      forgetSome();
    }
  }

  @Override
  public Contender another() {
    // Not the first one, which is open: those behind it share.
    if (shared == null) shared = LogRuntime.create();
    SynclineContender other = new SynclineContender(storage);
    other.runtime = shared;
    return other;
  }

  /** For what only this log has. */
  public WriteAheadLog log() {
    return log;
  }

  @Override
  public void append(byte[] record) throws IOException {
    log.append(record);
  }

  @Override
  public void appendDeferred(byte[] record) throws IOException {
    if (setup.mode() == Setup.Mode.ASYNC) last = log.appendAsync(Operation.entry(record)).durable();
    else log.append(record);
  }

  @Override
  public void sync() throws IOException {
    if (setup.mode() == Setup.Mode.ASYNC) last.join();
    else log.sync();
  }

  @Override
  public void replay(Replayed replayed) throws IOException {
    try (WalCursor records = log.replay()) {
      while (records.advance()) {
        ByteBuffer value = records.valueView();
        replayed.add(value.remaining(), value.get(value.position()));
      }
    }
  }

  @Override
  public void forgetSome() throws IOException {
    if (log.stats().segments() > KEPT_SEGMENTS + 1) log.truncate(log.durableSequence());
  }

  @Override
  public String describe() {
    return log.storage().toString();
  }

  @Override
  public void close() throws IOException {
    log.close();
    if (shared != null) shared.close();
  }
}
