package dev.syncline.raft;

import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.storage.LogStorage;
import dev.syncline.io.Storage;
import dev.syncline.io.Storages;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** JRaft's services with Syncline as the log, on a storage with something of a test's around it. */
public final class StoragesOf extends SynclineServiceFactory {
  private final LogSettings settings;
  private final UnaryOperator<Storage> around;
  private final Consumer<Exception> troubles;

  public StoragesOf(LogSettings settings, UnaryOperator<Storage> around, Consumer<Exception> troubles) {
    super(settings, troubles);
    this.settings = settings;
    this.around = around;
    this.troubles = troubles;
  }

  @Override
  public LogStorage createLogStorage(String uri, RaftOptions options) {
    return new SynclineLogStorage(uri, options, settings, (directory, chosen) ->
        around.apply(Storages.open(directory, chosen.storage(), chosen.toLogOptions(true).blockBytes()).storage()), troubles);
  }
}
