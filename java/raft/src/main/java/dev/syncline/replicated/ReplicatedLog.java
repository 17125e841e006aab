package dev.syncline.replicated;

import dev.syncline.Operation;
import dev.syncline.RecordTooLargeException;
import dev.syncline.SequenceRange;
import dev.syncline.WalCursor;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import dev.syncline.io.DirectoryLock;
import dev.syncline.io.Storages;
import dev.syncline.replicated.jraft.JRaftEngine;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One node of a group that keeps the same write-ahead log several times: what an append returned for is on disk on most of the
 * group's nodes, and survives the loss of the others.
 *
 * <p>The operations are those of {@link WriteAheadLog}, and so are the sequences: from 1, without gaps, one for a batch's COMMIT
 * and one for a CHECKPOINT. Appends, batches, checkpoints and truncations are for the leader; elsewhere they fail with {@link
 * NotLeaderException}, which names it ({@link ReplicatedLogClient} finds it by itself). If the leader changes under such a call its
 * outcome is unknown, {@link OutcomeUnknownException}; with a {@link RequestId} it can be sent again and is applied once.
 *
 * <p>Reads are for every node, and linearizable: they see everything that was acknowledged anywhere before the call, for the price
 * of asking the leader. A tail shows what is applied on this node, as it comes. All methods are safe for many threads; a cursor
 * belongs to one.
 */
public final class ReplicatedLog implements Closeable {
  private final ReplicatedLogOptions options;
  private final Path claim;
  private final DirectoryLock lock;

  /** Whether nothing of this node is under way in its directory any more. Until then nobody in this process takes the directory from it. */
  private final AtomicBoolean ended;
  private final LogState state;
  private final Backups backups;
  private final ConsensusEngine engine;
  private final Proposer proposer;
  private final AtomicBoolean closed = new AtomicBoolean();

  private ReplicatedLog(
      ReplicatedLogOptions options, Path claim, DirectoryLock lock, AtomicBoolean ended, LogState state, ConsensusEngine.Factory factory)
      throws IOException {
    this.options = options;
    this.claim = claim;
    this.lock = lock;
    this.ended = ended;
    this.state = state;
    CompactingState compacting = new CompactingState(state, options.snapshotEveryBytes());
    this.backups = new Backups(options.directory().resolve("backup"), state);
    ClientService clients = new ClientService(options, state, backups);
    this.engine = factory.start(options, compacting, clients);
    this.proposer = new Proposer(options, engine);
    compacting.compactWith(engine);
    clients.answerWith(engine);
  }

  /** Starts a node and lets it join its group. It may not have caught up when this returns: reads wait until it has. */
  public static ReplicatedLog open(ReplicatedLogOptions options) throws IOException {
    return open(options, JRaftEngine::start);
  }

  /** The same on another consensus engine. */
  public static ReplicatedLog open(ReplicatedLogOptions options, ConsensusEngine.Factory engine) throws IOException {
    Objects.requireNonNull(options, "options");
    Path directory = options.directory();
    Storages.createDirectory(directory);
    Path claim = OpenDirectories.claim(directory);
    DirectoryLock lock = null;
    LogState state = null;
    AtomicBoolean ended = new AtomicBoolean();
    try {
      lock = DirectoryLock.acquire(directory, nanos -> ended.get(), 0);
      state = LogState.open(directory.resolve("state"), options.localLog());
      return new ReplicatedLog(options, claim, lock, ended, state, engine);
    } catch (IOException | RuntimeException | Error e) {
      if (state != null) closeQuietly(state, e);
      ended.set(true);
      if (lock != null) closeQuietly(lock::release, e);
      OpenDirectories.release(claim);
      throw e;
    }
  }

  private static void closeQuietly(Closeable closeable, Throwable cause) {
    try {
      closeable.close();
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  // Appending: on the leader.

  /** Appends one operation; returns its sequence. */
  public long append(Operation operation) throws IOException {
    return append(operation, null);
  }

  /** The same, once, however often it is called with this name; see {@link RequestId}. */
  public long append(Operation operation, RequestId request) throws IOException {
    return propose(append(options, operation, request)).first();
  }

  /** Appends a PUT; returns its sequence. */
  public long put(byte[] key, byte[] value) throws IOException {
    return append(Operation.put(key, value));
  }

  /** Appends a DELETE; returns its sequence. */
  public long delete(byte[] key) throws IOException {
    return append(Operation.delete(key));
  }

  /** Appends an ENTRY; returns its sequence. */
  public long append(byte[] payload) throws IOException {
    return append(Operation.entry(payload));
  }

  /** Appends without waiting; the operation's arrays are free again when this returns. */
  public CompletableFuture<Long> appendAsync(Operation operation) throws IOException {
    Command command = append(options, operation, null);
    requireOpen();
    return proposer.proposeAsync(command).thenApplyAsync(CommandResult::first, options.callbackExecutor());
  }

  static Command append(ReplicatedLogOptions options, Operation operation, RequestId request) throws RecordTooLargeException {
    Objects.requireNonNull(operation, "operation");
    Limits.requireRecordSize(options, operation);
    return Command.append(operation, request);
  }

  /** Appends operations that are applied together or not at all, and a COMMIT behind them; returns the operations' sequences. */
  public SequenceRange appendBatch(List<Operation> operations) throws IOException {
    return appendBatch(operations, null);
  }

  /** The same, once, however often it is called with this name; see {@link RequestId}. */
  public SequenceRange appendBatch(List<Operation> operations, RequestId request) throws IOException {
    Objects.requireNonNull(operations, "operations");
    List<Operation> batch = List.copyOf(operations);
    if (batch.isEmpty()) throw new IllegalArgumentException("an empty batch: expected at least one operation");
    Limits.requireBatchSize(options, batch);
    CommandResult result = propose(Command.batch(batch, request));
    return new SequenceRange(result.first(), result.last());
  }

  /**
   * Appends a CHECKPOINT that covers everything before it, also what others have appended since the caller saved its state: beside them
   * say with {@link #checkpoint(long)} what is saved. Returns its sequence, which is not what to truncate to.
   */
  public long checkpoint() throws IOException {
    return propose(Command.checkpoint(Command.ALL, null)).first();
  }

  /** Appends a CHECKPOINT that says up to where the caller's state is safe elsewhere; returns its sequence. */
  public long checkpoint(long covered) throws IOException {
    return checkpoint(covered, null);
  }

  /** The same, once, however often it is called with this name; see {@link RequestId}. */
  public long checkpoint(long covered, RequestId request) throws IOException {
    requireNotNegative(covered);
    return propose(Command.checkpoint(covered, request)).first();
  }

  /** Forgets every record with a sequence up to {@code through}, on every node. Doing it again changes nothing. */
  public void truncate(long through) throws IOException {
    requireNotNegative(through);
    propose(Command.truncate(through, null));
  }

  /** The number of a new session, for {@link RequestId}s. */
  public long openSession() throws IOException {
    return propose(Command.openSession()).first();
  }

  private CommandResult propose(Command command) throws IOException {
    requireOpen();
    return proposer.propose(command);
  }

  // Reading: on every node.

  /** The record with this sequence, of any type; empty if there is none (yet, or any more). */
  public Optional<WalRecord> read(long sequence) throws IOException {
    requireNotNegative(sequence);
    barrier();
    return state.read(log -> log.read(sequence));
  }

  /** Data records of whole batches, from the beginning. */
  public WalCursor replay() throws IOException {
    return replay(0);
  }

  /** Data records of whole batches with a sequence above {@code afterSequence}. */
  public WalCursor replay(long afterSequence) throws IOException {
    requireNotNegative(afterSequence);
    barrier();
    return ReplicatedCursor.upToNow(state, afterSequence, false);
  }

  /** Every record, markers included, from the beginning. */
  public WalCursor iterate() throws IOException {
    return iterate(0);
  }

  /** Every record with a sequence above {@code afterSequence}, markers included. */
  public WalCursor iterate(long afterSequence) throws IOException {
    requireNotNegative(afterSequence);
    barrier();
    return ReplicatedCursor.upToNow(state, afterSequence, true);
  }

  /**
   * Every committed record above {@code afterSequence}, markers included, and those to come, in the order and as fast as this node
   * applies them; see {@link WalCursor#next(java.time.Duration)}.
   */
  public WalCursor tail(long afterSequence) throws IOException {
    requireNotNegative(afterSequence);
    requireOpen();
    return ReplicatedCursor.following(state, afterSequence);
  }

  /** Highest sequence appended; 0 in a fresh log. */
  public long currentSequence() throws IOException {
    barrier();
    return state.log().currentSequence();
  }

  /** First sequence that can be read; the next one to be appended if there is no record. */
  public long firstSequence() throws IOException {
    barrier();
    return state.log().firstSequence();
  }

  /** Sequence of the last CHECKPOINT, 0 if there is none. */
  public long lastCheckpoint() throws IOException {
    barrier();
    return state.log().lastCheckpoint();
  }

  /** What the last checkpoint covers: replay from here. 0 if there is none. */
  public long lastCheckpointCovers() throws IOException {
    barrier();
    return state.log().lastCheckpointCovers();
  }

  /** Waits until this node has applied everything that was acknowledged anywhere before the call. */
  public void barrier() throws IOException {
    requireOpen();
    proposer.barrier();
  }

  /**
   * Makes {@code target} a log for {@link WriteAheadLog#open(Path)} that holds what this one holds now: a copy to keep elsewhere.
   *
   * @param target must not exist, or be an empty directory
   */
  public void snapshot(Path target) throws IOException {
    Objects.requireNonNull(target, "target");
    barrier();
    state.read(log -> {
      log.snapshot(target);
      return null;
    });
  }

  // The node.

  /** Highest sequence applied on this node, without asking anybody; other nodes may be further. */
  public long appliedSequence() {
    return state.log().currentSequence();
  }

  /** Whether this node believes that it leads; it may be the last to learn that it does not. */
  public boolean leads() {
    return engine.leads();
  }

  /** The address of the leader, as far as this node knows. */
  public Optional<String> leader() {
    return engine.leader();
  }

  /** Why this node has stopped for good, and needs to be opened again: its disk is full or has failed. */
  public Optional<Throwable> failure() {
    return engine.failure();
  }

  /**
   * Saves this node's state and lets the group's log be cut on this node, now instead of after {@link
   * ReplicatedLogOptions#snapshotEveryBytes}.
   */
  public void compact() throws IOException {
    requireOpen();
    proposer.await(engine.compact(), "a compaction");
  }

  /** What an operator can do on this node; empty if the engine has nothing of the kind. */
  public Optional<GroupAdministration> administration() {
    return engine.administration();
  }

  private void requireOpen() throws IOException {
    if (closed.get()) throw new UnavailableException(options.address() + " is closed");
    Optional<Throwable> failure = engine.failure();
    if (failure.isPresent() && failure.get() instanceof NodeRemovedException removed)
      throw new UnavailableException(removed.getMessage(), removed);
    if (failure.isPresent())
      throw new UnavailableException(options.address() + " has stopped for good: " + failure.get().getMessage() + ". Open it again",
          failure.get());
  }

  /**
   * Leaves the group; it goes on if most of its nodes are left. Closing again does nothing.
   *
   * @throws IOException also if the engine has not stopped in time: then the directory stays locked until the process ends
   */
  @Override
  public void close() throws IOException {
    if (!closed.compareAndSet(false, true)) return;
    boolean stopped = false;
    try {
      engine.close();
      stopped = true;
    } finally {
      try {
        backups.close();
        state.close();
      } finally {
        // An engine that has not stopped may still write: nobody else gets the directory before the process ends.
        if (stopped) giveUpDirectory();
      }
    }
  }

  private void giveUpDirectory() throws IOException {
    ended.set(true);
    lock.release();
    OpenDirectories.release(claim);
  }

  private static void requireNotNegative(long sequence) {
    if (sequence < 0) throw new IllegalArgumentException("a sequence is 0 or more, not " + sequence);
  }
}
