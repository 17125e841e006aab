package dev.syncline.log;

import dev.syncline.CorruptionPolicy;
import dev.syncline.SyncMode;
import dev.syncline.Verification;
import java.util.concurrent.Executor;
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
    Executor callbacks) {}
