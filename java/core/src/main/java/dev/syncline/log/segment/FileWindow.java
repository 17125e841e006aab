package dev.syncline.log.segment;

import dev.syncline.io.AlignedBuffers;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A part of a file in memory, moved along as a reader asks for ranges; reads are aligned, so that it works past the page cache too. */
public final class FileWindow {
  private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0);

  private final int stepBytes;
  private final int firstStepBytes;

  /** How much the next read takes at least: the first step, and twice as much each time. */
  private int aheadBytes;

  private FileBytes file;
  private ByteBuffer buffer;
  private long startBytes;
  private int filledBytes;

  /** What of the bytes in the window is not what the file holds, since the disk refuses to read it; null if all is. */
  private RefusedBlocks refused;

  /** @param stepBytes how much is read at a time, a multiple of the alignment */
  public FileWindow(int stepBytes) {
    this(stepBytes, stepBytes);
  }

  /**
   * One that reads little of a file at first, and more the further it gets, and has no more memory than that takes.
   *
   * @param firstStepBytes what a file's first read takes, a multiple of the alignment
   * @param stepBytes what a read takes later
   */
  public FileWindow(int firstStepBytes, int stepBytes) {
    this.stepBytes = stepBytes;
    this.firstStepBytes = firstStepBytes;
    this.aheadBytes = firstStepBytes;
    this.buffer = firstStepBytes < stepBytes ? NOTHING : AlignedBuffers.allocate(stepBytes);
  }

  public int stepBytes() {
    return stepBytes;
  }

  /** Whether it had to grow for a large frame: such a buffer is not kept for others. */
  public boolean hasGrown() {
    return buffer.capacity() > stepBytes;
  }

  /** Goes on with another file, or forgets what was read of this one. */
  public void use(FileBytes newFile) {
    file = newFile;
    aheadBytes = firstStepBytes;
    startBytes = 0;
    filledBytes = 0;
    refused = null;
  }

  /** Forgets what was read. */
  public void forget() {
    use(file);
  }

  /** Goes on with another way to the same bytes; what was read stays. */
  public void goOnWith(FileBytes sameFile) {
    file = sameFile;
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
    return load(offsetBytes, lengthBytes, Long.MAX_VALUE);
  }

  /**
   * The same, reading nothing that lies at or behind {@code knownEndBytes} and was not asked for: what comes there later would have to be
   * read again.
   */
  public int load(long offsetBytes, int lengthBytes, long knownEndBytes) throws IOException {
    if (availableBytes(offsetBytes) >= lengthBytes) return availableBytes(offsetBytes);
    long alignedStart = offsetBytes & -(long) AlignedBuffers.ALIGNMENT_BYTES;
    long needed = offsetBytes - alignedStart + lengthBytes;
    // A length that was read from a file must not make a buffer larger than the file.
    if (needed > buffer.capacity()) needed = Math.min(needed, Math.max(buffer.capacity(), roundUp(file.sizeBytes() - alignedStart)));
    long ahead = aheadBytes;
    aheadBytes = Math.min(stepBytes, 2 * aheadBytes);
    if (knownEndBytes - alignedStart < ahead) ahead = roundUp(Math.max(0, knownEndBytes - alignedStart));
    int want = (int) Math.max(ahead, roundUp(needed));
    if (want > buffer.capacity()) buffer = larger(want);
    buffer.clear().limit(want);
    startBytes = alignedStart;
    filledBytes = 0;
    refused = null;
    filledBytes = filled(alignedStart, want);
    buffer.clear();
    return availableBytes(offsetBytes);
  }

  private int filled(long alignedStart, int want) throws IOException {
    try {
      return file.read(buffer, alignedStart);
    } catch (IOException e) {
      refused = RefusedBlocks.readAround(file, buffer, alignedStart, want, e);
      return (int) Math.min(want, file.sizeBytes() - alignedStart);
    }
  }

  /** Why a range that was loaded is not what the file holds, if the disk refuses to read some of it; else null. */
  public String refusal(long offsetBytes, long lengthBytes) {
    return refused == null ? null : refused.problem(offsetBytes, lengthBytes);
  }

  /** What does not fit into memory is a read that fails, not the end of the thread that reads. */
  private static ByteBuffer larger(long bytes) throws IOException {
    try {
      return AlignedBuffers.allocate(Math.toIntExact(bytes));
    } catch (OutOfMemoryError | ArithmeticException e) {
      throw new IOException(
          "expected memory for " + bytes + " bytes of one frame, found none: raise -XX:MaxDirectMemorySize of this JVM", e);
    }
  }

  private static long roundUp(long bytes) {
    return (bytes + AlignedBuffers.ALIGNMENT_BYTES - 1) & -(long) AlignedBuffers.ALIGNMENT_BYTES;
  }
}
