package dev.syncline.replicated;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Asks the engine to compact whenever enough has been applied since the last time. */
final class CompactingState implements ReplicatedState {
  private static final System.Logger LOG = System.getLogger("dev.syncline.replicated");
  private final LogState state;
  private final long everyBytes;
  private final AtomicBoolean compacting = new AtomicBoolean();

  /** Set once, after commands may already have been applied; until then nothing is compacted. */
  private volatile ConsensusEngine engine;

  CompactingState(LogState state, long everyBytes) {
    this.state = state;
    this.everyBytes = everyBytes;
  }

  void compactWith(ConsensusEngine started) {
    engine = started;
  }

  @Override
  public byte[] apply(long index, ByteBuffer command) throws IOException {
    byte[] result = state.apply(index, command);
    if (state.bytesSinceSave() >= everyBytes) compact();
    return result;
  }

  /** One at a time. A compaction that fails is tried again at one of the next commands. */
  private void compact() {
    ConsensusEngine now = engine;
    if (now == null || !compacting.compareAndSet(false, true)) return;
    now.compact().whenComplete((done, failure) -> {
      compacting.set(false);
      if (failure != null) LOG.log(System.Logger.Level.INFO, "could not compact now: {0}", failure.getMessage());
    });
  }

  @Override
  public List<String> save(Path directory) throws IOException {
    return state.save(directory);
  }

  @Override
  public void load(Path directory) throws IOException {
    state.load(directory);
  }
}
