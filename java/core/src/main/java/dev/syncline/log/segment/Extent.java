package dev.syncline.log.segment;

/**
 * A run of readable frames in one segment.
 *
 * @param startBytes offset of the first frame
 * @param endBytes offset behind the last frame
 * @param firstSequence first record's sequence
 * @param lastSequence last sequence that counts; the last frame may hold later ones, torn, damaged or cut away
 */
public record Extent(long startBytes, long endBytes, long firstSequence, long lastSequence) {}
