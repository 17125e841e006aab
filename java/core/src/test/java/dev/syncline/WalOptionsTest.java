package dev.syncline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.log.options.LogOptions;
import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Every option at its least and its most, and beyond both. That a log lives with them is in the contract kit. */
class WalOptionsTest {
  private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);

  private record Size(String name, BiFunction<WalOptions.Builder, Long, WalOptions.Builder> set, Function<WalOptions, Long> get, long most) {
    static Size ofInt(
        String name, BiFunction<WalOptions.Builder, Integer, WalOptions.Builder> set, Function<WalOptions, Integer> get, int most) {
      return new Size(name, (builder, bytes) -> set.apply(builder, Math.toIntExact(bytes)), o -> (long) get.apply(o), most);
    }
  }

  private static final List<Size> SIZES = List.of(
      new Size("maxSegmentSize", WalOptions.Builder::maxSegmentSize, WalOptions::maxSegmentSize, 1L << 40),
      new Size("maxPendingBytes", WalOptions.Builder::maxPendingBytes, WalOptions::maxPendingBytes, Long.MAX_VALUE),
      Size.ofInt("maxRecordSize", WalOptions.Builder::maxRecordSize, WalOptions::maxRecordSize, 1 << 30),
      Size.ofInt("maxBatchSize", WalOptions.Builder::maxBatchSize, WalOptions::maxBatchSize, 1 << 30));

  private record Time(String name, BiFunction<WalOptions.Builder, Duration, WalOptions.Builder> set, Function<LogOptions, Long> nanos) {}

  private static final List<Time> TIMES = List.of(
      new Time("syncInterval", WalOptions.Builder::syncInterval, LogOptions::syncIntervalNanos),
      new Time("markInterval", WalOptions.Builder::markInterval, LogOptions::markIntervalNanos),
      new Time("openTimeout", WalOptions.Builder::openTimeout, LogOptions::openTimeoutNanos),
      new Time("closeTimeout", WalOptions.Builder::closeTimeout, LogOptions::closeTimeoutNanos));

  @Test
  void everySizeTakesItsLeastAndItsMost() {
    for (Size size : SIZES)
      for (long bytes : new long[] {1, 2, size.most - 1, size.most})
        assertThat(size.get.apply(size.set.apply(WalOptions.builder(), bytes).build())).as(size.name).isEqualTo(bytes);
  }

  @Test
  void everySizeBeyondItsLimitsIsRefusedByNameValueAndLimits() {
    for (Size size : SIZES)
      for (long bytes : new long[] {Long.MIN_VALUE, Integer.MIN_VALUE, -1, 0, size.most + 1, Integer.MAX_VALUE, Long.MAX_VALUE}) {
        boolean isInt = size.most <= Integer.MAX_VALUE;
        if (bytes > 0 && bytes <= size.most || isInt && bytes != (int) bytes || size.most == Long.MAX_VALUE && bytes == Long.MIN_VALUE) continue;
        assertThatThrownBy(() -> size.set.apply(WalOptions.builder(), bytes).build())
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("%s is 1 to %d bytes, not %d", size.name, size.most, bytes);
      }
  }

  @Test
  void everyBlockSizeButTheTwoIsRefused() {
    for (int bytes : new int[] {Integer.MIN_VALUE, -512, 0, 1, 511, 513, 1024, 2048, 4095, 4097, 8192, Integer.MAX_VALUE})
      assertThatThrownBy(() -> WalOptions.builder().blockSize(bytes))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("blockSize is 4096 or 512 bytes, not %d", bytes);
    for (int bytes : new int[] {512, 4096}) assertThat(WalOptions.builder().blockSize(bytes).build().blockSize()).isEqualTo(bytes);
  }

  @Test
  void aLogSizeWithoutRoomForTwoSegmentsIsRefusedWithTheLeastThatWouldDo() {
    for (int block : new int[] {512, 4096})
      for (long segment : new long[] {1, block, 3L * block - 1, 3L * block, 3L * block + 1, 64 << 10, 1L << 40}) {
        long least = 2 * Math.max(12288 + 2L * block, (segment + block - 1) / block * block);
        WalOptions.Builder builder = WalOptions.builder().blockSize(block).maxSegmentSize(segment);
        assertThat(builder.maxLogSize(least).build().maxLogSize()).isEqualTo(least);
        assertThat(builder.maxLogSize(Long.MAX_VALUE).build().maxLogSize()).isEqualTo(Long.MAX_VALUE);
        for (long bytes : new long[] {1, segment, least - 1})
          assertThatThrownBy(() -> builder.maxLogSize(bytes).build())
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("maxLogSize is " + least + " to " + Long.MAX_VALUE + " bytes")
              .hasMessageContaining("maxSegmentSize of " + segment)
              .hasMessageContaining("not " + bytes);
      }
    for (long bytes : new long[] {0, -1, Long.MIN_VALUE})
      assertThatThrownBy(() -> WalOptions.builder().maxLogSize(bytes))
          .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("maxLogSize").hasMessageContaining("not " + bytes);
  }

  @Test
  void aRecordOrBatchThatWouldNeverFitTheLogIsRefusedIfItWasChosen() {
    WalOptions.Builder small = WalOptions.builder().maxSegmentSize(64 << 10).maxLogSize(256 << 10);
    assertThat(small.build().maxRecordSize()).as("the default is no promise").isEqualTo(16 << 20);
    assertThatThrownBy(() -> WalOptions.builder().maxSegmentSize(64 << 10).maxLogSize(256 << 10).maxRecordSize((256 << 10) + 1).build())
        .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("maxRecordSize of 262145").hasMessageContaining("262144");
    assertThatThrownBy(() -> WalOptions.builder().maxSegmentSize(64 << 10).maxLogSize(256 << 10).maxBatchSize((256 << 10) + 1).build())
        .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("maxBatchSize of 262145").hasMessageContaining("262144");
  }

  @Test
  void aSizeThatWasLeftAloneFollowsTheOneThatWasChosen() {
    WalOptions smallBatch = WalOptions.builder().maxBatchSize(1).build();
    assertThat(smallBatch.maxRecordSize()).isEqualTo(1);
    WalOptions largeRecord = WalOptions.builder().maxRecordSize(1 << 30).build();
    assertThat(largeRecord.maxBatchSize()).isEqualTo(1 << 30);
    assertThatThrownBy(() -> WalOptions.builder().maxRecordSize(2).maxBatchSize(1).build())
        .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("maxRecordSize of 2").hasMessageContaining("maxBatchSize of 1");
  }

  @Test
  void everyTimeTakesEveryDurationAboveZero() {
    for (Time time : TIMES) {
      for (Duration duration : List.of(Duration.ofNanos(1), Duration.ofMillis(Long.MAX_VALUE), Duration.ofSeconds(Long.MAX_VALUE), FOREVER)) {
        LogOptions below = time.set.apply(WalOptions.builder(), duration).build().toLogOptions();
        assertThat(time.nanos.apply(below)).as("%s of %s", time.name, duration).isPositive();
      }
      LogOptions most = time.set.apply(WalOptions.builder(), FOREVER).build().toLogOptions();
      assertThat(time.nanos.apply(most)).as(time.name).isEqualTo(Long.MAX_VALUE);
      for (Duration none : List.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofSeconds(Long.MIN_VALUE)))
        assertThatThrownBy(() -> time.set.apply(WalOptions.builder(), none))
            .isInstanceOf(IllegalArgumentException.class).hasMessage("%s must be above zero, not %s", time.name, none);
      assertThatThrownBy(() -> time.set.apply(WalOptions.builder(), null))
          .isInstanceOf(NullPointerException.class).hasMessageContaining(time.name);
    }
  }

  @Test
  void aCloseTimeoutThatNoDiskCouldKeepCountsAsTheLeastThatOneCan() {
    WalOptions shortest = WalOptions.builder().closeTimeout(Duration.ofNanos(1)).build();
    assertThat(shortest.toLogOptions().closeTimeoutNanos()).isEqualTo(100_000_000);
    assertThat(WalOptions.builder().closeTimeout(Duration.ofMillis(101)).build().toLogOptions().closeTimeoutNanos()).isEqualTo(101_000_000);
  }

  @Test
  void whatTheFaceAllowsTheEngineAllows() {
    assertThatCode(() -> {
      for (Size size : SIZES) for (long bytes : new long[] {1, size.most}) size.set.apply(WalOptions.builder(), bytes).build().toLogOptions();
      for (long segment : new long[] {1, 1L << 40})
        WalOptions.builder().maxSegmentSize(segment).maxLogSize(LogOptions.logBytesMin(segment, 4096)).build().toLogOptions();
    }).doesNotThrowAnyException();
  }
}
