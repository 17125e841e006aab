package dev.syncline.log.segment;

import dev.syncline.format.Crc;
import dev.syncline.format.FrameHeader;
import dev.syncline.format.Seal;
import dev.syncline.io.AlignedBuffers;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Ends segments: with a seal, or without where there is no room for one in the file. A segment without a seal is read from the front.
 * Housekeeping thread.
 */
final class Sealer {
  private final Storage storage;
  private final Crc crc = new Crc();

  /** What the seal is encoded in that room was made for; null while there is none. */
  private ByteBuffer buffer;

  Sealer(Storage storage) {
    this.storage = storage;
  }

  /** Whether the storage takes writes at the segment's blocks, which an earlier user chose. */
  boolean isWritable(Segment segment) {
    return segment.header.blockBytes() % storage.traits().alignmentBytes() == 0;
  }

  /** Has a buffer for the seal; returns how much room that takes in the file. */
  int prepare(Segment segment) {
    int bytes = segment.seal().frameBytes(segment.header.blockBytes());
    buffer = AlignedBuffers.allocate(bytes);
    return bytes;
  }

  void goWithout() {
    buffer = null;
  }

  /** Ends a segment, durably, and closes its file for writing. Every frame of it is durable. */
  void seal(Segment segment) throws IOException {
    if (segment.sealed() || segment.writer() == null) return;
    SegmentFile file = segment.writer();
    long at = segment.endBytes();
    if (buffer == null) {
      // Durably: a file that ends with its last frame misses no seal.
      file.truncate(at);
      file.sync();
      segment.fileBytes = at;
    } else {
      int bytes = encode(segment);
      file.writeDurably(buffer, at);
      buffer = null;
      // If a crash takes the cut back, zeros follow the seal: then the segment is read from the front instead of from its end.
      file.truncate(at + bytes);
      segment.markSealed(at + bytes);
    }
    segment.stopWriting().close();
  }

  private int encode(Segment segment) {
    int block = segment.header.blockBytes();
    Seal seal = segment.seal();
    int bytes = seal.frameBytes(block);
    int bodyCrc = seal.encode(buffer.limit(bytes), block, crc);
    FrameHeader header = segment.sealHeader(seal.bodyBytes(), bodyCrc);
    header.encode(buffer, 0, crc);
    return bytes;
  }
}
