package dev.syncline.replicated;

import dev.syncline.LogClosedException;
import dev.syncline.LogFailedException;
import dev.syncline.Operation;
import dev.syncline.SequenceRange;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One node's copy: a Syncline log of its own, and what was answered to which request.
 *
 * <p><b>Invariant.</b> At any time the local log and the table of sessions are exactly the last loaded snapshot plus the commands
 * applied since, each once, in the order of the engine's log; and a snapshot is exactly this pair as it was after some command.
 * It holds because neither outlives the process: {@link #open} forgets what an earlier process left, the engine then loads its
 * last snapshot, if it has one, and applies every command behind it. So no applied index is stored, none can disagree with the
 * records, and no command is ever applied to a log that has seen it.
 *
 * <p>Nor does the local log have to survive a crash by itself: what it holds beyond the snapshot lies in the engine's log. It is
 * therefore not synced as it grows ({@code MANUAL}); {@link #save} syncs it, and only then may the engine cut its log. A crash
 * between the two leaves the snapshot before and the whole engine's log, or the new snapshot and more of the engine's log than is
 * needed: either gives the same state. A restart links the snapshot's files instead of copying them, and rewrites what was
 * applied behind it, which {@link ReplicatedLogOptions#snapshotEveryBytes} bounds.
 */
final class LogState implements ReplicatedState, Closeable {
  private static final System.Logger LOGGER = System.getLogger("dev.syncline.replicated");
  private static final String LOG = "log";
  private static final String SESSIONS = "sessions";

  private final Path directory;
  private final WalOptions options;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition grown = lock.newCondition();
  private final AtomicLong bytesSinceSave = new AtomicLong();
  private int incarnations;

  /** Replaced by the applying thread when a snapshot is loaded; read by anyone. */
  private volatile WriteAheadLog log;

  /** The applying thread's alone. */
  private SessionTable sessions = new SessionTable();

  private LogState(Path directory, WalOptions options) {
    this.directory = directory;
    this.options = options;
  }

  /** A fresh state in {@code directory}; what is there is deleted. The caller has the only claim to it. */
  static LogState open(Path directory, WalOptions options) throws IOException {
    LogState state = new LogState(directory, options);
    StateDirectory.delete(directory);
    state.log = WriteAheadLog.open(state.nextLogDirectory(), options);
    return state;
  }

  private Path nextLogDirectory() {
    return directory.resolve(LOG + "-" + ++incarnations);
  }

  /** The local log now; when a snapshot is loaded another one takes its place, and then it is closed. */
  WriteAheadLog log() {
    return log;
  }

  /** Bytes of the commands applied since the last save or load. */
  long bytesSinceSave() {
    return bytesSinceSave.get();
  }

  // Applying.

  @Override
  public byte[] apply(long index, ByteBuffer bytes) throws IOException {
    bytesSinceSave.addAndGet(bytes.remaining());
    Command command = decode(index, bytes);
    CommandResult result = command.request() == null ? perform(index, command) : performOnce(index, command);
    signalGrowth();
    return result.encode();
  }

  private static Command decode(long index, ByteBuffer bytes) throws IOException {
    try {
      return Command.decode(bytes);
    } catch (IllegalArgumentException e) {
      throw new IOException("entry " + index + " of the consensus log: " + e.getMessage(), e);
    }
  }

  private CommandResult performOnce(long index, Command command) throws IOException {
    CommandResult known = sessions.known(command.request());
    if (known != null) return known;
    CommandResult result = perform(index, command);
    sessions.remember(command.request(), result);
    return result;
  }

  private CommandResult perform(long index, Command command) throws IOException {
    switch (command.kind()) {
      case OPEN_SESSION:
        sessions.open(index);
        return CommandResult.done(index, index);
      case APPEND:
        Operation operation = command.operations().get(0);
        long sequence = log.append(operation);
        return CommandResult.done(sequence, sequence);
      case BATCH:
        SequenceRange range = log.appendBatch(command.operations());
        return CommandResult.done(range.first(), range.last());
      case CHECKPOINT:
        return checkpoint(command.sequence());
      case TRUNCATE:
        return truncate(command.sequence());
      default:
        throw new AssertionError(command.kind());
    }
  }

  private CommandResult checkpoint(long covered) throws IOException {
    long highest = log.currentSequence();
    if (covered > highest) return CommandResult.refused(highest);
    long sequence = covered == Command.ALL ? log.checkpoint() : log.checkpoint(covered);
    return CommandResult.done(sequence, sequence);
  }

  private CommandResult truncate(long through) throws IOException {
    long highest = log.currentSequence();
    if (through > highest) return CommandResult.refused(highest);
    log.truncate(through);
    return CommandResult.done(through, through);
  }

  // Reading.

  /** Something to ask of the local log that leaves nothing open. */
  interface Reading<T> {
    T of(WriteAheadLog log) throws IOException;
  }

  /** Asks the local log, and again if a snapshot took its place meanwhile. */
  <T> T read(Reading<T> reading) throws IOException {
    while (true) {
      WriteAheadLog now = log;
      try {
        return reading.of(now);
      } catch (LogClosedException e) {
        if (log == now) throw new UnavailableException("the node was closed as it was asked", e);
      }
    }
  }

  // Snapshots.

  @Override
  public List<String> save(Path target) throws IOException {
    log.snapshot(target.resolve(LOG));
    StateDirectory.writeDurably(target.resolve(SESSIONS), sessions.encode());
    StateDirectory.sync(target);
    bytesSinceSave.set(0);
    List<String> files = new ArrayList<>(List.of(SESSIONS));
    for (Path file : StateDirectory.files(target.resolve(LOG))) files.add(LOG + "/" + file.getFileName());
    return files;
  }

  @Override
  public void load(Path source) throws IOException {
    // It may have come over the network, file by file, and the engine gives up its log for it.
    StateDirectory.sync(source.resolve(LOG));
    StateDirectory.sync(source);
    SessionTable loaded = sessions(source.resolve(SESSIONS));
    Path target = nextLogDirectory();
    StateDirectory.copyLog(source.resolve(LOG), target);
    WriteAheadLog before = log;
    log = WriteAheadLog.open(target, options);
    sessions = loaded;
    bytesSinceSave.set(0);
    signalGrowth();
    discard(before);
  }

  private static void discard(WriteAheadLog before) throws IOException {
    try {
      before.close();
    } catch (LogFailedException e) {
      LOGGER.log(System.Logger.Level.INFO, "a log that is no longer needed had failed: {0}", e.getMessage());
    }
    StateDirectory.delete(before.directory());
  }

  private static SessionTable sessions(Path file) throws IOException {
    try {
      return SessionTable.decode(Files.readAllBytes(file));
    } catch (IllegalArgumentException e) {
      throw new DamagedStateException(file + ": " + e.getMessage(), e);
    }
  }

  // Following.

  private void signalGrowth() {
    lock.lock();
    try {
      grown.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until a sequence above this one has been applied; false if the time is up before. An interrupt ends the wait and stays set. */
  boolean awaitBeyond(long sequence, long timeoutNanos) {
    long leftNanos = timeoutNanos;
    lock.lock();
    try {
      while (log.currentSequence() <= sequence) {
        if (leftNanos <= 0) return false;
        leftNanos = grown.awaitNanos(leftNanos);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return log.currentSequence() > sequence;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    log.close();
    signalGrowth();
  }
}
