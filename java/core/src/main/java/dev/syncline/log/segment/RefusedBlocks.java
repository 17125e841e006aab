package dev.syncline.log.segment;

import dev.syncline.SynclineException;
import dev.syncline.io.AlignedBuffers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileSystemException;

/**
 * Tells a block that the disk refuses to read from a disk that is gone. A block is refused if it cannot be read alone, twice, while another
 * of the same file can. An error that does not come again is neither: it is thrown.
 */
final class RefusedBlocks {
  private static final int BLOCK_BYTES = AlignedBuffers.ALIGNMENT_BYTES;

  /** Neither zeros, which mean that nothing was written, nor the beginning of anything. */
  private static final byte FILLING = (byte) 0xff;

  private final FileBytes file;
  private long firstBytes = -1;
  private long endBytes;
  private IOException error;

  private RefusedBlocks(FileBytes file) {
    this.file = file;
  }

  /**
   * Reads what a read of the whole has failed at, block by block.
   *
   * @param target has room for {@code lengthBytes}, which with {@code offsetBytes} is a multiple of the alignment
   * @throws IOException {@code failure}, if nothing is refused or nothing can be read
   */
  static RefusedBlocks readAround(FileBytes file, ByteBuffer target, long offsetBytes, int lengthBytes, IOException failure)
      throws IOException {
    if (failure instanceof SynclineException || failure instanceof FileSystemException || failure instanceof ClosedChannelException)
      throw failure;
    RefusedBlocks refused = new RefusedBlocks(file);
    long end = Math.min(file.sizeBytes(), offsetBytes + lengthBytes);
    boolean anyRead = false;
    for (long at = offsetBytes; at < end; at += BLOCK_BYTES) {
      int index = (int) (at - offsetBytes);
      ByteBuffer block = target.clear().position(index).limit(Math.min(index + BLOCK_BYTES, lengthBytes)).slice();
      if (refused.reads(block, at)) anyRead = true;
      else fill(block);
    }
    if (refused.error == null || !anyRead && !refused.readsElsewhere(offsetBytes, end)) throw failure;
    return refused;
  }

  private boolean reads(ByteBuffer block, long at) throws IOException {
    IOException first = readError(block, at);
    if (first == null) return true;
    // It has come and gone: who reads is told of it, and nothing of the file.
    if (readError(block, at) == null) throw first;
    if (firstBytes < 0) firstBytes = at;
    endBytes = at + BLOCK_BYTES;
    error = first;
    return false;
  }

  private IOException readError(ByteBuffer block, long at) throws IOException {
    try {
      file.read(block.clear(), at);
      return null;
    } catch (SynclineException e) {
      throw e;
    } catch (IOException e) {
      return e;
    }
  }

  private boolean readsElsewhere(long offsetBytes, long end) throws IOException {
    long elsewhere = offsetBytes > 0 ? 0 : end;
    ByteBuffer block = AlignedBuffers.allocate(BLOCK_BYTES);
    return elsewhere < file.sizeBytes() && readError(block.limit(BLOCK_BYTES), elsewhere) == null;
  }

  private static void fill(ByteBuffer block) {
    for (int i = 0; i < block.capacity(); i++) block.put(i, FILLING);
  }

  /** Where the first of them begins. */
  long firstBytes() {
    return firstBytes;
  }

  /** What is to be said of a range, if some of it is refused; else null. */
  String problem(long offsetBytes, long lengthBytes) {
    if (offsetBytes >= endBytes || offsetBytes + lengthBytes <= firstBytes) return null;
    return "the disk refuses to read the block at offset " + Math.max(firstBytes, offsetBytes & -(long) BLOCK_BYTES) + ": "
        + error.getMessage();
  }
}
