package dev.syncline.format;

/**
 * Sizes and marks of everything on disk; {@code FORMAT.md} tells what they are for. All integers are little-endian.
 */
public final class Layout {
  public static final int FORMAT_VERSION = 2;

  /** "SYNCLINE", the first eight bytes of every segment. */
  public static final long SEGMENT_MAGIC = ascii("SYNCLINE");

  /** "SYNCMARK", the first eight bytes of each slot of the mark file. */
  public static final long MARK_MAGIC = ascii("SYNCMARK");

  /** "SYFR", the first four bytes of every frame. */
  public static final int FRAME_MAGIC = (int) ascii("SYFR");

  /** "SYFE", the first four bytes of a fence. */
  public static final int FENCE_MAGIC = (int) ascii("SYFE");

  /** "SEAL", in the last sixteen bytes of a sealed segment. */
  public static final int SEAL_MAGIC = (int) ascii("SEAL");

  public static final int SEGMENT_HEADER_BYTES = 128;
  public static final int FRAME_HEADER_BYTES = 80;
  public static final int FENCE_BYTES = 32;
  public static final int RECORD_HEADER_BYTES = 24;
  public static final int SEAL_FIXED_BYTES = 48;
  public static final int SEAL_ENTRY_BYTES = 16;
  public static final int SEAL_TRAILER_BYTES = 16;
  public static final int MARK_SLOT_BYTES = 256;

  /** Each slot has a block of its own, of the largest size in use, so that tearing one cannot touch the other. */
  public static final int MARK_SLOT_SPACING_BYTES = 4096;

  public static final int BLOCK_BYTES_MIN = 512;
  public static final int BLOCK_BYTES_MAX = 4096;

  /** Where the tail slots are: each in a block of its own of the largest size in use, whatever the segment's is. */
  public static final long[] TAIL_SLOTS_BYTES = {BLOCK_BYTES_MAX, 2 * BLOCK_BYTES_MAX};

  /** Where the first frame begins. */
  public static final long FRAMES_START_BYTES = 3 * BLOCK_BYTES_MAX;

  /** A frame's body is at most this; a length above it is nonsense whatever its checksum says. */
  public static final int FRAME_BODY_BYTES_MAX = Integer.MAX_VALUE - (1 << 20);

  /** No record has a higher sequence, so that the one after it is a number, too. */
  public static final long SEQUENCE_MAX = Long.MAX_VALUE - 1;

  /** Bytes of frames between two entries of the sparse index. */
  public static final int INDEX_INTERVAL_BYTES = 64 << 10;

  static {
    require(SEGMENT_HEADER_BYTES <= BLOCK_BYTES_MIN, "a segment header fits the smallest block");
    require(MARK_SLOT_BYTES <= BLOCK_BYTES_MIN, "a mark slot fits the smallest sector");
    require(MARK_SLOT_SPACING_BYTES >= BLOCK_BYTES_MAX, "mark slots never share a block");
    require(FRAME_HEADER_BYTES % 8 == 0 && RECORD_HEADER_BYTES % 8 == 0, "headers keep longs aligned");
    require(FRAME_HEADER_BYTES < BLOCK_BYTES_MIN, "a frame header lies in one sector");
  }

  private Layout() {}

  /** {@code bytes} rounded up to whole blocks. */
  public static long roundUp(long bytes, int blockBytes) {
    return (bytes + blockBytes - 1) & -blockBytes;
  }

  /** Bytes that a seal may take in a segment whose frames end by {@code frameBytes}, rounded up to blocks. */
  public static long sealBytesMax(long frameBytes, int blockBytes) {
    long entries = frameBytes / INDEX_INTERVAL_BYTES + 1;
    return roundUp(FRAME_HEADER_BYTES + SEAL_FIXED_BYTES + entries * SEAL_ENTRY_BYTES + SEAL_TRAILER_BYTES, blockBytes);
  }

  private static long ascii(String letters) {
    long value = 0;
    for (int i = letters.length() - 1; i >= 0; i--) value = value << 8 | letters.charAt(i);
    return value;
  }

  private static void require(boolean holds, String what) {
    if (!holds) throw new AssertionError("layout: " + what);
  }
}
