package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.SyncMode;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import dev.syncline.format.Layout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What recovery relies on where it stops looking: when a frame is written, every fence of its segment that stands before the frame's end
 * has been overwritten, and that is durable. Whatever a power cut leaves then has no fence with a frame behind it.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FenceOrderTest {
  private static final int APPENDS = 1_500;
  private static final int RECORD_BYTES_MAX = 30_000;
  private static final int SEGMENT_BYTES = 1 << 20;

  @TempDir(factory = KitDirectory.class)
  private Path directory;

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void noFrameIsWrittenBehindAFenceThatAPowerCutMayLeave(SyncMode mode) throws IOException {
    SimulatedDisk disk = new SimulatedDisk(DiskImage.empty());
    WalOptions options = WalOptions.builder().maxSegmentSize(SEGMENT_BYTES).syncMode(mode).syncInterval(Duration.ofMillis(1)).build();
    SimulatedStorage storage = new SimulatedStorage(disk, directory, SimulatedStorage.traits(4096, true, true));
    SplittableRandom random = new SplittableRandom(7);
    try (WriteAheadLog log = WriteAheadLog.open(storage, options)) {
      for (int i = 0; i < APPENDS; i++) {
        log.append(new byte[random.nextInt(RECORD_BYTES_MAX)]);
        if (i % 50 == 0) log.truncate(Math.max(0, log.currentSequence() - 60));
      }
      assertThat(log.stats().recycledSegments()).isGreaterThan(3);
    }
    List<DiskStep> steps = disk.steps();
    assertThat(steps.stream().filter(FenceOrderTest::isFence).count()).as("fences written").isGreaterThan(30);
    for (DiskStep frame : steps) if (isFrame(frame)) assertNoFenceBefore(frame, steps);
  }

  private static void assertNoFenceBefore(DiskStep frame, List<DiskStep> steps) {
    for (DiskStep fence : steps) {
      boolean ofTheSame = isFence(fence) && fence.file == frame.file && longAt(fence, 8) == longAt(frame, 8) && fence.began < frame.began;
      if (!ofTheSame || fence.offsetBytes >= frame.offsetBytes + frame.bytes.length) continue;
      assertThat(steps).as("%s has gone for good before %s", fence, frame).anyMatch(step -> step.endedBefore(frame.began)
          && step.file == frame.file && step.kind == DiskStep.Kind.SYNC && overwrittenBetween(fence, step, steps));
    }
  }

  private static boolean overwrittenBetween(DiskStep fence, DiskStep sync, List<DiskStep> steps) {
    return steps.stream().anyMatch(step -> step.file == fence.file && step.bytes != null && step != fence
        && fence.endedBefore(step.began) && step.endedBefore(sync.began)
        && step.offsetBytes <= fence.offsetBytes && step.offsetBytes + step.bytes.length > fence.offsetBytes);
  }

  private static boolean isFence(DiskStep step) {
    return begins(step, Layout.FENCE_MAGIC);
  }

  private static boolean isFrame(DiskStep step) {
    return begins(step, Layout.FRAME_MAGIC);
  }

  private static boolean begins(DiskStep step, int magic) {
    boolean write = step.kind == DiskStep.Kind.WRITE || step.kind == DiskStep.Kind.WRITE_DURABLY;
    return write && step.bytes.length >= Layout.FENCE_BYTES && in(step).getInt(0) == magic;
  }

  private static long longAt(DiskStep step, int at) {
    return in(step).getLong(at);
  }

  private static ByteBuffer in(DiskStep step) {
    return ByteBuffer.wrap(step.bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
