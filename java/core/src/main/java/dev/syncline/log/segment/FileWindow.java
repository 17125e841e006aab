package dev.syncline.log.segment;

import dev.syncline.io.AlignedBuffers;
import dev.syncline.io.SegmentFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A part of a file in memory, moved along as a reader asks for ranges; reads are aligned, so that it works past the page cache too. */
public final class FileWindow {
  private final int stepBytes;
  private SegmentFile file;
  private ByteBuffer buffer;
  private long startBytes;
  private int filledBytes;

  /** @param stepBytes how much is read at a time, a multiple of the alignment */
  public FileWindow(int stepBytes) {
    this.stepBytes = stepBytes;
    this.buffer = AlignedBuffers.allocate(stepBytes);
  }

  public int stepBytes() {
    return stepBytes;
  }

  /** Goes on with another file, or forgets what was read of this one. */
  public void use(SegmentFile newFile) {
    file = newFile;
    startBytes = 0;
    filledBytes = 0;
  }

  public ByteBuffer buffer() {
    return buffer;
  }

  /** Index in {@link #buffer} of a byte that an earlier {@link #load} covered. */
  public int indexOf(long offsetBytes) {
    return (int) (offsetBytes - startBytes);
  }

  /** Bytes in the window from {@code offsetBytes} on. */
  public int availableBytes(long offsetBytes) {
    long available = startBytes + filledBytes - offsetBytes;
    return offsetBytes < startBytes || available < 0 ? 0 : (int) available;
  }

  /**
   * Brings a range in, if the file has it.
   *
   * @return bytes available from {@code offsetBytes} on: {@code lengthBytes} or more, fewer only where the file ends
   */
  public int load(long offsetBytes, int lengthBytes) throws IOException {
    if (availableBytes(offsetBytes) >= lengthBytes) return availableBytes(offsetBytes);
    long alignedStart = offsetBytes & -(long) AlignedBuffers.ALIGNMENT_BYTES;
    long needed = offsetBytes - alignedStart + lengthBytes;
    // A length that was read from a file must not make a buffer larger than the file.
    if (needed > buffer.capacity()) needed = Math.min(needed, Math.max(buffer.capacity(), roundUp(file.size() - alignedStart)));
    if (needed > buffer.capacity()) buffer = AlignedBuffers.allocate(Math.toIntExact(needed));
    int want = (int) Math.max(Math.min(stepBytes, buffer.capacity()), roundUp(needed));
    buffer.clear().limit(want);
    startBytes = alignedStart;
    filledBytes = 0;
    filledBytes = file.read(buffer, alignedStart);
    buffer.clear();
    return availableBytes(offsetBytes);
  }

  private static long roundUp(long bytes) {
    return (bytes + AlignedBuffers.ALIGNMENT_BYTES - 1) & -(long) AlignedBuffers.ALIGNMENT_BYTES;
  }
}
