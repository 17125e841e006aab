package dev.syncline;

import dev.syncline.io.Refusal;
import dev.syncline.io.Storage;
import dev.syncline.io.StorageTraits;
import dev.syncline.io.Storages;
import dev.syncline.log.commit.Entry;
import dev.syncline.log.SegmentedLog;
import dev.syncline.log.StorageOpener;
import dev.syncline.log.commit.AsyncAppend;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A write-ahead log in one directory: what is appended to it survives a power cut.
 *
 * <p>In {@link SyncMode#SYNC}, the default, a record is on stable storage when the append returns; threads that append at the same time
 * share one write. Records are numbered from 1 without gaps; a batch's COMMIT and each CHECKPOINT take a number too.
 *
 * <p>All methods are safe for many threads. Methods that do I/O throw {@link IOException}: a {@link SynclineException} where the log
 * itself has something to say, the file system's own exception otherwise. A failed write or sync is final for this instance ({@link
 * LogFailedException}): what is durable can still be read, and reopening believes the disk.
 *
 * <p>What this rests on: the device's flush is honest, a power cut harms only sectors being written, the file system is local, and nothing
 * but this library writes in the directory.
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
   * @throws LogFailedException if for {@link WalOptions#openTimeout} nothing moves in the directory: the disk hangs, or an abandoned
   *     instance's operation on it
   * @throws IncompatibleLogException if the directory holds another format, another log's segment or a foreign file
   * @throws CorruptLogException under {@link CorruptionPolicy#REFUSE}, if durable bytes are unreadable
   */
  public static WriteAheadLog open(Path directory, WalOptions options) throws IOException {
    Directories.requireDirectory(directory);
    Objects.requireNonNull(options, "options");
    AtomicReference<Storages.Choice> choice = new AtomicReference<>();
    StorageOpener opener = () -> {
      choice.set(Storages.open(directory, options.storage(), options.blockSize()));
      return choice.get().storage();
    };
    SegmentedLog log = SegmentedLog.open(directory, options.storage(), opener, options.toLogOptions());
    return new WriteAheadLog(Checkpoints.findIn(log), choice.get().storage(), options, choice.get().reason());
  }

  /**
   * Opens a log on a storage of the caller's: a third implementation, or a decorator. {@link WalOptions#storage} is ignored, and
   * the storage is closed with the log.
   *
   * @throws IllegalArgumentException if {@link WalOptions#blockSize} is not a multiple of the storage's
   *     {@linkplain dev.syncline.io.StorageTraits#alignmentBytes alignment}; nothing of a log is there then that was not there before
   */
  public static WriteAheadLog open(Storage storage, WalOptions options) throws IOException {
    Objects.requireNonNull(storage, "storage");
    Objects.requireNonNull(options, "options");
    Directories.requireDirectory(storage.directory());
    SegmentedLog log = SegmentedLog.open(storage, options.toLogOptions());
    return new WriteAheadLog(Checkpoints.findIn(log), storage, options, "the caller chose it");
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
    Directories.requireDirectory(directory);
    Objects.requireNonNull(options, "options");
    Directories.requireExisting(directory);
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
    SegmentedLog log = SegmentedLog.openReadOnly(storage, options.toLogOptions());
    return new WriteAheadLog(Checkpoints.findIn(log), storage, options, reason);
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
    Sizes.require(options, key, value);
    return log.append(type.code(), key.length, key, value);
  }

  /**
   * Appends operations that survive a crash together or not at all, and a COMMIT behind them.
   *
   * @return the sequences of the operations; the COMMIT takes the next one
   * @throws IllegalArgumentException if the list is empty
   */
  public SequenceRange appendBatch(List<Operation> operations) throws IOException {
    List<Entry> entries = Sizes.batch(options, operations);
    long first = log.appendGroup(entries);
    return Results.range(first, first + entries.size() - 2);
  }

  /**
   * Appends without waiting for the disk: the sequence is told at once, so that what the caller keeps can be brought in order by it, and
   * durability comes later. Waits for memory if {@link WalOptions#maxPendingBytes} are pending, and while 65,536 futures wait to complete.
   *
   * @return the sequence, and a future that completes with it when the record is durable, in sequence order, on {@link
   *     WalOptions#callbackExecutor}; in MANUAL mode that is at the next {@link #sync}. It completes in any case: if the log fails,
   *     exceptionally; if the executor completes nothing for a second, on a thread of the log's. {@code join} is the quickest way to wait:
   *     in SYNC mode it may write the record itself, as {@link #append} does; {@code get}, and who has set {@code orTimeout}, does not
   * @throws ResourceShortageException if there is no thread to write the record or to complete its future; nothing was appended
   */
  public Appended appendAsync(Operation operation) throws IOException {
    Objects.requireNonNull(operation, "operation");
    Sizes.require(options, operation.key(), operation.value());
    AsyncAppend append = log.appendAsync(operation.type().code(), operation.key().length, operation.key(), operation.value());
    return Results.appended(append, append.first());
  }

  /**
   * The same for operations that survive a crash together or not at all, with a COMMIT behind them.
   *
   * @throws IllegalArgumentException if the list is empty
   * @throws ResourceShortageException as {@link #appendAsync}
   */
  public Appended appendBatchAsync(List<Operation> operations) throws IOException {
    List<Entry> entries = Sizes.batch(options, operations);
    AsyncAppend append = log.appendGroupAsync(entries);
    return Results.appended(append, append.first() + entries.size() - 2);
  }

  /**
   * Waits until the log takes records again, after an append was refused ({@link StorageFullException}, {@link ResourceShortageException})
   * or while appends wait for memory or for callbacks. Makes space ready if that is all it takes. It says how things are when it returns:
   * other threads may append before the caller does.
   *
   * @param timeout how long to wait at most; zero to ask only
   * @return whether a small record would be taken at once; false if the time is over, or the thread is interrupted
   */
  public boolean awaitRoom(Duration timeout) throws IOException {
    Objects.requireNonNull(timeout, "timeout");
    return log.awaitRoom(TimeUnit.NANOSECONDS.convert(timeout));
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

  /** Covers all that had been appended when it was called, by others too: beside writers say by {@link #checkpoint(long)} what is saved. */
  public long checkpoint() throws IOException {
    return log.checkpoint(RecordType.CHECKPOINT.code(), -1, Payloads::marker);
  }

  /**
   * Appends a CHECKPOINT and makes it and everything before it durable, in every sync mode. Call it when state that holds every record up
   * to {@code covered} is saved durably, then {@link #truncate truncate(covered)}; restore with that state and {@link
   * #lastCheckpointCovers}. The last checkpoint counts, also if it covers less than one before it.
   *
   * @param covered sequence up to which the caller's state is safe elsewhere
   * @return the checkpoint's own sequence, which is not what to truncate to: others may have appended in between
   */
  public long checkpoint(long covered) throws IOException {
    requireNotNegative(covered);
    return log.checkpoint(RecordType.CHECKPOINT.code(), covered, Payloads::marker);
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

  /** Durable records above {@code afterSequence}, markers included, and those to come; see {@link WalCursor#next(java.time.Duration)}. */
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
    log.truncateAfter(sequence, last -> Checkpoints.lastAtCut(log, last));
  }

  // Copying and checking.

  /**
   * Makes {@code target} a log that holds what this one holds now, durably: by hard links where the file system allows, else by copying.
   *
   * @param target must not exist, or be an empty directory
   */
  public void snapshot(Path target) throws IOException {
    Objects.requireNonNull(target, "target");
    Directories.requireEmpty(target);
    boolean made = !Files.exists(target);
    try (Storage copy = storage.in(target)) {
      copy.createDirectory();
      Checkpoints.copy(log, copy);
    } catch (IOException e) {
      if (made) Directories.deleteEmpty(target, e);
      throw Refusal.explained(e, target, true);
    } catch (RuntimeException | Error e) {
      if (made) Directories.deleteEmpty(target, e);
      throw e;
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

  /**
   * Highest sequence that can be read and was committed at {@code time} or before, to keep records by age say; 0 if there is none. By the
   * writer's {@link WalOptions.Builder#clock}; records of one frame ({@link WalOptions#joinCommitsWithin}) have the last one's time.
   */
  public long sequenceAt(Instant time) throws IOException {
    return log.sequenceAt(OptionLimits.millis(time));
  }

  /**
   * Sequence of the last CHECKPOINT, 0 if there is none; it stays known when the record itself has been truncated. Not what to replay from:
   * between what it covers and itself others may have appended.
   */
  public long lastCheckpoint() {
    return log.lastCheckpoint();
  }

  /** What the last checkpoint covers, 0 if there is none: {@code replay(lastCheckpointCovers())} is what the saved state lacks. */
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
   * Makes everything durable in every sync mode and lets the directory go. Waits for appends in flight; closing again does nothing.
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
