package dev.syncline.log.segment;

import dev.syncline.format.Layout;
import java.util.Arrays;

/**
 * Where every so-many-th frame of a segment begins, by its first sequence.
 *
 * <p>One thread adds at a time; any thread searches. The arrays are replaced when they grow and entries are never changed, so a reader
 * that sees a count sees that many entries.
 */
public final class SparseIndex {
  private static final int ENTRIES_MIN = 16;
  private static final int ENTRIES_MAX = 1 << 16;

  private long[] sequences;
  private long[] offsetsBytes;

  /** Entries in use. Written last, read first. */
  private volatile int count;

  public SparseIndex() {
    this(0);
  }

  /** With room for a segment of that size, so that whoever appends to it does not allocate. */
  public SparseIndex(long segmentBytes) {
    int entries = (int) Math.max(ENTRIES_MIN, Math.min(ENTRIES_MAX, segmentBytes / Layout.INDEX_INTERVAL_BYTES + 1));
    sequences = new long[entries];
    offsetsBytes = new long[entries];
  }

  public static SparseIndex of(long[] sequences, long[] offsetsBytes) {
    SparseIndex index = new SparseIndex();
    index.sequences = sequences;
    index.offsetsBytes = offsetsBytes;
    index.count = sequences.length;
    return index;
  }

  /**
   * Of a segment of which only the first frame and the last are known. The last one is noted however close it lies: who goes on behind it
   * looks for it, and must meet nothing that was not read.
   */
  public static SparseIndex ofEnds(long first, long firstBytes, long last, long lastBytes) {
    boolean one = firstBytes == lastBytes;
    return one ? of(new long[] {first}, new long[] {firstBytes}) : of(new long[] {first, last}, new long[] {firstBytes, lastBytes});
  }

  /** Takes note of a frame if it lies far enough behind the last one noted. */
  public void offer(long firstSequence, long offsetBytes) {
    int n = count;
    if (n > 0 && offsetBytes - offsetsBytes[n - 1] < Layout.INDEX_INTERVAL_BYTES) return;
    if (n == sequences.length && !grew(Math.max(ENTRIES_MIN, 2 * n))) return;
    sequences[n] = firstSequence;
    offsetsBytes[n] = offsetBytes;
    count = n + 1;
  }

  /** An entry only shortens a search: where there is no memory for more, none is noted, and the frame counts all the same. */
  private boolean grew(int entries) {
    try {
      long[] moreSequences = Arrays.copyOf(sequences, entries);
      offsetsBytes = Arrays.copyOf(offsetsBytes, entries);
      sequences = moreSequences;
      return true;
    } catch (OutOfMemoryError e) {
      return false;
    }
  }

  /** Offset of the last noted frame that begins at or before {@code sequence}, or -1 if there is none. */
  public long floorOffset(long sequence) {
    int n = count;
    int found = Arrays.binarySearch(sequences, 0, n, sequence);
    int at = found >= 0 ? found : -found - 2;
    return at < 0 ? -1 : offsetsBytes[at];
  }

  /** Offset of the first noted frame that begins behind {@code sequence}, or {@link Long#MAX_VALUE} if there is none. */
  public long ceilingOffset(long sequence) {
    int n = count;
    int found = Arrays.binarySearch(sequences, 0, n, sequence);
    int at = found >= 0 ? found + 1 : -found - 1;
    return at < n ? offsetsBytes[at] : Long.MAX_VALUE;
  }

  /** The entries of the frames that begin before {@code endBytes}, however close they lie. */
  SparseIndex before(long endBytes) {
    long[] offsets = offsetsBytes();
    int kept = 0;
    while (kept < offsets.length && offsets[kept] < endBytes) kept++;
    return of(Arrays.copyOf(sequences, kept), Arrays.copyOf(offsets, kept));
  }

  public long[] sequences() {
    return Arrays.copyOf(sequences, count);
  }

  public long[] offsetsBytes() {
    return Arrays.copyOf(offsetsBytes, count);
  }
}
