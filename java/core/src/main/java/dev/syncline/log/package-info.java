/**
 * The engine: opaque records by index, in segment files. {@link dev.syncline.log.SegmentedLog} is its face.
 *
 * <p>It has rooms, and arrows between them point down only. This one is <b>committing</b>: {@code CommitQueue} turns appends into frames
 * and frames into durable bytes; one thread at a time holds the commit token and writes; one more, {@code Housekeeper}, makes segments
 * ready, rotates, truncates and writes the mark. Below it lie {@code read} (what may be seen, and how it is shown), {@code recovery}
 * (what a directory means, and what opening does about it), {@code segment} (the files of a log) and {@code options}.
 */
package dev.syncline.log;
