package dev.syncline.raft;

import com.alipay.sofa.jraft.core.DefaultJRaftServiceFactory;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.storage.LogStorage;
import com.alipay.sofa.jraft.util.SPI;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * JRaft's services with Syncline as the log.
 *
 * <p>Found by JRaft as soon as it is on the class path, before its own; or set for one node: {@code
 * nodeOptions.setServiceFactory(new SynclineServiceFactory())}.
 */
@SPI(name = "syncline", priority = 1)
public class SynclineServiceFactory extends DefaultJRaftServiceFactory {
  private final LogSettings settings;
  private final Consumer<Exception> troubles;

  /** With {@link LogSettings#defaults}. */
  public SynclineServiceFactory() {
    this(LogSettings.defaults());
  }

  public SynclineServiceFactory(LogSettings settings) {
    this(settings, trouble -> {});
  }

  /**
   * The same for who wants to know why.
   *
   * @param troubles gets what a log could not do, beside the line in the logging library's log: JRaft itself only learns that it failed. On
   *     whatever thread asked the log; must not throw
   */
  public SynclineServiceFactory(LogSettings settings, Consumer<Exception> troubles) {
    this.settings = Objects.requireNonNull(settings, "settings");
    this.troubles = Objects.requireNonNull(troubles, "troubles");
  }

  /**
   * A log in a directory of its own.
   *
   * @param uri the directory, which need not exist
   * @param raftOptions {@link RaftOptions#isSync} says whether an append returns when it is durable, or up to 10 ms before
   */
  @Override
  public LogStorage createLogStorage(String uri, RaftOptions raftOptions) {
    return new SynclineLogStorage(uri, raftOptions, settings, troubles);
  }
}
