package dev.syncline.log;

/**
 * A run of readable frames in one segment.
 *
 * @param startBytes offset of the first frame
 * @param endBytes offset behind the last frame
 * @param firstSequence first record's sequence
 * @param lastSequence last sequence that counts; the last frame may hold later ones, torn, damaged or cut away
 */
record Extent(long startBytes, long endBytes, long firstSequence, long lastSequence) {}
