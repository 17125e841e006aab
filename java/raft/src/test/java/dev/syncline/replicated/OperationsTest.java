package dev.syncline.replicated;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.tck.LogOperations;
import dev.syncline.tck.OperationsContract;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A replicated log does what is asked of every log with these operations, on JRaft and on another engine. */
class OperationsTest {

  private static ReplicatedLogOptions options(Path directory, String address) {
    return ReplicatedLogOptions.builder(directory, address, List.of(address))
        .electionTimeout(Duration.ofMillis(100))
        .maxRecordSize(256 << 10)
        .maxBatchSize(384 << 10)
        .maxSegmentSize(64 << 10)
        .build();
  }

  private static LogOperations oneNode(ReplicatedLog node) {
    return new ReplicatedOperations(() -> node, () -> node, node);
  }

  @Nested
  class OnJRaft extends OperationsContract {
    private String address;

    @Override
    protected LogOperations open() throws IOException {
      if (address == null) address = Cluster.freeAddresses(1).get(0);
      ReplicatedLog node = ReplicatedLog.open(options(temporary.resolve("log"), address));
      Cluster.await("the node to lead", node::leads);
      return oneNode(node);
    }
  }

  @Nested
  class OnAnotherEngine extends OperationsContract {
    private LocalEngine.Disk disk;

    @Override
    protected LogOperations open() throws IOException {
      if (disk == null) disk = new LocalEngine.Disk(temporary);
      return oneNode(ReplicatedLog.open(options(temporary.resolve("log"), "localhost:1"), disk::start));
    }
  }

  @TempDir Path temporary;

  @Test
  void theEngineIsAskedToCompactWheneverSoManyBytesHaveBeenApplied() throws IOException {
    LocalEngine.Disk disk = new LocalEngine.Disk(temporary);
    ReplicatedLogOptions options = ReplicatedLogOptions.builder(temporary.resolve("log"), "localhost:1", List.of("localhost:1"))
        .snapshotEveryBytes(10_000).build();
    try (ReplicatedLog log = ReplicatedLog.open(options, disk::start)) {
      for (int i = 0; i < 95; i++) log.append(new byte[1000]);
    }
    assertThat(disk.length()).as("commands behind the last snapshot").isBetween(1, 10);
    try (ReplicatedLog log = ReplicatedLog.open(options, disk::start)) {
      assertThat(log.currentSequence()).isEqualTo(95);
      assertThat(log.append(new byte[1])).isEqualTo(96);
    }
  }
}
