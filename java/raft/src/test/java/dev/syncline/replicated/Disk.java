package dev.syncline.replicated;

import dev.syncline.StorageFullException;
import dev.syncline.io.Storage;
import dev.syncline.raft.LogSettings;
import dev.syncline.raft.StoragesOf;
import dev.syncline.replicated.jraft.JRaftEngine;
import dev.syncline.tck.InterceptedStorage;
import dev.syncline.tck.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The disk of one node: well, full, broken or slow, for the group's log on it and for the node's own. */
final class Disk {
  enum Condition {
    WELL,
    /** What is reserved can be written; nothing can be reserved. */
    FULL,
    /**
     * EIO, whatever is to be changed. Reads go on: a node that cannot read its log has failed, but may keep locks of JRaft's until its
     * process ends, and here others are in that process.
     */
    BROKEN,
    /** Writes and syncs take up to as long as an election. */
    SLOW
  }

  private static final long SLOW_MILLIS_MAX = 500;
  private volatile Condition condition = Condition.WELL;
  private volatile boolean failed;

  void is(Condition now) {
    condition = now;
  }

  /** Whether it has refused anything since a node was opened on it. */
  boolean hasFailed() {
    return failed;
  }

  /** A node on this disk. */
  ReplicatedLog open(ReplicatedLogOptions options) throws IOException {
    failed = false;
    LogSettings log = LogSettings.defaults().withStorage(options.storage()).withSegmentBytes(options.maxSegmentSize());
    return ReplicatedLog.open(options, (all, state, clients) -> JRaftEngine.start(
        all, new OnDisk(state), clients, troubles -> new StoragesOf(log, Around::new, troubles)));
  }

  private <E extends IOException> E failing(E failure) {
    failed = true;
    return failure;
  }

  private void touch(Operation.Op op) throws IOException {
    Condition now = condition;
    boolean looks = op == Operation.Op.READ || op == Operation.Op.SIZE || op == Operation.Op.OPEN || op == Operation.Op.LIST;
    if (now == Condition.BROKEN && !looks) throw failing(new IOException("EIO: " + op + " failed"));
    boolean takesRoom = op == Operation.Op.RESERVE || op == Operation.Op.CREATE || op == Operation.Op.WRITE_ZEROS;
    if (now == Condition.FULL && takesRoom) throw failing(new StorageFullException("ENOSPC: " + op + " failed"));
    boolean goesToDisk = takesRoom || op == Operation.Op.WRITE || op == Operation.Op.WRITE_DURABLY || op == Operation.Op.SYNC;
    if (now == Condition.SLOW && goesToDisk)
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(ThreadLocalRandom.current().nextLong(SLOW_MILLIS_MAX)));
  }

  private final class Around extends InterceptedStorage {
    Around(Storage delegate) {
      super(delegate);
    }

    @Override
    protected <T> T intercept(Operation operation, Call<T> call) throws IOException {
      if (operation.op() != Operation.Op.CLOSE) touch(operation.op());
      return call.run();
    }

    @Override
    protected Storage around(Storage other) {
      return new Around(other);
    }
  }

  /** The node's own log is not opened on a storage of a test's: its operations as a whole fail. */
  private final class OnDisk implements ReplicatedState {
    private final ReplicatedState state;

    OnDisk(ReplicatedState state) {
      this.state = state;
    }

    @Override
    public byte[] apply(long index, ByteBuffer command) throws IOException {
      touch(Operation.Op.WRITE);
      return state.apply(index, command);
    }

    @Override
    public List<String> save(Path directory) throws IOException {
      touch(Operation.Op.CREATE);
      return state.save(directory);
    }

    @Override
    public void load(Path directory) throws IOException {
      touch(Operation.Op.CREATE);
      state.load(directory);
    }
  }
}
