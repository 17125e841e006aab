package dev.syncline.log.segment;

import dev.syncline.format.Crc;
import dev.syncline.format.Fence;
import dev.syncline.format.Layout;
import dev.syncline.io.AlignedBuffers;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Keeps a fence where frames may not go yet, so that recovery need not look behind it. It is overwritten, and that is durable, before
 * frames may go further. Housekeeping thread.
 */
final class Fences {
  private static final long STEP_BYTES_MAX = 4 << 20;

  /** A recycled file is opened to frames in so many steps at least. */
  private static final int STEPS_MIN = 8;

  private final boolean preallocates;
  private final Crc crc = new Crc();
  private final ByteBuffer block = AlignedBuffers.allocate(Layout.BLOCK_BYTES_MAX);

  /** @param preallocates whether files go on behind what was written of them */
  Fences(boolean preallocates) {
    this.preallocates = preallocates;
  }

  /**
   * How far frames may go next in blocks of the file's earlier life. Depends on nothing but the file and the place: a fence that a failure
   * has left behind is where the next try ends, too, and is overwritten after it.
   */
  static long nextStep(Segment segment, long fromBytes) {
    long step = Layout.roundUp(Math.min(STEP_BYTES_MAX, segment.recycledBytes / STEPS_MIN), Layout.BLOCK_BYTES_MAX);
    return Math.min(segment.recycledBytes, (fromBytes / step + 1) * step);
  }

  /** Whether the file goes on there: where it ends nothing can lie behind it anyway. */
  private boolean isNeeded(Segment segment, long atBytes) {
    return atBytes < (preallocates ? Math.max(segment.reservedBytes, segment.recycledBytes) : segment.recycledBytes);
  }

  /** Durable with the next sync. */
  void set(Segment segment, long atBytes) throws IOException {
    if (isNeeded(segment, atBytes)) segment.writer().write(encoded(segment, atBytes), atBytes);
  }

  void setDurably(Segment segment, long atBytes) throws IOException {
    if (isNeeded(segment, atBytes)) segment.writer().writeDurably(encoded(segment, atBytes), atBytes);
  }

  private ByteBuffer encoded(Segment segment, long atBytes) {
    Fence.encode(block, 0, crc, segment.header.epoch(), segment.ordinal, atBytes);
    return block.position(0).limit(segment.header.blockBytes());
  }
}
