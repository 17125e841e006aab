package dev.syncline.log.options;

import dev.syncline.CorruptionPolicy;
import dev.syncline.SyncMode;
import dev.syncline.Verification;
import java.security.SecureRandom;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.function.LongSupplier;

/**
 * How a {@link SegmentedLog} behaves. Sizes are bytes, times nanoseconds.
 *
 * @param maxGroupBytes payload bytes of one group, and so of one record, at most
 * @param maxPendingBytes appended and unwritten bytes beyond which an append waits
 * @param identifiers where the log id and the segments' epochs come from
 * @param callbacks where futures complete
 */
public record LogOptions(
    SyncMode syncMode,
    CorruptionPolicy corruptionPolicy,
    Verification verification,
    long maxSegmentBytes,
    int maxGroupBytes,
    long maxLogBytes,
    long maxPendingBytes,
    int blockBytes,
    long syncIntervalNanos,
    long markIntervalNanos,
    long openTimeoutNanos,
    long closeTimeoutNanos,
    LongSupplier identifiers,
    Executor callbacks) {

  /** What {@link dev.syncline.SyncMode#SYNC} and segments of 64 MiB go with, for those who use a {@link SegmentedLog} directly. */
  public static LogOptions defaults() {
    return new LogOptions(
        SyncMode.SYNC, CorruptionPolicy.READ_ONLY, Verification.TAIL, 64L << 20, 64 << 20, Long.MAX_VALUE, 64L << 20, 4096, 10_000_000,
        100_000_000, 10_000_000_000L, 30_000_000_000L, new SecureRandom()::nextLong, ForkJoinPool.commonPool());
  }

  public LogOptions withSyncMode(SyncMode mode) {
    return new LogOptions(mode, corruptionPolicy, verification, maxSegmentBytes, maxGroupBytes, maxLogBytes, maxPendingBytes, blockBytes,
        syncIntervalNanos, markIntervalNanos, openTimeoutNanos, closeTimeoutNanos, identifiers, callbacks);
  }

  public LogOptions withCorruptionPolicy(CorruptionPolicy policy) {
    return new LogOptions(syncMode, policy, verification, maxSegmentBytes, maxGroupBytes, maxLogBytes, maxPendingBytes, blockBytes,
        syncIntervalNanos, markIntervalNanos, openTimeoutNanos, closeTimeoutNanos, identifiers, callbacks);
  }

  /** Segments of {@code segmentBytes}, and appends of up to {@code groupBytes} in one piece. */
  public LogOptions withSizes(long segmentBytes, int groupBytes) {
    return new LogOptions(syncMode, corruptionPolicy, verification, segmentBytes, groupBytes, maxLogBytes, maxPendingBytes, blockBytes,
        syncIntervalNanos, markIntervalNanos, openTimeoutNanos, closeTimeoutNanos, identifiers, callbacks);
  }

  /** Where the log id and the segments' epochs come from; fixed only by tests that compare bytes. */
  public LogOptions withIdentifiers(LongSupplier source) {
    return new LogOptions(syncMode, corruptionPolicy, verification, maxSegmentBytes, maxGroupBytes, maxLogBytes, maxPendingBytes,
        blockBytes, syncIntervalNanos, markIntervalNanos, openTimeoutNanos, closeTimeoutNanos, source, callbacks);
  }
}
