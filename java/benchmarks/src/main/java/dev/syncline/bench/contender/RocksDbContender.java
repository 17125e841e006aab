package dev.syncline.bench.contender;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteOptions;

/** RocksDB as a log: its write-ahead log, with files used again, under keys that count. */
public final class RocksDbContender implements Contender {
  private static final int LOGS_KEPT = 4;
  private static final int STEADY_BUFFER_BYTES = 16 << 20;

  /** What is replayed is in the log and not yet in tables. */
  private static final long REPLAY_BUFFER_BYTES = 1L << 30;

  private final AtomicLong keys = new AtomicLong();
  private Options options;
  private WriteOptions synced;
  private WriteOptions deferred;
  private Path directory;
  private RocksDB database;

  @Override
  public void open(Path directory, Setup setup) throws RocksDBException {
    configure(directory, setup);
    database = RocksDB.open(options, directory.toString());
    if (setup.steady()) reachSteadyState(setup.recordBytes());
  }

  /** Opening recovers the log, so it is part of the replay; and it must not turn into a table then. */
  @Override
  public void openToReplay(Path directory, Setup setup) {
    configure(directory, setup);
    options.setAvoidFlushDuringRecovery(true);
  }

  private void configure(Path directory, Setup setup) {
    RocksDB.loadLibrary();
    this.directory = directory;
    synced = new WriteOptions().setSync(true);
    deferred = new WriteOptions();
    options = new Options().setCreateIfMissing(true)
        .setRecycleLogFileNum(LOGS_KEPT)
        .setWriteBufferSize(setup.steady() ? STEADY_BUFFER_BYTES : REPLAY_BUFFER_BYTES)
        .setMaxWriteBufferNumber(4)
        .setEnablePipelinedWrite(true)
        // Tables are never read here: no time goes into sorting them together.
        .setDisableAutoCompactions(true)
        .setLevel0SlowdownWritesTrigger(1 << 20)
        .setLevel0StopWritesTrigger(1 << 20);
  }

  /** Fills and flushes until there are logs to use again. */
  private void reachSteadyState(int recordBytes) throws RocksDBException {
    byte[] record = new byte[recordBytes];
    new SplittableRandom(1).nextBytes(record);
    try (FlushOptions wait = new FlushOptions().setWaitForFlush(true)) {
      for (int log = 0; log <= LOGS_KEPT; log++) {
        for (long bytes = 0; bytes < STEADY_BUFFER_BYTES; bytes += recordBytes + Long.BYTES) appendDeferred(record);
        sync();
        database.flush(wait);
      }
    }
  }

  private byte[] nextKey() {
    return ByteBuffer.allocate(Long.BYTES).putLong(keys.incrementAndGet()).array();
  }

  @Override
  public void append(byte[] record) throws RocksDBException {
    database.put(synced, nextKey(), record);
  }

  @Override
  public void appendDeferred(byte[] record) throws RocksDBException {
    database.put(deferred, nextKey(), record);
  }

  @Override
  public void sync() throws RocksDBException {
    database.syncWal();
  }

  @Override
  public void replay(Replayed replayed) throws RocksDBException {
    if (database != null) database.close();
    database = RocksDB.open(options, directory.toString());
    try (RocksIterator records = database.newIterator()) {
      for (records.seekToFirst(); records.isValid(); records.next()) {
        byte[] value = records.value();
        replayed.add(value.length, value[0]);
      }
      records.status();
    }
  }

  @Override
  public void close() {
    if (database != null) database.close();
    options.close();
    synced.close();
    deferred.close();
  }
}
