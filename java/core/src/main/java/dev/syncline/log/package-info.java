/**
 * The engine: opaque records by index, in segment files. {@link dev.syncline.log.SegmentedLog} is its face.
 *
 * <p>Four parts, which meet in the face. <b>Committing:</b> {@code CommitQueue} turns appends into frames and frames into
 * durable bytes; one thread at a time holds the commit token and writes. <b>Housekeeping:</b> one thread, {@code Housekeeper},
 * makes segments ready ({@code SegmentPreparer}), rotates, truncates and writes the mark ({@code MarkFile}). <b>Reading:</b>
 * {@code LogCursor} steps through {@code SegmentSet} without a lock and never waits behind a write. <b>Recovery:</b> {@code
 * SegmentScanner} finds facts, {@code Judge} decides, {@code Recovery} acts; the decision table is in {@code FORMAT.md}.
 */
package dev.syncline.log;
