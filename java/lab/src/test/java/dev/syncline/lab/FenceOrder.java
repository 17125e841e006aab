package dev.syncline.lab;

import dev.syncline.StorageFullException;
import dev.syncline.SyncMode;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import dev.syncline.format.Layout;
import dev.syncline.tck.DiskImage;
import dev.syncline.tck.FaultyStorage;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What recovery relies on where it stops looking: when a frame is written, every fence of its segment that stands before the frame's end
 * has been overwritten, and that is durable. Whatever a power cut leaves then has no fence with a frame behind it.
 */
public final class FenceOrder {
  private static final int APPENDS = 1_500;
  private static final int RECORD_BYTES_MAX = 30_000;
  private static final int SEGMENT_BYTES = 1 << 20;
  private static final int TRIES_MAX = 100;
  private static final int RECYCLED_MIN = 3;
  private static final int FENCES_MIN = 10;

  private FenceOrder() {}

  /**
   * Writes a log whose files are used again and again.
   *
   * @param failures every how many times making space ready fails in its second step, with the fence of the next place set and the one
   *     before not overwritten; 0 for never
   * @throws AssertionError if a frame was written behind a fence
   */
  public static void check(Path directory, SyncMode mode, int blockBytes, boolean preallocates, int failures) throws IOException {
    // The disk is simulated; its lock is not.
    Files.createDirectories(directory);
    SimulatedDisk disk = new SimulatedDisk(DiskImage.empty());
    WalOptions options = WalOptions.builder().maxSegmentSize(SEGMENT_BYTES).syncMode(mode).syncInterval(Duration.ofMillis(1))
        .blockSize(blockBytes).build();
    FaultyStorage storage = new FaultyStorage(
        new SimulatedStorage(disk, directory, SimulatedStorage.traits(blockBytes, preallocates, true)));
    for (int nth = failures; failures > 0 && nth < APPENDS; nth += failures)
      storage.on(Op.WRITE_ZEROS).nth(nth).fail(() -> new StorageFullException("no space, says the test"));
    SplittableRandom random = new SplittableRandom(7);
    try (WriteAheadLog log = WriteAheadLog.open(storage, options)) {
      for (int i = 0; i < APPENDS; i++) {
        append(log, new byte[random.nextInt(RECORD_BYTES_MAX)]);
        if (i % 50 == 0) log.truncate(Math.max(0, log.currentSequence() - 60));
      }
      // Where space fails what is kept to be used again is given up for it.
      long recycled = log.stats().recycledSegments();
      require(failures > 0 || recycled > RECYCLED_MIN, "only " + recycled + " segments were used again");
    }
    judge(disk.steps());
  }

  /** Space that cannot be made ready refuses an append, and nothing else. */
  private static void append(WriteAheadLog log, byte[] payload) throws IOException {
    for (int tries = 1; ; tries++) {
      try {
        log.append(payload);
        return;
      } catch (StorageFullException e) {
        if (tries == TRIES_MAX) throw e;
      }
    }
  }

  private static void judge(List<DiskStep> steps) {
    List<DiskStep> fences = new ArrayList<>();
    for (DiskStep step : steps) if (begins(step, Layout.FENCE_MAGIC)) fences.add(step);
    require(fences.size() > FENCES_MIN, "only " + fences.size() + " fences were written");
    for (DiskStep frame : steps) if (begins(frame, Layout.FRAME_MAGIC)) requireNoFenceBefore(frame, fences, steps);
  }

  private static void requireNoFenceBefore(DiskStep frame, List<DiskStep> fences, List<DiskStep> steps) {
    for (DiskStep fence : fences) {
      boolean ofTheSame = fence.file == frame.file && longAt(fence, 8) == longAt(frame, 8) && fence.began < frame.began;
      if (!ofTheSame || fence.offsetBytes >= frame.offsetBytes + frame.bytes.length) continue;
      boolean gone = steps.stream().anyMatch(step -> step.endedBefore(frame.began)
          && step.file == frame.file && step.kind == DiskStep.Kind.SYNC && overwrittenBetween(fence, step, steps));
      require(gone, fence + " has not gone for good before " + frame);
    }
  }

  private static boolean overwrittenBetween(DiskStep fence, DiskStep sync, List<DiskStep> steps) {
    return steps.stream().anyMatch(step -> step.file == fence.file && step.bytes != null && step != fence
        && fence.endedBefore(step.began) && step.endedBefore(sync.began)
        && step.offsetBytes <= fence.offsetBytes && step.offsetBytes + step.bytes.length > fence.offsetBytes);
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

  private static void require(boolean holds, String what) {
    if (!holds) throw new AssertionError(what);
  }
}
