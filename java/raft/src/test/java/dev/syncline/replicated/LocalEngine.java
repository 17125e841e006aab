package dev.syncline.replicated;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/** A consensus of one that never fails: what a {@link ReplicatedLog} needs of an engine, and nothing else. */
final class LocalEngine implements ConsensusEngine {

  /** What an engine keeps on disk: its last snapshot and the commands behind it. */
  static final class Disk {
    private final Path snapshots;
    private final AtomicInteger saves = new AtomicInteger();
    private final TreeMap<Long, byte[]> commands = new TreeMap<>();
    private long last;
    private Path snapshot;

    Disk(Path snapshots) {
      this.snapshots = snapshots;
    }

    /** Commands that a node which starts now applies again. */
    int length() {
      return commands.size();
    }

    ConsensusEngine start(ReplicatedLogOptions options, ReplicatedState state, ClientRequestHandler clients) throws IOException {
      if (snapshot != null) state.load(snapshot);
      for (var each : commands.entrySet()) state.apply(each.getKey(), ByteBuffer.wrap(each.getValue()));
      return new LocalEngine(this, options.address(), state);
    }
  }

  private final Disk disk;
  private final String address;
  private final ReplicatedState state;
  private final ReentrantLock lock = new ReentrantLock();

  private LocalEngine(Disk disk, String address, ReplicatedState state) {
    this.disk = disk;
    this.address = address;
    this.state = state;
  }

  @Override
  public CompletableFuture<byte[]> propose(byte[] command) {
    lock.lock();
    try {
      disk.commands.put(++disk.last, command);
      return CompletableFuture.completedFuture(state.apply(disk.last, ByteBuffer.wrap(command)));
    } catch (IOException e) {
      return CompletableFuture.failedFuture(new OutcomeUnknownException("applying failed", e));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public CompletableFuture<Void> readBarrier() {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletableFuture<Void> compact() {
    lock.lock();
    try {
      disk.snapshot = Files.createDirectories(disk.snapshots.resolve("snapshot-" + disk.saves.incrementAndGet()));
      state.save(disk.snapshot);
      disk.commands.clear();
      return CompletableFuture.completedFuture(null);
    } catch (IOException e) {
      return CompletableFuture.failedFuture(new UnavailableException("saving failed", e));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Optional<String> leader() {
    return Optional.of(address);
  }

  @Override
  public boolean leads() {
    return true;
  }

  @Override
  public Optional<Throwable> failure() {
    return Optional.empty();
  }

  @Override
  public void close() {}
}
