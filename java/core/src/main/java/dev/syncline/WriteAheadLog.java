package dev.syncline;

import dev.syncline.io.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** API outline (signatures; engine is being written). */
public final class WriteAheadLog implements Closeable {
  private WriteAheadLog() {}
  public static WriteAheadLog open(Path directory) throws IOException { return open(directory, WalOptions.defaults()); }
  public static WriteAheadLog open(Path directory, WalOptions options) throws IOException { throw new IOException("engine pending"); }
  /** On a storage of the caller's (a decorator, a third implementation): options.storage() is ignored. Closes it at close(). */
  public static WriteAheadLog open(Storage storage, WalOptions options) throws IOException { throw new IOException("engine pending"); }
  public static WriteAheadLog openReadOnly(Path directory) throws IOException { return openReadOnly(directory, WalOptions.defaults()); }
  public static WriteAheadLog openReadOnly(Path directory, WalOptions options) throws IOException { throw new IOException("engine pending"); }
  public long append(Operation op) throws IOException { return 0; }
  public long put(byte[] key, byte[] value) throws IOException { return 0; }
  public long delete(byte[] key) throws IOException { return 0; }
  public long append(byte[] payload) throws IOException { return 0; }
  public SequenceRange appendBatch(List<Operation> ops) throws IOException { return null; }
  public CompletableFuture<Long> appendAsync(Operation op) throws IOException { return null; }
  public long sync() throws IOException { return 0; }
  public void awaitDurable(long sequence) throws IOException {}
  public long checkpoint() throws IOException { return 0; }
  public long checkpoint(long covered) throws IOException { return 0; }
  public WalCursor replay() throws IOException { return null; }
  public WalCursor replay(long afterSequence) throws IOException { return null; }
  public WalCursor iterate() throws IOException { return null; }
  public WalCursor iterate(long afterSequence) throws IOException { return null; }
  public Optional<WalRecord> read(long sequence) throws IOException { return null; }
  public WalCursor tail(long afterSequence) throws IOException { return null; }
  public void truncate(long sequence) throws IOException {}
  public void truncateAfter(long sequence) throws IOException {}
  public void snapshot(Path target) throws IOException {}
  public VerifyReport verify() throws IOException { return null; }
  public long currentSequence() { return 0; }
  public long durableSequence() { return 0; }
  public long firstSequence() { return 0; }
  public long lastCheckpoint() { return 0; }
  public RecoveryReport recovery() { return null; }
  public StorageInfo storage() { return null; }
  public WalStats stats() { return null; }
  public Path directory() { return null; }
  @Override public void close() throws IOException {}
}
