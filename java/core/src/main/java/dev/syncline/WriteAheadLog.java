package dev.syncline;

import dev.syncline.io.Storage;
import dev.syncline.io.StorageTraits;
import dev.syncline.io.Storages;
import dev.syncline.log.Entry;
import dev.syncline.log.SegmentedLog;
import dev.syncline.log.options.LogOptions;
import dev.syncline.log.read.LogCursor;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * A write-ahead log in one directory: what is appended to it survives a power cut.
 *
 * <p>In {@link SyncMode#SYNC}, the default, a record is on stable storage when the append returns; threads that append at the
 * same time share one write. Records are numbered from 1 without gaps; a batch's COMMIT and each CHECKPOINT take a number too.
 *
 * <p>All methods are safe for many threads. Methods that do I/O throw {@link IOException}: a {@link SynclineException} where the
 * log itself has something to say, the file system's own exception otherwise. A failed write or sync is final for this instance
 * ({@link LogFailedException}): what is durable can still be read, and reopening believes the disk.
 *
 * <p>What this rests on: the device's flush is honest, a power cut harms only sectors being written, the file system is local,
 * and nothing but this library writes in the directory.
 */
public final class WriteAheadLog implements Closeable {
  private final SegmentedLog log;
  private final Storage storage;
  private final WalOptions options;
  private final String reason;

  private WriteAheadLog(SegmentedLog log, Storage storage, WalOptions options, String reason) {
    this.log = log;
    this.storage = storage;
    this.options = options;
    this.reason = reason;
  }

  // Opening.

  /** Opens or creates a log with {@link WalOptions#defaults}. */
  public static WriteAheadLog open(Path directory) throws IOException {
    return open(directory, WalOptions.defaults());
  }

  /**
   * Opens or creates a log, and recovers it if its last user did not close it.
   *
   * <p>If this JVM has the directory open already, that instance is fenced: it is abandoned from now on, and its operations have
   * returned when this one begins to read.
   *
   * @throws LogLockedException if another live process holds the log
   * @throws IncompatibleLogException if the directory holds a newer format, another log's segment or a foreign file
   * @throws CorruptLogException under {@link CorruptionPolicy#REFUSE}, if durable bytes are unreadable
   */
  public static WriteAheadLog open(Path directory, WalOptions options) throws IOException {
    requireDirectory(directory);
    Objects.requireNonNull(options, "options");
    Storages.createDirectory(directory);
    Storages.Choice choice = Storages.open(directory, options.storage(), options.blockSize());
    return open(choice.storage(), options, choice.reason());
  }

  /**
   * Opens a log on a storage of the caller's: a third implementation, or a decorator. {@link WalOptions#storage} is ignored, and
   * the storage is closed with the log.
   */
  public static WriteAheadLog open(Storage storage, WalOptions options) throws IOException {
    Objects.requireNonNull(storage, "storage");
    Objects.requireNonNull(options, "options");
    requireDirectory(storage.directory());
    return open(storage, options, "the caller chose it");
  }

  private static WriteAheadLog open(Storage storage, WalOptions options, String reason) throws IOException {
    return withCheckpoint(SegmentedLog.open(storage, options.toLogOptions()), storage, options, reason);
  }

  private static WriteAheadLog withCheckpoint(SegmentedLog log, Storage storage, WalOptions options, String reason) throws IOException {
    WriteAheadLog wal = new WriteAheadLog(log, storage, options, reason);
    try {
      Checkpoints.find(log);
      return wal;
    } catch (IOException | RuntimeException e) {
      try {
        log.close();
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  /** Opens a log to read it, with {@link WalOptions#defaults}. */
  public static WriteAheadLog openReadOnly(Path directory) throws IOException {
    return openReadOnly(directory, WalOptions.defaults());
  }

  /**
   * Opens a log to read it: takes no lock, writes nothing, fences nobody, and works beside a live writer. What the writer
   * appends later is seen by cursors opened later, and by tails.
   *
   * @throws NoSuchFileException if there is no such directory
   */
  public static WriteAheadLog openReadOnly(Path directory, WalOptions options) throws IOException {
    requireDirectory(directory);
    Objects.requireNonNull(options, "options");
    if (!Files.isDirectory(directory))
      throw new NoSuchFileException(directory.toString(), null, "expected a log's directory, found nothing");
    Storages.Choice choice = Storages.openToRead(directory, options.blockSize());
    return openReadOnly(choice.storage(), options, choice.reason());
  }

  /** The same on a storage of the caller's. */
  public static WriteAheadLog openReadOnly(Storage storage, WalOptions options) throws IOException {
    Objects.requireNonNull(storage, "storage");
    Objects.requireNonNull(options, "options");
    return openReadOnly(storage, options, "the caller chose it");
  }

  private static WriteAheadLog openReadOnly(Storage storage, WalOptions options, String reason) throws IOException {
    return withCheckpoint(SegmentedLog.openReadOnly(storage, options.toLogOptions()), storage, options, reason);
  }

  private static void requireDirectory(Path directory) throws IOException {
    Objects.requireNonNull(directory, "directory");
    // Asked twice, since "no directory" is also the answer where the disk gives none: that fails here with its reason.
    if (Files.exists(directory)
        && !Files.isDirectory(directory)
        && !Files.readAttributes(directory, BasicFileAttributes.class).isDirectory())
      throw new NotDirectoryException(directory + ": expected a directory to keep the log in, found a file. Nothing was changed");
  }

  // Appending.

  /** Appends one operation; returns its sequence. */
  public long append(Operation operation) throws IOException {
    Objects.requireNonNull(operation, "operation");
    return append(operation.type(), operation.key(), operation.value());
  }

  /** Appends a PUT; returns its sequence. */
  public long put(byte[] key, byte[] value) throws IOException {
    Objects.requireNonNull(key, "the key of a put must not be null");
    Objects.requireNonNull(value, "the value of a put must not be null; an empty array is a value, delete(key) removes one");
    return append(RecordType.PUT, key, value);
  }

  /** Appends a DELETE; returns its sequence. */
  public long delete(byte[] key) throws IOException {
    Objects.requireNonNull(key, "the key of a delete must not be null");
    return append(RecordType.DELETE, key, Operation.NOTHING);
  }

  /** Appends an ENTRY; returns its sequence. */
  public long append(byte[] payload) throws IOException {
    Objects.requireNonNull(payload, "the payload of an entry must not be null; an empty array is a payload");
    return append(RecordType.ENTRY, Operation.NOTHING, payload);
  }

  private long append(RecordType type, byte[] key, byte[] value) throws IOException {
    requireRecordSize(key, value);
    return log.append(type.code(), key.length, key, value);
  }

  private void requireRecordSize(byte[] key, byte[] value) throws RecordTooLargeException {
    long bytes = (long) key.length + value.length;
    if (bytes > options.maxRecordSize())
      throw new RecordTooLargeException(
          "expected at most maxRecordSize of " + options.maxRecordSize() + " bytes of key and value, found " + bytes
              + ". Nothing was written");
  }

  /**
   * Appends operations that survive a crash together or not at all, and a COMMIT behind them.
   *
   * @return the sequences of the operations; the COMMIT takes the next one
   * @throws IllegalArgumentException if the list is empty
   */
  public SequenceRange appendBatch(List<Operation> operations) throws IOException {
    Objects.requireNonNull(operations, "operations");
    List<Operation> batch = new ArrayList<>(operations);
    if (batch.isEmpty()) throw new IllegalArgumentException("an empty batch: expected at least one operation");
    long bytes = 0;
    List<Entry> entries = new ArrayList<>(batch.size() + 1);
    for (Operation operation : batch) {
      Objects.requireNonNull(operation, "an operation of the batch is null");
      requireRecordSize(operation.key(), operation.value());
      bytes += (long) operation.key().length + operation.value().length;
      entries.add(Payloads.entry(operation));
    }
    if (bytes > options.maxBatchSize())
      throw new RecordTooLargeException(
          "expected at most maxBatchSize of " + options.maxBatchSize() + " bytes in a batch, found " + bytes + " in " + batch.size()
              + " operations. Nothing was written");
    entries.add(Payloads.commit(batch.size()));
    long first = log.appendGroup(entries);
    return new SequenceRange(first, first + batch.size() - 1);
  }

  /**
   * Appends without waiting for the disk. Waits for memory if {@link WalOptions#maxPendingBytes} are pending.
   *
   * @return completes with the sequence when the record is durable, in sequence order, on {@link WalOptions#callbackExecutor};
   *     in MANUAL mode that is at the next {@link #sync}
   */
  public CompletableFuture<Long> appendAsync(Operation operation) throws IOException {
    Objects.requireNonNull(operation, "operation");
    requireRecordSize(operation.key(), operation.value());
    return log.appendAsync(operation.type().code(), operation.key().length, operation.key(), operation.value());
  }

  /** Makes everything durable whose append has returned; returns {@link #durableSequence}. */
  public long sync() throws IOException {
    return log.sync();
  }

  /** Waits until a sequence is durable; outside SYNC mode asks for a sync instead of waiting for the next one. */
  public void awaitDurable(long sequence) throws IOException {
    requireNotNegative(sequence);
    log.awaitDurable(sequence);
  }

  /** A checkpoint that covers everything before it. */
  public long checkpoint() throws IOException {
    return checkpointOf(-1);
  }

  /**
   * Appends a CHECKPOINT and makes it and everything before it durable, in every sync mode.
   *
   * @param covered sequence up to which the caller's state is safe elsewhere
   * @return the checkpoint's own sequence
   */
  public long checkpoint(long covered) throws IOException {
    requireNotNegative(covered);
    if (covered > currentSequence())
      throw new IllegalArgumentException("a checkpoint cannot cover " + covered + ": the highest sequence is " + currentSequence());
    return checkpointOf(covered);
  }

  private long checkpointOf(long covered) throws IOException {
    long covers = covered < 0 ? currentSequence() : covered;
    long sequence = log.append(RecordType.CHECKPOINT.code(), 0, Operation.NOTHING, Payloads.marker(covers));
    if (options.syncMode() != SyncMode.SYNC) log.sync();
    log.noteCheckpoint(sequence, covers);
    return sequence;
  }

  // Reading.

  /** Data records of whole batches, from the beginning. */
  public WalCursor replay() throws IOException {
    return replay(0);
  }

  /** Data records of whole batches with a sequence above {@code afterSequence}, up to what is current now. */
  public WalCursor replay(long afterSequence) throws IOException {
    requireNotNegative(afterSequence);
    return new RecordCursor(log.cursor(afterSequence), false, false);
  }

  /** Every record, markers included, from the beginning. */
  public WalCursor iterate() throws IOException {
    return iterate(0);
  }

  /** Every record with a sequence above {@code afterSequence}, markers included, up to what is current now. */
  public WalCursor iterate(long afterSequence) throws IOException {
    requireNotNegative(afterSequence);
    return new RecordCursor(log.cursor(afterSequence), true, false);
  }

  /**
   * Every durable record above {@code afterSequence}, markers included, and those to come; see {@link
   * WalCursor#next(java.time.Duration)}.
   */
  public WalCursor tail(long afterSequence) throws IOException {
    requireNotNegative(afterSequence);
    return new RecordCursor(log.follow(afterSequence), true, true);
  }

  /** The record with this sequence, of any type; empty if there is none (yet, or any more). */
  public Optional<WalRecord> read(long sequence) throws IOException {
    requireNotNegative(sequence);
    return sequence == 0 ? Optional.empty() : Optional.ofNullable(log.read(sequence, Payloads::record));
  }

  // Truncating.

  /**
   * Forgets every record with a sequence up to {@code sequence}, durably. Other threads go on appending meanwhile; the caller waits for two
   * durable writes of a block, and for files to be renamed or deleted. Space comes free by whole segments: nothing is gained by truncating
   * more often than segments fill up.
   */
  public void truncate(long sequence) throws IOException {
    requireNotNegative(sequence);
    log.truncate(sequence);
  }

  /**
   * Forgets every record with a sequence above {@code sequence}, durably; the next append gets {@code sequence + 1}.
   *
   * @throws IllegalArgumentException if that would cut a batch in two; the message names the two sequences that would not
   */
  public void truncateAfter(long sequence) throws IOException {
    requireNotNegative(sequence);
    requireBatchBoundary(sequence);
    long[] checkpoint = Checkpoints.lastUpTo(log, sequence);
    log.truncateAfter(sequence, checkpoint[0], checkpoint[1]);
  }

  /** A batch cannot be told from its beginning, only from its COMMIT, which says where it begins. */
  private void requireBatchBoundary(long sequence) throws IOException {
    if (sequence >= currentSequence() || sequence <= log.truncatedThrough()) return;
    try (LogCursor cursor = log.seek(sequence)) {
      if (!cursor.advance() || cursor.sequence() != sequence || !cursor.groupGoesOn()) return;
      while (cursor.groupGoesOn()) if (!cursor.advance()) return;
      long commit = cursor.sequence();
      long first = Payloads.record(cursor).marked();
      throw new IllegalArgumentException("sequence " + sequence + " lies inside the batch of " + first + " to " + commit
          + ": truncateAfter allows " + (first - 1) + " (without the batch) or " + commit + " (with it)");
    }
  }

  // Copying and checking.

  /**
   * Makes {@code target} a log that holds what this one holds now, durably: by hard links where the file system allows, else by
   * copying.
   *
   * @param target must not exist, or be an empty directory
   */
  public void snapshot(Path target) throws IOException {
    Objects.requireNonNull(target, "target");
    if (Files.exists(target)) {
      if (!Files.isDirectory(target)) throw new NotDirectoryException(target + ": expected no file or an empty directory, found a file");
      try (Stream<Path> entries = Files.list(target)) {
        if (entries.findAny().isPresent())
          throw new FileAlreadyExistsException(target.toString(), null, "expected an empty directory for a snapshot, found files in it");
      }
    }
    try (Storage copy = storage.in(target)) {
      copy.createDirectory();
      log.snapshot(copy);
    }
  }

  /** Reads and checks every byte that counts. Damage is reported, not thrown. */
  public VerifyReport verify() throws IOException {
    return log.verify();
  }

  // Telling.

  /** Highest sequence whose append has returned; 0 in a fresh log. */
  public long currentSequence() {
    return log.currentSequence();
  }

  /** Highest sequence on stable storage. */
  public long durableSequence() {
    return log.durableSequence();
  }

  /** First sequence that can be read; {@code currentSequence() + 1} if there is no record. */
  public long firstSequence() {
    return log.firstSequence();
  }

  /** Sequence of the last CHECKPOINT, 0 if there is none; it stays known when the record itself has been truncated. */
  public long lastCheckpoint() {
    return log.lastCheckpoint();
  }

  /** What the last checkpoint covers: replay from here. 0 if there is none. */
  public long lastCheckpointCovers() {
    return log.checkpointCovers();
  }

  /** What opening found and did. */
  public RecoveryReport recovery() {
    return log.recovery();
  }

  /** Which storage is active, and why. */
  public StorageInfo storage() {
    StorageTraits traits = storage.traits();
    return new StorageInfo(traits.name(), reason, traits.directIo(), traits.alignmentBytes(), traits.preallocates(), traits.fileSystem());
  }

  /** Counts since this instance was opened. */
  public WalStats stats() {
    return log.stats();
  }

  public Path directory() {
    return storage.directory();
  }

  /**
   * Makes everything durable in every sync mode and lets the directory go. Waits for appends in flight; closing again does
   * nothing.
   *
   * @throws LogFailedException if a write or sync failed before or fails now, once; or if one hangs for longer than {@link
   *     WalOptions#closeTimeout}: then the directory stays locked until it returns or the process ends
   */
  @Override
  public void close() throws IOException {
    log.close();
  }

  private static void requireNotNegative(long sequence) {
    if (sequence < 0) throw new IllegalArgumentException("a sequence is 0 or more, not " + sequence);
  }
}
