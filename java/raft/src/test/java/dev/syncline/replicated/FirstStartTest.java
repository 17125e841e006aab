package dev.syncline.replicated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.storage.LogStorage;
import dev.syncline.raft.SynclineServiceFactory;
import dev.syncline.replicated.jraft.JRaftEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node that has never run yet. */
@Timeout(120)
class FirstStartTest {
  @TempDir Path temporary;

  /** A disk that does not take a log. */
  private static final class NoLog extends SynclineServiceFactory {
    @Override
    public LogStorage createLogStorage(String uri, RaftOptions options) {
      throw new IllegalStateException("no log can be made in " + uri);
    }
  }

  @Test
  void aNodeWhoseDiskFailedAsItBeganForTheFirstTimeCanBeStartedAgain() throws IOException {
    String address = Cluster.freeAddresses(1).get(0);
    ReplicatedLogOptions options = ReplicatedLogOptions.builder(temporary.resolve("node"), address, List.of(address)).build();
    assertThatThrownBy(() -> ReplicatedLog.open(
        options, (all, state, clients) -> JRaftEngine.start(all, state, clients, troubles -> new NoLog())))
        .isInstanceOf(IOException.class).hasMessageContaining("no log can be made");
    try (ReplicatedLog node = ReplicatedLog.open(options)) {
      Cluster.await("the node to lead", node::leads);
      assertThat(node.append(Cluster.bytes("one"))).isEqualTo(1);
    }
  }
}
