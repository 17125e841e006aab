package dev.syncline.log.options;

import dev.syncline.CorruptionPolicy;
import dev.syncline.SyncMode;
import dev.syncline.Verification;
import dev.syncline.WalObserver;
import dev.syncline.format.Layout;
import dev.syncline.log.threads.Shared;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.function.LongSupplier;

/**
 * How a {@link dev.syncline.log.SegmentedLog} behaves. Sizes are bytes, times nanoseconds; each above 0, and at most what its type holds
 * if nothing else is said.
 *
 * @param maxSegmentBytes bytes after which a new segment is begun; at most {@link #SEGMENT_BYTES_MAX}
 * @param maxGroupBytes payload bytes of one group, and so of one record, at most; at most {@link #GROUP_BYTES_MAX}
 * @param maxLogBytes what all segments together may take; at least {@link #logBytesMin}
 * @param maxPendingBytes appended and unwritten bytes beyond which an append waits
 * @param blockBytes what no two frames share: 512 or 4096
 * @param syncIntervalNanos in {@link SyncMode#INTERVAL}, how long an append waits before a sync begins for it. With 1 a sync follows each
 *     append as soon as the disk has done the one before
 * @param markIntervalNanos within what time an acknowledgement has evidence on disk. With 1 the mark is written after every commit that no
 *     other follows at once
 * @param identifiers where the log id and the segments' epochs come from
 * @param callbacks where futures complete
 * @param clock tells when records are committed
 * @param joinMillis for how long commits join the newest frame while they fit its block; 0 gives each a frame of its own
 * @param shared what the log shares with others, or null if it has threads and memory of its own
 * @param observer who hears what the log does, or null
 * @param stallNanos after how long it hears of what has not returned
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
    Executor callbacks,
    InstantSource clock,
    long joinMillis,
    Shared shared,
    WalObserver observer,
    long stallNanos) {

  /** After how long what has not returned is a stall, if nothing else is said. */
  public static final long STALL_NANOS = 1_000_000_000;

  /**
   * A segment has an entry of 16 bytes for each 64 KiB, in memory while it is written and in its seal: 256 MiB for one of this size. ext4
   * takes files of 16 TiB (Documentation/filesystems/ext4/blocks.rst), so the limit is met here and not by a reservation that fails.
   */
  public static final long SEGMENT_BYTES_MAX = 1L << 40;

  /** A group is written in one piece, from one buffer. With the eight bytes of a COMMIT. */
  public static final int GROUP_BYTES_MAX = (1 << 30) + Long.BYTES;

  /** How long the newest frame is joined if nothing else is said. */
  public static final long JOIN_MILLIS = 1_000;

  public LogOptions {
    Objects.requireNonNull(syncMode, "syncMode");
    Objects.requireNonNull(corruptionPolicy, "corruptionPolicy");
    Objects.requireNonNull(verification, "verification");
    Objects.requireNonNull(identifiers, "identifiers");
    Objects.requireNonNull(callbacks, "callbacks");
    Objects.requireNonNull(clock, "clock");
    if (blockBytes != 512 && blockBytes != 4096) throw new IllegalArgumentException("blockBytes is 512 or 4096, not " + blockBytes);
    requireWithin("maxSegmentBytes", maxSegmentBytes, 1, SEGMENT_BYTES_MAX);
    requireWithin("maxGroupBytes", maxGroupBytes, 1, GROUP_BYTES_MAX);
    requireWithin("maxLogBytes", maxLogBytes, logBytesMin(maxSegmentBytes, blockBytes), Long.MAX_VALUE);
    requireWithin("maxPendingBytes", maxPendingBytes, 1, Long.MAX_VALUE);
    requireWithin("syncIntervalNanos", syncIntervalNanos, 1, Long.MAX_VALUE);
    requireWithin("markIntervalNanos", markIntervalNanos, 1, Long.MAX_VALUE);
    requireWithin("openTimeoutNanos", openTimeoutNanos, 1, Long.MAX_VALUE);
    requireWithin("closeTimeoutNanos", closeTimeoutNanos, 1, Long.MAX_VALUE);
    requireWithin("joinMillis", joinMillis, 0, Long.MAX_VALUE);
    requireWithin("stallNanos", stallNanos, 1, Long.MAX_VALUE);
  }

  /** Of a log that nobody observes. */
  public LogOptions(
      SyncMode syncMode, CorruptionPolicy corruptionPolicy, Verification verification, long maxSegmentBytes, int maxGroupBytes,
      long maxLogBytes, long maxPendingBytes, int blockBytes, long syncIntervalNanos, long markIntervalNanos, long openTimeoutNanos,
      long closeTimeoutNanos, LongSupplier identifiers, Executor callbacks, InstantSource clock, long joinMillis, Shared shared) {
    this(syncMode, corruptionPolicy, verification, maxSegmentBytes, maxGroupBytes, maxLogBytes, maxPendingBytes, blockBytes,
        syncIntervalNanos, markIntervalNanos, openTimeoutNanos, closeTimeoutNanos, identifiers, callbacks, clock, joinMillis, shared, null,
        STALL_NANOS);
  }

  private static void requireWithin(String name, long value, long least, long most) {
    if (value < least || value > most) throw new IllegalArgumentException(name + " is " + least + " to " + most + ", not " + value);
  }

  /**
   * The least that {@code maxLogBytes} may be: two segments. The newest one is never given up, so a log that has room for one alone would
   * take nothing more once that is full, whatever is truncated.
   */
  public static long logBytesMin(long maxSegmentBytes, int blockBytes) {
    long wanted = Layout.roundUp(maxSegmentBytes, blockBytes);
    // What stands before the frames, and a frame and a seal of a block each.
    return 2 * Math.max(wanted, Layout.FRAMES_START_BYTES + 2L * blockBytes);
  }

  /** What {@link dev.syncline.SyncMode#SYNC} and segments of 64 MiB go with, for those who use a {@link SegmentedLog} directly. */
  public static LogOptions defaults() {
    return new LogOptions(
        SyncMode.SYNC, CorruptionPolicy.READ_ONLY, Verification.TAIL, 64L << 20, 64 << 20, Long.MAX_VALUE, 64L << 20, 4096, 10_000_000,
        100_000_000, 10_000_000_000L, 30_000_000_000L, new RandomNumbers(), ForkJoinPool.commonPool(), InstantSource.system(),
        JOIN_MILLIS, null);
  }

  public LogOptions withSyncMode(SyncMode mode) {
    return with(mode, corruptionPolicy, maxSegmentBytes, maxGroupBytes, identifiers, joinMillis);
  }

  public LogOptions withCorruptionPolicy(CorruptionPolicy policy) {
    return with(syncMode, policy, maxSegmentBytes, maxGroupBytes, identifiers, joinMillis);
  }

  /** Segments of {@code segmentBytes}, and appends of up to {@code groupBytes} in one piece. */
  public LogOptions withSizes(long segmentBytes, int groupBytes) {
    return with(syncMode, corruptionPolicy, segmentBytes, groupBytes, identifiers, joinMillis);
  }

  /** Where the log id and the segments' epochs come from; fixed only by tests that compare bytes. */
  public LogOptions withIdentifiers(LongSupplier source) {
    return with(syncMode, corruptionPolicy, maxSegmentBytes, maxGroupBytes, source, joinMillis);
  }

  public LogOptions withJoinMillis(long millis) {
    return with(syncMode, corruptionPolicy, maxSegmentBytes, maxGroupBytes, identifiers, millis);
  }

  public LogOptions withMaxPendingBytes(long bytes) {
    return new LogOptions(syncMode, corruptionPolicy, verification, maxSegmentBytes, maxGroupBytes, maxLogBytes, bytes, blockBytes,
        syncIntervalNanos, markIntervalNanos, openTimeoutNanos, closeTimeoutNanos, identifiers, callbacks, clock, joinMillis, shared,
        observer, stallNanos);
  }

  private LogOptions with(
      SyncMode mode, CorruptionPolicy policy, long segmentBytes, int groupBytes, LongSupplier source, long millis) {
    return new LogOptions(mode, policy, verification, segmentBytes, groupBytes, maxLogBytes, maxPendingBytes, blockBytes, syncIntervalNanos,
        markIntervalNanos, openTimeoutNanos, closeTimeoutNanos, source, callbacks, clock, millis, shared, observer,
        stallNanos);
  }
}
