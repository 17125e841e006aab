/**
 * What a directory means, and what opening does about it: {@code SegmentScanner} finds facts, {@code Judge} decides, {@code Recovery} acts.
 * The decision table is in {@code FORMAT.md}.
 */
package dev.syncline.log.recovery;
