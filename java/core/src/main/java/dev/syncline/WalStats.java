package dev.syncline;

/**
 * Counts since this instance was opened.
 *
 * @param appends records appended, markers included
 * @param appendedBytes bytes of keys, values and payloads appended
 * @param commits frames written
 * @param durableWrites one-call durable writes of frames
 * @param syncs separate syncs of segment files by commits
 * @param writtenBytes bytes of frames written, padding included
 * @param rotations segments started
 * @param recycledSegments segments whose file was reused
 * @param segments segments now
 * @param retiredSegments truncated segments that open cursors keep
 * @param diskBytes bytes of all segment files now
 * @param readerFiles descriptors that readers have open between them
 * @param pendingBytes bytes appended and not yet durable
 * @param syncInProgressNanos how long the write or sync of records that is running now has been running; 0 if none is. What the log does
 *     beside that (segments, the mark, truncation) counts from when it has taken a second: then it hangs
 * @param failed whether a failure has poisoned the log
 */
public record WalStats(
    long appends,
    long appendedBytes,
    long commits,
    long durableWrites,
    long syncs,
    long writtenBytes,
    long rotations,
    long recycledSegments,
    int segments,
    int retiredSegments,
    long diskBytes,
    int readerFiles,
    long pendingBytes,
    long syncInProgressNanos,
    boolean failed) {}
