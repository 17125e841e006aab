package dev.syncline.replicated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.raft.LogSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;

/** A node's options at their extremes. */
class ReplicatedLogOptionsTest {
  private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

  private static ReplicatedLogOptions.Builder builder() {
    return ReplicatedLogOptions.builder(Path.of("node"), "localhost:1", List.of("localhost:1"));
  }

  @Test
  void sizesBeyondTheirLimitsAreRefusedByNameLimitsAndValue() {
    refused("maxSegmentSize", 1L << 40, bytes -> builder().maxSegmentSize(bytes), 0, -1, (1L << 40) + 1, Long.MAX_VALUE, Long.MIN_VALUE);
    refused("maxRecordSize", 1 << 30, bytes -> builder().maxRecordSize((int) bytes), 0, -1, (1 << 30) + 1, Integer.MAX_VALUE);
    refused("maxBatchSize", 1 << 30, bytes -> builder().maxBatchSize((int) bytes), 0, -1, (1 << 30) + 1, Integer.MAX_VALUE);
    refused("snapshotEveryBytes", Long.MAX_VALUE, bytes -> builder().snapshotEveryBytes(bytes), 0, -1, Long.MIN_VALUE);
    ReplicatedLogOptions most =
        builder().maxSegmentSize(1L << 40).maxBatchSize(1 << 30).maxRecordSize(1 << 30).snapshotEveryBytes(Long.MAX_VALUE).build();
    assertThat(most.localLog().maxSegmentSize()).isEqualTo(1L << 40);
    assertThat(builder().maxSegmentSize(1).maxRecordSize(1).maxBatchSize(1).build().localLog().maxSegmentSize()).isEqualTo(1);
  }

  private static void refused(String name, long most, LongConsumer set, long... values) {
    for (long value : values)
      assertThatThrownBy(() -> set.accept(value))
          .isInstanceOf(IllegalArgumentException.class).hasMessage("%s is 1 to %d bytes, not %d", name, most, value);
  }

  @Test
  void timesBeyondTheirLimitsAreRefusedByNameLimitsAndValue() {
    for (Duration timeout : List.of(Duration.ofNanos(99_999_999), Duration.ofHours(1).plusNanos(1), Duration.ofMillis(Long.MAX_VALUE), FOREVER))
      assertThatThrownBy(() -> builder().electionTimeout(timeout))
          .isInstanceOf(IllegalArgumentException.class).hasMessage("electionTimeout is PT0.1S to PT1H, not %s", timeout);
    for (Duration timeout : List.of(Duration.ofMillis(100), Duration.ofHours(1)))
      assertThat(builder().electionTimeout(timeout).build().electionTimeout()).isEqualTo(timeout);
    for (Duration timeout : List.of(Duration.ofNanos(1), FOREVER))
      assertThat(builder().requestTimeout(timeout).build().requestTimeout()).isEqualTo(timeout);
    for (Duration none : List.of(Duration.ZERO, Duration.ofNanos(-1))) {
      assertThatThrownBy(() -> builder().electionTimeout(none)).hasMessageContaining("electionTimeout");
      assertThatThrownBy(() -> builder().requestTimeout(none)).hasMessageContaining("requestTimeout");
    }
  }

  @Test
  void aGroupsNameIsRefusedBeforeAnythingIsMadeForIt() {
    for (String name : List.of("", " ", "1st", "-a", "orders group", "orders/1", "ordërs", "g\n"))
      assertThatThrownBy(() -> builder().group(name))
          .isInstanceOf(IllegalArgumentException.class).hasMessage("group is a letter and then letters, digits, - and _, not \"%s\"", name);
    for (String name : List.of("g", "Orders-2_b")) assertThat(builder().group(name).build().group()).isEqualTo(name);
    assertThat(builder().build().group()).isEqualTo("syncline");
  }

  @Test
  void theGroupsOwnLogHasTheSameLimits() {
    for (long bytes : new long[] {0, -1, (1L << 40) + 1, Long.MAX_VALUE})
      assertThatThrownBy(() -> LogSettings.defaults().withSegmentBytes(bytes))
          .isInstanceOf(IllegalArgumentException.class).hasMessage("segmentBytes is 1 to %d, not %d", 1L << 40, bytes);
    for (int bytes : new int[] {0, -1, (1 << 30) + 1, Integer.MAX_VALUE})
      assertThatThrownBy(() -> LogSettings.defaults().withBatchBytes(bytes))
          .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("batchBytes is 1 to").hasMessageContaining("" + bytes);
  }
}
