package dev.syncline.raft;

import dev.syncline.CorruptionPolicy;
import dev.syncline.StorageMode;
import dev.syncline.SyncMode;
import dev.syncline.log.options.LogOptions;
import java.util.Objects;

/**
 * How the logs of Raft nodes lie on disk.
 *
 * @param storage which storage to use; {@link StorageMode#AUTO} takes the native one where it works
 * @param segmentBytes bytes after which a new file is started. A log keeps up to three files beside what it holds (one ready, two for use
 *     again), so a process with hundreds of groups wants small ones
 * @param batchBytes what is written in one piece at most; a single larger entry is refused
 * @param joinMillis for how long small appends share a block of the file, 0 to give each one of its own
 */
public record LogSettings(StorageMode storage, long segmentBytes, int batchBytes, long joinMillis) {
  public LogSettings {
    Objects.requireNonNull(storage, "storage");
    if (segmentBytes <= 0 || segmentBytes > LogOptions.SEGMENT_BYTES_MAX)
      throw new IllegalArgumentException("segmentBytes is 1 to " + LogOptions.SEGMENT_BYTES_MAX + ", not " + segmentBytes);
    if (batchBytes <= 0 || batchBytes > 1 << 30)
      throw new IllegalArgumentException("batchBytes is 1 to " + (1 << 30) + ", not " + batchBytes);
    if (joinMillis < 0) throw new IllegalArgumentException("joinMillis is 0 or more, not " + joinMillis);
  }

  /** Native storage where it works, files of 32 MiB, entries of up to 1 GiB; small appends share a block for a second. */
  public static LogSettings defaults() {
    return new LogSettings(StorageMode.AUTO, 32L << 20, 1 << 30, LogOptions.JOIN_MILLIS);
  }

  public LogSettings withStorage(StorageMode mode) {
    return new LogSettings(mode, segmentBytes, batchBytes, joinMillis);
  }

  public LogSettings withSegmentBytes(long bytes) {
    return new LogSettings(storage, bytes, batchBytes, joinMillis);
  }

  public LogSettings withBatchBytes(int bytes) {
    return new LogSettings(storage, segmentBytes, bytes, joinMillis);
  }

  public LogSettings withJoinMillis(long millis) {
    return new LogSettings(storage, segmentBytes, batchBytes, millis);
  }

  /**
   * What the log is opened with. Damage always refuses to open: a Raft log that goes on behind a hole would vote and answer as if it
   * had never held what is lost.
   */
  LogOptions toLogOptions(boolean sync) {
    return LogOptions.defaults()
        .withSyncMode(sync ? SyncMode.SYNC : SyncMode.INTERVAL)
        .withSizes(segmentBytes, batchBytes)
        .withJoinMillis(joinMillis)
        .withCorruptionPolicy(CorruptionPolicy.REFUSE);
  }
}
