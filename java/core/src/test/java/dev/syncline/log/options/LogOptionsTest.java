package dev.syncline.log.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.CorruptionPolicy;
import dev.syncline.SyncMode;
import dev.syncline.Verification;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;

/** The engine's own options at their extremes: whoever uses it without the public face is told as early. */
class LogOptionsTest {

  /** The numbers in the order of the record's components. */
  private static LogOptions with(long segment, long group, long log, long pending, long block, long sync, long mark, long open, long close) {
    return new LogOptions(SyncMode.SYNC, CorruptionPolicy.READ_ONLY, Verification.TAIL, segment, (int) group, log, pending, (int) block,
        sync, mark, open, close, () -> 1, Runnable::run, InstantSource.system(), 0, null);
  }

  @Test
  void theLeastAndTheMostOfEachNumberAreTaken() {
    assertThat(with(1, 1, 10 * 4096, 1, 4096, 1, 1, 1, 1).maxLogBytes()).isEqualTo(10 * 4096);
    long max = Long.MAX_VALUE;
    assertThat(with(1L << 40, (1 << 30) + 8, max, max, 512, max, max, max, max).maxSegmentBytes()).isEqualTo(1L << 40);
  }

  @Test
  void aNumberBeyondItsLimitsIsRefusedByNameLimitsAndValue() {
    long max = Long.MAX_VALUE;
    refused("maxSegmentBytes", 1, 1L << 40, bytes -> with(bytes, 1, max, 1, 4096, 1, 1, 1, 1), 0, -1, (1L << 40) + 1, max, Long.MIN_VALUE);
    refused("maxGroupBytes", 1, (1 << 30) + 8, bytes -> with(1, bytes, max, 1, 4096, 1, 1, 1, 1), 0, -1, (1 << 30) + 9, Integer.MAX_VALUE);
    refused("maxLogBytes", 131072, max, bytes -> with(65536, 1, bytes, 1, 4096, 1, 1, 1, 1), 0, -1, 65536, 131071, Long.MIN_VALUE);
    refused("maxPendingBytes", 1, max, bytes -> with(1, 1, max, bytes, 4096, 1, 1, 1, 1), 0, -1, Long.MIN_VALUE);
    refused("syncIntervalNanos", 1, max, nanos -> with(1, 1, max, 1, 4096, nanos, 1, 1, 1), 0, -1, Long.MIN_VALUE);
    refused("markIntervalNanos", 1, max, nanos -> with(1, 1, max, 1, 4096, 1, nanos, 1, 1), 0, -1, Long.MIN_VALUE);
    refused("openTimeoutNanos", 1, max, nanos -> with(1, 1, max, 1, 4096, 1, 1, nanos, 1), 0, -1, Long.MIN_VALUE);
    refused("closeTimeoutNanos", 1, max, nanos -> with(1, 1, max, 1, 4096, 1, 1, 1, nanos), 0, -1, Long.MIN_VALUE);
    for (int block : new int[] {0, -512, 1, 1024, 2048, 8192, Integer.MAX_VALUE})
      assertThatThrownBy(() -> with(1, 1, max, 1, block, 1, 1, 1, 1))
          .isInstanceOf(IllegalArgumentException.class).hasMessage("blockBytes is 512 or 4096, not %d", block);
  }

  private static void refused(String name, long least, long most, LongConsumer make, long... values) {
    for (long value : values)
      assertThatThrownBy(() -> make.accept(value))
          .isInstanceOf(IllegalArgumentException.class).hasMessage("%s is %d to %d, not %d", name, least, most, value);
  }

  @Test
  void nullIsRefusedByName() {
    LogOptions some = LogOptions.defaults();
    List<String> messages = new ArrayList<>();
    for (Runnable make : List.<Runnable>of(
        () -> some.withSyncMode(null), () -> some.withCorruptionPolicy(null), () -> some.withIdentifiers(null)))
      assertThatThrownBy(make::run).isInstanceOf(NullPointerException.class).satisfies(e -> messages.add(e.getMessage()));
    assertThat(messages).containsExactly("syncMode", "corruptionPolicy", "identifiers");
  }

  @Test
  void theSizesThatAreChangedAreCheckedToo() {
    assertThatThrownBy(() -> LogOptions.defaults().withSizes(Long.MAX_VALUE, 1))
        .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("maxSegmentBytes").hasMessageContaining("" + Long.MAX_VALUE);
    assertThatThrownBy(() -> LogOptions.defaults().withSizes(1, Integer.MAX_VALUE))
        .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("maxGroupBytes").hasMessageContaining("" + Integer.MAX_VALUE);
  }
}
