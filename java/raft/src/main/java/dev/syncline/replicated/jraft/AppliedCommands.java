package dev.syncline.replicated.jraft;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Iterator;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.core.StateMachineAdapter;
import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.error.RaftException;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotReader;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotWriter;
import dev.syncline.replicated.ReplicatedState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** Hands JRaft's committed entries and snapshots to the replicated state. */
final class AppliedCommands extends StateMachineAdapter {
  private final ReplicatedState state;
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  AppliedCommands(ReplicatedState state) {
    this.state = state;
  }

  /** What stopped the node, the first of several. */
  Optional<Throwable> failure() {
    return Optional.ofNullable(failure.get());
  }

  @Override
  public void onApply(Iterator entries) {
    while (entries.hasNext()) {
      try {
        byte[] result = state.apply(entries.getIndex(), entries.getData());
        if (entries.done() instanceof ProposalClosure waiting) waiting.applied(result);
      } catch (IOException | RuntimeException | Error e) {
        failure.compareAndSet(null, e);
        // This entry is not applied, and none after it: the node stops, and is whole again once it is started again.
        entries.setErrorAndRollback(1, new Status(RaftError.ESTATEMACHINE, "applying failed: %s", e));
        return;
      }
      entries.next();
    }
  }

  @Override
  public void onSnapshotSave(SnapshotWriter writer, Closure done) {
    Status status = Status.OK();
    try {
      for (String file : state.save(Path.of(writer.getPath())))
        if (!writer.addFile(file)) throw new IOException("JRaft does not take " + file + " into the snapshot");
    } catch (IOException | RuntimeException e) {
      status = new Status(RaftError.EIO, "saving the state in %s failed: %s", writer.getPath(), e);
    }
    done.run(status);
  }

  @Override
  public boolean onSnapshotLoad(SnapshotReader reader) {
    try {
      state.load(Path.of(reader.getPath()));
      return true;
    } catch (IOException | RuntimeException e) {
      failure.compareAndSet(null, e);
      return false;
    }
  }

  @Override
  public void onError(RaftException e) {
    failure.compareAndSet(null, e);
    super.onError(e);
  }
}
